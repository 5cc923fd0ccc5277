"""The cells of workbooks and Parquet files as the texts that a CSV would have."""

from datetime import date, datetime, time
from decimal import Decimal

_MIDNIGHT = time()


def cell_text(value: object) -> str | None:
    """Spell a cell: numbers as Python does, whole ones without `.0`; days as 2026-11-29.

    None is an empty text; what no text stands for, such as a list, gives None.

    >>> from gantei.table_files.typed_cells import cell_text
    >>> cell_text(57.0), cell_text(0.5), cell_text(None), cell_text([1, 2])
    ('57', '0.5', '', None)
    """
    text: str | None = None
    match value:
        case None:
            text = ""
        case str():
            text = value
        case bool():
            text = str(value).upper()
        case float() if value.is_integer() and abs(value) < 2**53:
            text = str(int(value))
        case datetime() if value.time() == _MIDNIGHT and value.tzinfo is None:
            text = value.date().isoformat()
        case int() | float() | Decimal() | date() | time():
            text = str(value)
    return text
