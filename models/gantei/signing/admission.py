"""Whether an estimator may open here, by `GANTEI_TRUST`."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from ..catalogue.entries import SHIPPED, Entry
from ..errors import SignatureError
from ..findings.finding import Finding
from ..manifests.file import FILE_NAME, manifest_bytes, manifest_of
from ..manifests.manifest import Weights
from .contents import Contents, contents
from .judging import judge
from .trust import FILE_VARIABLE, VARIABLE, policy, trust_path, trusted_keys


def admit(entry: Entry, weights: Weights) -> tuple[Finding, ...]:
    """Judge the signature of an estimator that is about to open.

    What is judged is what opens: the manifest in `entry` is that of the bytes that are digested,
    and the caller checks the bytes of the weights against the manifest's sha256.

    Returns:
        What every result must say about it, under `warn`: that a trusted key's signature does not
        hold. A missing signature, or one by an untrusted key, adds nothing.

    Raises:
        SignatureError: under `require`, the folder is not as a trusted key signed it.
        SettingError: `GANTEI_TRUST` or the trust file makes no sense.
        MissingExtraError: `cryptography` is not installed.
    """
    if is_shipped(entry):
        policy(), trusted_keys()  # what makes no sense is said all the same
        return ()

    def listing() -> Contents:
        content = manifest_bytes(entry.folder / FILE_NAME)
        if manifest_of(content, str(entry.folder / FILE_NAME)) != entry.manifest:
            raise SignatureError(f"{FILE_NAME} was replaced while it was read; try again")
        known = {FILE_NAME: hashlib.sha256(content).hexdigest(), weights.file: weights.sha256}
        return contents(entry.folder, known)

    return admit_folder(entry.folder, entry.name, entry.name, listing)


def admit_folder(
    folder: Path, name: str, what: str, listing: Callable[[], Contents]
) -> tuple[Finding, ...]:
    """Judge the signature of a folder that is about to be used.

    Args:
        folder: holds the signature, and what it covers.
        name: of the estimator, for which the key must be trusted.
        what: it is called in messages.
        listing: returns the folder's contents with digests; called only if a signature holds.

    Returns, Raises:
        As `admit`.
    """
    chosen, keys = policy(), trusted_keys()
    verdict = judge(folder, name, keys, listing)
    reason = verdict.finding.text() if verdict.finding else ""
    if chosen == "require" and verdict.state != "valid":
        raise SignatureError(
            f"{what}: {folder} is refused under {VARIABLE}=require: {reason}. "
            "Get it again from its publisher; a publisher's key is trusted with gantei trust add, "
            f"in {trust_path()} ({FILE_VARIABLE})"
        )
    return (verdict.finding,) if verdict.finding and verdict.alarming else ()


def is_shipped(entry: Entry) -> bool:
    """Whether it is part of gantei itself: who could alter it could alter this check as well.

    By the path as it was asked for: what a link leads to may be another folder in the next moment.
    """
    return entry.folder.parent == SHIPPED
