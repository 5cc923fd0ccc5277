"""Collecting the photographs of a study: from paths and a list, with what tables say of each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..photographs.eyes import DETECT
from ..photographs.listing import PhotographList, list_located
from ..photographs.path_spelling import PathsOnDisk
from ..photographs.persons import PersonRule
from ..table_files.list_reading import read_list_file, read_table_file
from ..table_files.table_read import ReadTable
from .eye_tables import EyeStatement, StatedEyes, eye_statements, with_eyes
from .listed_photographs import located, with_names, with_persons, with_rows
from .photograph_tables import EYE, PHOTOGRAPH, PhotographTable, photograph_table
from .read_back import check_found, read_back


@dataclass(frozen=True)
class GivenPhotographs:
    """What a user gives: paths, a list, which eyes, and how to read it.

    Attributes:
        paths: photographs, and folders of them.
        list_name: a file that lists more, one per line or as a table; `-` for standard input.
        eyes: tables that state eyes, and `detect`.
        encoding: of lists and tables without a byte order mark; None is UTF-8.
        persons: a rule that tells whose eyes they are; None: only a list tells.
        root: what the names in the results are relative to; None: what holds everything given.
        key: of an anonymous study, by which its tables are read; None: names are names.
    """

    paths: Sequence[Path] = ()
    list_name: str | None = None
    eyes: Sequence[str] = ()
    encoding: str | None = None
    root: Path | None = None
    persons: PersonRule | None = None
    key: Path | None = None


def collect(given: GivenPhotographs) -> PhotographList:
    """Collect the photographs, and what is said of them.

    Raises:
        OutputError: there are none, or a list cannot be read or contradicts itself.
        MissingExtraError: what a list's format needs is not installed.
    """
    names, table = _read_list(given)
    named = read_back(table, given.key)
    rows, columns = named.rows, named.columns
    names = (row.photograph for row in rows) if rows else names
    disk = PathsOnDisk()
    found = located(names, given.list_name or "", given.root, disk)
    paths = [*found] if rows else []
    listing = list_located(given.paths, paths if rows else found, given.root, disk)
    if named is not table:
        check_found(rows, paths, given.root)
        listing = with_names(listing, zip(paths, rows, strict=True))
    statements: list[EyeStatement] = []
    if rows:
        listing = with_rows(listing, zip(paths, rows, strict=True), columns, disk)
        statements += eye_statements(rows, "list", paths)
    if given.persons:
        listing = with_persons(listing, given.persons)
    for name in given.eyes:
        if name != DETECT:
            file = read_table_file(name, encoding=given.encoding, expected=(PHOTOGRAPH, EYE))
            stated = read_back(photograph_table(file, name), given.key)
            statements += eye_statements(stated.rows, "stated")
    return with_eyes(listing, StatedEyes(tuple(statements), DETECT in given.eyes))


def _read_list(given: GivenPhotographs) -> tuple[Iterable[str], PhotographTable]:
    """The names in a list, or, where it is a table, its rows and further columns."""
    nothing = PhotographTable((), ())
    if given.list_name is None:
        return (), nothing
    listed = read_list_file(given.list_name, encoding=given.encoding, expected=(PHOTOGRAPH,))
    if isinstance(listed, ReadTable):
        return (), photograph_table(listed, given.list_name)
    return (line.rstrip("\r") for line in listed if line.strip()), nothing
