"""From the names that a list gives to the photographs of a study, and what it says of each."""

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from json.encoder import encode_basestring_ascii as quoted
from pathlib import Path

from ..errors import OutputError
from ..photographs.listing import PhotographList, StudyPhotograph
from ..photographs.path_spelling import (
    LONGEST_NAME,
    PathsOnDisk,
    one_spelling,
    path_key,
    printable,
    unescaped,
)
from ..photographs.persons import KnownPerson, PersonRule
from ..photographs.study_photograph import CompactPhotographs, changed
from ..storage.address import is_address, without_query
from .photograph_tables import PhotographRow


def located(
    names: Iterable[str], list_name: str, root: Path | None, disk: PathsOnDisk
) -> Iterator[str]:
    r"""Find the files that a list names: from `root`, from here, or from the folder of the list.

    Where none of them is there, it may be spelt with the escapes of the results, such as `\n`, or
    as on Windows, with `\` between folders.
    Where there is none, the path is that from `root`, or from here, so that its row says so.

    Args:
        names: paths, relative or not.
        list_name: of the list's file.
        root: what the names in the results are relative to; None: nothing was said.
        disk: on which they are found.

    Returns:
        The absolute path of each, found when it is asked for.

    Raises:
        OutputError: a name is longer than `LONGEST_NAME`, or an address.
    """
    given = [place for place in (root, Path(), Path(list_name).parent) if place is not None]
    # abspath, not resolve: a link that is named keeps its own name.
    places = [*dict.fromkeys(os.path.abspath(place) for place in given)]  # noqa: PTH100
    for name in names:
        if "://" in name and is_address(name):
            raise OutputError(
                f"{list_name}: names {without_query(name)}; addresses are read only below one that "
                "the command line gives: name it by --root"
            )
        if 4 * len(name) > LONGEST_NAME and len(printable(name)) > LONGEST_NAME:
            raise OutputError(
                f"{list_name}: a name has more than {LONGEST_NAME} letters, which no file has; it "
                f"begins {printable(name)[:40]}"
            )
        yield _located(name, places, disk)


def _located(name: str, places: Sequence[str], disk: PathsOnDisk) -> str:
    spellings = [name]
    if "\\" in name:
        spellings += [unescaped(name), name.replace("\\", "/")]
    elif name.startswith("/") and name.isascii() and os.name == "posix":
        return os.path.normpath(name)  # wherever it is looked for, and however, it is this
    first = None
    for spelt in spellings:
        for place in places:
            path = _absolute(place, spelt)
            if found := disk.find(path):
                return found
            first = first or path
    return first or name


def _absolute(place: str, name: str) -> str:
    if os.name == "posix" and not name.startswith("/"):
        return os.path.normpath(f"{place.removesuffix('/')}/{name}")
    return os.path.abspath(os.path.join(place, name))  # noqa: PTH100, PTH118


def with_rows(
    listing: PhotographList,
    rows: Iterable[tuple[str, PhotographRow]],
    columns: tuple[str, ...],
    disk: PathsOnDisk,
) -> PhotographList:
    """Put person and further cells, as the rows of a table have them, to the photographs.

    Args:
        listing: the photographs of a study, those of the table among them.
        rows: each with the path of its photograph.
        columns: the names of the further cells.
        disk: on which they are found.

    Raises:
        OutputError: a row names a folder, or two rows say different things of one photograph.
    """
    by_path: dict[str, PhotographRow] = {}
    for path, row in rows:
        if disk.is_folder(path):
            raise OutputError(f"{row.where}: {row.photograph} is a folder; name its photographs")
        if not row.says_the_same(first := by_path.setdefault(path_key(path), row)):
            raise OutputError(
                f"{row.where}: says something else of {row.photograph} than {first.where}"
            )
    nothing = (None,) * len(columns)

    def told(listed: StudyPhotograph) -> StudyPhotograph:
        row = by_path.get(path_key(listed.source))
        if row is None:
            return replace(listed, cells=nothing)
        person = KnownPerson(one_spelling(row.person), "list") if row.person else None
        return replace(listed, person=person, cells=row.cells)

    return replace(listing, photographs=changed(listing.photographs, told), columns=columns)


def with_names(
    listing: PhotographList, rows: Iterable[tuple[str, PhotographRow]]
) -> PhotographList:
    """Put the names that rows have to their photographs, whatever folder holds all of these."""
    names = {path_key(path): row.photograph for path, row in rows}

    def told(listed: StudyPhotograph) -> StudyPhotograph:
        return replace(listed, name=names.get(path_key(listed.source), listed.name))

    return replace(listing, photographs=tuple(map(told, listing.photographs)))


def with_persons(listing: PhotographList, rule: PersonRule) -> PhotographList:
    """Put the person whom the name tells to each photograph of which nothing else tells them."""

    def told(listed: StudyPhotograph) -> StudyPhotograph:
        return listed if listed.person else replace(listed, person=rule(listed.name))

    return replace(listing, photographs=changed(listing.photographs, told))


def told_sha256(photographs: Sequence[StudyPhotograph]) -> str | None:
    """Digest of persons and further cells of photographs; None where there are none."""
    if isinstance(photographs, CompactPhotographs) and photographs.tells_names_alone:
        return None
    digest, empty = hashlib.sha256(), True
    for each in photographs:
        person = (each.person.name, each.person.origin) if each.person else None
        if line := told_line(each.name, person, each.cells):
            empty = False
            digest.update(line)
    return None if empty else digest.hexdigest()


def told_line(name: str, person: tuple[str, str] | None, cells: Sequence[str | None]) -> bytes:
    """What a photograph adds to that digest; nothing where nobody tells anything of it.

    It is the line that `json.dumps` writes, in an eighth of its time.
    """
    if not (person or any(cells)):
        return b""
    said = "null" if person is None else f"[{quoted(person[0])}, {quoted(person[1])}]"
    if not cells:
        return f"[{quoted(name)}, {said}]\n".encode()
    texts = ("null" if cell is None else quoted(cell) for cell in cells)
    return f"[{', '.join((quoted(name), said, *texts))}]\n".encode()
