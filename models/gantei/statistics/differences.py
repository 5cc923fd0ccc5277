"""Differences of one figure between two cohorts of the same draws, with interval and p-value."""

import numpy as np

from .measure import Measure
from .metric_replicates import FEWEST_PEOPLE, ROUNDING, MetricKey, MetricReplicates, Replicated
from .scales import at_the_end, scale_of, student_quantile, two_sided_p


def difference(a: MetricReplicates, b: MetricReplicates, key: MetricKey) -> Measure:
    """Compare a figure of two estimators on the same people, or of two groups of one cohort.

    Both must come from the same draws of the same persons, so that what a draw does to both
    cancels. The test is on the figure's scale: the difference there over the standard deviation of
    its draws, against Student's t with the fewer degrees of freedom of both. The interval of the
    difference itself is that test turned round: it excludes 0 where p is below 0.05, and only
    there.

    Returns:
        `a` minus `b`, with interval and two-sided p; `units` and `people` are those of `a`.

    Raises:
        KeyError: one of both has no such figure.
    """
    one, other = a.figures[key], b.figures[key]
    why = _why_none(key[0], one, other)
    value = one.value - other.value
    known = None if np.isnan(value) else float(value)
    if why:
        return Measure(key[0], known, None, None, a.units, a.people, key[1], why)
    scale = scale_of(key[0])
    steep, steep_too = scale.slope(one.value), scale.slope(other.value)
    drawn = steep * (one.draws - one.value) - steep_too * (other.draws - other.value)
    error = float(np.std(drawn[np.isfinite(drawn)], ddof=1))
    apart = scale.there(one.value) - scale.there(other.value)
    if not error > ROUNDING * abs(steep * one.value):
        return Measure(key[0], known, None, None, a.units, a.people, key[1], "no-variation")
    freedom = min(one.freedom, other.freedom)
    back = value / apart if apart else 1 / steep
    margin = student_quantile(freedom) * error * back
    p = two_sided_p(apart / error, freedom)
    low, high = float(value - margin), float(value + margin)
    return Measure(key[0], known, low, high, a.units, a.people, key[1], p=p)


def _why_none(metric: str, one: Replicated, other: Replicated) -> str:
    for each in (one, other):
        if np.isnan(each.value) or each.why:
            return each.why
    if not (len(one.draws) and len(other.draws)):
        return "no-draws"
    if min(one.people, other.people) < FEWEST_PEOPLE:
        return "too-few-people"
    ends = at_the_end(metric, one.value) or at_the_end(metric, other.value)
    return "at-the-end" if ends else ""
