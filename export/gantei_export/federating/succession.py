"""Which round follows from the answers to the one before: made once, and checked by every site.

A coordinator could choose numbers at which the total tells much of few people. So a round carries
the answers that it was made of, masked and signed by their sites, and every site computes from them
what has to be asked next, before it answers: the coordinator has no choice.
"""

from collections.abc import Mapping, Sequence
from itertools import islice

import numpy as np

from gantei.signing.trust import PublisherKey

from .answer_checks import check_same_round, check_sums, joined_sites
from .answering import MASKED
from .federation_errors import FederationError
from .federation_files import FederationMessage, read_heading, with_numbers
from .kept_rounds import kept_round
from .masking import unmasked_total
from .message_names import ANSWERS_FOLDER, JOINS_FOLDER
from .message_records import MOST_SITES, RoundMessage, SiteAnswer
from .network_steps import trains
from .round_checks import Participant
from .round_steps import NextRound, first_round, form_asked, next_round, values_asked

ROUNDING = 1e-6
"""By how much numbers may differ that two machines compute of the same sums."""


def following_round(
    message: FederationMessage[RoundMessage],
    answers: Sequence[FederationMessage[SiteAnswer]],
    keys: Mapping[str, PublisherKey],
) -> tuple[NextRound, tuple[Participant, ...]]:
    """Give what is asked after the answers of all sites to a round, and who takes part.

    Args:
        message: the round that was answered.
        answers: of all sites, their headings: numbers are read once all else fits, one site's at a
            time.
        keys: of the sites.

    Raises:
        FederationError: an answer is missing, or does not belong here; names it.
        SettingError: the sums make no sense, or too few people take part.
    """
    check_same_round(answers, message, keys)
    if message.record.round == 0:
        sites = joined_sites(answers, message, keys)
        return first_round(message.record.plan, sites), sites
    form = form_asked(message)
    sites = check_sums(answers, message, keys, (values_asked(message), form.limbs))
    total = unmasked_total((with_numbers(answer).arrays[MASKED] for answer in answers), form)
    return next_round(message, sites, total), sites


def check_follows(
    message: FederationMessage[RoundMessage], keys: Mapping[str, PublisherKey]
) -> None:
    """See that a round is what follows from the answers that it carries, to the round before.

    Args:
        message: the round, not round 0.
        keys: of the coordinator and all sites.

    Raises:
        FederationError: this machine has not seen the round before, the answers are others than
            the round names, or something else follows from them.
        SignatureError: an answer is not signed by a key of `keys`.
    """
    record = message.record
    before = kept_round(record.plan.federation, record.previous or "", keys)
    if before is None:
        raise FederationError(
            f"{message.folder}: follows a round that was not answered on this machine by this user"
        )
    inside = message.folder / (JOINS_FOLDER if record.round == 1 else ANSWERS_FOLDER)
    folders = sorted(islice(inside.iterdir(), MOST_SITES + 1)) if inside.is_dir() else []
    answers = [read_heading(folder, SiteAnswer, keys) for folder in folders]
    if (
        record.plan != before.record.plan
        or record.round != before.record.round + 1
        or ({answer.signer: answer.digest for answer in answers} != record.answers)
    ):
        raise FederationError(f"{message.folder}: carries other answers than it was made of")
    following, _ = following_round(before, answers, keys)
    if not is_same(following, message, exact=trains(before)):
        raise FederationError(
            f"{message.folder}: asks something else than what follows from the answers of all "
            "sites, so nothing is answered. The coordinator's gantei is another version, or asks "
            "what it should not"
        )


def is_same(
    following: NextRound, message: FederationMessage[RoundMessage], *, exact: bool = False
) -> bool:
    """Whether a round asks what follows, but for what machines round differently.

    `exact`: they round nothing differently, as where integers are added and divided once.
    """
    if following.step != message.record.step or following.arrays.keys() != message.arrays.keys():
        return False
    for name, array in following.arrays.items():
        told = message.arrays[name]
        if array.shape != told.shape or array.dtype.kind != told.dtype.kind:
            return False
        if array.dtype.kind == "f" and not exact:
            # Small numbers are compared with the largest beside them, not with 1.
            least = ROUNDING * min(1.0, float(np.abs(array).max(initial=0)))
            if not np.allclose(array, told, rtol=ROUNDING, atol=least):
                return False
        elif not np.array_equal(array, told):
            return False
    return True
