"""From a value and its standard error to a figure with its interval by Student's t."""

import numpy as np

from .clustered_regression import Coefficient
from .measure import Measure
from .metric_replicates import FEWEST_PEOPLE, ROUNDING
from .scales import student_quantile, two_sided_p

LEAST_FREEDOM = 1.0
"""With fewer degrees of freedom an interval says nothing."""


def figure_of(
    metric: str,
    found: Coefficient,
    *,
    units: int,
    people: int,
    fewest: int | None = None,
    tested: bool = False,
    is_log: bool = False,
) -> Measure:
    """Give a figure with its 95 % interval: the value and a quantile times the standard error.

    Args:
        metric: its code.
        found: value, standard error and degrees of freedom.
        units: rows behind it.
        people: persons behind it.
        fewest: persons of the smallest group that it needs; None: `people`.
        tested: whether it has a p-value, against 0.
        is_log: whether the interval is computed on the logarithmic scale, of what is above 0.

    Returns:
        The figure; without an interval, and why, where persons are fewer than ten or all alike.

    Raises:
        MissingExtraError: scipy is not installed.

    >>> import numpy as np
    >>> from gantei.statistics.clustered_regression import Coefficient
    >>> from gantei.statistics.student_intervals import figure_of
    >>> figure_of("raw_gap", Coefficient(1.0, 0.5, np.nan), units=4, people=4).why
    'too-few-people'
    """
    value, error, freedom = found.value, found.error, found.freedom
    if not np.isfinite(value):
        return Measure(metric, None, None, None, units, people, why="no-units")
    if (people if fewest is None else fewest) < FEWEST_PEOPLE or not freedom >= LEAST_FREEDOM:
        return Measure(metric, value, None, None, units, people, why="too-few-people")
    if not error > ROUNDING * max(abs(value), 1.0) or (is_log and not value > 0):
        return Measure(metric, value, None, None, units, people, why="no-variation")
    reach = student_quantile(freedom) * error
    if is_log:
        low, high = value * np.exp(-reach / value), value * np.exp(reach / value)
    else:
        low, high = value - reach, value + reach
    p = two_sided_p(value / error, freedom) if tested else None
    return Measure(metric, value, float(low), float(high), units, people, p=p)


def missing(metric: str, why: str, units: int = 0, people: int = 0) -> Measure:
    """Give a figure that is not there, with the code of the reason."""
    return Measure(metric, None, None, None, units, people, why=why)
