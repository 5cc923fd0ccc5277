"""Random identifiers in the place of everything that may name a patient."""

from dataclasses import replace
from pathlib import Path

from ..photographs.listing import PhotographList, StudyPhotograph
from ..photographs.passed_by import PassedBy
from ..photographs.persons import KnownPerson
from ..system.keyed_digest import keyed_digest
from .key_file import StudyKey, open_key, read_key


def anonymous(listing: PhotographList, path: Path) -> PhotographList:
    """Put identifiers in the place of names, and digests that are keyed in that of plain ones.

    Photographs, persons and the files that were passed by get their identifiers from the key at
    `path`, which is begun or added to. The order is that of the identifiers, and tells nothing.

    Raises:
        OutputError: as `open_key`.
    """
    listing = listing.without([path])
    photographs = listing.photographs
    persons = dict.fromkeys(each.person.name for each in photographs if each.person)
    key = open_key(
        path,
        [
            *(("photograph", each.name) for each in photographs),
            *(("person", name) for name in persons),
            *(("file", each.name) for each in listing.passed_by),
        ],
    )
    renamed = (_photograph(each, key) for each in photographs)
    passed_by = (_file(each, key) for each in listing.passed_by)
    stated = listing.stated_sha256
    return replace(
        listing,
        photographs=tuple(sorted(renamed, key=lambda each: each.name)),
        passed_by=tuple(sorted(passed_by, key=lambda each: each.name)),
        stated_sha256=stated and keyed_digest(key.secret, stated),
        anonymous=True,
    )


def known_by_key(listing: PhotographList, path: Path) -> PhotographList:
    """Put the identifiers of the key at `path` in the place of the names that it has.

    A photograph without one keeps its name; its digest is keyed, too. The key stays as it is.

    Raises:
        OutputError: as `read_key`.
    """
    key = read_key(path)
    photographs = (
        _photograph(each, key) if ("photograph", each.name) in key.identifiers else each
        for each in (
            replace(listed, person=None, secret=key.secret) for listed in listing.photographs
        )
    )
    ordered = tuple(sorted(photographs, key=lambda each: each.name))
    return replace(listing, photographs=ordered, anonymous=True)


def _photograph(listed: StudyPhotograph, key: StudyKey) -> StudyPhotograph:
    person = listed.person
    if person is not None:
        person = KnownPerson(key.identifiers["person", person.name], person.origin)
    name = key.identifiers["photograph", listed.name]
    return replace(listed, name=name, person=person, secret=key.secret)


def _file(passed_by: PassedBy, key: StudyKey) -> PassedBy:
    return passed_by._replace(name=key.identifiers["file", passed_by.name])
