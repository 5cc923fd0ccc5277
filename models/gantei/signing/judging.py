"""What the signature of a folder is worth on this machine, now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..errors import SignatureError
from ..findings.finding import Finding
from .contents import SIGNATURE_FILE, Contents, read_signature
from .keys import is_signature
from .signature_file import Envelope, read_bundle, signed_bytes
from .statement import read_statement
from .trust import PublisherKey

SignatureState = Literal["valid", "unsigned", "foreign", "revoked", "broken", "differs"]
MOST_NAMED = 10
SHORT_ID = 16


@dataclass(frozen=True)
class Verdict:
    """The verdict on a signature.

    `unsigned`, and `foreign`, by a key that is not trusted here, say nothing about the folder; the
    states after them say that something is wrong. `finding` says what, but for a valid one.
    """

    state: SignatureState
    finding: Finding | None = None
    signer: str = ""

    @property
    def alarming(self) -> bool:
        """Whether there is, or seems to be, a trusted key's signature that does not hold."""
        return self.state in ("revoked", "broken", "differs")


def judge(
    folder: Path, name: str, keys: Mapping[str, PublisherKey], listing: Callable[[], Contents]
) -> Verdict:
    """Judge the signature of an estimator's folder.

    Args:
        folder: the estimator's.
        name: the estimator's name, for which the key must be trusted.
        keys: the keys that count, and the revoked ones, by id.
        listing: returns the folder's contents with digests; called only if a signature holds.

    Raises:
        MissingExtraError: `cryptography` is not installed, and a key of `keys` is to be checked.
    """
    try:
        content = read_signature(folder)
        if content is None:
            return Verdict("unsigned", Finding("unsigned"))
        envelope = read_bundle(content)
        key = keys.get(envelope.key_id)
        if key is None:
            return Verdict("foreign", Finding("signer-not-trusted", key=envelope.key_id))
        signed = _signed(envelope, key)
    except SignatureError as error:
        broken = Finding("signature-broken", file=SIGNATURE_FILE, detail=str(error))
        return Verdict("broken", error.finding or broken)
    if key.revoked is not None:
        return Verdict("revoked", Finding("signer-revoked", **_signer(key), reason=key.revoked))
    if not key.may_sign(name):
        trusted_for = Finding("signer-of-others", **_signer(key), estimators=key.estimators)
        return Verdict("foreign", trusted_for)
    return _compared(signed, listing, key)


def _signer(key: PublisherKey) -> dict[str, str]:
    return {"publisher": key.publisher, "key": key.id[:SHORT_ID]}


def _signed(envelope: Envelope, key: PublisherKey) -> dict[str, str]:
    """Return the files that an envelope lists, once its signature is verified."""
    if not is_signature(key.pem, signed_bytes(envelope.payload), envelope.signature):
        raise SignatureError(
            Finding("signature-invalid", file=SIGNATURE_FILE, publisher=key.publisher, key=key.id)
        )
    return read_statement(envelope.payload)


def _compared(
    signed: Mapping[str, str], listing: Callable[[], Contents], key: PublisherKey
) -> Verdict:
    try:
        changes = listing().differences(signed)
    except SignatureError as error:
        return Verdict("differs", Finding("signed-folder-unreadable", detail=str(error)))
    if not changes:
        return Verdict("valid", signer=f"{key.publisher} (key {key.id[:SHORT_ID]}…)")
    differs = Finding(
        "signature-differs", **_signer(key), count=len(changes), changes=changes[:MOST_NAMED]
    )
    return Verdict("differs", differs)
