"""`gantei federate install`: from the last round to an installed estimator, the same everywhere."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from gantei.catalogue.entries import Entry
from gantei.signing.trust import PublisherKey

from ..adapting.checking_base import check_base
from ..adapting.installing_adapted import install_adapted
from ..adapting.made_of import MadeOf
from .federation_errors import FederationError
from .federation_files import FederationMessage
from .installing_network import install_network
from .kept_rounds import kept_round
from .message_records import HeadSettings, RoundMessage
from .round_checks import Participant, participants
from .round_steps import FINAL_STEP, learnt_head
from .succession import check_follows

SHORT_ID = 16


def install_federated(
    message: FederationMessage[RoundMessage],
    keys: Mapping[str, PublisherKey],
    name: str,
    *,
    base: str | None = None,
    file: Path | None = None,
    replace: bool = False,
) -> Entry:
    """Install what was learnt.

    Args:
        message: the last round, as `read_round` reads it.
        keys: of the coordinator and of all sites.
        name: of the new estimator.
        base: the estimator that was learnt from, where it is called otherwise here than planned.
        file: the publisher's file, where a whole network was trained.
        replace: take the place of an installed estimator of that name.

    Raises:
        FederationError: it is not the last round, does not follow from the answers that it
            carries, or the estimator here is another one.
        GanteiError: as `install_adapted`, or `install_network`.
    """
    record, plan = message.record, message.record.plan
    settings = plan.head_settings  # of an evaluation nothing is installed
    if record.step != FINAL_STEP:
        raise FederationError(
            f"{message.folder}: is round {record.round}, and not the last one: combine says of "
            "that one how to install it"
        )
    if kept_round(plan.federation, record.previous or "", keys):  # else nothing to check it by
        check_follows(message, keys)
    sites = participants(message, keys)
    entry, weights = check_base(base or plan.estimator)
    if weights.sha256 != plan.weights_sha256:
        raise FederationError(
            f"{message.folder}: was learnt from {plan.estimator} of weights "
            f"{plan.weights_sha256[:16]}…, and {entry.name} here has {weights.sha256[:16]}…"
        )
    federation = _of_federation(record, settings, sites)
    if plan.purpose == "network":
        return install_network(message, sites, federation, name, entry, file, replace=replace)
    learnt = learnt_head(message)
    made = MadeOf(
        "ridge" if plan.target.kind == "regression" else "logistic",
        people=sum(each.people for each in sites),
        photographs=sum(each.photographs for each in sites),
        sites=len(sites),
        strength=learnt.strength,
        settings=federation,
    )
    return install_adapted(entry, learnt.head, name, made, replace=replace)


def _of_federation(
    record: RoundMessage, settings: HeadSettings, sites: Sequence[Participant]
) -> dict[str, float | int | bool | str]:
    """Give what the provenance of the new estimator says of the federation."""
    return {
        "federation": record.plan.federation,
        "rounds": record.round,
        "masked": True,
        "folds": settings.folds,
        "seed": settings.seed,
        "projected": settings.projected or "no",
        "site_keys": " ".join(each.key[:SHORT_ID] for each in sites)[:200],
    }
