"""What may leave a site: the one rule about sites, people and the width of what is summed.

From sums of x xᵀ with several weights, such as the Hessians of a logistic regression, the rows x
can be computed where there are fewer of them than an embedding is wide; see
`benchmarks/federated_attack.py`. Everything leaves masked, so that only the total over all sites is
known, and the total must be of many more people than its rows are wide. Every site knows the total,
and its own sums: so the rule holds for what is left when any one site takes out its own, the
largest site, or one that says it has more people than it has.
"""

from collections.abc import Sequence

from gantei.errors import SettingError

from .federated_fit import FederatedFit
from .logistic_round import curvature_matrices, sent_columns
from .masking import FEWEST_MASKED_SITES
from .site_rows import FEWEST_OF_A_SITE

PEOPLE_PER_NUMBER = 4
"""People of all sites together, at least, for each number of the embeddings that are summed."""
CURVATURES = 4
"""How often the curvature of a logistic regression is summed at most, after the start."""
COMPARING = 0.8
"""Share of what may leave, until the strength is chosen."""
_PLANNED_EVALUATIONS = 3.5
"""Of all fits, until most strengths are out; in simulations 2.2 to 3.4: a plan. If it takes more,
`COMPARING` ends it."""
_PLANNED_CURVATURES = 4
"""With that of the start."""
WIDEST = 256
"""Numbers of an embedding; those of wider ones are projected to as many first."""
NARROWEST = 8
"""Numbers: a projection to fewer keeps too little of an embedding."""


def least_others(people: Sequence[int]) -> int:
    """Give of how many people, at least, a total is once one site has taken out its own sums.

    Args:
        people: of each site, as it says itself.

    >>> from gantei_export.federating.may_leave import least_others
    >>> least_others([1000, 20, 20])
    40
    """
    return sum(people) - max(people)


def numbers_that_may_leave(others: int, width: int) -> int:
    """Give how many numbers a site may send in a logistic regression, all rounds together.

    Of as many sums as the rows have numbers, the rows could be computed, be it with effort. Of
    fewer they cannot be: other rows have the same sums. Who searches for rows that have them may
    still come near some; see `benchmarks/federated_attack.py`.

    Args:
        others: people, as of `least_others`.
        width: of their rows.
    """
    return others * width


def compared_strengths(fit: FederatedFit, others: int, width: int) -> tuple[float, ...]:
    """Give which strengths are compared: all, or of few people each second or third, or one.

    Of several it is the first choice that leaves embeddings half as wide as one strength would.

    Args:
        fit: what is fitted; of a number, comparing costs nothing, so that all are.
        others: people, as of `least_others`.
        width: of the embeddings.

    >>> from gantei_export.federating.federated_fit import FederatedFit
    >>> from gantei_export.learning.learning_target import LearningTarget
    >>> eye = FederatedFit(LearningTarget("eye", "binary", ("left", "right")))
    >>> compared_strengths(eye, 1200, 256)
    (10.0, 31.62, 100.0, 316.2, 1000.0, 3162.0, 10000.0)
    >>> compared_strengths(eye, 150, 256)
    (10.0, 316.2, 10000.0)
    """
    if fit.target.kind == "regression":
        return fit.strengths
    alone = fit.strengths[len(fit.strengths) // 2 :][:1]
    widest = min(width, WIDEST, _widest_of_classes(fit, 1, others))
    for step in (1, 2, 3):
        some = fit.strengths[::step]
        if 2 * _widest_of_classes(fit, len(some), others) >= widest:
            return some
    return alone


def width_that_may_leave(fit: FederatedFit, people: Sequence[int], width: int) -> int:
    """Give to how many numbers embeddings are projected before they are summed.

    The greatest that is allowed, `WIDEST` at most:

    - All sites together have `PEOPLE_PER_NUMBER` people per number.
    - Of a number that is learnt, whose squares are summed by fold, each fold has more people than
      that, without those of any one site: of fewer, a row could be tested for whether it is in the
      sum.
    - Of classes, what leaves in all rounds together will be fewer numbers than the rows are of the
      people of all sites but one; see `numbers_that_may_leave`. Each fold and strength needs some
      people for that, and each pair of classes.

    Args:
        fit: what is fitted.
        people: of each site.
        width: of the embeddings; as many are left where the rule allows them all.

    Raises:
        SettingError: too few sites or people; says how many are needed.

    >>> from gantei_export.federating.federated_fit import FederatedFit
    >>> from gantei_export.learning.learning_target import LearningTarget
    >>> eye = FederatedFit(LearningTarget("eye", "binary", ("left", "right")))
    >>> width_that_may_leave(eye, [400, 400, 400], 256)
    256
    >>> width_that_may_leave(eye, [100, 100, 100], 256)
    43
    >>> width_that_may_leave(eye, [1000, 50, 50], 256)
    38
    """
    if len(people) < FEWEST_MASKED_SITES:
        raise SettingError(
            f"{len(people)} sites; at least {FEWEST_MASKED_SITES} must take part: of two, each "
            "would know the other's sums"
        )
    if (fewest := min(people)) < max(FEWEST_OF_A_SITE, fit.folds):
        raise SettingError(
            f"a site has {fewest} people; each needs at least {max(FEWEST_OF_A_SITE, fit.folds)}"
        )
    most = sum(people) // PEOPLE_PER_NUMBER
    if fit.target.kind == "regression":
        # With a 1 and the number beside them, rows are two wider than the embedding.
        most = min(most, least_others([each // fit.folds for each in people]) - 2)
    else:
        strengths = compared_strengths(fit, least_others(people), width)
        most = min(most, _widest_of_classes(fit, len(strengths), least_others(people)))
    allowed = min(width, WIDEST, most, fit.projected or width)
    if allowed < min(NARROWEST, width):
        raise SettingError(
            f"{sum(people)} people in all, {least_others(people)} without the largest site, are "
            "too few, even if embeddings are projected to "
            f"{min(NARROWEST, width)} numbers: too many sums would leave for so few people; more "
            "people are needed, at more than one site"
        )
    return allowed


def _widest_of_classes(fit: FederatedFit, strengths: int, others: int) -> int:
    """Solve, for the width m, planned gradients and curvatures <= `COMPARING` * others * m.

    A gradient has m numbers by column, a curvature m² / 2 by pair of classes.
    """
    compared = strengths * fit.folds if strengths > 1 else 0
    gradients = _PLANNED_EVALUATIONS * (compared + 1) * sent_columns(fit.target.columns)
    matrices = _PLANNED_CURVATURES * curvature_matrices(fit.target.columns)
    return int(2 * (COMPARING * others - gradients) / matrices)
