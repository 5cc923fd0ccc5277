"""`gantei federate combine`: from the answers of all sites to the next round, or to the end."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gantei.errors import SettingError
from gantei.signing.trust import PublisherKey

from .federation_errors import FederationError
from .federation_files import (
    FederationMessage,
    SigningKey,
    read_heading,
    read_message,
    refuse_existing,
    write_message,
)
from .kept_rounds import keep_own, round_answered
from .message_arrays import describe_arrays
from .message_names import ANSWERS_FOLDER, JOINS_FOLDER
from .message_records import MOST_ATTEMPTS, RoundMessage, SiteAnswer
from .round_checks import Participant
from .round_steps import FINAL_STEP, NextRound
from .succession import following_round
from .trusted_parties import own_party


@dataclass(frozen=True)
class Combined:
    """What was made of answers.

    Attributes:
        record: the next round.
        sites: who takes part.
        losses: of a whole network in training, those of the people kept aside, so far.
    """

    record: RoundMessage
    sites: tuple[Participant, ...]
    losses: tuple[float, ...] = ()

    @property
    def converged(self) -> bool:
        """Whether it is the last one, which holds what was learnt."""
        return self.record.step == FINAL_STEP


def combine(
    folders: Sequence[Path],
    keys: Mapping[str, PublisherKey],
    key: SigningKey,
    out: Path,
) -> Combined:
    """Add up what all sites answered, and make the next round of it.

    Args:
        folders: the answers of all sites to one round.
        keys: of the sites, and of nobody else.
        key: the coordinator's.
        out: the folder to write.

    Raises:
        FederationError: an answer is missing, or does not belong here; names it.
        SignatureError: one is not as one of `keys` signed it.
        SettingError: the sums make no sense, or too few people take part.
        OutputError: `out` is there already, or cannot be written.
    """
    refuse_existing(out)
    if not folders:
        raise SettingError("name the folders that the sites sent")
    own = own_party(key)
    answers = sorted(
        (read_heading(folder, SiteAnswer, keys) for folder in folders),
        key=lambda each: each.signer,
    )
    message = round_answered(_most_alike(answers), own)
    following, sites = following_round(message, answers, keys)
    record = _record_after(message, answers, following)
    carried = _numbered(JOINS_FOLDER, answers) if record.round == 1 else _joins_of(message)
    if record.round > 1:
        carried |= _numbered(ANSWERS_FOLDER, answers)
    write_message(
        out, record, following.arrays, key, carried, keep=lambda folder: keep_own(folder, own)
    )
    losses = following.arrays.get("losses", ()) if record.plan.network else ()
    return Combined(record, sites, tuple(map(float, losses)))


def restart(folder: Path, key: SigningKey, out: Path) -> RoundMessage:
    """Send a round again, with masks of its own: for a site that lost it or answered wrongly.

    Args:
        folder: the round, as it was sent out.
        key: the coordinator's.
        out: the folder to write.

    Raises:
        FederationError, SignatureError: it is no round of this coordinator.
        SettingError: it has been sent too often.
        OutputError: `out` is there already, or cannot be written.
    """
    refuse_existing(out)
    own = own_party(key)
    message = read_message(folder, RoundMessage, {own.id: own})
    record = message.record
    if record.plan.coordinator != own.id:
        raise FederationError(f"{folder}: another key coordinates this federation")
    if record.attempt >= MOST_ATTEMPTS:
        raise SettingError(f"{folder}: was sent {record.attempt} times; start another federation")
    if record.step == FINAL_STEP:
        raise SettingError(f"{folder}: is the last round, which nobody answers")
    again = record.model_copy(update={"attempt": record.attempt + 1})
    carried = _carried_by(message)
    write_message(
        out, again, message.arrays, key, carried, keep=lambda folder: keep_own(folder, own)
    )
    return again


def _record_after(
    message: FederationMessage[RoundMessage],
    answers: Sequence[FederationMessage[SiteAnswer]],
    following: NextRound,
) -> RoundMessage:
    return RoundMessage(
        plan=message.record.plan,
        round=message.record.round + 1,
        attempt=1,
        previous=message.digest,
        answers={answer.signer: answer.digest for answer in answers},
        step=following.step,
        arrays=describe_arrays(following.arrays),
    )


def _most_alike(
    answers: Sequence[FederationMessage[SiteAnswer]],
) -> FederationMessage[SiteAnswer]:
    """Give one of the answers to the round that most of them are to, so that others stand out."""
    rounds = [(each.record.federation, each.record.to, each.record.attempt) for each in answers]
    named = Counter(rounds).most_common(1)[0][0]
    return answers[rounds.index(named)]


def _numbered(folder: str, answers: Sequence[FederationMessage[SiteAnswer]]) -> dict[str, Path]:
    return {f"{folder}/{place}": answer.folder for place, answer in enumerate(answers, start=1)}


def _joins_of(message: FederationMessage[RoundMessage]) -> dict[str, Path]:
    """Give the answers to round 0, which go with every round."""
    return {
        name: folder
        for name, folder in _carried_by(message).items()
        if name.startswith(f"{JOINS_FOLDER}/")
    }


def _carried_by(message: FederationMessage[RoundMessage]) -> dict[str, Path]:
    """Give the signed answers that a round carries, by their places in it."""
    found: dict[str, Path] = {}
    for kind in (JOINS_FOLDER, ANSWERS_FOLDER):
        if (message.folder / kind).is_dir():
            found |= {f"{kind}/{each.name}": each for each in (message.folder / kind).iterdir()}
    return found
