"""Recorded ages that photographs contradict, and the slips that would explain them."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ..errors import OutputError
from ..labels.ages import OLDEST
from ..statistics.unlikely_numbers import UnlikelyNumbers, unlikely_numbers
from .age_slips import SlipExplanation, slip_of
from .recorded_people import RecordedPeople

FEWEST_AGES = 100
"""Visits, for a line and its tails."""
LEAST_SHARE = 0.1
"""Of the spread of the recorded ages, which the line must explain: else it tells nothing."""
FALSE_DISCOVERIES = 0.05
"""Share, on average, of right ages among those that are told."""


@dataclass(frozen=True)
class AgeRecords:
    """Recorded ages beside their estimates.

    Attributes:
        people: visits of persons.
        unlikely: what each estimate lets expect, and how unlikely each record is.
        order: intp (n,), those first that are nobody's age, then by rising p-value, the farther off
            first where these are equal.
        slips: of the people that are told, by their place, the slip that explains the record.
        stated: the share of wrong records; None where none was stated.
    """

    people: RecordedPeople
    unlikely: UnlikelyNumbers
    order: NDArray[np.intp] = field(repr=False)
    slips: dict[int, SlipExplanation] = field(repr=False)
    stated: float | None

    @property
    def told(self) -> NDArray[np.bool_]:
        """Whose age is told: unlikely at a false discovery rate of 5 %, or nobody's; bool (n,)."""
        return np.asarray((self.unlikely.q <= FALSE_DISCOVERIES) | self.nobodys)

    @property
    def nobodys(self) -> NDArray[np.bool_]:
        """Whose record is an age that nobody has, whatever the photograph shows, bool (n,)."""
        return _nobodys(self.people.recorded)

    def by_slip(self) -> dict[str, int]:
        """Count the people that are told by the slip that explains their record; '' for none."""
        found: dict[str, int] = {}
        for place in np.flatnonzero(self.told).tolist():
            slip = self.slips[place].slip if place in self.slips else ""
            found[slip] = found.get(slip, 0) + 1
        return dict(sorted(found.items(), key=lambda each: (not each[0], -each[1], each[0])))


def age_records(people: RecordedPeople, stated: float | None) -> AgeRecords:
    """Compare recorded ages with their estimates.

    Args:
        people: visits with estimates and recorded ages in years.
        stated: the share of wrong records, by which a slip is weighed; None: it is not weighed.

    Raises:
        OutputError: there are too few, or the estimates do not go with the ages.
    """
    key = people.output.key
    if len(people) < FEWEST_AGES:
        raise OutputError(
            f"{key}: {len(people)} people with a recorded age and an estimate; it takes "
            f"{FEWEST_AGES} to know how far estimates can be trusted"
        )
    if np.ptp(people.estimates) == 0:
        raise OutputError(f"{key}: all estimates are the same, so they tell nothing of records")
    unlikely = unlikely_numbers(people.estimates, people.recorded, people.eyes)
    explained = float(np.median(np.abs(people.recorded - np.median(people.recorded))))
    left = float(np.median(np.abs(people.recorded - unlikely.expected)))
    if min(line.slope for line in unlikely.lines.values()) <= 0 or left > explained * np.sqrt(
        1 - LEAST_SHARE
    ):
        raise OutputError(
            f"{key}: the estimates hardly go with the recorded ages, so they tell nothing of which "
            "are wrong; is the column one of ages, and were rows mixed up? gantei evaluate shows it"
        )
    away = np.abs(people.recorded - unlikely.expected) / unlikely.spread
    nobodys = _nobodys(people.recorded)
    order = np.asarray(np.lexsort((-away, unlikely.p, ~nobodys)), np.intp)
    records = AgeRecords(people, unlikely, order, {}, stated)
    slips = {}
    for place in np.flatnonzero(records.told).tolist():
        found = slip_of(
            float(people.recorded[place]),
            people.people[place].year,
            _density(unlikely, place),
            stated,
        )
        if found is not None:
            slips[place] = found
    return replace(records, slips=slips)


def _nobodys(recorded: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.asarray((recorded < 0) | (recorded > OLDEST))


def _density(
    unlikely: UnlikelyNumbers, place: int
) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """Give the density of a person's real age, per year."""
    from scipy.stats import t

    of = t(unlikely.freedom, unlikely.expected[place], unlikely.spread[place])
    return lambda ages: np.asarray(of.pdf(ages), np.float64)
