"""`gantei verify`: whether the estimators on this machine are still what was installed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..calibrations.calibration_file import read_calibration
from ..calibrations.calibration_signing import is_calibration
from ..catalogue import entries, store
from ..errors import CalibrationError, GanteiError, SignatureError
from ..findings.finding import Finding
from ..manifests.manifest import Weights
from ..signing.admission import is_shipped
from ..signing.contents import Contents, contents
from ..signing.judging import SignatureState, judge
from ..signing.keys import key_id, read_public_key
from ..signing.trust import PublisherKey, policy, trusted_keys

if TYPE_CHECKING:
    from ..catalogue.entries import Entry

CheckResult = Literal["right", "wrong", "not checked"]


@dataclass(frozen=True)
class VerificationProblem:
    """One thing that is wrong with an estimator: a code, and a sentence."""

    code: str
    text: str


@dataclass(frozen=True)
class Report:
    """The result of verifying one estimator, or one calibration.

    Attributes:
        name: as the caller gave it.
        weights: whether size and sha256 are the manifest's.
        bytes: of the weights, as the manifest has them.
        signature: its state; `shipped` for what is part of gantei itself.
        signer: publisher and key of a valid signature.
        golden: number of golden photographs answered right; None: not checked.
        published: number of published answers reproduced; None: not checked, or none is known.
        problems: everything that is wrong.
    """

    name: str
    weights: CheckResult
    bytes: int
    signature: SignatureState | Literal["shipped", "not checked"]
    signer: str
    golden: int | None
    published: int | None
    problems: tuple[VerificationProblem, ...]


def names_to_verify(public_key: Path | None) -> list[str]:
    """Names of all that can be verified: what is installed and, without a key, what is shipped."""
    names = {*store.installed()}
    if public_key is None:
        names |= {entry.name for entry in entries.shipped() if entry.manifest.weights}
    return sorted(names)


def keys_to_verify(public_key: Path | None) -> Mapping[str, PublisherKey]:
    """The keys that count: the one that is given, else those of the trust file.

    Raises:
        SettingError: the key or the trust file cannot be used.
        MissingExtraError: `cryptography` is not installed, and a key is given.
    """
    if public_key is None:
        return trusted_keys()
    pem = read_public_key(public_key)
    return {key_id(pem): PublisherKey(id=key_id(pem), publisher=public_key.name, pem=pem)}


def verify(
    names: Sequence[str],
    public_key: Path | None = None,
    *,
    golden: bool = False,
    samples: Path | None = None,
) -> list[Report]:
    """Verify estimators, each for itself.

    Every file is read once. A signature must be there and hold where a public key is given or
    `GANTEI_TRUST` is `require`; otherwise one by a trusted key must hold where there is one.

    Args:
        names: names or folders; a calibration's folder too, of which there are no weights.
        public_key: a PEM file; its signature counts and no other.
        golden: also open each estimator and compare its answers to its golden photographs.
        samples: a folder with pictures of their publishers, whose published answers are compared.

    Raises:
        SettingError: also where `samples` has no picture of an estimator's that is compared.
        MissingExtraError: as `keys_to_verify`.
    """
    keys = keys_to_verify(public_key)
    needed = public_key is not None or policy() == "require"
    return [
        _verified(name, keys, needed, _RequestedChecks(public_key is not None, golden, samples))
        for name in names
    ]


@dataclass(frozen=True)
class _RequestedChecks:
    own_key: bool
    golden: bool
    samples: Path | None


def _verified(
    name: str, keys: Mapping[str, PublisherKey], needed: bool, checks: _RequestedChecks
) -> Report:
    if is_calibration(Path(name)):
        return _verified_calibration(Path(name), keys, needed=needed)
    try:
        entry, weights = entries.find_installed(name)
    except GanteiError as error:
        problems = (_problem(error),)
        return Report(name, "not checked", 0, "not checked", "", None, None, problems)
    found: list[VerificationProblem] = []
    listing = cache(lambda: contents(entry.folder))
    right = _weights_are_right(entry, weights, listing, found)
    state: SignatureState | Literal["shipped"] = "shipped"
    signer = ""
    if checks.own_key or not is_shipped(entry):
        verdict = judge(entry.folder, entry.name, keys, listing)
        state, signer = verdict.state, verdict.signer
        if verdict.finding and (verdict.alarming or needed):
            found.append(_problem(verdict.finding))
    golden = _golden(name, entry, found) if checks.golden and not found else None
    published = None
    if checks.samples and not found:
        published = _published(name, entry, checks.samples, found)
    return Report(
        entry.name,
        "right" if right else "wrong",
        weights.bytes,
        state,
        signer,
        golden,
        published,
        tuple(dict.fromkeys(found)),
    )


def _verified_calibration(
    folder: Path, keys: Mapping[str, PublisherKey], *, needed: bool
) -> Report:
    """Judge a calibration's folder; its key must be trusted for the estimator that it is of."""
    state: SignatureState | Literal["not checked"] = "not checked"
    found: list[VerificationProblem] = []
    signer = ""
    try:
        name = read_calibration(folder).estimator
        verdict = judge(folder, name, keys, lambda: contents(folder))
        state, signer = verdict.state, verdict.signer
        if verdict.finding and (verdict.alarming or needed):
            found.append(_problem(verdict.finding))
    except CalibrationError as error:
        found.append(_problem(error))
    return Report(str(folder), "not checked", 0, state, signer, None, None, tuple(found))


def _problem(cause: Finding | GanteiError) -> VerificationProblem:
    text = cause.text() if isinstance(cause, Finding) else str(cause)
    return VerificationProblem(cause.code, text)


def _weights_are_right(
    entry: "Entry",
    weights: Weights,
    listing: Callable[[], Contents],
    found: list[VerificationProblem],
) -> bool:
    try:
        digest = listing().digests.get(weights.file)
    except SignatureError as error:
        found.append(_problem(error))
        return False
    if digest is None:
        found.append(_problem(Finding("weights-missing", file=weights.file)))
    elif digest != weights.sha256:
        size = (entry.folder / weights.file).stat().st_size
        changed = (
            Finding("weights-changed", file=weights.file)
            if size == weights.bytes
            else Finding(
                "weights-of-other-size", file=weights.file, bytes=size, expected=weights.bytes
            )
        )
        found.append(_problem(changed))
    return digest == weights.sha256


def _golden(name: str, entry: "Entry", found: list[VerificationProblem]) -> int | None:
    from .estimator import load
    from .golden_answers import check_golden

    try:
        return check_golden(load(name, "cpu"), entry.folder)
    except GanteiError as error:
        found.append(_problem(error))
        return None


def _published(
    name: str, entry: "Entry", samples: Path, found: list[VerificationProblem]
) -> int | None:
    from .estimator import load
    from .published_answers import compare_with_published, find_named_pictures

    pictures = find_named_pictures(entry.manifest, samples)  # none tells nothing of the estimator
    try:
        return len(compare_with_published(load(name, "cpu"), pictures))
    except GanteiError as error:
        found.append(_problem(error))
        return None
