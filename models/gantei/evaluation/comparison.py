"""Two estimators, or two settings of one, on the same units: paired differences."""

from collections.abc import Sequence

import numpy as np

from ..errors import SettingError
from ..labels.cohort import Cohort
from ..labels.estimated_output import EstimatedOutput
from ..statistics.draws import PersonDraws
from ..statistics.measures import difference, replicates
from ..statistics.units import Units
from .evaluation_row import EvaluationRow
from .subgroups import NOT_COMPARED
from .threshold import Threshold


def pairs_to_compare(
    outputs: Sequence[EstimatedOutput], named: Sequence[str] = ()
) -> tuple[tuple[EstimatedOutput, EstimatedOutput], ...]:
    """Give the outputs to compare: the first that has a label with each other one that has it.

    Args:
        outputs: in the order of the results.
        named: keys, estimators, or what stands before the estimators of one table; the first is
            compared with each of the others. Empty: all, in the order of the results.

    Raises:
        SettingError: a name is of no output, or of none that can be compared with the first.
    """
    if not named:
        return tuple(
            (one, other)
            for place, one in enumerate(outputs)
            if not any(_is_like(one, before) for before in outputs[:place])
            for other in outputs[place + 1 :]
            if _is_like(one, other)
        )
    if len(named) < 2:
        raise SettingError(f"--compare {named[0]}: name two or more")
    first, pairs = _of(named[0], outputs), []
    for name in named[1:]:
        others = _of(name, outputs)
        found = [
            (one, other)
            for one in first
            for other in others
            if one.key != other.key and _is_like(one, other)
        ]
        if not found:
            raise SettingError(
                f"--compare {named[0]} {name}: they do not estimate the same; compare outputs of "
                "one name and unit, such as two ages"
            )
        pairs += found
    return tuple(pairs)


def paired_units(one: Cohort, other: Cohort) -> tuple[Units, Units]:
    """Give the units that both have, in the same order, with the persons of the first.

    A photograph is the same where its file is, whatever it is called, else where its name is.

    Raises:
        SettingError: both have other labels.
    """
    places = _places(one, other)
    here = np.array([place is not None for place in places], bool)
    there = np.array([place for place in places if place is not None], np.intp)
    first = one.units.only(here)
    second = Units(
        other.units.kind,
        other.units.estimates[there],
        other.units.truths[there],
        first.persons,
        first.people,
    )
    if not np.array_equal(first.truths, second.truths):
        raise SettingError(
            f"{one.output.key} and {other.output.key} have other labels for the same units; "
            "compare what has one label"
        )
    return first, second


def _places(one: Cohort, other: Cohort) -> list[int | None]:
    """Where in the other cohort each unit of the first is."""
    if one.level != "photograph":
        by_key = {key: place for place, key in enumerate(other.keys)}
        return [by_key.get(key) for key in one.keys]
    by_digest = {digest: place for place, (_, digest) in enumerate(other.keys) if digest}
    same = [by_digest.get(digest) for _, digest in one.keys]
    taken = {*same}
    by_name = {name: at for at, (name, _) in enumerate(other.keys) if at not in taken}
    return [
        by_name.get(name) if place is None else place
        for place, (name, _) in zip(same, one.keys, strict=True)
    ]


def comparison_rows(
    one: Cohort, other: Cohort, draws: PersonDraws, thresholds: tuple[Threshold, Threshold]
) -> tuple[EvaluationRow, ...]:
    """Give the figures of `one` minus those of `other`, on the units that both have.

    Args:
        one: the units of the output whose rows they are.
        other: those of the output whose figures are subtracted.
        draws: of the persons of `one`.
        thresholds: of either output, where they are binary.
    """
    found = [
        replicates(units, draws, threshold=threshold.value)
        for units, threshold in zip(paired_units(one, other), thresholds, strict=True)
    ]
    measures = (difference(found[0], found[1], key) for key in found[0].figures)
    return tuple(
        EvaluationRow(one.output, one.level, measure, compared_with=other.output.key)
        for measure in measures
        if measure.metric not in NOT_COMPARED
    )


def _is_like(one: EstimatedOutput, other: EstimatedOutput) -> bool:
    return (one.name, one.kind, one.unit, one.classes) == (
        other.name, other.kind, other.unit, other.classes,
    )  # fmt: skip


def _of(name: str, outputs: Sequence[EstimatedOutput]) -> list[EstimatedOutput]:
    found = [
        each
        for each in outputs
        if name in (each.key, each.estimator, each.estimator.partition(":")[0])
    ]
    if not found:
        known = ", ".join(each.key for each in outputs)
        raise SettingError(f"--compare {name}: no output with a label is called so; known: {known}")
    return found
