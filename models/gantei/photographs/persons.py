"""Whose eye a photograph shows: as a list says, or as names tell where somebody asked them to."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ..errors import SettingError
from .eye_names import PLACE, folder_tells_eye, side_in_name
from .path_spelling import one_spelling

PersonOrigin = Literal["list", "DICOM", "file name", "folder", "pattern"]
"""Where a person is known from."""


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person: what the study calls them, and where that comes from."""

    name: str
    origin: PersonOrigin


WORDS = ("names", "folders")
"""What a rule is called that is no pattern."""


@dataclass(frozen=True)
class PersonRule:
    """What tells the person of a photograph by its name in the results: `rule(name)`.

    `told_by`: `names`, `folders`, or the SHA-256 of a pattern, which may hold names of persons.
    """

    told_by: str
    person_of: Callable[[str], KnownPerson | None]

    def __call__(self, name: str) -> KnownPerson | None:
        """Tell the person; None: the name tells none."""
        return self.person_of(name)


def person_rule(chosen: str) -> PersonRule:
    r"""Give a rule by its name, `names` or `folders`, or by a pattern with a group `person`.

    - `names`: what the photograph is called, with its folders, without its ending and without the
      words that tell the eye, so that both eyes of a person have one name.
    - `folders`: the folder that holds it; one that only tells the eye, as `right/`, is passed over.
    - a regular expression of Python, looked for in the name: what its group `person` finds.

    Raises:
        SettingError: it is none of the three.

    >>> from gantei.photographs.persons import person_rule
    >>> person_rule("names")("site/p1_OD.jpg").name
    'site/p1'
    >>> person_rule("folders")("site/p1/right/1.jpg").name
    'site/p1'
    >>> person_rule(r"(?P<person>\d+)_")("site/0012_3.jpg").name
    '0012'
    """
    if chosen == "names":
        return PersonRule(chosen, _by_name)
    if chosen == "folders":
        return PersonRule(chosen, _by_folder)
    try:
        pattern = re.compile(chosen)
    except re.error as error:
        raise SettingError(f"--persons {chosen}: not a regular expression: {error}") from error
    if "person" not in pattern.groupindex:
        raise SettingError(
            f"--persons {chosen}: neither names, nor folders, nor a regular expression "
            "with a group (?P<person>...)"
        )

    def by_pattern(name: str) -> KnownPerson | None:
        found = pattern.search(name)
        person = found["person"] if found else None
        return KnownPerson(one_spelling(person), "pattern") if person else None

    return PersonRule(hashlib.sha256(chosen.encode(errors="surrogatepass")).hexdigest(), by_pattern)


_AROUND_EYE = re.compile(rf"[\s._-]*{PLACE}[\s._-]*")


def _by_name(name: str) -> KnownPerson:
    """As the service's page calls a person whose both eyes it has."""
    common = _AROUND_EYE.sub(" ", side_in_name(name).key)
    parts = filter(None, (part.strip() for part in common.split("/")))
    return KnownPerson("/".join(parts) or ".", "file name")  # of left.jpg and right.jpg alone


def _by_folder(name: str) -> KnownPerson | None:
    folders = name.split("/")[:-1]
    while folders and folder_tells_eye(folders[-1]):
        folders.pop()
    return KnownPerson(one_spelling("/".join(folders)), "folder") if folders else None
