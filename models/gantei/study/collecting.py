"""Collecting the photographs of a study: from paths and a list, with what tables say of each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import cast

from ..errors import OutputError
from ..photographs.eyes import DETECT
from ..photographs.listing import PhotographList, list_located
from ..photographs.other_names import by_suffix
from ..photographs.path_spelling import PathsOnDisk
from ..photographs.persons import PersonRule
from ..photographs.study_photograph import CompactPhotographs
from ..storage.address import Address
from ..storage.given_places import GivenPlace, PlaceOptions, given_place, is_archive
from ..storage.parquet_cells import rows_beside
from ..storage.place_listing import list_place
from ..storage.place_of_address import IMAGE_COLUMN
from ..table_files.list_reading import read_list_file, read_table_file
from ..table_files.table_read import TableStream
from .eye_tables import EyeStatement, StatedEyes, eye_statements, with_eyes
from .listed_photographs import located, with_names, with_persons
from .photograph_tables import EYE, PHOTOGRAPH, photograph_table
from .read_back import read_back
from .tables_among_photographs import without_tables
from .told_rows import ToldRows


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
        OutputError: there are none, a table alone is given for one, or a list cannot be read or
            contradicts itself.
        MissingExtraError: what a list's format needs is not installed.
    """
    listing, told = _listed(given)
    listing = without_tables(listing)
    if given.persons:
        listing = with_persons(listing, given.persons)
    statements: list[EyeStatement] = []
    for name in given.eyes:
        if name != DETECT:
            file = read_table_file(name, encoding=given.encoding, expected=(PHOTOGRAPH, EYE))
            stated = read_back(photograph_table(file, name), given.key)
            statements += eye_statements(stated.rows, "stated")
    of_list = told if told and told.has_eyes else None
    return with_eyes(listing, StatedEyes(tuple(statements), DETECT in given.eyes, of_list))


def _listed(given: GivenPhotographs) -> tuple[PhotographList, ToldRows | None]:
    """The photographs, with what a list says of them; where it is a table, also its rows."""
    _refuse_table_alone(given)
    options = PlaceOptions(given.image_column, given.encoding)
    place = given_place(given.paths, given.root, options)
    listed = _read_list(given, place)
    if not isinstance(listed, TableStream):
        names = (line.rstrip("\r") for line in listed if line.strip())
        return _found(given, place, names), None
    table = read_back(photograph_table(listed, given.list_name or ""), given.key)
    told = ToldRows(table.columns)
    listing = _found(given, place, told.names_of(table.rows), told)
    if listing.place is None:
        told.check_found(given.root)
    compact = cast("CompactPhotographs", listing.photographs)  # as both ways of listing make them
    listing = replace(listing, photographs=told.put_to(compact), columns=table.columns)
    return with_names(listing, told.names) if told.names else listing, told


def _refuse_table_alone(given: GivenPhotographs) -> None:
    """Tell a list that is given like a photograph: its one row would be an error.

    Among photographs, as `photographs/*` gives it, a table has such a row.
    """
    if len(given.paths) == 1 and given.list_name is None:
        (path,) = given.paths
        if isinstance(path, Path) and path.is_file() and not is_archive(path):
            found = by_suffix().get(path.suffix.lower())
            if found and found.code == "table-file":
                raise OutputError(
                    f"{path}: is a table; for the photographs that it lists, give it by --from"
                )


def _read_list(given: GivenPhotographs, place: GivenPlace | None) -> Iterable[str] | TableStream:
    """The lines of the list, or the table that it is; without one, Parquet files are such a table.

    These have photographs in one column, and what others say of them.
    """
    if given.list_name is not None:
        return read_list_file(given.list_name, encoding=given.encoding, expected=(PHOTOGRAPH,))
    if place is None or (rows := rows_beside(place.place)) is None:
        return ()
    return TableStream.of(rows, place.place.address)


def _found(
    given: GivenPhotographs,
    place: GivenPlace | None,
    names: Iterable[str],
    told: ToldRows | None = None,
) -> PhotographList:
    """The photographs that are given, and those of these names, whose places `told` notes."""
    list_name, disk = given.list_name or "", PathsOnDisk()
    if place is not None:
        below = place.names_of_list(names, list_name)
        if told:
            below = told.noted(below, place.place.address)
        names = chain(place.names, below)
        listing = list_place(place.place, names, is_listed=place.is_listed)
        column = None if given.image_column == IMAGE_COLUMN else given.image_column
        return replace(listing, image_column=column)
    local = [each for each in given.paths if isinstance(each, Path)]
    root = given.root if isinstance(given.root, Path) else None
    paths = located(names, list_name, root, disk)
    if told:
        paths = told.noted(paths, disk=disk)
    return list_located(local, paths, root, disk)
