"""Which photographs each row of a level is made of, and what a column says of them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from ..labels.cohort import Level
from ..labels.group_values import group_values
from ..labels.joined_photograph import JoinedPhotograph
from ..labels.sexes import UNKNOWN_WORDS, plain_word
from .gap_rows import GapLevel
from .gap_tables import GapTable, used_photographs

COHORT: Mapping[GapLevel, Level] = {"visit": "person", "eye": "eye", "photograph": "photograph"}
"""Levels at which groups can be compared, the first being the usual one; and their cohorts."""
WeightedText = tuple[str, float]
"""What is told of a photograph, and its weight in the mean of its row."""
SEVERAL = "\0several"
"""Takes the place of the value of a row whose photographs have several."""


def photographs_of_rows(table: GapTable, level: GapLevel) -> list[list[JoinedPhotograph]]:
    """Give the photographs of each row of a level, in the order of its rows."""
    used = used_photographs(table)
    keys = table.cohorts[COHORT[level]].keys
    if level == "visit":
        return [used[key[0], key[1]] for key in keys]
    every = [each for photographs in table.shown.values() for each in photographs]
    if level == "photograph":
        by_name = {each.name: each for each in every}
        return [[by_name[key[0]]] for key in keys]
    excluded = {each.name for each in table.cohorts["eye"].exclusions}
    by_eye: dict[tuple[str, ...], list[JoinedPhotograph]] = {}
    for each in every:
        if each.name not in excluded:
            by_eye.setdefault((each.person or "", each.visit, each.eye or ""), []).append(each)
    return [by_eye[key] for key in keys]


def texts_of_rows(
    table: GapTable, column: str, level: GapLevel, *, option: str
) -> list[list[WeightedText]]:
    """Give of each row what a column says of its photographs, with their weights in its mean.

    Unknown texts are not among them. Where nothing is known of a row, what is known of all
    photographs of the visit stands for it, as in a table that has a diagnosis in one row of each.
    """
    joined = table.joined
    (told,) = group_values(joined, (column,), option=option).values()
    by_name = {each.name: text for each, text in zip(joined.photographs, told, strict=True)}

    def known(photographs: Sequence[JoinedPhotograph]) -> list[WeightedText]:
        texts = ((by_name[each.name], weight) for each, weight in _weighted(photographs))
        return [each for each in texts if plain_word(each[0]) not in UNKNOWN_WORDS]

    every = used_photographs(table)
    found = []
    for photographs in photographs_of_rows(table, level):
        first = photographs[0]
        visit = first.person or "", first.visit
        found.append(known(photographs) or known(every.get(visit, ())))
    return found


def _weighted(photographs: Sequence[JoinedPhotograph]) -> Iterator[tuple[JoinedPhotograph, float]]:
    """Weight photographs as the mean does: alike within an eye, and the eyes alike."""
    eyes = Counter(each.eye for each in photographs)
    for each in photographs:
        yield each, 1 / (len(eyes) * eyes[each.eye])


def one_text(told: Sequence[WeightedText]) -> str:
    """Give what all texts say, empty where there is none, `SEVERAL` where they differ."""
    known = {text for text, _ in told}
    return SEVERAL if len(known) > 1 else next(iter(known), "")
