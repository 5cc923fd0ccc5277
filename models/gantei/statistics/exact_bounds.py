"""Bounds where every answer is right, or none: a bootstrap would say that nothing is uncertain.

Of a share: Clopper and Pearson's bound (doi 10.1093/biomet/26.4.404), over persons. If all units of
`m` persons are right, at least `(0.025)^(1/m)` of all persons are right throughout, and so at least
this share of units. Of an AUC of 1: among `m` persons of either class, pair each person of one with
another of the other; whether a pair is in order is an independent trial whose probability is the
AUC, and all `m` are. This holds for any distribution, other than bounds that assume normal ones
(doi 10.1016/S1076-6332(03)80329-X). Of a mean of `k` such figures: the mean of their bounds at
0.025 / `k` each (Bonferroni).
"""

ALPHA = 0.025
"""On one side; 0.05 on both."""


def share_bounds(value: float, people: int, parts: int = 1) -> tuple[float, float] | None:
    """Bound a share, or an AUC, of exactly 0 or 1 of `people` persons, or pairs of them.

    Args:
        value: the share.
        people: number of persons, or of pairs.
        parts: of how many such shares a mean is taken.

    >>> from gantei.statistics.exact_bounds import share_bounds
    >>> [round(bound, 4) for bound in share_bounds(1.0, 60)]
    [0.9404, 1.0]
    """
    if people < 1 or value not in (0.0, 1.0):
        return None
    least = float((ALPHA / parts) ** (1 / people))
    return (least, 1.0) if value == 1.0 else (0.0, 1 - least)


def f1_bounds(value: float, people: int, parts: int = 1) -> tuple[float, float] | None:
    """Bound an F1 of exactly 0 or 1, of `people` with a unit that is of the class or said to be.

    F1 is 2 q / (1 + q), if q is the share of hits among hits and errors.
    """
    bounds = share_bounds(value, people, parts)
    return bounds and (2 * bounds[0] / (1 + bounds[0]), 2 * bounds[1] / (1 + bounds[1]))
