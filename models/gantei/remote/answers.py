"""Read a server's answers by the schema that both ends share, and put them into our types."""

import json
from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import ParamSpec, TypeVar

import numpy as np

from ..calibrations.calibration import Calibration
from ..calibrations.site_calibrator import check_fits
from ..errors import GanteiError, InferenceError, ManifestError, PhotographError, TransferError
from ..explanations.explanation import Explanation
from ..findings.finding import Finding
from ..inference.prediction import PhotographResult
from ..manifests.file import parse_manifest
from ..manifests.manifest import Manifest
from ..photographs.appearance import Appearance
from ..photographs.eyes import Eye, assumed_eye
from ..wire.http_failures import one_line
from ..wire.schemas import (
    DescribedEstimator,
    EntryProblem,
    EstimatedPhotograph,
    EstimatorList,
    ExplanationMap,
    PredictAnswer,
    RefusedPhotograph,
)
from .requested_calibrations import Sites, with_calibrations
from .served_estimator import ServedEstimator

P = ParamSpec("P")
T = TypeVar("T")


def _else_transfer_error(read: Callable[P, T]) -> Callable[P, T]:
    """Tell an answer of another shape from a fault of ours."""

    def checked(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return read(*args, **kwargs)
        except (ManifestError, LookupError, TypeError, ValueError) as error:  # ValidationError too
            raise TransferError(
                "the server answers what this gantei does not understand; are both of the same "
                f"version? ({type(error).__name__}: {' '.join(str(error).split())[:200]})"
            ) from error

    return checked


@_else_transfer_error
def read_list(content: bytes) -> EstimatorList:
    """Read what a server serves, and by which versions."""
    return EstimatorList.model_validate_json(content)


@_else_transfer_error
def read_estimator(content: bytes, name: str) -> ServedEstimator:
    """Read what is known of one estimator."""
    described = DescribedEstimator.model_validate_json(content)
    manifest = parse_manifest(described.manifest, "manifest")
    if manifest.name != name:
        raise ValueError("another name")
    calibration, calibration_sha256, measures_distance = _calibration(described, manifest)
    return ServedEstimator(
        manifest,
        described.device,
        described.no_map.finding() if described.no_map else None,
        # It gives one with a map, and not by itself.
        Finding("no-embedding-from-server", estimator=name),
        0,
        tuple(each.finding() for each in described.remarks),
        calibration,
        calibration_sha256,
        measures_distance,
        described.state,
    )


def _calibration(
    described: DescribedEstimator, manifest: Manifest
) -> tuple[Calibration | None, str, bool]:
    """Read the calibration, its digest, and whether it measures distances."""
    if described.calibration is None:
        return None, "", False
    record = json.dumps(described.calibration_record | {"embeddings": None})
    calibration = Calibration.model_validate_json(record)
    check_fits(calibration, manifest)
    return calibration, described.calibration.sha256, described.calibration.distance


@_else_transfer_error
def read_answer(
    content: bytes,
    source: str,
    sent: str,
    names: Sequence[str],
    *,
    explain: bool,
    eye: Eye | None = None,
    known: tuple[Finding, ...] = (),
    sites: Sites = MappingProxyType({}),
) -> PhotographResult:
    """Read the answer for one photograph.

    Args:
        content: the answer.
        source: what the photograph is called here.
        sent: sha256 of the bytes that were sent.
        names: the estimators that were asked.
        explain: whether maps were requested.
        eye: the photograph's, where it was known here; else what the server found.
        known: what is odd about what was sent, as far as that was known here.
        sites: where calibrated values were asked for; others are passed over.

    Raises:
        TransferError: it is of another shape, of another photograph, or calibrated elsewhere.
    """
    (entry,) = PredictAnswer.model_validate_json(content).photographs
    of_eye = eye.findings if eye else ()  # the server knows less: not the name
    eye = eye or _eye_found(entry)
    refused = isinstance(entry, RefusedPhotograph)
    if entry.sha256 != sent and not (refused and entry.sha256 is None):
        raise ValueError("an answer for another photograph")
    if isinstance(entry, RefusedPhotograph):
        error = _error_of(entry.problem, source, sent)
        return PhotographResult(source, sent, error=error, eye=eye)
    estimates = [entry.estimates[name] for name in names]
    result = PhotographResult(
        source,
        sent,
        tuple(
            {name: each.value for name, each in estimate.values.items()} for estimate in estimates
        ),
        tuple(tuple(each.finding() for each in estimate.warnings) for estimate in estimates),
        explanations=tuple(_explanation(each.map) for each in estimates if explain),
        eye=eye,
        units=tuple(
            {name: each.unit for name, each in estimate.values.items()} for estimate in estimates
        ),
        photograph_findings=tuple(
            dict.fromkeys((*known, *(each.finding() for each in entry.findings), *of_eye))
        ),
        appearance=Appearance(**entry.appearance.model_dump()) if entry.appearance else None,
    )
    return with_calibrations(result, dict(zip(names, estimates, strict=True)), sites)


def _error_of(problem: EntryProblem, source: str, sha256: str) -> GanteiError:
    kind = problem.type.rpartition(":")[2]
    if kind in ("unusable-photograph", "photograph-too-large"):
        return PhotographError(problem.finding(), source, sha256)
    reason = one_line(problem.detail or problem.title)
    return InferenceError(f"the server failed on it: {reason}", source)


def _eye_found(entry: EstimatedPhotograph | RefusedPhotograph) -> Eye | None:
    """What the server found in the picture, as far as it did."""
    if entry.eye is None:
        return None
    if entry.eye_from == "DICOM":
        return Eye(entry.eye, "DICOM")
    if entry.eye_from != "detected":
        raise ValueError("an eye that nobody has stated")
    return assumed_eye(entry.eye)


def _explanation(sent: ExplanationMap | None) -> Explanation:
    if sent is None:
        raise ValueError("no map, where one was requested")
    with np.errstate(over="ignore"):  # what is too large is refused below
        rows, embedding = (np.array(each, np.float32) for each in (sent.rows, sent.embedding))
    if rows.ndim != 2:
        raise ValueError("a map of another shape")
    if not (np.isfinite(rows).all() and np.isfinite(embedding).all()):
        raise ValueError("a map or an embedding of numbers that are too large")
    box = sent.box
    return Explanation(
        sent.of,
        sent.unit,
        sent.quantity,
        rows,
        sent.bias,
        embedding,
        (box.left, box.top, box.right, box.bottom),
    )
