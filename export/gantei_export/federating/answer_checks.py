"""Whether the answers of all sites are there, to one and the same round, and fit together."""

from collections.abc import Mapping, Sequence

from gantei.signing.trust import PublisherKey

from .answering import MASKED
from .federation_errors import FederationError
from .federation_files import FederationMessage
from .message_records import RoundMessage, SiteAnswer
from .round_checks import Participant, as_participants, participants


def check_same_round(
    answers: Sequence[FederationMessage[SiteAnswer]],
    message: FederationMessage[RoundMessage],
    keys: Mapping[str, PublisherKey],
) -> None:
    """See that every answer is to one round, and each from another site.

    Args:
        answers: as they were read.
        message: the round that the first one names.
        keys: of the sites.

    Raises:
        FederationError: one is to another round, of another estimator, or a site is there twice;
            names its folder and the site.
    """
    record = message.record
    seen: dict[str, FederationMessage[SiteAnswer]] = {}
    for answer in answers:
        told, name = answer.record, keys[answer.signer].publisher
        if told.federation != record.plan.federation:
            raise FederationError(f"{answer.folder}: {name} answers another federation")
        if (told.round, told.attempt) != (record.round, record.attempt) or (
            told.to != message.digest
        ):
            raise FederationError(
                f"{answer.folder}: {name} answers round {told.round}, attempt {told.attempt}"
                f"{_other_message(told, record)}; the others answer round {record.round}, attempt "
                f"{record.attempt}"
            )
        if told.weights_sha256 != record.plan.weights_sha256:
            raise FederationError(
                f"{answer.folder}: {name} has weights {told.weights_sha256[:16]}…, and the plan "
                f"has {record.plan.weights_sha256[:16]}…: another estimator"
            )
        if answer.signer in seen:
            raise FederationError(
                f"{answer.folder}: {name} is there twice, in {seen[answer.signer].folder} too"
            )
        seen[answer.signer] = answer


def joined_sites(
    answers: Sequence[FederationMessage[SiteAnswer]],
    message: FederationMessage[RoundMessage],
    keys: Mapping[str, PublisherKey],
) -> tuple[Participant, ...]:
    """Give the sites that joined, once all have.

    Raises:
        FederationError: a site is missing or one too many; names those that are missing.
    """
    plan = message.record.plan
    if len(answers) != plan.sites:
        silent = [key.publisher for each, key in keys.items() if each not in _signers(answers)]
        missing = f"; nothing from {', '.join(silent)}" if silent else ""
        raise FederationError(f"{len(answers)} of {plan.sites} sites joined{missing}")
    return as_participants(answers, plan, keys)


def check_sums(
    answers: Sequence[FederationMessage[SiteAnswer]],
    message: FederationMessage[RoundMessage],
    keys: Mapping[str, PublisherKey],
    shape: tuple[int, int],
) -> tuple[Participant, ...]:
    """See that every site that takes part answered once, with as many sums as were asked for.

    Args:
        answers: that `check_same_round` has seen.
        message: the round.
        keys: of the sites.
        shape: of the masked sums that it asks for.

    Returns:
        The sites, as they joined.

    Raises:
        FederationError: a site is missing, one does not take part, its counts changed, or its sums
            have another shape; names the site.
    """
    sites = participants(message, keys)
    by_key = {answer.signer: answer for answer in answers}
    for one in sites:
        if one.key not in by_key:
            raise FederationError(
                f"nothing from {one.name} (key {one.key[:16]}…) for round {message.record.round}: "
                "masks cancel only in the sum over all sites. Wait for it, or send the round again "
                "with gantei federate restart"
            )
    joined = {one.key: one for one in sites}
    for answer in answers:
        name = keys[answer.signer].publisher
        known = joined.get(answer.signer)
        if known is None:
            raise FederationError(f"{answer.folder}: {name} has not joined this federation")
        if (answer.record.people, answer.record.photographs) != (known.people, known.photographs):
            raise FederationError(
                f"{answer.folder}: {name} has {answer.record.people} people and "
                f"{answer.record.photographs} photographs, and joined with {known.people} and "
                f"{known.photographs}"
            )
    _check_shapes(answers, keys, shape)
    return sites


def _check_shapes(
    answers: Sequence[FederationMessage[SiteAnswer]],
    keys: Mapping[str, PublisherKey],
    asked: tuple[int, int],
) -> None:
    for answer in answers:
        name = keys[answer.signer].publisher
        if [(each.name, each.type) for each in answer.record.arrays] != [(MASKED, "<u8")]:
            raise FederationError(f"{answer.folder}: {name} sends other numbers than masked sums")
        if (shape := answer.record.arrays[0].shape) != asked:
            raise FederationError(
                f"{answer.folder}: {name} sends numbers of shape {shape}; the round asks for "
                f"{asked}"
            )


def _signers(answers: Sequence[FederationMessage[SiteAnswer]]) -> set[str]:
    return {answer.signer for answer in answers}


def _other_message(told: SiteAnswer, record: RoundMessage) -> str:
    same = (told.round, told.attempt) == (record.round, record.attempt)
    return " of another message" if same else ""
