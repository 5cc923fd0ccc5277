"""Calibrated values with their intervals, of any number of estimates at once.

Of a number, the interval is where the real value of a new person lies: the calibrated value with
the half widths of its band, which are split-conformal (Lei et al. 2018, doi
10.1080/01621459.2017.1307116). Of a probability, it is that of the calibrated probability, by the
delta method on the logit (Oehlert 1992, doi 10.1080/00031305.1992.10475842): with the parameters t,
their covariance V and the gradient g of the class's logit l, it is expit(l -+ z sqrt(g' V g)).

A row never depends on the rows beside it.
"""

from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .calibration import LineCalibration, LogisticCalibration

FURTHEST = 2.0**-24
"""Logits are of probabilities at least this far from 0 and 1: networks compute in float32, which
knows none between 1 - 2**-24 and 1."""

EstimateArray = NDArray[np.float64]


class CalibratedNumbers(NamedTuple):
    """Calibrated values and their intervals, arrays of one shape; nan: no interval there."""

    value: EstimateArray
    low: EstimateArray
    high: EstimateArray


def calibrated_numbers(estimates: EstimateArray, calibration: LineCalibration) -> CalibratedNumbers:
    """Calibrate numbers (n,), in their unit; an estimate outside all bands has no interval.

    >>> import numpy as np
    >>> from gantei.calibrations.applying import calibrated_numbers
    >>> from gantei.calibrations.calibration import IntervalBand, LineCalibration
    >>> band = IntervalBand(least=20.0, greatest=80.0, people=99, down=8.0, up=9.0)
    >>> line = LineCalibration(
    ...     unit="years",
    ...     people=99,
    ...     intercept=10.0,
    ...     slope=0.8,
    ...     bands=(band,),
    ...     covered_at_least=0.85,
    ... )
    >>> [each.tolist() for each in calibrated_numbers(np.array([50.0, 90.0]), line)]
    [[50.0, 82.0], [42.0, nan], [59.0, nan]]
    """
    value = calibration.intercept + calibration.slope * estimates
    widths = [(band.down, band.up) for band in calibration.bands]
    down, up = np.array([*widths, (None, None)], np.float64).T  # None becomes nan
    place = band_places(estimates, calibration)
    return CalibratedNumbers(value, value - down[place], value + up[place])


def band_places(estimates: EstimateArray, calibration: LineCalibration) -> NDArray[np.intp]:
    """Give the place of the band of each estimate (n,); -1 where it lies outside all of them."""
    bands = calibration.bands
    edges = np.array([band.least for band in bands])
    place = np.searchsorted(edges, estimates, side="right").astype(np.intp) - 1
    place[~(estimates <= bands[-1].greatest)] = -1
    return place


def calibrated_probabilities(
    probabilities: EstimateArray, calibration: LogisticCalibration, level: float
) -> CalibratedNumbers:
    """Calibrate probabilities (n, classes), in the order of the classes.

    Args:
        probabilities: 0 to 1; of a binary output those of both classes.
        calibration: with as many classes.
        level: of the intervals; they are nan where there is no covariance.

    >>> import numpy as np
    >>> from gantei.calibrations.applying import calibrated_probabilities
    >>> from gantei.calibrations.calibration import LogisticCalibration
    >>> sex = LogisticCalibration(
    ...     classes=("female", "male"),
    ...     people=99,
    ...     intercepts=(0.0,),
    ...     slope=0.5,
    ...     covariance=((0.04, 0.0), (0.0, 0.01)),
    ... )
    >>> value, low, high = calibrated_probabilities(np.array([[0.2, 0.8]]), sex, 0.9)
    >>> [round(float(each[0, 1]), 3) for each in (value, low, high)]
    [0.667, 0.573, 0.749]
    """
    clipped = np.clip(probabilities, FURTHEST, 1 - FURTHEST)
    ratios = np.log(clipped / clipped[:, :1])
    intercepts = np.array([0.0, *calibration.intercepts])
    scores = intercepts + calibration.slope * ratios
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    value = powers / powers.sum(axis=1, keepdims=True)
    if calibration.covariance is None:
        nothing = np.full_like(value, np.nan)
        return CalibratedNumbers(value, nothing, nothing)
    covariance = np.array(calibration.covariance)
    logits, errors = np.empty_like(value), np.empty_like(value)
    for one in range(value.shape[1]):
        logits[:, one], gradient = _logit_of_one(one, scores, ratios)
        variance = np.einsum("ni,ij,nj->n", gradient, covariance, gradient)
        errors[:, one] = np.sqrt(np.maximum(variance, 0))
    reach = NormalDist().inv_cdf(0.5 + level / 2) * errors
    return CalibratedNumbers(value, _expit(logits - reach), _expit(logits + reach))


def _logit_of_one(
    one: int, scores: EstimateArray, ratios: EstimateArray
) -> tuple[EstimateArray, EstimateArray]:
    """Give the logit (n,) of a class against all others, and its gradient (n, parameters).

    With the scores s: l = s_one - log(sum of exp(s_i) over the others), so that dl/ds_one is 1, and
    dl/ds_i is minus the share of class i among the others.
    """
    others = np.delete(scores, one, axis=1)
    highest = others.max(axis=1, keepdims=True)
    powers = np.exp(others - highest)
    total = powers.sum(axis=1, keepdims=True)
    logit = scores[:, one] - (highest + np.log(total))[:, 0]
    by_score = np.insert(-powers / total, one, 1.0, axis=1)
    by_slope = np.sum(by_score * ratios, axis=1)
    return logit, np.concatenate((by_score[:, 1:], by_slope[:, None]), axis=1)


def _expit(logits: EstimateArray) -> EstimateArray:
    expit: EstimateArray = (1 + np.tanh(logits / 2)) / 2  # without overflow
    return expit
