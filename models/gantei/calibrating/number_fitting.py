"""The calibration of a number: a straight line, and by band how far real values lie from it."""

import numpy as np
from numpy.typing import NDArray

from ..calibrations.calibration import IntervalBand, LineCalibration
from ..errors import SettingError
from ..labels.cohort import Cohort
from ..manifests.fields import UNKNOWN
from ..statistics.conformal import covered_at_least, least_people, residual_ends
from ..statistics.estimate_bands import band_edges, bands_of
from ..statistics.number_line import cross_fitted_values, fit_line, one_each
from .fitted_output import DrawnUnits, FittedOutput, drawn_units
from .rounded import rounded
from .smallest_calibrations import LEAST_PEOPLE

_STEEPEST = 1e12
"""Slope of a line: steeper, estimates differ in their last digits alone."""
_DIGITS = 6
"""Of the ends of an interval."""


def people_in_band(level: float) -> int:
    """Give how many people a band of estimates is to have: no fewer than an interval takes.

    >>> from gantei.calibrating.number_fitting import people_in_band
    >>> people_in_band(0.9), people_in_band(0.99)
    (50, 199)
    """
    return max(LEAST_PEOPLE, least_people(level))


def fit_number(cohort: Cohort, level: float) -> FittedOutput:
    """Calibrate a number.

    Args:
        cohort: its photographs, with persons, `LEAST_PEOPLE` at least.
        level: of the intervals.

    Raises:
        SettingError: the estimates do not vary, or real values do not rise with them.
        MissingExtraError: scipy is not installed.
    """
    drawn = drawn_units(cohort)
    units, rows = drawn.units, drawn.rows
    if np.ptp(units.estimates[rows]) == 0 or np.ptp(units.truths) == 0:
        raise SettingError("all estimates, or all real values, are the same")
    intercept, slope = fit_line(units.estimates, units.truths, one_each(drawn.persons))
    if not slope > 0:
        raise SettingError(
            f"real values do not rise with the estimate (slope {slope:.2g}): these labels are "
            "others', or the estimator does not work here; gantei evaluate shows more"
        )
    if slope > _STEEPEST:
        raise SettingError(f"the estimates hardly differ (slope {slope:.2g})")
    expected = cross_fitted_values(units.estimates, units.truths, drawn.persons, drawn.folds)
    residuals = (units.truths - expected)[rows]
    edges = band_edges(units.estimates[rows], people_in_band(level))
    bands = bands_of(units.estimates[rows], edges)
    record = LineCalibration(
        unit=cohort.output.unit or UNKNOWN,
        people=len(rows),
        intercept=rounded(intercept),
        slope=rounded(slope),
        bands=_interval_bands(edges, bands, residuals, level),
        covered_at_least=_covered(bands, residuals, level),
    )
    low, high = _unseen_ends(bands, residuals, drawn, level)
    calibrated = expected[rows]
    return FittedOutput(
        cohort.output, record, drawn.drawn, calibrated, calibrated + low, calibrated + high,
        len(units), cohort.exclusions,
    )  # fmt: skip


def _interval_bands(
    edges: NDArray[np.float64],
    bands: NDArray[np.intp],
    residuals: NDArray[np.float64],
    level: float,
) -> tuple[IntervalBand, ...]:
    found = []
    for place in range(len(edges) - 1):
        own = residuals[bands == place]
        down = up = None
        if (ends := residual_ends(own, level)) is not None:
            down, up = rounded(-ends[0], _DIGITS), rounded(ends[1], _DIGITS)
        found.append(
            IntervalBand(
                least=float(edges[place]), greatest=float(edges[place + 1]), people=len(own),
                down=down, up=up,
            )
        )  # fmt: skip
    return tuple(found)


def _covered(bands: NDArray[np.intp], residuals: NDArray[np.float64], level: float) -> float | None:
    people = [
        len(own)
        for place in range(int(bands.max()) + 1)
        if residual_ends(own := residuals[bands == place], level) is not None
    ]
    return covered_at_least(people, level)


def _unseen_ends(
    bands: NDArray[np.intp], residuals: NDArray[np.float64], drawn: DrawnUnits, level: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give how far the interval of each person reaches by the residuals of the other tenths."""
    ends = np.full((2, len(residuals)), np.nan)
    for fold in np.unique(drawn.folds):
        away = drawn.folds != fold
        for band in np.unique(bands[~away]):
            found = residual_ends(residuals[away & (bands == band)], level)
            if found is not None:
                ends[:, ~away & (bands == band)] = np.array(found)[:, None]
    return ends[0], ends[1]
