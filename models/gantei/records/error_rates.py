"""How often records are wrong: stated, or estimated where there are errors enough to do it.

The share of wrong records decides how many of a list are true, and the data tell little of it
unless there are many: a flag raised by an estimate is right or wrong by what one knows of the
records before.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..errors import SettingError
from ..statistics.mixture_fit import MixtureFit, fit_mixture, profile
from ..statistics.mixture_likelihood import RecordedClasses

LARGEST_RATE = 0.2
"""Of a stated share; with more wrong, the records are no reference for anything."""
FEWEST_TO_ESTIMATE = 25
"""Errors to expect, without which a share is not estimated."""
WIDEST = 4.0
"""Ratio of the greatest to the least share that the records support, up to which it is estimated:
an estimator that hardly tells the classes apart explains many disagreements either way."""
_TRIED = np.geomspace(1e-5, 0.4, 25)
_HALF_CHI_SQUARE = 1.9207
"""Half of the 95th percentile of chi-square with one degree of freedom."""
RateSource = Literal["stated", "estimated"]


@dataclass(frozen=True)
class ErrorRate:
    """The share of wrong records that a list is made with.

    Attributes:
        value: of the records, 0 to 1.
        source: whether it was stated or estimated from these very records.
        low, high: shares that the records support (95 %, profile likelihood); a low of 0 where
            none at all may be wrong.
    """

    value: float
    source: RateSource
    low: float
    high: float

    @property
    def is_supported(self) -> bool:
        """Whether the records support it."""
        return self.low <= self.value <= self.high


def checked_rate(rate: float | None) -> float | None:
    """Give a stated share of wrong records.

    Raises:
        SettingError: it is none between 0 and 0.2.

    >>> from gantei.records.error_rates import checked_rate
    >>> checked_rate(0.005)
    0.005
    """
    if rate is None:
        return None
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 < rate <= LARGEST_RATE:
        raise SettingError(
            f"the error rate is {rate!r}; give the share of records that are wrong, more than 0 "
            f"and at most {LARGEST_RATE}, such as 0.005 for one in 200"
        )
    return float(rate)


def rate_and_fit(
    people: RecordedClasses, stated: float | None, key: str
) -> tuple[ErrorRate, MixtureFit]:
    """Fit with the stated share, or with an estimated one where enough errors are to be expected.

    Raises:
        SettingError: none was stated, and too few errors are to be expected, or the records say
            too little of it; says how many, and how to state one.
    """
    fit = fit_mixture(people, stated)
    low, high = supported_rates(people)
    if stated is not None:
        return ErrorRate(stated, "stated", low, high), fit
    expected = float(fit.wrong().sum())
    if expected < FEWEST_TO_ESTIMATE or high > WIDEST * low:
        raise SettingError(
            f"{key}: how often records are wrong cannot be estimated here: about {expected:.0f} "
            f"are expected to be wrong among {len(people)} people, and these records support "
            f"{low:.2%} to {high:.2%}; an estimate needs at least {FEWEST_TO_ESTIMATE} wrong ones, "
            f"and a range of no more than a factor of {WIDEST:.0f}. State the share by "
            "--error-rate, such as 0.005 for one in 200: from records that were checked against "
            "their source documents, or from a published rate for such a register"
        )
    return ErrorRate(fit.rate, "estimated", low, high), fit


def supported_rates(people: RecordedClasses) -> tuple[float, float]:
    """Give the least and the greatest share of wrong records that goes with them.

    Those whose profile likelihood is within 1.92 of the greatest.
    """
    reached = profile(people, _TRIED)
    good = np.flatnonzero(reached >= reached.max() - _HALF_CHI_SQUARE)
    low = 0.0 if good[0] == 0 else _crossing(reached, good[0] - 1, good[0])
    high = float(_TRIED[-1])
    if good[-1] + 1 < len(_TRIED):
        high = _crossing(reached, good[-1] + 1, good[-1])
    return low, high


def _crossing(reached: np.ndarray, outside: int, inside: int) -> float:
    """Give the share between two tried ones, by their logarithms, where support ends."""
    limit = reached.max() - _HALF_CHI_SQUARE
    part = (limit - reached[outside]) / (reached[inside] - reached[outside])
    first, other = np.log(_TRIED[[outside, inside]])
    return float(np.exp(first + part * (other - first)))
