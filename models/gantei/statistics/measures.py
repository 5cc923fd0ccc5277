"""Every figure of a cohort with its 95 % interval, its draws, and differences between cohorts."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..errors import SettingError
from .calibration import CalibrationLine
from .cohort_figures import CohortFigures, Drawn, cohort_figures, keys_of
from .differences import difference
from .draws import PersonDraws
from .measure import Measure
from .metric_replicates import FEWEST_PEOPLE, MetricKey, MetricReplicates, Replicated
from .person_weights import PersonWeights
from .units import Units

__all__ = ["MetricReplicates", "difference", "measures", "replicates"]
CALIBRATION_PEOPLE = 150
"""Calibration is not estimable from fewer persons."""
_CALIBRATIONS = ("calibration_intercept", "calibration_slope")
_CHUNK = 4_000_000
"""Weights in memory at once: 32 MB as float64, a few times over."""


def measures(
    units: Units, draws: PersonDraws | None, *, threshold: float = 0.5
) -> tuple[Measure, ...]:
    """Compute every figure of the kind of estimate, with its 95 % interval.

    Args:
        units: estimates beside the truth.
        draws: of the persons of `units`; without them only exact bounds and calibrations have an
            interval.
        threshold: from which probability on a binary output's answer is class 1. Of several
            classes the answer is the most probable one.

    Raises:
        SettingError: the draws are of another number of persons.
        MissingExtraError: scipy, which intervals need, is not installed.
    """
    found = replicates(units, draws, threshold=threshold)
    return tuple(found.measure(key) for key in found.figures)


def replicates(
    units: Units, draws: PersonDraws | None, *, threshold: float = 0.5
) -> MetricReplicates:
    """Compute every figure, and what it is in each draw of persons; arguments as of `measures`.

    Calibrations are not fitted again in each draw: their draws are linear, moved by each person's
    influence, so that their spread is that of the sandwich over persons.

    Raises:
        SettingError: the draws are of another number of persons.
    """
    if draws and units.persons is not None and draws.people != units.people:
        raise SettingError(f"draws of {draws.people} people for units of {units.people}")
    keys = keys_of(units)
    if not len(units):
        nothing = Replicated(np.nan, np.empty(0), 0, why="no-units")
        return MetricReplicates(dict.fromkeys(keys, nothing), 0, units.present())
    numbered = np.arange(len(units)) if units.persons is None else units.persons
    present, persons = np.unique(numbered, return_inverse=True)
    source = cohort_figures(units, persons, len(present), threshold)
    why = "no-persons" if units.persons is None else "" if draws else "no-draws"
    drawn, lines = _drawn(source, None if why else draws, present, persons)
    point = source.of(PersonWeights(np.ones((1, len(present))), persons))
    figures = {
        key: _figure(source, key, float(point[key][0]), drawn[key], why)
        for key in keys
        if key in point
    }
    for label, pair in source.lines.items():
        people = min(source.people((each, label)) for each in ("sensitivity", "specificity"))
        for code, line, moved in zip(_CALIBRATIONS, pair, lines[label], strict=True):
            figures[code, label] = _calibration(line, moved, (len(present), people), why)
    ordered = {key: figures[key] for key in keys}
    return MetricReplicates(ordered, len(units), None if units.persons is None else len(present))


def _figure(
    source: CohortFigures, key: MetricKey, value: float, drawn: NDArray[np.float64], why: str
) -> Replicated:
    if np.isnan(value):
        return Replicated(value, drawn, source.people(key), why=source.why_undefined(key))
    exact = source.exact(key, value)
    return Replicated(value, drawn, source.people(key), exact, why=why)


def _calibration(
    line: CalibrationLine, moved: NDArray[np.float64], people: tuple[int, int], why: str
) -> Replicated:
    everybody, fewer = people
    if line.why:
        return Replicated(np.nan, moved, everybody, why=line.why)
    if everybody < CALIBRATION_PEOPLE or fewer < FEWEST_PEOPLE:
        return Replicated(np.nan, moved, everybody, why="too-few-for-calibration")
    said = "" if why == "no-draws" else why
    return Replicated(line.value, moved, everybody, known_error=line.standard_error, why=said)


def _drawn(
    source: CohortFigures,
    draws: PersonDraws | None,
    present: NDArray[np.intp],
    persons: NDArray[np.intp],
) -> tuple[Drawn, dict[int | None, NDArray[np.float64]]]:
    """Give the draws of every figure, and of both lines of each calibration, (2, draws)."""
    parts: dict[MetricKey, list[NDArray[np.float64]]] = {}
    lines: dict[int | None, list[NDArray[np.float64]]] = {label: [] for label in source.lines}
    for weights in _chunks(draws, present, len(persons)):
        for key, values in source.of(PersonWeights(weights, persons)).items():
            parts.setdefault(key, []).append(values)
        for label, pair in source.lines.items():
            moved = [line.value + weights @ line.influence for line in pair]
            lines[label].append(np.stack(moved))
    joined = {label: np.concatenate(each, axis=1) for label, each in lines.items()}
    return {key: np.concatenate(each) for key, each in parts.items()}, joined


def _chunks(
    draws: PersonDraws | None, present: NDArray[np.intp], units: int
) -> Iterator[NDArray[np.float64]]:
    """Give the weights of persons who are present, some draws at once, float64 (some, people)."""
    if draws is None:
        yield np.empty((0, len(present)))
        return
    rows = max(1, _CHUNK // max(units, draws.people))
    for start in range(0, draws.draws, rows):
        weights = draws.weights(start, min(start + rows, draws.draws))
        yield weights.take(present, axis=1).astype(np.float64)
