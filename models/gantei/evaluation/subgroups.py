"""Figures of groups of people, and how each group differs from all others."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from ..errors import SettingError
from ..labels.cohort import Cohort
from ..labels.variables import variable_of
from ..statistics.draws import PersonDraws
from ..statistics.holm import holm
from ..statistics.measure import Measure
from ..statistics.measures import MetricReplicates, difference, replicates
from ..statistics.units import Units
from .evaluation_row import REST, EvaluationRow
from .smallest_groups import LEAST_PEOPLE, ClassCounts
from .threshold import Threshold

MOST_GROUPS = 50
"""Of one variable; more are a name or a date, and no group."""
LEAST_GROUP = 2
"""People of a group on average, where no group has enough for a figure."""
FEW_GROUPS = 10
"""So many may be small: a site, or a camera, in a pilot."""
NOT_COMPARED = frozenset({"prevalence", "mae_of_mean"})
"""Figures of the people, not of the estimator."""


def subgroup_rows(
    cohort: Cohort, variable: str, draws: PersonDraws | None, threshold: Threshold
) -> tuple[EvaluationRow, ...]:
    """Give the figures of each group, then the differences of each to all others.

    A difference is between a group and all units of the other known groups, by the same draws, so
    that persons who are in both count on both sides. Units whose group is unknown come last and
    are on no side of a difference. Figures that would need more people have none, and say why.

    Args:
        cohort: the units.
        variable: of its groups.
        draws: of its persons; None: no intervals and no differences.
        threshold: of a binary output.

    Raises:
        SettingError: there are more than `MOST_GROUPS` groups, or all are too small to be any.
    """
    values = cohort.groups[variable]
    groups = ordered_groups(values)
    if len(groups) > MOST_GROUPS:
        raise SettingError(
            f"--by {variable}: {len(groups)} groups, more than {MOST_GROUPS}; a number needs a "
            f"width, such as {variable}:10, and a name of persons or days forms no groups"
        )
    _check_size(cohort, variable)
    rows: list[EvaluationRow] = []
    differences: list[EvaluationRow] = []
    for group in groups:
        inside = _Side.of(cohort.units.only(values == group), draws, threshold)
        rows += _rows(cohort, variable, group, inside.figures())
        if draws is not None and group and sum(map(bool, groups)) > 1:
            others = cohort.units.only((values != group) & (values != ""))
            rest = _Side.of(others, draws, threshold)
            differences += _rows(cohort, variable, group, inside.minus(rest), REST)
    return (*rows, *adjusted(differences))


def _check_size(cohort: Cohort, variable: str) -> None:
    """Refuse a variable that names persons or the like, whose groups a report would list.

    Raises:
        SettingError: its groups have no two people on average, and none has those that a figure
            needs.
    """
    if variable_of(variable).width is not None:
        return
    values, units = cohort.groups[variable], cohort.units
    persons = np.arange(len(units)) if units.persons is None else units.persons
    sizes = [len(np.unique(persons[values == each])) for each in {*values} - {""}]
    fewest = LEAST_GROUP * len(sizes)
    is_tiny = len(sizes) > FEW_GROUPS and max(sizes) < LEAST_PEOPLE
    if is_tiny and len(np.unique(persons)) < fewest:
        raise SettingError(
            f"--by {variable}: none of its {len(sizes)} groups has {LEAST_PEOPLE} people; a name "
            "of persons or days forms no groups"
        )


def ordered_groups(values: Iterable[str]) -> list[str]:
    """Order groups: numbers by their value, texts by their letters, the unknown last."""

    def place(group: str) -> tuple[bool, bool, float, str]:
        digits = group.partition("–")[0].partition(" ")[0]
        try:
            return not group, False, float(digits), group
        except ValueError:
            return not group, True, 0.0, group

    return sorted({*values}, key=place)


def adjusted(rows: Iterable[EvaluationRow]) -> tuple[EvaluationRow, ...]:
    """Adjust the p-values of differences by Holm, over all of one figure.

    Two groups have one difference, told twice with opposite signs: it counts as one.
    """
    given = list(rows)
    of_figure: dict[tuple[str, int | None], list[int]] = {}
    for place, row in enumerate(given):
        of_figure.setdefault((row.measure.metric, row.measure.label), []).append(place)
    for places in of_figure.values():
        p_values = [given[place].measure.p for place in places]
        if len(places) == 2 and all(given[place].compared_with == REST for place in places):
            after = p_values
        else:
            after = holm(p_values)
        for place, p in zip(places, after, strict=True):
            given[place] = replace(given[place], p_holm=p)
    return tuple(given)


@dataclass(frozen=True)
class _Side:
    """A group, or all others: its figures with their draws, and how many people it has."""

    replicated: MetricReplicates
    counts: ClassCounts

    @classmethod
    def of(cls, units: Units, draws: PersonDraws | None, threshold: Threshold) -> "_Side":
        return cls(replicates(units, draws, threshold=threshold.value), ClassCounts(units))

    def figures(self) -> Iterator[Measure]:
        return (
            self.counts.checked(self.replicated.measure(key)) for key in self.replicated.figures
        )

    def minus(self, rest: "_Side") -> Iterator[Measure]:
        for key in self.replicated.figures:
            if key[0] not in NOT_COMPARED:
                measure = difference(self.replicated, rest.replicated, key)
                yield rest.counts.checked(self.counts.checked(measure))


def _rows(
    cohort: Cohort,
    variable: str,
    group: str,
    found: Iterable[Measure],
    compared_with: str = "",
) -> Iterator[EvaluationRow]:
    for measure in found:
        yield EvaluationRow(cohort.output, cohort.level, measure, variable, group, compared_with)
