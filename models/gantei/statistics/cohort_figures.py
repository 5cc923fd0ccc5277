"""All figures of a cohort by kind of estimate, for any weights of its persons."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from .calibration_lines import CalibrationLine, calibration_lines
from .class_figures import ClassFigures, losses
from .class_people import ClassPeople, ExactBounds, mean_bounds
from .metric_names import CLASS_METRICS, MACRO_METRICS, OVERALL_METRICS, REGRESSION_METRICS
from .metric_replicates import MetricKey
from .person_means import PersonMeans
from .person_weights import PersonWeights
from .regression_figures import Columns, RegressionFigures
from .units import Units

Drawn = dict[MetricKey, NDArray[np.float64]]
"""Figures by code and class, (draws,) each."""
_MEANS = ("brier", "log_loss", "macro_brier", "macro_log_loss")
CalibrationLines = Mapping[int | None, tuple[CalibrationLine, CalibrationLine]]
"""By class, calibration intercept and slope."""


class CohortFigures(Protocol):
    """The figures of a cohort.

    Attributes:
        lines: calibrations by class, which are fitted once and not for each draw.
    """

    lines: CalibrationLines

    def of(self, weights: PersonWeights) -> tuple[Drawn, Drawn]:
        """Give every figure of some draws but calibrations, nan where it is not defined.

        Also give, of means, each draw's own standard error.
        """

    def people(self, key: MetricKey) -> int:
        """Give the number of persons that a figure rests on."""

    def exact(self, key: MetricKey, value: float) -> ExactBounds:
        """Bound a figure that stands at the end of its range."""

    def why_undefined(self, key: MetricKey) -> str:
        """Give the code of the reason why a figure has no value."""


def _labelled(found: tuple[Columns, Columns], label: int | None) -> tuple[Drawn, Drawn]:
    figures, errors = found
    return (
        {(code, label): values for code, values in figures.items()},
        {(code, label): values for code, values in errors.items()},
    )


class OfNumber:
    """The figures of a number."""

    def __init__(self, units: Units, persons: NDArray[np.intp], people: int) -> None:
        self.lines: CalibrationLines = {}
        self._figures, self._people = RegressionFigures(units, persons, people), people

    def of(self, weights: PersonWeights) -> tuple[Drawn, Drawn]:
        """Give every figure of some draws, and the errors of means."""
        return _labelled(self._figures.of(weights), None)

    def people(self, key: MetricKey) -> int:
        """Give the number of persons that a figure rests on."""
        return self._people

    def exact(self, key: MetricKey, value: float) -> ExactBounds:
        """Bound a figure that stands at the end of its range."""
        return None

    def why_undefined(self, key: MetricKey) -> str:
        """Give the code of the reason why a figure has no value."""
        return "no-spread"


class OfClass:
    """The figures of one class against the rest; `label` is None of a binary output."""

    def __init__(
        self,
        chosen: tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.float64]],
        persons: NDArray[np.intp],
        people: int,
        label: int | None = None,
    ) -> None:
        """Prepare the figures of units that are, that are said to be, and how probably."""
        positive, answered, probability = chosen
        self.label = label
        self._figures = ClassFigures(positive, answered, probability, persons, people)
        self.resting = ClassPeople(positive, answered, persons, people)
        self._mixed = 0 < positive.sum() < len(positive)
        self.lines: CalibrationLines = {
            label: calibration_lines(positive, probability, persons, people)
        }

    def of(self, weights: PersonWeights) -> tuple[Drawn, Drawn]:
        """Give every figure of some draws, and the errors of means."""
        return _labelled(self._figures.of(weights), self.label)

    def people(self, key: MetricKey) -> int:
        """Give the number of persons that a figure rests on."""
        return self.resting.of[key[0]]

    def exact(self, key: MetricKey, value: float) -> ExactBounds:
        """Bound a figure that stands at the end of its range."""
        return self.resting.exact(key[0], value)

    def why_undefined(self, key: MetricKey) -> str:
        """Give the code of the reason why a figure has no value."""
        return "one-class" if not self._mixed and key[0] not in ("ppv", "npv") else "none-answered"


class OfClasses:
    """The figures of several classes: at once, each against the rest, and their plain means."""

    def __init__(self, units: Units, persons: NDArray[np.intp], people: int) -> None:
        """Prepare the figures; the answer is the class of the greatest probability."""
        count = units.estimates.shape[1]
        answers = units.estimates.argmax(axis=1)
        self.classes = [
            OfClass(
                (units.truths == label, answers == label, units.estimates[:, label]),
                persons, people, label,
            )
            for label in range(count)
        ]  # fmt: skip
        self.lines: CalibrationLines = {
            label: line for one in self.classes for label, line in one.lines.items()
        }
        real = np.take_along_axis(units.estimates, units.truths[:, None], axis=1)[:, 0]
        off = units.estimates - (units.truths[:, None] == np.arange(count))
        right = (answers == units.truths).astype(np.float64)[:, None]
        clipped = [losses(np.where(units.truths == label, chance, 1 - chance))
                   for label, chance in enumerate(units.estimates.T)]  # fmt: skip
        square = np.sum(off**2, axis=1)
        means = (square, losses(real), square / count, np.mean(clipped, axis=0))
        self._right = PersonMeans(right, persons, people)
        self._means, self._people = PersonMeans(np.stack(means, axis=1), persons, people), people

    def of(self, weights: PersonWeights) -> tuple[Drawn, Drawn]:
        """Give every figure of some draws, and the errors of means."""
        drawn: Drawn = {}
        errors: Drawn = {}
        for one in self.classes:
            figures, errors_of_class = one.of(weights)
            drawn |= figures
            errors |= errors_of_class
        for code in MACRO_METRICS:
            each = [drawn[code, one.label] for one in self.classes]
            drawn[f"macro_{code}", None] = np.mean(each, axis=0)
        drawn["accuracy", None] = self._right.of(weights)[0][0]
        drawn["balanced_accuracy", None] = drawn["macro_sensitivity", None]
        for code, mean, error in zip(_MEANS, *self._means.of(weights), strict=True):
            drawn[code, None], errors[code, None] = mean, error
        return drawn, errors

    def people(self, key: MetricKey) -> int:
        """Give the number of persons that a figure rests on."""
        code, label = key
        if label is not None:
            return self.classes[label].people(key)
        if code.startswith("macro_"):
            return min(one.people((code.removeprefix("macro_"), None)) for one in self.classes)
        if code == "balanced_accuracy":
            return self.people(("macro_sensitivity", None))
        return self._people

    def exact(self, key: MetricKey, value: float) -> ExactBounds:
        """Bound a figure that stands at the end of its range."""
        code, label = key
        if label is not None:
            return self.classes[label].exact(key, value)
        if code in ("accuracy", "balanced_accuracy"):
            return self._exact_share(code, value)
        parts, one_code = len(self.classes), code.removeprefix("macro_")
        return mean_bounds([one.resting.exact(one_code, value, parts) for one in self.classes])

    def _exact_share(self, code: str, value: float) -> ExactBounds:
        if code == "accuracy":
            return self.classes[0].resting.exact("accuracy", value)
        return self.exact(("macro_sensitivity", None), value)

    def why_undefined(self, key: MetricKey) -> str:
        """Give the code of the reason why a figure has no value."""
        code, label = key
        if label is not None:
            return self.classes[label].why_undefined(key)
        return "none-answered" if code in ("macro_ppv", "macro_npv") else "class-absent"


def cohort_figures(
    units: Units, persons: NDArray[np.intp], people: int, threshold: float
) -> CohortFigures:
    """Prepare the figures of units (n > 0), whose `persons` are 0 to `people` - 1 without gaps."""
    if units.kind == "regression":
        return OfNumber(units, persons, people)
    if units.kind == "binary":
        chosen = (units.truths == 1, units.estimates >= threshold, units.estimates)
        return OfClass(chosen, persons, people)
    return OfClasses(units, persons, people)


def keys_of(units: Units) -> tuple[MetricKey, ...]:
    """Give the keys of every figure of units, in the order in which they are printed."""
    if units.kind == "regression":
        return tuple((code, None) for code in REGRESSION_METRICS)
    if units.kind == "binary":
        return tuple((code, None) for code in CLASS_METRICS)
    overall = (*OVERALL_METRICS, *(f"macro_{code}" for code in MACRO_METRICS))
    each = ((code, label) for label in range(units.estimates.shape[1]) for code in CLASS_METRICS)
    return (*((code, None) for code in overall), *each)
