"""Which eyes the names of a study tell together: L and R too, where both of a person are there."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from ..manifests.fields import Side
from ..system.stored_texts import ExternalSort
from .eye_names import side_in_name

SIDES: tuple[Side | None, ...] = (None, "left", "right")
"""Sides by the codes that `sides_by_names` gives."""
_CODES = {side: code for code, side in enumerate(SIDES)}
_BEHIND_KEY = "\1"
"""No name holds it, so that those with one key follow each other when they are sorted."""


def sides_by_names(names: Iterable[str]) -> bytearray:
    """Tell the side of each name, as a place in `SIDES`, a byte each.

    Memory holds no names, however many there are.

    Raises:
        OutputError: there is no room for the names of pairs; see `ExternalSort`.

    >>> from gantei.photographs.eye_pairs import SIDES, sides_by_names
    >>> [SIDES[each] for each in sides_by_names(["p1_L.jpg", "p1_R.jpg", "p2_L.jpg", "OD.jpg"])]
    ['left', 'right', None, 'right']
    """
    codes, keys, unsure = bytearray(), ExternalSort(), False
    for number, name in enumerate(names):
        found = side_in_name(name)
        code = _CODES[found.side]
        codes.append(code if found.sure else 0)
        if found.side is not None:
            unsure = unsure or not found.sure
            keys.add(f"{found.key}{_BEHIND_KEY}{code}{number}")
    if unsure:
        for number, code in _paired(text for some in keys.sorted() for text in some):
            codes[number] = code
    return codes


def _paired(texts: Iterable[str]) -> Iterator[tuple[int, int]]:
    """The numbers and sides of names that are a left and a right one, of a key without a third."""
    split = (text.rpartition(_BEHIND_KEY) for text in texts)
    for _, of_key in groupby(split, key=lambda each: each[0]):
        told = [each[2] for each in of_key]
        if len(told) == 2 and {each[0] for each in told} == {"1", "2"}:
            yield from ((int(each[1:]), int(each[0])) for each in told)
