"""A number's evaluation by sums: moments by fifth of the people, then residuals by bin.

A residual is of the line that was fitted without its person's fifth, as in `gantei calibrate`
(there: tenth), so that it is as large as those of new people. Estimates are counted apart from
residuals, and coarsely: which residual belongs to which estimate does not leave.
"""

import numpy as np
from numpy.typing import NDArray

from gantei.errors import SettingError

from ..learning.labelled_embeddings import LabelledEmbeddings
from .evaluation_state import EvaluationState
from .histogram_bins import HistogramBins, checked_counts
from .shared_sums import SumArray

EVALUATION_FOLDS = 5
NUMBER_MOMENTS = 7
"""1, estimate, real value, their squares, their product, and the absolute error."""
_RESIDUAL_BINS, _ESTIMATE_BINS = 32, 4
"""As wide as a standard deviation."""
_LEAST_VARIANCE = 1e-12
"""Of the mean square: below, a variance is rounding."""


def number_sums_size(state: EvaluationState) -> int:
    """Give how many numbers a site answers."""
    if state.step == "moments":
        return EVALUATION_FOLDS * NUMBER_MOMENTS
    return sum(bins.size for bins in _bins(state))


def number_sums(state: EvaluationState, data: LabelledEmbeddings) -> SumArray:
    """Answer a state: float64 (`number_sums_size`,), to be masked.

    Args:
        state: that is not finished.
        data: whose only column is the estimate, one row per person, in an order that means nothing.
    """
    estimates, truths = data.embeddings[:, 0], data.truths
    folds = np.arange(len(data)) % EVALUATION_FOLDS
    if state.step == "moments":
        rows = np.stack(
            (
                np.ones(len(data)), estimates, truths, estimates**2, truths**2, estimates * truths,
                np.abs(estimates - truths),
            ),
            axis=1,
        )  # fmt: skip
        sums = np.zeros((EVALUATION_FOLDS, NUMBER_MOMENTS))
        np.add.at(sums, folds, rows)
        return sums.ravel()
    intercepts, slopes = state.arrays["lines"][folds].T
    residual_bins, estimate_bins = _bins(state)
    residuals = truths - (intercepts + slopes * estimates)
    return np.concatenate((residual_bins.counted(residuals), estimate_bins.counted(estimates)))


def number_state_after(state: EvaluationState, total: SumArray) -> EvaluationState:
    """Go on from the total of all sites' answers.

    Raises:
        SettingError: the sums cannot be those of photographs, or estimates or labels do not vary.
    """
    if state.step == "moments":
        return _after_moments(state, total.reshape(EVALUATION_FOLDS, NUMBER_MOMENTS))
    residual_bins, _ = _bins(state)
    residuals, estimates = np.split(total, [residual_bins.size])
    arrays = {
        **state.arrays,
        "residual_counts": checked_counts(residuals, state.people),
        "estimate_counts": checked_counts(estimates, state.people),
    }
    return EvaluationState("finished", arrays)


def line_of_moments(moments: NDArray[np.float64]) -> tuple[float, float, float]:
    """Fit the least-squares line of the real value on the estimate.

    Args:
        moments: float64 (`NUMBER_MOMENTS`,).

    Returns:
        Intercept, slope, and the standard deviation of real values about the line.

    Raises:
        SettingError: all estimates, or all real values, are the same, or follow one line.
    """
    people, estimate, truth, squares, truths, products, _ = moments
    spread = squares - estimate**2 / people
    width = truths - truth**2 / people
    if not (spread > _LEAST_VARIANCE * squares and width > _LEAST_VARIANCE * truths):
        raise SettingError("all estimates, or all real values, are the same")
    slope = (products - estimate * truth / people) / spread
    rest = width - slope**2 * spread
    if not rest > _LEAST_VARIANCE * width:
        raise SettingError("the real values follow from the estimates: these are no labels")
    return (truth - slope * estimate) / people, slope, float(np.sqrt(rest / people))


def _after_moments(state: EvaluationState, moments: NDArray[np.float64]) -> EvaluationState:
    counts = moments[:, 0]
    if counts.sum() != state.people or counts.min() < 1:
        raise SettingError(
            f"the sites' sums are of {counts.sum():g} people, and they joined with {state.people}"
        )
    every = moments.sum(axis=0)
    lines = [line_of_moments(every - fold)[:2] for fold in moments]
    *_, deviation = line_of_moments(every)
    mean = every[1] / state.people
    spread = float(np.sqrt(every[3] / state.people - mean**2))
    arrays = {
        **state.arrays,
        "moments": every,
        "lines": np.array(lines),
        "residual_bins": HistogramBins.around(0, deviation, _RESIDUAL_BINS).numbers,
        "estimate_bins": HistogramBins.around(mean, spread, _ESTIMATE_BINS).numbers,
    }
    return EvaluationState("histograms", arrays)


def _bins(state: EvaluationState) -> tuple[HistogramBins, HistogramBins]:
    residuals, estimates = (state.arrays[f"{each}_bins"] for each in ("residual", "estimate"))
    return HistogramBins.of(residuals), HistogramBins.of(estimates)
