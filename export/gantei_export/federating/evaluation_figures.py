"""What a finished evaluation found: figures with intervals, and the calibration of the output."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gantei.calibrating.rounded import rounded
from gantei.calibrations.calibration import IntervalBand, LineCalibration, LogisticCalibration
from gantei.errors import MissingExtraError, SettingError
from gantei.manifests.fields import UNKNOWN
from gantei.statistics.class_line import fit_class_line
from gantei.statistics.conformal import covered_at_least, ranks_outside
from gantei.statistics.draws import PersonDraws
from gantei.statistics.measure import Measure
from gantei.statistics.measures import measures
from gantei.statistics.units import Units
from gantei.system.install_command import how_to_add

from ..learning.learning_target import LearningTarget
from .evaluation_state import EvaluationState
from .histogram_bins import HistogramBins
from .number_evaluation import line_of_moments

MOST_DRAWN = 100_000
"""People: of more, the bootstrap of classes takes minutes, and intervals are narrow anyway."""
_EXACT = ("brier", "log_loss")


@dataclass(frozen=True)
class EvaluationFound:
    """What an evaluation found.

    Attributes:
        measures: each figure, with its 95 % interval where there is one.
        auc_bounds: between which AUC lies, as far as bins tell; None of a number.
        calibration: of the output; None where `why` says why there is none.
        bin_width: of the residuals of a number, or of logits.
        why: there is no calibration.
    """

    measures: tuple[Measure, ...]
    auc_bounds: tuple[float, float] | None
    calibration: LineCalibration | LogisticCalibration | None
    bin_width: float
    why: str = ""


def evaluation_found(
    target: LearningTarget, state: EvaluationState, level: float
) -> EvaluationFound:
    """Compute figures and calibration from the totals of all sites.

    Args:
        target: what was evaluated.
        state: of the last round.
        level: share of people that an interval of a number is to cover, 0.5 to 0.999.

    Raises:
        SettingError: the evaluation has not finished.
        MissingExtraError: scipy is not installed.
    """
    if state.step != "finished":
        raise SettingError("this evaluation has not finished: its sites have to answer again")
    return (_of_number if target.kind == "regression" else _of_classes)(target, state, level)


def _of_number(target: LearningTarget, state: EvaluationState, level: float) -> EvaluationFound:
    moments = state.arrays["moments"]
    bins = HistogramBins.of(state.arrays["residual_bins"])
    intercept, slope, _ = line_of_moments(moments)
    found = _number_measures(moments, slope)
    if not slope > 0:
        why = f"real values do not rise with the estimate (slope {slope:.2g})"
        return EvaluationFound(found, None, None, bins.width, why)
    estimates = HistogramBins.of(state.arrays["estimate_bins"])
    held = np.flatnonzero(state.arrays["estimate_counts"][1:-1])
    least, greatest = estimates.edges[held[0]], estimates.edges[held[-1] + 1]
    ends = binned_ends(bins, state.arrays["residual_counts"], level)
    down, up = (None, None) if ends is None else (-ends[0], ends[1])
    people = state.people
    line = LineCalibration(
        unit=target.unit or UNKNOWN,
        people=people,
        intercept=rounded(intercept),
        slope=rounded(slope),
        bands=(
            IntervalBand(
                least=float(least), greatest=float(greatest), people=people, down=down, up=up
            ),
        ),
        covered_at_least=None if ends is None else covered_at_least([people], level),
    )
    return EvaluationFound(found, None, line, bins.width)


def binned_ends(
    bins: HistogramBins, counts: NDArray[np.int64], level: float
) -> tuple[float, float] | None:
    """Give the ends of a conformal interval, each the outer edge of the bin that it is in.

    Args:
        bins: of the residuals.
        counts: int64 (bins.size,).
        level: above 0, below 1.

    Returns:
        What is added to an expected value; None of too few people, or where an end is in an open
        bin.
    """
    below, above = ranks_outside(int(counts.sum()), level)
    if below < 1:
        return None
    low = int(np.searchsorted(np.cumsum(counts), below))
    high = bins.size - 1 - int(np.searchsorted(np.cumsum(counts[::-1]), above))
    if low == 0 or high == bins.size - 1:
        return None
    return float(bins.edges[low - 1]), float(bins.edges[high])


def _number_measures(moments: NDArray[np.float64], slope: float) -> tuple[Measure, ...]:
    count, estimate, truth, squares, truths, products, absolute = moments.tolist()
    people = int(count)
    square = squares + truths - 2 * products
    width, spread = truths - truth**2 / count, squares - estimate**2 / count
    covariance = products - estimate * truth / count
    plain = {
        "rmse": (square / count) ** 0.5,
        "r2": 1 - square / width,
        "correlation": covariance / (width * spread) ** 0.5,
        "slope_of_estimate": covariance / width,
        "slope_of_truth": slope,
    }
    return (
        _mean("mae", absolute, square, people),
        _mean("bias", estimate - truth, square, people),
        *(Measure(code, value, None, None, people, people) for code, value in plain.items()),
    )


def _mean(code: str, total: float, squares: float, people: int) -> Measure:
    """Give a mean with the interval of Student's t, one number per person."""
    try:
        from scipy import special
    except ImportError as error:
        raise MissingExtraError(f"a report needs scipy: {how_to_add('study')}") from error
    mean = total / people
    standard_error = (max(squares - people * mean**2, 0) / (people - 1) / people) ** 0.5
    away = float(special.stdtrit(people - 1, 0.975)) * standard_error
    return Measure(code, mean, mean - away, mean + away, people, people)


def _of_classes(target: LearningTarget, state: EvaluationState, level: float) -> EvaluationFound:
    del level  # of the intervals of numbers
    bins = HistogramBins.of(state.arrays["logit_bins"])
    counts = state.arrays["counts"]
    people = state.people
    logits = np.concatenate([np.repeat(bins.middles, each) for each in counts])
    truths = np.repeat([0, 1], counts.sum(axis=1))
    chances = (1 + np.tanh(logits / 2)) / 2
    persons = np.arange(people)
    draws = PersonDraws(people) if people <= MOST_DRAWN else None
    binned = measures(Units("binary", chances, truths, persons, people), draws)
    exact = dict(zip(_EXACT, (state.arrays["moments"][6:] / people).tolist(), strict=True))
    found = tuple(_moved(each, exact.get(each.metric)) for each in binned)
    scores = np.stack((np.zeros(people), logits), axis=1)
    line = fit_class_line(scores, truths, np.ones(people), persons)
    bounds = auc_bounds(counts)
    if line.why or not line.slope > 0:
        why = (
            "the estimates part the classes perfectly, so no slope is steep enough"
            if line.why
            else f"the classes do not follow the estimates (slope {line.slope:.2g})"
        )
        return EvaluationFound(found, bounds, None, bins.width, why)
    covariance = (line.covariance + line.covariance.T) / 2
    record = LogisticCalibration(
        classes=target.classes,
        people=people,
        intercepts=tuple(rounded(each) for each in line.intercepts.tolist()),
        slope=rounded(line.slope),
        covariance=tuple(tuple(rounded(each) for each in row) for row in covariance.tolist()),
    )
    return EvaluationFound(found, bounds, record, bins.width)


def _moved(found: Measure, value: float | None) -> Measure:
    """Put the exact value of a mean, known from sums, into the place of the binned one."""
    if value is None or found.value is None:
        return found
    low, high = (
        None if end is None else end + value - found.value for end in (found.low, found.high)
    )
    return Measure(found.metric, value, low, high, found.units, found.people, why=found.why)


def auc_bounds(counts: NDArray[np.int64]) -> tuple[float, float]:
    """Give between which areas under the ROC curve lie: ties within a bin all wrong, or all right.

    Args:
        counts: int64 (2, bins), of the negative and of the positive class.

    >>> import numpy as np
    >>> from gantei_export.federating.evaluation_figures import auc_bounds
    >>> auc_bounds(np.array([[2, 2], [0, 4]]))
    (0.5, 1.0)
    """
    negatives, positives = counts.astype(np.float64)
    below = np.cumsum(negatives) - negatives
    pairs = negatives.sum() * positives.sum()
    surely, tied = positives @ below, positives @ negatives
    return float(surely / pairs), float((surely + tied) / pairs)
