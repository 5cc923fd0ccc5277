"""A site's answer to a round, from its own data: what a file, or a network, then carries away.

Pure functions: what they are given decides what they give, and nothing is written or sent.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..learning.labelled_embeddings import LabelledEmbeddings
from .federation_files import FederationMessage
from .fixed_point import FixedPoint
from .masking import MaskContext, MaskKey
from .message_arrays import describe_arrays
from .message_records import RoundMessage, SiteAnswer
from .round_checks import Participant

MASKED = "masked_sums"

AnswerArrays = Mapping[str, NDArray[Any]]


def joining_answer(
    message: FederationMessage[RoundMessage], data: LabelledEmbeddings, mask_key: MaskKey
) -> tuple[SiteAnswer, AnswerArrays]:
    """Answer round 0: how many people and photographs there are, and a public key for masks."""
    return _answer(message, data, {}, mask_key.public.hex()), {}


def masked_answer(
    message: FederationMessage[RoundMessage],
    data: LabelledEmbeddings,
    mask_key: MaskKey,
    sites: Sequence[Participant],
    values: NDArray[np.float64],
    form: FixedPoint,
) -> tuple[SiteAnswer, AnswerArrays]:
    """Answer a later round: sums over this site's photographs, masked.

    Args:
        message: the round.
        data: of this site.
        mask_key: its private one, of this federation.
        sites: all that take part, this one too.
        values: float64 (n,), the sums that the round asks for.
        form: how they are written.

    Raises:
        SettingError: a sum is no number or too large; nothing may leave then.
    """
    record = message.record
    context = MaskContext(
        bytes.fromhex(record.plan.federation),
        record.round,
        record.attempt,
        bytes.fromhex(message.digest),
    )
    masked = mask_key.masked(values, [each.mask_key for each in sites], context, form)
    arrays = {MASKED: masked}
    return _answer(message, data, arrays, None), arrays


def _answer(
    message: FederationMessage[RoundMessage],
    data: LabelledEmbeddings,
    arrays: AnswerArrays,
    mask_key: str | None,
) -> SiteAnswer:
    record = message.record
    return SiteAnswer(
        federation=record.plan.federation,
        round=record.round,
        attempt=record.attempt,
        to=message.digest,
        weights_sha256=record.plan.weights_sha256,
        people=data.people,
        photographs=len(data),
        mask_key=mask_key,
        arrays=describe_arrays(arrays),
    )
