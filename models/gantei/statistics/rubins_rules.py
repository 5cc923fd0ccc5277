"""Rubin's rules: one answer from those of several imputed sets (1987, doi 10.1002/9780470316696).

The degrees of freedom are those of Barnard and Rubin (1999, doi 10.1093/biomet/86.4.948).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from .scales import student_quantile, two_sided_p


@dataclass(frozen=True, slots=True)
class CombinedEstimate:
    """An estimate with its 95 % interval.

    Attributes:
        value: the mean of the sets' estimates.
        error: its standard error.
        freedom: degrees of freedom of Student's t; may be infinite.
        low, high: its 95 % interval.
        p: two-sided, of no difference from 0.
        fraction_missing: of the information, 0 to 1: how much of it the missing values took.
        variance_missing: the share of the variance that is due to them, 0 to 1.
    """

    value: float
    error: float
    freedom: float
    low: float
    high: float
    p: float
    fraction_missing: float = 0.0
    variance_missing: float = 0.0


def complete_estimate(value: float, variance: float, freedom: float) -> CombinedEstimate:
    """Give the interval of an estimate from complete data, with so many degrees of freedom.

    Raises:
        MissingExtraError: scipy is not installed.
    """
    error = math.sqrt(variance)
    reach = student_quantile(freedom) * error
    p = two_sided_p(value / error, freedom)
    return CombinedEstimate(value, error, freedom, value - reach, value + reach, p)


def combined(
    values: Sequence[float], variances: Sequence[float], freedom: float
) -> CombinedEstimate:
    """Combine the estimates of several sets, two at least.

    Args:
        values: of each set.
        variances: the squared standard error of each.
        freedom: degrees of freedom if nothing were missing; infinite for large samples.

    Raises:
        MissingExtraError: scipy is not installed.

    >>> import math
    >>> from gantei.statistics.rubins_rules import combined
    >>> found = combined([1.0, 1.2, 0.8], [0.04, 0.04, 0.04], math.inf)
    >>> round(found.error**2, 4), round(found.freedom, 2), round(found.variance_missing, 4)
    (0.0933, 6.13, 0.5714)
    """
    sets = len(values)
    value = math.fsum(values) / sets
    within = math.fsum(variances) / sets
    between = math.fsum((each - value) ** 2 for each in values) / (sets - 1)
    added = (1 + 1 / sets) * between
    total = within + added
    if added == 0:
        return complete_estimate(value, total, freedom)
    share = added / total
    known = _freedom(sets, share, freedom)
    ratio = added / within if within > 0 else math.inf
    missing = (ratio + 2 / (known + 3)) / (1 + ratio) if math.isfinite(ratio) else 1.0
    error = math.sqrt(total)
    reach = student_quantile(known) * error
    p = two_sided_p(value / error, known)
    return CombinedEstimate(value, error, known, value - reach, value + reach, p, missing, share)


def _freedom(sets: int, share: float, complete: float) -> float:
    """Give the degrees of freedom of Barnard and Rubin."""
    old = (sets - 1) / share**2
    if math.isinf(complete):
        return old
    observed = (complete + 1) / (complete + 3) * complete * (1 - share)
    return 1 / (1 / old + 1 / observed)
