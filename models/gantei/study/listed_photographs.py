"""From the names that a list gives to the photographs of a study, and what it says of each."""

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from json.encoder import encode_basestring_ascii as quoted
from pathlib import Path

from ..errors import OutputError
from ..photographs.listing import PhotographList, StudyPhotograph
from ..photographs.path_spelling import (
    LONGEST_NAME,
    PathsOnDisk,
    path_key,
    printable,
    unescaped,
)
from ..photographs.persons import PersonRule
from ..photographs.study_photograph import CompactPhotographs, changed
from ..storage.address import is_address, without_query


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
        if ":/" in name and is_address(name):
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


def with_names(listing: PhotographList, names: Mapping[str, str]) -> PhotographList:
    """Put other names, by their paths, to photographs, whatever folder holds all of these."""

    def told(listed: StudyPhotograph) -> StudyPhotograph:
        return replace(listed, name=names.get(path_key(listed.source), listed.name))

    return replace(listing, photographs=tuple(map(told, listing.photographs)))


def with_persons(listing: PhotographList, rule: PersonRule) -> PhotographList:
    """Put the person whom the name tells to each photograph of which nothing else tells them."""

    def told(listed: StudyPhotograph) -> StudyPhotograph:
        return listed if listed.person else listed.of_person(rule(listed.name))

    photographs = changed(listing.photographs, told)
    return replace(listing, photographs=photographs, persons_by=rule.told_by)


def told_sha256(photographs: Sequence[StudyPhotograph]) -> str | None:
    """Digest of persons and further cells of photographs; None where there are none."""
    if isinstance(photographs, CompactPhotographs) and photographs.tells_names_alone:
        return None
    digest = ToldDigest()
    for each in photographs:
        name, origin = (each.person.name, each.person.origin) if each.person else (None, None)
        digest.add(each.name, name, origin, each.cells)
    return digest.hexdigest()


class ToldDigest:
    """Digest of persons and further cells of photographs, in the table's order.

    Whom a DICOM file names, the photograph itself tells, and nobody tells of it.
    """

    def __init__(self) -> None:
        self._digest, self._is_empty = hashlib.sha256(), True

    def add(
        self, name: str, person: str | None, origin: str | None, cells: Sequence[str | None]
    ) -> None:
        """Take a photograph."""
        told = None if person is None or origin is None or origin == "DICOM" else (person, origin)
        if line := told_line(name, told, cells):
            self._is_empty = False
            self._digest.update(line)

    def add_all(
        self,
        names: Iterable[str],
        persons: Iterable[str | None],
        origins: Iterable[str | None],
        cells: Iterable[Sequence[str | None]],
    ) -> None:
        """Take photographs."""
        for each in zip(names, persons, origins, cells, strict=False):
            self.add(*each)

    def hexdigest(self) -> str | None:
        """The digest of those that were added; None where nothing is told of any."""
        return None if self._is_empty else self._digest.hexdigest()


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
