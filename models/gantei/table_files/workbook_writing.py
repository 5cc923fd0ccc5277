"""Writing .xlsx workbooks of one sheet, whose texts are texts, and whose bytes tell no time."""

import re
import shutil
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import IO, Any

from ..errors import OutputError
from .csv_writing import Cell
from .optional_packages import openpyxl

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
"""Of a sheet, its line of column names included; no program reads more."""
LONGEST_CELL = 32_767
"""Letters, of two bytes each, in one cell."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
_NO_XML = r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"


def check_sheet(rows: int, columns: int) -> None:
    """Refuse what no sheet can hold.

    Raises:
        OutputError: there are more rows, with the line of column names, or more columns.
    """
    if rows > MOST_ROWS or columns > MOST_COLUMNS:
        raise OutputError(
            f"{rows} rows and {columns} columns: an .xlsx sheet holds {MOST_ROWS} rows and "
            f"{MOST_COLUMNS} columns; write .csv or .parquet"
        )


def write_workbook(head: Sequence[str], rows: Iterable[Sequence[Cell]], file: IO[bytes]) -> None:
    """Write a table as a workbook of one sheet; one row is held in memory.

    Every text is a text, never a formula; what no workbook can hold, control characters, is spelt
    as escapes, and a text of more than `LONGEST_CELL` letters ends in `…`. The same table gives
    the same bytes.

    Raises:
        MissingExtraError: openpyxl is not installed.

    >>> import io
    >>> from gantei.table_files.workbook_writing import write_workbook
    >>> file = io.BytesIO()
    >>> write_workbook(["photograph", "age"], [["=1+1.jpg", 44.1]], file)
    >>> from openpyxl import load_workbook
    >>> [cell.value for cell in load_workbook(file).active[2]]
    ['=1+1.jpg', 44.1]
    """
    package = openpyxl()
    from openpyxl.writer.excel import ExcelWriter

    book = package.Workbook(write_only=True)
    book.properties.created = book.properties.modified = datetime(*_EPOCH)
    sheet = book.create_sheet("gantei")
    sheet.freeze_panes = "A2"
    for row in chain([head], rows):
        sheet.append([_cell(package, sheet, value) for value in row])
    with _UndatedZip(file, "w", zipfile.ZIP_DEFLATED) as archive:
        ExcelWriter(book, archive).save()


def _cell(package: Any, sheet: Any, value: Cell) -> Any:
    if not isinstance(value, str):
        return value
    cell = package.cell.WriteOnlyCell(sheet, _fitted(value))
    cell.data_type = "s"  # not guessed, as =1+1 and #N/A would be
    return cell


def _fitted(text: str) -> str:
    def escaped(found: re.Match[str]) -> str:
        return found[0].encode("unicode_escape").decode()

    text = re.sub(_NO_XML, escaped, text)
    units = text.encode("utf-16-le")
    if len(units) <= 2 * LONGEST_CELL:
        return text
    return units[: 2 * (LONGEST_CELL - 1)].decode("utf-16-le", "ignore") + "…"


class _UndatedZip(zipfile.ZipFile):
    """An archive whose members are all of the same time."""

    def writestr(self, zinfo_or_arcname: Any, data: Any, *_: Any, **__: Any) -> None:
        name = getattr(zinfo_or_arcname, "filename", zinfo_or_arcname)
        super().writestr(self._member(name), data)

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        size = Path(filename).stat().st_size
        member = self._member(arcname)
        member.file_size = size  # tells whether it needs the form for 4 GB
        with Path(filename).open("rb") as source, self.open(member, "w") as target:
            shutil.copyfileobj(source, target)

    def _member(self, name: str) -> zipfile.ZipInfo:
        member = zipfile.ZipInfo(name, _EPOCH)
        member.compress_type = self.compression
        member.external_attr = 0o600 << 16
        return member
