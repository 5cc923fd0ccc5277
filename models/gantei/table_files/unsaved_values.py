"""Formulas of a workbook that no program has calculated: their cells look empty to a reader."""

import re
from pathlib import Path
from typing import Any

from ..errors import OutputError
from ..system.archive import CHUNK, open_zip

_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_OVERLAP = 64
"""Longer than the beginning of such a tag."""


def check_values_saved(path: Path, member: str, package: Any) -> None:
    """Refuse a sheet with a formula whose value was not saved; an empty text is a value.

    Args:
        path: of the workbook.
        member: of its archive: the sheet.
        package: openpyxl.

    Raises:
        OutputError: there is one; the cell is named.
        zipfile.BadZipFile, SyntaxError: the workbook is damaged.
    """
    with open_zip(path) as archive:
        with archive.open(member) as file:
            if not _has_formula(file):
                return
        with archive.open(member) as file:
            cell = _first_without_value(package.xml.functions.iterparse(file, ("start", "end")))
    if cell is not None:
        raise OutputError(
            f"{path}, cell {cell}: a formula whose value was not saved; save the workbook in a "
            "spreadsheet program, which calculates it"
        )


def _has_formula(file: Any) -> bool:
    end = b""
    while chunk := file.read(CHUNK):
        if _FORMULA.search(end + chunk):
            return True
        end = chunk[-_OVERLAP:]
    return False


def _first_without_value(parsed: Any) -> str | None:
    rows = None
    for event, element in parsed:
        name = element.tag.rpartition("}")[2]
        if event == "start":
            rows = element if name == "sheetData" else rows
        elif name == "c" and _lacks_value(element):
            return str(element.get("r", "?"))
        elif name == "row" and rows is not None:
            rows.clear()  # what has been seen: a sheet may have a million
    return None


def _lacks_value(cell: Any) -> bool:
    texts = {child.tag.rpartition("}")[2]: child.text for child in cell}
    return "f" in texts and cell.get("t") != "str" and not texts.get("v")
