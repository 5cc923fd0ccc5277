"""What a list tells of a photograph besides its name, as one line that waits in a file."""

import json
from collections.abc import Sequence
from json.encoder import encode_basestring_ascii as quoted
from typing import NamedTuple

from ..manifests.fields import Side
from .path_spelling import one_spelling
from .persons import KnownPerson

_SIDES: tuple[Side | None, ...] = (None, "left", "right")


class ToldByList(NamedTuple):
    """The person, the eye, and the cells of further columns; None: it does not tell."""

    person: KnownPerson | None
    side: Side | None
    cells: tuple[str | None, ...]


def told_text(person: str | None, side: Side | None, cells: Sequence[str | None]) -> str:
    """Write it as one line, the same for the same.

    >>> from gantei.photographs.told_by_list import told_of_text, told_text
    >>> told_of_text(told_text("P1", "left", ["Kyoto", None])).cells
    ('Kyoto', None)
    """
    known = None if person is None else one_spelling(person)
    texts = ["null" if each is None else quoted(each) for each in (known, *cells)]
    return f"{_SIDES.index(side)}[{','.join(texts)}]"


def told_of_text(text: str) -> ToldByList:
    """Give back what `told_text` was given."""
    person, *cells = json.loads(text[1:])
    known = KnownPerson(person, "list") if person else None
    return ToldByList(known, _SIDES[int(text[0])], tuple(cells))
