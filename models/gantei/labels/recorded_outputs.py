"""Which outputs a table of results holds: as its run manifest says, or the estimators here."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from ..calibrations.calibration import Calibration
from ..catalogue.entries import find
from ..errors import EstimatorError, OutputError
from ..manifests.manifest import Manifest
from ..statistics.units import EstimateKind
from ..study.described_outputs import described_outputs
from ..study.run_manifest_reading import not_understood
from .estimated_output import EstimatedOutput


def recorded_outputs(run: Mapping[str, Any], path: Path) -> tuple[EstimatedOutput, ...]:
    """Give the outputs, in the order of their columns.

    A table that an older gantei wrote does not say them; then they are those of the estimators of
    the same names and weights on this machine.

    Args:
        run: the run manifest.
        path: of its file, for messages.

    Raises:
        OutputError: it cannot be understood, tells of no output, or an estimator of an older table
            is not here.
    """
    described = run.get("outputs")
    if described is None:
        described = [each for one in _estimators(run, path) for each in described_outputs(*one)]
    try:
        found = tuple(_output(each) for each in described)
    except (KeyError, TypeError, ValueError) as error:
        raise not_understood(path, "outputs") from error
    if not found:
        raise OutputError(f"{path}: tells of no output; take the one that gantei predict wrote")
    return found


def recorded_sentences(run: Mapping[str, Any], path: Path) -> dict[str, str]:
    """Give what every row of an estimator says, by its code, such as `demo-sex:notice`.

    Args:
        run: the run manifest.
        path: of its file, for messages.

    Raises:
        OutputError: it cannot be understood.
    """
    sentences: dict[str, str] = {}
    try:
        for each in run.get("estimators", ()):
            for finding in each.get("findings", ()):
                key, text = f"{each['name']}:{finding['code']}", str(finding.get("text", ""))
                sentences[key] = f"{sentences[key]}; {text}" if key in sentences else text
    except (AttributeError, KeyError, TypeError) as error:
        raise not_understood(path, "estimators") from error
    return sentences


def recorded_findings(run: Mapping[str, Any], path: Path) -> frozenset[str]:
    """Give the codes of what every row of an estimator says: it tells no rows apart.

    Raises:
        OutputError: as `recorded_sentences`.
    """
    return frozenset(recorded_sentences(run, path))


def recorded_calibrations(run: Mapping[str, Any], path: Path) -> dict[str, Calibration]:
    """Give the calibrations that a run was made with, by their estimators, without embeddings.

    Args:
        run: the run manifest.
        path: of its file, for messages.

    Raises:
        OutputError: they cannot be understood.
    """
    described = run.get("calibrations", {})
    try:
        return {
            str(name): Calibration.model_validate_json(json.dumps({**each, "embeddings": None}))
            for name, each in described.items()
        }
    except (AttributeError, TypeError, ValueError) as error:  # ValidationError too
        raise not_understood(path, "calibrations") from error


def _output(described: Mapping[str, Any]) -> EstimatedOutput:
    kind: EstimateKind = described["kind"]
    classes, columns = (tuple(map(str, described[key])) for key in ("classes", "columns"))
    width = len(classes) if kind == "categorical" else 1
    if kind not in get_args(EstimateKind) or len(columns) != width:
        raise ValueError(f"{kind} with {len(columns)} columns")
    if kind == "binary" and len(classes) != 2:
        raise ValueError(f"binary with {len(classes)} classes")
    return EstimatedOutput(
        str(described["estimator"]),
        str(described["name"]),
        kind,
        str(described["unit"]),
        classes,
        columns,
        str(described["weights_sha256"]),
    )


def _estimators(run: Mapping[str, Any], path: Path) -> list[tuple[str, Manifest]]:
    try:
        told = [(str(each["name"]), each["weights_sha256"]) for each in run["estimators"]]
    except (KeyError, TypeError) as error:
        raise OutputError(f"{path}: is no run manifest of gantei predict") from error
    found = []
    for name, sha256 in told:
        try:
            manifest = find(name).manifest
        except EstimatorError as error:
            raise OutputError(_unknown(path, name)) from error
        if sha256 is None or manifest.weights is None or manifest.weights.sha256 != sha256:
            raise OutputError(_unknown(path, name))
        found.append((name, manifest))
    return found


def _unknown(path: Path, name: str) -> str:
    return (
        f"{path}: an older gantei wrote it, and it does not say what {name} estimates; install "
        f"{name} with the same weights here, or run gantei predict again"
    )
