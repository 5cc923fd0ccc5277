"""A federated evaluation, round by round: pure functions on arrays, of numbers and of two classes.

Each site answers a state with one flat array, and the total of all sites gives the next state, as
in `rounds`. Of every person one photograph counts.
"""

from collections.abc import Sequence

import numpy as np

from gantei.errors import SettingError

from ..learning.labelled_embeddings import LabelledEmbeddings
from ..learning.learning_target import LearningTarget
from .class_evaluation import class_state_after, class_sums, class_sums_size
from .evaluation_state import EvaluationState
from .federated_fit import counted
from .masking import FEWEST_MASKED_SITES
from .number_evaluation import number_state_after, number_sums, number_sums_size
from .shared_sums import SumArray
from .site_rows import FEWEST_OF_A_SITE

FEWEST_OTHERS = 100
"""People of all sites but one, whichever it is: each site can subtract its own sums."""


def first_evaluation_state(people: Sequence[int]) -> EvaluationState:
    """Begin: ask all sites for moments.

    Args:
        people: of each site.

    Raises:
        SettingError: too few sites or people, so that nothing may leave.

    >>> from gantei_export.federating.evaluation_rounds import first_evaluation_state
    >>> first_evaluation_state([60, 60, 60]).people
    180
    """
    if len(people) < FEWEST_MASKED_SITES:
        raise SettingError(f"{len(people)} sites; at least {FEWEST_MASKED_SITES} take part")
    if (fewest := min(people)) < FEWEST_OF_A_SITE:
        raise SettingError(f"a site has {fewest} people; each needs {FEWEST_OF_A_SITE} at least")
    if (others := sum(people) - max(people)) < FEWEST_OTHERS:
        raise SettingError(
            f"all sites but the largest have {others} people; they need {FEWEST_OTHERS} at least, "
            "because the largest can subtract its own sums"
        )
    return EvaluationState("moments", {"people": counted(sum(people))})


def evaluation_sums_size(target: LearningTarget, state: EvaluationState) -> int:
    """Give how many numbers a site answers."""
    if state.step == "finished":
        return 0
    return number_sums_size(state) if target.kind == "regression" else class_sums_size(state)


def evaluation_sums(
    target: LearningTarget, state: EvaluationState, data: LabelledEmbeddings
) -> SumArray:
    """Answer a state with a site's sums, to be masked: float64 (`evaluation_sums_size`,).

    Raises:
        SettingError: the data do not fit, or nothing is asked.
    """
    if state.step == "finished":
        raise SettingError("this federation has finished: nothing is asked of sites any more")
    check_evaluation_data(target, data)
    return (number_sums if target.kind == "regression" else class_sums)(state, data)


def check_evaluation_data(target: LearningTarget, data: LabelledEmbeddings) -> None:
    """See that a site's data are estimates of the target, one of each person, and enough.

    Raises:
        SettingError: they are not.
    """
    fits = data.target == target and data.embeddings.shape == (len(data), 1)
    if not fits or data.people != len(data):
        raise SettingError("the estimates are of another output, or several of one person")
    if not (np.isfinite(data.embeddings).all() and np.isfinite(data.truths).all()):
        raise SettingError("an estimate or a label is no number")
    if len(data) < FEWEST_OF_A_SITE:
        raise SettingError(
            f"{len(data)} people with a label; a site needs {FEWEST_OF_A_SITE} at least"
        )


def next_evaluation_state(
    target: LearningTarget, state: EvaluationState, total: SumArray
) -> EvaluationState:
    """Go on from the total of all sites' answers, float64 (`evaluation_sums_size`,).

    Raises:
        SettingError: the sums cannot be those of photographs, or are of too few people.
    """
    if len(total) != evaluation_sums_size(target, state) or not np.isfinite(total).all():
        raise SettingError(f"{len(total)} sums came, which are not those that were asked for")
    after = number_state_after if target.kind == "regression" else class_state_after
    return after(state, total)
