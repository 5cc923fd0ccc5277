"""Collecting the photographs of a study: from paths and a list, with what tables say of each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from ..photographs.eyes import DETECT
from ..photographs.listing import PhotographList, list_located
from ..photographs.path_spelling import PathsOnDisk
from ..photographs.persons import PersonRule
from ..storage.address import Address, without_query
from ..storage.given_places import PlaceOptions, given_place
from ..storage.place_listing import list_place
from ..storage.place_of_address import IMAGE_COLUMN
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
        paths: photographs, and folders of them; or addresses of places, and archives.
        list_name: a file that lists more, one per line or as a table; `-` for standard input.
        eyes: tables that state eyes, and `detect`.
        encoding: of lists and tables without a byte order mark; None is UTF-8.
        persons: a rule that tells whose eyes they are; None: only a list tells.
        root: what the names in the results are relative to, a folder or an address; None: what
            holds everything given.
        key: of an anonymous study, by which its tables are read; None: names are names.
        image_column: of Parquet tables that hold photographs.
    """

    paths: Sequence[Path | Address] = ()
    list_name: str | None = None
    eyes: Sequence[str] = ()
    encoding: str | None = None
    root: Path | Address | None = None
    persons: PersonRule | None = None
    key: Path | None = None
    image_column: str = IMAGE_COLUMN


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
    listing, paths = _listed(given, names, disk, keep=bool(rows))
    if listing.place is not None:
        rows = tuple(replace(row, photograph=without_query(row.photograph)) for row in rows)
    if named is not table:
        if not isinstance(given.root, Address) and listing.place is None:
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


def _listed(
    given: GivenPhotographs, names: Iterable[str], disk: PathsOnDisk, *, keep: bool
) -> tuple[PhotographList, Sequence[str]]:
    """The photographs, and where those of the list's names are, as far as that is to be kept."""
    list_name = given.list_name or ""
    options = PlaceOptions(given.image_column, given.encoding)
    if (place := given_place(given.paths, given.root, options)) is not None:
        below = place.names_of_list(names, list_name)
        kept = [*below] if keep else []
        listing = list_place(
            place.place, chain(place.names, kept if keep else below), is_listed=place.is_listed
        )
        return listing, [f"{place.place.address}{name}" for name in kept]
    local = [each for each in given.paths if isinstance(each, Path)]
    root = given.root if isinstance(given.root, Path) else None
    found = located(names, list_name, root, disk)
    paths = [*found] if keep else []
    return list_located(local, paths if keep else found, root, disk), paths


def _read_list(given: GivenPhotographs) -> tuple[Iterable[str], PhotographTable]:
    """The names in a list, or, where it is a table, its rows and further columns."""
    nothing = PhotographTable((), ())
    if given.list_name is None:
        return (), nothing
    listed = read_list_file(given.list_name, encoding=given.encoding, expected=(PHOTOGRAPH,))
    if isinstance(listed, ReadTable):
        return (), photograph_table(listed, given.list_name)
    return (line.rstrip("\r") for line in listed if line.strip()), nothing
