"""What the networks answer to a photograph, as its result: values with names, and findings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ..errors import GanteiError, WeightsError, drop_tracebacks
from ..explanations.explanation import ExplanationKind
from ..findings.finding import Finding
from ..photographs.appearance import Appearance
from ..photographs.eyes import Eye
from ..photographs.resampling import Box
from .calibrator import CalibratedEstimate
from .network import InputArray, Network, RawOutputs
from .postprocessing import findings_on_values, values_of
from .prediction import PhotographResult

T = TypeVar("T")


@dataclass(frozen=True)
class PreparedInputs:
    """A photograph as the networks see it: (height, width, 3), one array per network.

    With an `error` there is nothing to infer. `boxes` are there if maps are requested; `mirrored`
    says for each network whether it sees the photograph mirrored. `findings` are about what each
    network sees, `photograph_findings` about the photograph itself.
    """

    source: str
    sha256: str | None
    inputs: tuple[InputArray, ...]
    error: GanteiError | None = None
    boxes: tuple[Box, ...] = ()
    findings: tuple[tuple[Finding, ...], ...] = ()
    mirrored: tuple[bool, ...] = ()
    eye: Eye | None = None
    photograph_findings: tuple[Finding, ...] = ()
    format: str | None = None
    appearance: Appearance | None = None
    version: str | None = None


def postprocess(
    prepared: PreparedInputs,
    rows: Sequence[RawOutputs],
    networks: Sequence[Network],
    explain: ExplanationKind | None = None,
) -> PhotographResult:
    """Third step: turn a photograph's raw outputs, one row per network, into named values."""
    if prepared.error is not None:
        return _failed(prepared, prepared.error)
    pairs = list(zip(rows, networks, strict=True))
    try:
        values = tuple(values_of(row, network.manifest) for row, network in pairs)
        calibrated = [
            _calibrated(each, row, network)
            for each, (row, network) in zip(values, pairs, strict=True)
        ]
    except WeightsError as error:
        drop_tracebacks(error)
        return _failed(prepared, error)
    findings = tuple(
        network.findings
        + findings_on_values(each, network.manifest)
        + of_photograph
        + (beside.findings if beside else ())
        for each, network, of_photograph, beside in zip(
            values, networks, prepared.findings, calibrated, strict=True
        )
    )
    return PhotographResult(
        prepared.source,
        prepared.sha256,
        values,
        findings,
        embeddings=tuple(each.explainer.embedding(row) for row, each in pairs if explain),
        explanations=tuple(
            network.explainer.explanation(row, each, box, mirrored=mirrored)
            for (row, network), each, box, mirrored in zip(
                pairs, values, prepared.boxes, prepared.mirrored, strict=False
            )
        ),
        eye=prepared.eye,
        units=tuple(network.manifest.units() for network in networks),
        photograph_findings=prepared.photograph_findings,
        format=prepared.format,
        appearance=prepared.appearance,
        calibrated=_if_any(calibrated, [each.values if each else {} for each in calibrated]),
        distances=_if_any(calibrated, [each.distance if each else None for each in calibrated]),
        version=prepared.version,
    )


def _calibrated(
    values: Mapping[str, float], row: RawOutputs, network: Network
) -> CalibratedEstimate | None:
    if (calibrator := network.calibrator) is None:
        return None
    embedding = network.explainer.embedding(row) if calibrator.needs_embedding else None
    return calibrator.calibrated(values, embedding)


def _if_any(calibrated: Sequence[CalibratedEstimate | None], each: Sequence[T]) -> tuple[T, ...]:
    return tuple(each) if any(calibrated) else ()


def _failed(prepared: PreparedInputs, error: GanteiError) -> PhotographResult:
    error.source = error.source or prepared.source
    return PhotographResult(
        prepared.source, prepared.sha256, error=error, eye=prepared.eye,
        photograph_findings=prepared.photograph_findings, appearance=prepared.appearance,
        format=prepared.format, version=prepared.version,
    )  # fmt: skip
