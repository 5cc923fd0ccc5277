"""Every figure of a cohort with its 95 % interval, its draws, and differences between cohorts."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..errors import SettingError
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
LARGEST = 1e50
"""The fourth power of a value is computed, and must be a finite number."""
_LEANING_ON_BOTH = ("auc", "balanced_accuracy", "macro_auc", "macro_sensitivity")
"""Their degrees of freedom are those of the class with fewer persons: simulations say so."""
_CHUNK = 1_000_000
"""Weights in memory at once: 8 MB as float64, a few times over."""


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
        SettingError: the draws are of another number of persons; a value is no number, or a
            probability is outside 0 to 1.
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
        SettingError: the draws are of another number of persons; a value is no number, or a
            probability is outside 0 to 1.
    """
    _check(units, draws)
    keys = keys_of(units)
    if why := _why_nothing(units):
        nothing = Replicated(np.nan, np.empty(0), 0, why=why)
        return MetricReplicates(dict.fromkeys(keys, nothing), len(units), units.present())
    numbered = np.arange(len(units)) if units.persons is None else units.persons
    present, persons = np.unique(numbered, return_inverse=True)
    source = cohort_figures(units, persons, len(present), threshold)
    point, point_errors = _drawn(source, [np.ones((1, len(present)))], persons)
    why = "no-persons" if units.persons is None else "" if draws else "no-draws"
    chunks = _chunks(draws, present, len(units)) if draws and not why else ()
    drawn, errors = _drawn(source, chunks, persons)
    figures = {}
    for key in keys:
        if key[0] in _CALIBRATIONS:
            figures[key] = _calibration(source, key, drawn.get(key), why)
            continue
        figure = _figure(source, key, float(point[key][0]), drawn.get(key), why)
        fewest = figure.people if key[0] in _LEANING_ON_BOTH else len(present)
        figure = replace(figure, everybody=len(present), freedom=fewest - 1)
        if key in errors:
            error = float(point_errors[key][0])
            figure = replace(figure, draw_errors=errors[key], known_error=error)
        figures[key] = figure
    return MetricReplicates(figures, len(units), None if units.persons is None else len(present))


def _check(units: Units, draws: PersonDraws | None) -> None:
    if draws and units.persons is not None and draws.people != units.people:
        raise SettingError(f"draws of {draws.people} people for units of {units.people}")
    if not (np.isfinite(units.estimates).all() and np.isfinite(units.truths).all()):
        raise SettingError("an estimate or a truth is no number; leave such units out")
    if (
        units.kind != "regression"
        and len(units)
        and not (units.estimates.min() >= 0 and units.estimates.max() <= 1)
    ):
        raise SettingError("a probability is outside 0 to 1")


def _why_nothing(units: Units) -> str:
    """Say by a code why there is no figure at all; empty where there may be."""
    if not len(units):
        return "no-units"
    largest = max(np.abs(units.estimates).max(), np.abs(units.truths).max())
    return "too-large" if largest > LARGEST else ""


def _figure(
    source: CohortFigures, key: MetricKey, value: float, drawn: NDArray[np.float64] | None, why: str
) -> Replicated:
    draws = np.empty(0) if drawn is None else drawn
    if np.isnan(value):
        return Replicated(value, draws, source.people(key), why=source.why_undefined(key))
    exact = source.exact(key, value)
    return Replicated(value, draws, source.people(key), exact=exact, why=why)


def _calibration(
    source: CohortFigures, key: MetricKey, drawn: NDArray[np.float64] | None, why: str
) -> Replicated:
    code, label = key
    line = source.lines[label][_CALIBRATIONS.index(code)]
    draws = np.empty(0) if drawn is None else drawn
    people = source.people(("log_loss", label))
    fewer = source.people(("auc", label))
    few = people < CALIBRATION_PEOPLE or fewer < FEWEST_PEOPLE
    if line.why or few:
        return Replicated(np.nan, draws, people, why=line.why or "too-few-for-calibration")
    said = "" if why == "no-draws" else why
    error = line.standard_error
    return Replicated(line.value, draws, people, people, people - 1, known_error=error, why=said)


def _drawn(
    source: CohortFigures, chunks: Iterable[NDArray[np.float64]], persons: NDArray[np.intp]
) -> tuple[Drawn, Drawn]:
    """Give every figure in draws whose weights of persons come in chunks, and errors of means."""
    parts: dict[MetricKey, list[NDArray[np.float64]]] = {}
    errors: dict[MetricKey, list[NDArray[np.float64]]] = {}
    for weights in chunks:
        figures, own = source.of(PersonWeights(weights, persons))
        for label, pair in source.lines.items():
            for code, line in zip(_CALIBRATIONS, pair, strict=True):
                figures[code, label] = line.value + weights @ line.influence
        for key, values in figures.items():
            parts.setdefault(key, []).append(values)
        for key, values in own.items():
            errors.setdefault(key, []).append(values)
    return (
        {key: np.concatenate(each) for key, each in parts.items()},
        {key: np.concatenate(each) for key, each in errors.items()},
    )


def _chunks(
    draws: PersonDraws, present: NDArray[np.intp], units: int
) -> Iterator[NDArray[np.float64]]:
    """Give the weights of persons who are present, some draws at once, float64 (some, people)."""
    rows = max(1, _CHUNK // max(units, draws.people))
    for start in range(0, draws.draws, rows):
        weights = draws.weights(start, min(start + rows, draws.draws))
        yield weights.take(present, axis=1).astype(np.float64)
