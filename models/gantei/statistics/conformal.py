"""Split-conformal intervals: by the ranks of residuals of people whom the line has not seen.

Of m people and a level of 1 - a, `floor((m + 1) a)` ranks of the residuals may lie outside, half
of them below and half above (the odd one above). A new person then lies between the two ends with
a probability of at least 1 - a, whatever the distribution (Vovk, Gammerman & Shafer 2005, doi
10.1007/b106715; Lei et al. 2018, doi 10.1080/01621459.2017.1307116). Residuals keep their sign: the
two ends move by themselves, which matters where a line leaves a band too high or too low.

Given the people who calibrate, what an interval covers follows Beta(k, m + 1 - k), where k of the
m + 1 ranks lie inside (Vovk 2013, doi 10.1007/s10994-013-5355-6).
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..errors import MissingExtraError
from ..system.install_command import how_to_add

_ROUNDING = 1e-9


def ranks_outside(people: int, level: float) -> tuple[int, int]:
    """Give how many ranks lie outside below and above; at least one each, or there is no end.

    >>> from gantei.statistics.conformal import ranks_outside
    >>> ranks_outside(50, 0.9), ranks_outside(59, 0.9), ranks_outside(18, 0.9)
    ((2, 3), (3, 3), (0, 1))
    """
    outside = math.floor((people + 1) * (1 - level) + _ROUNDING)
    return outside // 2, outside - outside // 2


def least_people(level: float) -> int:
    """Give how many people an interval of this level needs at least.

    >>> from gantei.statistics.conformal import least_people
    >>> [least_people(level) for level in (0.8, 0.9, 0.95, 0.99)]
    [9, 19, 39, 199]
    """
    return math.ceil(2 / (1 - level) - _ROUNDING) - 1


def residual_ends(residuals: NDArray[np.float64], level: float) -> tuple[float, float] | None:
    """Give the lower and the upper end of the residuals of a new person; None of too few people.

    Args:
        residuals: float64 (m,), real minus expected value, one per person.
        level: above 0, below 1, such as 0.9.

    >>> import numpy as np
    >>> from gantei.statistics.conformal import residual_ends
    >>> residual_ends(np.arange(-9.0, 10.0), 0.9)
    (-9.0, 9.0)
    """
    below, above = ranks_outside(len(residuals), level)
    if below < 1:
        return None
    ordered = np.sort(residuals)
    return float(ordered[below - 1]), float(ordered[len(ordered) - above])


def covered_at_least(people: Sequence[int], level: float, chance: float = 0.05) -> float | None:
    """Give what one sample of people to calibrate on covers at least, but for a share of samples.

    Of one band, the percentile of the beta distribution. Of several, that of the beta distribution
    with the mean and the variance of their average, each by its share of the people. Of
    cross-fitted residuals both are approximate.

    Args:
        people: of each band that has an interval.
        level: of the intervals.
        chance: share of samples that cover less.

    Returns:
        0 to 1; None without a band.

    Raises:
        MissingExtraError: scipy is not installed.

    >>> from gantei.statistics.conformal import covered_at_least
    >>> [round(covered_at_least([people], 0.9), 3) for people in (50, 100, 200, 500)]
    [0.826, 0.848, 0.864, 0.877]
    """
    if not people:
        return None
    try:
        from scipy import special
    except ImportError as error:
        raise MissingExtraError(f"calibrating needs scipy: {how_to_add('study')}") from error
    count = np.array(people, np.float64)
    outside = np.array([sum(ranks_outside(each, level)) for each in people], np.float64)
    share, inside = count / count.sum(), (count + 1 - outside) / (count + 1)
    mean = float(share @ inside)
    variance = float(share**2 @ (inside * (1 - inside) / (count + 2)))
    size = mean * (1 - mean) / variance - 1
    return float(special.betaincinv(mean * size, (1 - mean) * size, chance))
