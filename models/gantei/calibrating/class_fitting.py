"""The calibration of probabilities: an intercept for each class but the first, and one slope."""

import numpy as np
from numpy.typing import NDArray

from ..calibrations.calibration import LogisticCalibration
from ..errors import SettingError
from ..labels.cohort import Cohort
from ..statistics.class_line import class_chances, fit_class_line, scores_of
from ..statistics.number_line import one_each
from .fitted_output import DrawnUnits, FittedOutput, drawn_units
from .rounded import rounded

_REASONS = {
    "class-absent": "nobody is of one of the classes",
    "separable": "the estimates part the classes perfectly, so no slope is steep enough; more "
    "people are needed, some of them hard to tell",
    "no-spread": "all estimates are the same",
}


def fit_classes(cohort: Cohort) -> FittedOutput:
    """Calibrate the probabilities of two or more classes.

    Args:
        cohort: its photographs, with persons.

    Raises:
        SettingError: the likelihood has no maximum, or the classes do not follow the estimates.
    """
    drawn = drawn_units(cohort)
    units = drawn.units
    scores = scores_of(units.estimates)
    line = fit_class_line(scores, units.truths, one_each(drawn.persons), drawn.persons)
    if line.why:
        raise SettingError(_REASONS[line.why])
    if not line.slope > 0:
        raise SettingError(
            f"the classes do not follow the estimates (slope {line.slope:.2g}): the labels, or "
            "the estimator's classes, may be the other way round; gantei evaluate shows more"
        )
    covariance = (line.covariance + line.covariance.T) / 2
    record = LogisticCalibration(
        classes=cohort.output.classes,
        people=len(drawn.rows),
        intercepts=tuple(rounded(each) for each in line.intercepts.tolist()),
        slope=rounded(line.slope),
        covariance=tuple(tuple(rounded(each) for each in row) for row in covariance.tolist()),
    )
    nothing = np.full(len(drawn.rows), np.nan)
    return FittedOutput(
        cohort.output, record, drawn.drawn, _unseen_chances(drawn, scores), nothing, nothing,
        len(units), cohort.exclusions,
    )  # fmt: skip


def _unseen_chances(drawn: DrawnUnits, scores: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Calibrate each drawn photograph by the line of all tenths but its person's own."""
    chances = np.empty((len(drawn.rows), scores.shape[1]))
    truths, persons = drawn.units.truths, drawn.persons
    for fold in np.unique(drawn.folds):
        away = drawn.folds[persons] != fold
        line = fit_class_line(scores[away], truths[away], one_each(persons)[away], persons[away])
        if line.why:
            return None
        here = drawn.folds == fold
        chances[here] = class_chances(scores[drawn.rows[here]], line.intercepts, line.slope)
    return chances
