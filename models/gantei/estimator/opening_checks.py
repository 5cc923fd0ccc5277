"""What is checked before an estimator opens: its facts, its original, its weights' bytes."""

import hashlib
from pathlib import Path

from ..calibrations.calibration import Calibration
from ..catalogue.entries import Entry, find
from ..errors import CalibrationError, UnknownEstimatorError, UnsettledError, WeightsError
from ..inference.network import Network
from ..manifests.manifest import Weights


def refuse_unsettled(entry: Entry) -> None:
    """Refuse to predict while a fact that changes the numbers is unknown.

    Raises:
        UnsettledError: one is; says how to settle it.
    """
    unsettled = entry.manifest.unsettled()
    if not unsettled:
        return
    unknown = (
        f"{entry.name} does not predict while a fact that changes its numbers is unknown: "
        f"{', '.join(fact.key for fact in unsettled)}. "
    )
    if so_far := [f"{fact.key} {fact.basis.so_far}" for fact in unsettled if fact.basis.so_far]:
        raise UnsettledError(
            f"{unknown}gantei settle found best, but not settled: {', '.join(so_far)}. Settle "
            "again with more people (gantei show says how far they differ), or state it: "
            f"{entry.manifest.settling_command()}"
        )
    raise UnsettledError(
        f"{unknown}Ask its publisher, then: "
        f"{entry.manifest.settling_command()}; or find out on about 100 people with known age or "
        f"sex: gantei settle {entry.name} PHOTOGRAPHS --labels labels.csv"
    )


def refuse_outdated(entry: Entry) -> None:
    """Refuse a variant whose original here is not the one that it was measured against any more.

    Without its original on this machine it stands by itself.

    Raises:
        WeightsError: it is another now.
    """
    if (variant := entry.manifest.variant) is None:
        return
    try:
        original = find(variant.of).manifest
    except UnknownEstimatorError:
        return
    if original.weights is None:
        return
    facts = [
        [(fact.key, fact.text) for fact in each.facts()] for each in (original, entry.manifest)
    ]
    same = original.reduced_decoding == entry.manifest.reduced_decoding
    if original.weights.sha256 != variant.of_sha256 or facts[0] != facts[1] or not same:
        raise WeightsError(
            f"{entry.name} was made from a different version of {variant.of}: make it again "
            f"with gantei optimise {variant.of} --precision {variant.precision} --replace"
        )


def checked_bytes(path: Path, weights: Weights, name: str) -> bytes:
    """Read the weights of the estimator `name`, the very bytes that its manifest describes.

    Raises:
        WeightsError: they cannot be read, or are others.
    """
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size == weights.bytes else b""
    except OSError as error:
        raise WeightsError(f"{name}: {path} cannot be read: {error.strerror}") from error
    if size != weights.bytes:
        raise WeightsError(f"{name}: {path} has {size} bytes, the manifest says {weights.bytes}")
    if hashlib.sha256(content).hexdigest() != weights.sha256:
        raise WeightsError(
            f"{name}: sha256 of {path} is not the manifest's: the file was changed or damaged; "
            "import the estimator again"
        )
    return content


def check_width(network: Network, calibration: Calibration | None) -> None:
    """Refuse a calibration that knows embeddings of another width than the network's.

    Raises:
        CalibrationError: it does.
        ExplanationError: the network gives none.
    """
    if calibration is None or calibration.embeddings is None:
        return
    known, width = len(calibration.embeddings.mean), network.explainer.width()
    if known != width:
        raise CalibrationError(
            f"the calibration of {network.name} at {calibration.site} knows embeddings of "
            f"{known} numbers, the network gives {width}"
        )
