"""What a round of an evaluation asks, and what comes of it: messages as `evaluation_rounds` takes.

Every site checks by the others' own words that the rule of what may leave holds.
"""

from collections.abc import Sequence
from typing import cast, get_args

import numpy as np
from numpy.typing import NDArray

from ..learning.labelled_embeddings import LabelledEmbeddings
from .evaluation_rounds import (
    evaluation_sums,
    evaluation_sums_size,
    first_evaluation_state,
    next_evaluation_state,
)
from .evaluation_state import EvaluationState, EvaluationStep
from .federation_errors import FederationError
from .federation_files import FederationMessage
from .message_records import RoundMessage
from .round_checks import Participant


def next_of_evaluation(
    message: FederationMessage[RoundMessage], total: NDArray[np.float64]
) -> EvaluationState:
    """Give what is asked after the total of all sites' answers to a round is known.

    Raises:
        SettingError: the sums cannot be those of photographs, or are of too few people.
    """
    target = message.record.plan.target.learning_target()
    return next_evaluation_state(target, evaluation_state(message), total)


def values_of_evaluation(
    message: FederationMessage[RoundMessage],
    data: LabelledEmbeddings,
    sites: Sequence[Participant],
) -> NDArray[np.float64]:
    """Sum what a round asks for over this site's people: float64 (n,), not masked yet.

    Raises:
        FederationError: it does not follow from who takes part.
        SettingError: too few people take part, or the data do not fit; nothing may leave then.
    """
    state = evaluation_state(message)
    allowed = first_evaluation_state([each.people for each in sites])
    if state.people != allowed.people:
        raise FederationError(
            f"{message.folder}: asks for sums of {state.people} people, and {allowed.people} take "
            "part"
        )
    return evaluation_sums(message.record.plan.target.learning_target(), state, data)


def size_of_evaluation(message: FederationMessage[RoundMessage]) -> int:
    """Give how many sums answer a round."""
    return evaluation_sums_size(
        message.record.plan.target.learning_target(), evaluation_state(message)
    )


def evaluation_state(message: FederationMessage[RoundMessage]) -> EvaluationState:
    """Give where the evaluation of a round stands.

    Raises:
        FederationError: the round asks for what this version does not know.
    """
    step = message.record.step
    if step not in get_args(EvaluationStep) or "people" not in message.arrays:
        raise FederationError(
            f"{message.folder}: asks for {step!r}, which this version of gantei does not know"
        )
    return EvaluationState(cast(EvaluationStep, step), message.arrays)
