"""What a folder's signature is worth here and now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..errors import SignatureError
from .contents import SIGNATURE_FILE, Contents, read_signature
from .keys import is_signature
from .signature_file import Envelope, read_bundle, signed_bytes
from .statement import read_statement
from .trust import PublisherKey

State = Literal["valid", "unsigned", "foreign", "revoked", "broken", "differs"]
MOST_NAMED = 10
SHORT_ID = 16


@dataclass(frozen=True)
class Verdict:
    """What a signature came to.

    `unsigned` and `foreign`, by a key that is not trusted here, say nothing of the folder; the
    states after them say that something is wrong.
    """

    state: State
    reason: str

    @property
    def alarming(self) -> bool:
        """Whether a trusted key's signature is there, or seems to be, and does not hold."""
        return self.state in ("revoked", "broken", "differs")


def judge(
    folder: Path, name: str, keys: Mapping[str, PublisherKey], listing: Callable[[], Contents]
) -> Verdict:
    """Judge the signature of an estimator's folder.

    Args:
        folder: the estimator's.
        name: the estimator's name, which the key must be trusted for.
        keys: the keys that count, and those revoked, by their ids.
        listing: gives the folder's contents, digested; asked only where a signature holds.

    Raises:
        MissingExtraError: `cryptography` is not installed, and a key of `keys` is to be checked.
    """
    try:
        content = read_signature(folder)
        if content is None:
            return Verdict("unsigned", "it is not signed")
        envelope = read_bundle(content)
        key = keys.get(envelope.key_id)
        if key is None:
            return Verdict("foreign", f"it is signed by key {envelope.key_id}, not trusted here")
        signed = _signed(envelope, key)
    except SignatureError as error:
        return Verdict("broken", f"{SIGNATURE_FILE}: {error}")
    by = f"{key.publisher} (key {key.id[:SHORT_ID]}…)"
    if key.revoked is not None:
        return Verdict("revoked", f"its signer {by} is revoked: {key.revoked}")
    if not key.may_sign(name):
        return Verdict(
            "foreign", f"its signer {by} is trusted for {', '.join(key.estimators)} only"
        )
    return _compared(signed, listing, by)


def _signed(envelope: Envelope, key: PublisherKey) -> dict[str, str]:
    """Give the files that an envelope lists, once its signature is verified."""
    if not is_signature(key.pem, signed_bytes(envelope.payload), envelope.signature):
        raise SignatureError(f"the signature in it is not one by {key.publisher} (key {key.id})")
    return read_statement(envelope.payload)


def _compared(signed: Mapping[str, str], listing: Callable[[], Contents], by: str) -> Verdict:
    try:
        differences = listing().differences(signed)
    except SignatureError as error:
        return Verdict("differs", str(error))
    if differences:
        return Verdict("differs", f"since {by} signed it: {_first(differences)}")
    return Verdict("valid", by)


def _first(differences: list[str]) -> str:
    more = len(differences) - MOST_NAMED
    named = differences[:MOST_NAMED] + ([f"and {more} more"] if more > 0 else [])
    return "; ".join(named)
