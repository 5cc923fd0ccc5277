"""The packages of extras that read and write some kinds of table, imported when they are used."""

from typing import Any

from ..errors import MissingExtraError
from ..system.install_command import how_to_add


def arrow() -> tuple[Any, Any]:
    """Give pyarrow and its Parquet part.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise MissingExtraError(
            f"a .parquet file needs pyarrow: {how_to_add('parquet')}"
        ) from error
    return pyarrow, parquet


def openpyxl() -> Any:
    """Give the package that reads and writes workbooks.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import openpyxl
    except ImportError as error:
        raise MissingExtraError(f"an .xlsx file needs openpyxl: {how_to_add('xlsx')}") from error
    return openpyxl
