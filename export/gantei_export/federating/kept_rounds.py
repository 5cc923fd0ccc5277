"""The rounds that this machine sent out or answered: kept as they were signed, found by digest.

`<home>/federations/FEDERATION/rounds/DIGEST/`.
"""

import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from gantei.signing.trust import PublisherKey
from gantei.system.files import read_bounded

from .federation_errors import FederationError
from .federation_files import FederationMessage
from .folder_copies import copy_folder
from .message_names import JSON_FILE, LARGEST_JSON
from .message_records import RoundMessage, SiteAnswer
from .round_checks import read_round
from .site_state import federations_folder, private_folder

_LONGEST_COPY = 86_400.0
"""Seconds: a copy that nothing was added to for as long has no process any more."""


def keep_round(message: FederationMessage[RoundMessage]) -> None:
    """Keep a round, of which the next one is made, or checked.

    Raises:
        OutputError: it cannot be written.
    """
    kept = private_folder(federations_folder() / message.record.plan.federation / "rounds")
    if not (kept / message.digest[:32]).exists():
        copy_folder(message.folder, kept / message.digest[:32])
    if message.record.plan.purpose == "network":  # whose rounds are large
        _remove_older(kept, message.record.round - 1)


def keep_own(folder: Path, own: PublisherKey) -> None:
    """Keep a round that this machine is about to send out.

    Raises:
        OutputError: it cannot be written.
    """
    keep_round(read_round(folder, {own.id: own}))


def kept_round(
    federation: str, digest: str, keys: Mapping[str, PublisherKey]
) -> FederationMessage[RoundMessage] | None:
    """Give the round of a digest; None where this machine has not kept it.

    Args:
        federation: which one.
        digest: of the round.
        keys: the coordinator's among them.

    Raises:
        FederationError, SignatureError: it is not as it was kept.
    """
    kept = federations_folder() / federation / "rounds" / digest[:32]
    if not kept.is_dir():
        return None
    message = read_round(kept, keys)
    if message.digest != digest:
        raise FederationError(f"{kept}: is not as it was kept")
    return message


def _remove_older(kept: Path, first: int) -> None:
    """Remove the rounds before number `first`, of which no other is made or checked any more.

    And copies that a process began and was killed in, each as large as a round.
    """
    for begun in kept.glob(".*"):
        with suppress(OSError):  # another process removes it
            if time.time() - begun.stat().st_mtime > _LONGEST_COPY:
                shutil.rmtree(begun, ignore_errors=True)
    for folder in kept.glob("[!.]*"):
        with suppress(FederationError):  # another process removes it
            text = read_bounded(folder / JSON_FILE, LARGEST_JSON, FederationError)
            if RoundMessage.model_validate_json(text).round < first:
                shutil.rmtree(folder, ignore_errors=True)


def round_answered(
    answer: FederationMessage[SiteAnswer], own: PublisherKey
) -> FederationMessage[RoundMessage]:
    """Find the round that an answer is to, as this coordinator signed it.

    Raises:
        FederationError: this machine sent out no such round.
    """
    record = answer.record
    message = kept_round(record.federation, record.to, {own.id: own})
    if message is None:
        raise FederationError(
            f"{answer.folder}: answers a round that this machine and user did not send out, round "
            f"{record.round} of federation {record.federation[:8]}…; rounds are combined where "
            "they were started"
        )
    return message
