"""The people whose records are compared with their photographs: one unit per person, or per visit.

A sex is of a person, whatever the visits; an age, and any other label, is of a visit.
"""

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ..labels.ages import day_of
from ..labels.cohort import Level
from ..labels.estimated_output import EstimatedOutput
from ..labels.exclusions import Exclusion
from ..labels.joined_photograph import JoinedPhotograph
from ..labels.joining import Joined
from ..labels.true_values import sex_classes
from ..labels.units_of import cohorts_of

MOST_WHERES = 3
"""Rows of labels that are named of one person."""


@dataclass(frozen=True, slots=True)
class RecordedPerson:
    """A person, or a visit of one, as the tables tell of it.

    Attributes:
        name: of the person; of the photograph, where each is another person's.
        visit: empty where a record is of all visits, or nothing tells them apart.
        photographs: how many the estimate is of.
        year: of the visit, where the table has its day.
        where: the record stands, such as `labels.csv, line 3`.
    """

    name: str
    visit: str
    photographs: int
    year: int | None
    where: str


@dataclass(frozen=True)
class RecordedPeople:
    """Persons, or their visits, with estimate and record of one output.

    Attributes:
        output: what is estimated and recorded.
        people: who they are.
        estimates: the mean over a person's eyes, float64 (n,): a number, or the probability of the
            second class.
        recorded: float64 (n,): the number, or 0 or 1 for the class.
        eyes: of how many eyes, intp (n,): 1, 2, or 0 where nothing tells.
        exclusions: who has no part in it, and why.
    """

    output: EstimatedOutput
    people: tuple[RecordedPerson, ...] = field(repr=False)
    estimates: NDArray[np.float64] = field(repr=False)
    recorded: NDArray[np.float64] = field(repr=False)
    eyes: NDArray[np.intp] = field(repr=False)
    exclusions: tuple[Exclusion, ...] = field(repr=False)

    def __len__(self) -> int:
        return len(self.people)


def recorded_people(
    joined: Joined, output: EstimatedOutput, *, one_photograph_per_person: bool = False
) -> RecordedPeople:
    """Give the people with an estimate and a record of an output.

    Raises:
        OutputError, SettingError: as `cohorts_of`.
    """
    if sex_classes(output):
        photographs = tuple(replace(each, visit="") for each in joined.photographs)
        joined = replace(joined, photographs=photographs)
    levels: tuple[Level, ...] = ("person",)
    cohorts = cohorts_of(
        joined, output, levels, one_photograph_per_person=one_photograph_per_person
    )
    cohort = cohorts["person"]
    members = _members(joined.photographs)
    found = [members[person, visit] for person, visit, _ in cohort.keys]
    return RecordedPeople(
        output,
        tuple(_person(key, each) for key, each in zip(cohort.keys, found, strict=True)),
        cohort.units.estimates,
        cohort.units.truths.astype(np.float64),
        np.array([_eyes(each) for each in found], np.intp),
        cohort.exclusions,
    )


def _members(
    photographs: Sequence[JoinedPhotograph],
) -> Mapping[tuple[str, str], list[JoinedPhotograph]]:
    found: dict[tuple[str, str], list[JoinedPhotograph]] = {}
    for each in photographs:
        found.setdefault((each.person or each.name, each.visit), []).append(each)
    return found


def _person(key: tuple[str, ...], photographs: Sequence[JoinedPhotograph]) -> RecordedPerson:
    wheres = sorted({each.label.where for each in photographs}, key=_line)
    more = len(wheres) - MOST_WHERES
    shown = "; ".join(wheres[:MOST_WHERES]) + (f"; and {more} more" if more > 0 else "")
    day = day_of(key[1])
    return RecordedPerson(key[0], key[1], len(photographs), day.year if day else None, shown)


def _line(where: str) -> tuple[int, str]:
    """Sort places by their line, and texts without any last."""
    number = re.search(r"\d+$", where)
    return (int(number.group()) if number else sys.maxsize), where


def _eyes(photographs: Sequence[JoinedPhotograph]) -> int:
    """Count the eyes that the mean is of: the known ones, where any is."""
    known = len({each.eye for each in photographs if each.eye})
    return known or (1 if len(photographs) == 1 else 0)
