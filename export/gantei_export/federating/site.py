"""`gantei federate site`: what a site does with a round, on its own machine."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gantei.errors import OutputError
from gantei.signing.trust import PublisherKey

from .answering import AnswerArrays, joining_answer, masked_answer
from .earlier_federations import keep_photographs, refuse_again
from .federation_errors import FederationError
from .federation_files import (
    FederationMessage,
    SigningKey,
    read_message,
    record_digest,
    refuse_existing,
    write_message,
)
from .folder_copies import copy_folder
from .kept_rounds import keep_round
from .masking import MaskKey
from .message_records import FederationPlan, RoundMessage, SiteAnswer
from .round_checks import (
    Participant,
    asked_digest,
    check_counts,
    check_plan,
    check_roster,
    participants,
    was_answered,
)
from .round_steps import check_joining, form_asked, site_values
from .site_data import SiteData
from .site_state import (
    AnsweredRound,
    SiteState,
    answer_folder,
    read_state,
    remove_other_answers,
    site_at_work,
    site_folder,
    write_state,
)
from .site_training import SiteTraining
from .succession import check_follows
from .trusted_parties import own_party


@dataclass(frozen=True)
class Answered:
    """An answer that was written.

    Attributes:
        folder: where it is.
        record: what it says.
        sites: who takes part, as far as the round says; empty in round 0.
        again: whether it is the answer of before, byte for byte.
    """

    folder: Path
    record: SiteAnswer
    sites: tuple[Participant, ...]
    again: bool


@dataclass(frozen=True)
class FederationSite:
    """A site as one command works for it.

    Attributes:
        key: with which it signs.
        keys: whose messages count: the coordinator's, and those of all sites.
        although_again: whether it takes part although its photographs took part elsewhere; see
            `earlier_federations`.
        training: how it trains where a whole network is asked for; None: it does not.
    """

    key: SigningKey
    keys: Mapping[str, PublisherKey]
    although_again: bool = False
    training: SiteTraining | None = None

    def trains(self, plan: FederationPlan) -> SiteTraining:
        """Give how it trains a whole network.

        Raises:
            FederationError: the publisher's file was not given.
        """
        if self.training is None:
            raise FederationError(
                f"federation {plan.federation[:8]}… trains a whole network: give the publisher's "
                f"file that {plan.estimator} was made of, by --weights"
            )
        return self.training


def answer_round(
    message: FederationMessage[RoundMessage],
    site: FederationSite,
    data_of: Callable[[Path, str | None], SiteData],
    out: Path,
) -> Answered:
    """Answer a round: join in round 0, else sum over the site's photographs and mask the sums.

    The answer is noted before it may leave. A round that was answered before gets the same bytes
    again.

    Args:
        message: the round, as `read_round` reads it.
        site: who answers.
        data_of: gives the site's data, from the folder of its state and the digest of what it
            joined with, None where it has not joined.
        out: the folder to write.

    Raises:
        FederationError: the round may not be answered; says why.
        SettingError: sums may not leave, photographs took part elsewhere, or a key cannot be used.
        OutputError: `out` is there already, or cannot be written.
    """
    refuse_existing(out)
    own, record = own_party(site.key).id, message.record
    folder = site_folder(record.plan.federation, own)
    with site_at_work(folder):
        state = read_state(folder)
        if record.round == 0 and state is None:
            return _join(message, site, folder, data_of, out)
        if state is None:
            raise FederationError(
                f"{message.folder}: this site has not joined with key {own[:16]}…, on this machine "
                "and as this user; every round is answered where round 0 was"
            )
        check_plan(message, state)
        if was_answered(message, state, own):
            return _again(message, state, site, folder, out)
        data = data_of(folder, state.data)
        data.keep_new(folder)
        if record.round == 0:
            return _write(message, site, folder, state, out, (), _joined(message, state, data))
        sites = participants(message, site.keys)
        roster = {each.key: each.join for each in sites}
        check_roster(message, roster, state, own)
        check_counts(message, sites, own, data.rows.people, len(data.rows))
        if state.last is None or record.round > state.last.round:
            check_follows(message, site.keys)
        if not (site.although_again or state.although_again):
            refuse_again(folder, data, state.output, roster)
        values = site_values(
            message, data.rows, sites, lambda: site.trains(record.plan).values(message, data)
        )
        key = MaskKey(bytes.fromhex(state.private_mask_key))
        answer = masked_answer(message, data.rows, key, sites, values, form_asked(message))
        state = state.model_copy(update={"roster": roster})
        return _write(message, site, folder, state, out, sites, answer)


def _join(
    message: FederationMessage[RoundMessage],
    site: FederationSite,
    folder: Path,
    data_of: Callable[[Path, str | None], SiteData],
    out: Path,
) -> Answered:
    plan = message.record.plan
    if plan.purpose == "network":
        site.trains(plan).check(plan)
    data = data_of(folder, None)
    check_joining(message, data.rows)
    if not site.although_again:
        refuse_again(folder, data, plan.target.output, {})
    state = SiteState(
        federation=plan.federation,
        plan=record_digest(plan),
        private_mask_key=MaskKey.new().private.hex(),
        output=plan.target.output,
        data=data.digest,
        learnt=data.learnt,
        although_again=site.although_again,
    )
    data.keep_new(folder)
    keep_photographs(folder, data.photographs)
    return _write(message, site, folder, state, out, (), _joined(message, state, data))


def _joined(
    message: FederationMessage[RoundMessage], state: SiteState, data: SiteData
) -> tuple[SiteAnswer, AnswerArrays]:
    return joining_answer(message, data.rows, MaskKey(bytes.fromhex(state.private_mask_key)))


def _write(
    message: FederationMessage[RoundMessage],
    site: FederationSite,
    folder: Path,
    state: SiteState,
    out: Path,
    sites: Sequence[Participant],
    answer: tuple[SiteAnswer, AnswerArrays],
) -> Answered:
    """Keep an answer, note that it was given, and only then let it out."""
    record, arrays = answer
    kept = answer_folder(folder, record)
    shutil.rmtree(kept, ignore_errors=True)  # one that was never noted, and so never left
    digest = write_message(kept, record, arrays, site.key)
    last = AnsweredRound(
        round=record.round,
        attempt=record.attempt,
        to=message.digest,
        previous=message.record.previous,
        asked=asked_digest(message),
        answer=digest,
        join=digest if record.round == 0 or state.last is None else state.last.join,
    )
    keep_round(message)
    write_state(folder, state.model_copy(update={"last": last}))
    remove_other_answers(folder, kept)
    copy_folder(kept, out)
    return Answered(out, record, tuple(sites), again=False)


def _again(
    message: FederationMessage[RoundMessage],
    state: SiteState,
    site: FederationSite,
    folder: Path,
    out: Path,
) -> Answered:
    """Give the kept answer once more."""
    if state.last is None:  # pragma: no cover - `was_answered` has refused it
        raise FederationError(f"{message.folder}: was never answered")
    kept = answer_folder(folder, state.last)
    try:
        own = own_party(site.key)
        given = read_message(kept, SiteAnswer, {own.id: own})
    except (FederationError, OutputError) as error:
        raise FederationError(
            f"{message.folder}: was answered, and the answer is not kept any more ({error}); the "
            "coordinator has to make the round anew: gantei federate restart"
        ) from error
    if given.digest != state.last.answer:
        raise FederationError(f"{kept}: is not the answer that was given to {message.folder}")
    copy_folder(kept, out)
    sites = participants(message, site.keys) if state.roster else ()
    return Answered(out, given.record, sites, again=True)
