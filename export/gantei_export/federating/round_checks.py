"""Whether a site may answer a round: its plan, its place in the chain, and who takes part."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from gantei.signing.trust import PublisherKey

from .federation_errors import FederationError
from .federation_files import FederationMessage, read_message, record_digest
from .message_arrays import array_bytes
from .message_names import JOINS_FOLDER
from .message_records import MOST_SITES, FederationPlan, RoundMessage, SiteAnswer
from .site_state import SiteState


@dataclass(frozen=True)
class Participant:
    """A site that takes part, as its own signed answer to round 0 says.

    Attributes:
        key: the id of its signing key.
        name: what its key is called here.
        join: the digest of that answer.
        mask_key: the public key by which masks are agreed with it, 32 bytes.
        people, photographs: how many it has.
    """

    key: str
    name: str
    join: str
    mask_key: bytes
    people: int
    photographs: int


def read_round(folder: Path, keys: Mapping[str, PublisherKey]) -> FederationMessage[RoundMessage]:
    """Read a round that its coordinator signed.

    Raises:
        FederationError, SignatureError: as `read_message`; or another trusted key signed it.
    """
    message = read_message(folder, RoundMessage, keys)
    if message.signer != message.record.plan.coordinator:
        raise FederationError(
            f"{folder}: is signed by {keys[message.signer].publisher}, and not by the coordinator "
            f"that its plan names, key {message.record.plan.coordinator[:16]}…"
        )
    return message


def participants(
    message: FederationMessage[RoundMessage], keys: Mapping[str, PublisherKey]
) -> tuple[Participant, ...]:
    """Read who takes part from the sites' own signed answers, in the order of their keys' ids.

    Raises:
        FederationError: there are more or fewer than planned, one is there twice, or an answer is
            to another round 0 or of other weights.
        SignatureError: an answer is not signed by a key of `keys`.
    """
    plan = message.record.plan
    inside = message.folder / JOINS_FOLDER
    folders = sorted(islice(inside.iterdir(), MOST_SITES + 1)) if inside.is_dir() else []
    joins = [read_message(folder, SiteAnswer, keys) for folder in folders]
    if len(joins) != plan.sites:
        raise FederationError(
            f"{message.folder}: {len(joins)} sites take part, and {plan.sites} were planned"
        )
    if len({join.record.to for join in joins}) > 1:
        raise FederationError(f"{message.folder}: its sites answered different rounds 0")
    return as_participants(joins, plan, keys)


def as_participants(
    joins: Sequence[FederationMessage[SiteAnswer]],
    plan: FederationPlan,
    keys: Mapping[str, PublisherKey],
) -> tuple[Participant, ...]:
    """Give those who joined by signed answers to round 0, in the order of their keys' ids.

    Raises:
        FederationError: one is there twice, or is no such answer of this federation.
    """
    found: dict[str, Participant] = {}
    for join in joins:
        one = _participant(join, plan, keys[join.signer].publisher)
        if one.key in found:
            raise FederationError(f"{join.folder}: {one.name} is there twice")
        if one.mask_key in {each.mask_key for each in found.values()}:
            raise FederationError(f"{join.folder}: has the mask key of another site")
        found[one.key] = one
    return tuple(found[key] for key in sorted(found))


def _participant(
    join: FederationMessage[SiteAnswer], plan: FederationPlan, name: str
) -> Participant:
    record = join.record
    if record.round != 0 or record.mask_key is None or record.federation != plan.federation:
        raise FederationError(f"{join.folder}: is no answer to round 0 of this federation")
    if record.weights_sha256 != plan.weights_sha256:
        raise FederationError(
            f"{join.folder}: {name} joined with weights {record.weights_sha256[:16]}…, and the "
            f"plan is of {plan.weights_sha256[:16]}…: another estimator"
        )
    return Participant(
        join.signer,
        name,
        join.digest,
        bytes.fromhex(record.mask_key),
        record.people,
        record.photographs,
    )


def asked_digest(message: FederationMessage[RoundMessage]) -> str:
    """Digest what a round asks: its step and its numbers, whichever attempt it is."""
    digest = hashlib.sha256(message.record.step.encode() + b"\n")
    digest.update(array_bytes(message.arrays))
    return digest.hexdigest()


def check_plan(message: FederationMessage[RoundMessage], state: SiteState) -> None:
    """See that a round is of the plan by which the site joined.

    Raises:
        FederationError: it is not.
    """
    if record_digest(message.record.plan) != state.plan:
        raise FederationError(
            f"{message.folder}: its plan differs from that of the round 0 that this site "
            "answered; ask the coordinator why"
        )


def was_answered(message: FederationMessage[RoundMessage], state: SiteState, key: str) -> bool:
    """Tell whether a round is the one answered last; else see that it is the next one.

    Args:
        message: the round.
        state: of the site.
        key: the id of the site's key.

    Raises:
        FederationError: it is an old one, another one of the same number, one too far ahead, or
            was not made of what this site answered.
    """
    record, last = message.record, state.last
    if last is None:
        raise FederationError(f"{message.folder}: this site has not answered round 0 yet")
    if message.digest == last.to:
        return True
    where = f"{message.folder}: is round {record.round}, attempt {record.attempt}"
    if record.round < last.round or (record.round == last.round and record.attempt <= last.attempt):
        raise FederationError(
            f"{where}, and this site has answered round {last.round}, attempt {last.attempt}: "
            "an old round, or another one under the same number, is not answered"
        )
    if record.round > last.round + 1:
        raise FederationError(
            f"{where}, and the last that this site answered is round {last.round}; answer round "
            f"{last.round + 1} first"
        )
    again = record.round == last.round
    if again and asked_digest(message) != last.asked:
        raise FederationError(
            f"{where}, and asks for something else than the attempt before it; a round that is "
            "sent again asks for the same"
        )
    if record.previous != (last.previous if again else last.to):
        raise FederationError(f"{where}, and does not follow the round that this site answered")
    if not again and record.answers.get(key) != last.answer:
        raise FederationError(f"{where}, and was not made of the answer that this site gave")
    return False


def check_counts(
    message: FederationMessage[RoundMessage],
    sites: Sequence[Participant],
    key: str,
    people: int,
    photographs: int,
) -> None:
    """See that a site sums over as many people and photographs as it joined with.

    Args:
        message: the round.
        sites: who takes part.
        key: the id of this site's key.
        people: whom it would sum over.
        photographs: of them.

    Raises:
        FederationError: it has others now, such as one that could not be read then.
    """
    for one in sites:
        if one.key == key and (people, photographs) != (one.people, one.photographs):
            raise FederationError(
                f"{message.folder}: there are {people} people with {photographs} photographs here "
                f"now, and this site joined with {one.people} and {one.photographs}: another "
                "number of them can be read. Sums over different people give away those who "
                "differ, so nothing is answered"
            )


def check_roster(
    message: FederationMessage[RoundMessage],
    roster: Mapping[str, str],
    state: SiteState,
    key: str,
) -> None:
    """See that this site is one of those who take part, and that they are the same as before.

    Args:
        message: the round.
        roster: the digest of each site's answer to round 0, by the id of its key.
        state: of the site.
        key: the id of the site's key.

    Raises:
        FederationError: a site came or went, or this one is not as it joined.
    """
    if state.last is None or roster.get(key) != state.last.join:
        raise FederationError(
            f"{message.folder}: the answer by which this site joined is not in it"
        )
    if state.roster and state.roster != roster:
        raise FederationError(
            f"{message.folder}: other sites take part than in the rounds before. Sums with and "
            "without a site give away that site's, so nothing is answered; the coordinator has to "
            "start another federation"
        )
