"""`measured.json`: figures that `gantei evaluate --into-card` measured, beside those reported.

It stands in the estimator's folder, holds numbers of people and digests but no names, and is the
only file of the folder that its owner adds to. Nothing of it enters the manifest, or the front
matter that the Hugging Face Hub reads.
"""

import json
import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..errors import ManifestError
from ..estimator.folder_files import MEASURED
from ..manifests.manifest import Manifest
from ..system.files import read_bounded
from .document import Block, Paragraph, Subheading, Table

FORMAT = "gantei measured here"
LARGEST_FILE = 1_000_000
"""Bytes; an evaluation takes about one thousand."""
HEADER = ("output", "by", "of", "metric", "value", "confidence interval", "labels")
NOT_REPORTED = (
    "Measured by gantei evaluate on the photographs of whoever installed this estimator: these are "
    "not the publisher's figures, and hold for those people. The labels are named by the sha256 of "
    "their table."
)
_DIGITS = 12


@dataclass(frozen=True, slots=True)
class MeasuredFigure:
    """One figure.

    Attributes:
        metric: its name in English.
        value: the figure.
        low: of its 95 % interval; None where there is none.
        high: likewise.
        unit: such as `years`; empty for a plain number.
    """

    metric: str
    value: float
    low: float | None
    high: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class MeasuredHere:
    """The figures of one output on one set of people.

    Attributes:
        output: of the estimator.
        weights_sha256: digest of the network that was measured.
        labels_sha256: digest of the table of labels.
        level: what a unit is: `photograph`, `eye` or `person`.
        units: number of units.
        people: number of persons; None where nothing tells.
        of: how their labels are spread, in words.
        threshold: of a binary output, in words; empty for others.
        gantei: the version that measured.
        figures: the main ones.
    """

    output: str
    weights_sha256: str
    labels_sha256: str
    level: str
    units: int
    people: int | None
    of: str
    threshold: str
    gantei: str
    figures: tuple[MeasuredFigure, ...]

    @property
    def whose(self) -> tuple[str, str, str, str]:
        """What is measured on what; to measure it again replaces it."""
        return self.output, self.weights_sha256, self.labels_sha256, self.level


def read_measured(folder: Path) -> tuple[MeasuredHere, ...]:
    """Read what was measured of an estimator; nothing where nothing was.

    Raises:
        ManifestError: it cannot be read, is too large, or is not such a file.
    """
    path = folder / MEASURED
    if not os.path.lexists(path):
        return ()
    content = read_bounded(path, LARGEST_FILE, ManifestError)
    try:
        told = json.loads(content)
        return tuple(_measured(each) for each in _of_our_format(told)["measured"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ManifestError(f"{path}: not what gantei evaluate writes: {error}") from error


def measured_json(measured: Iterable[MeasuredHere]) -> bytes:
    """Write what `read_measured` reads."""
    told = {"format": FORMAT, "measured": [asdict(each) for each in measured]}
    return json.dumps(told, ensure_ascii=False, indent=2, allow_nan=False).encode() + b"\n"


def measured_blocks(manifest: Manifest, measured: Iterable[MeasuredHere]) -> tuple[Block, ...]:
    """Give the table of what was measured of these very weights; nothing where nothing was."""
    weights = manifest.weights.sha256 if manifest.weights else None
    rows = tuple(row for each in measured if each.weights_sha256 == weights for row in _rows(each))
    if not rows:
        return ()
    return Subheading("Measured here"), Paragraph(NOT_REPORTED, strong=True), Table(HEADER, rows)


def _rows(measured: MeasuredHere) -> Iterable[tuple[str, ...]]:
    people = "" if measured.people is None else f" of {measured.people} people"
    units = "unit" if measured.units == 1 else "units"
    of = f"{measured.units} {units}{people}: {measured.of}"
    if measured.threshold:
        of += f"; threshold {measured.threshold}"
    for figure in measured.figures:
        known = figure.low is not None and figure.high is not None
        yield (
            measured.output,
            measured.level,
            of,
            figure.metric,
            f"{figure.value:.3f} {figure.unit}".strip(),
            f"{figure.low:.3f} to {figure.high:.3f}" if known else "none",
            measured.labels_sha256[:_DIGITS],
        )


def _of_our_format(told: Mapping[str, Any]) -> Mapping[str, Any]:
    if told["format"] != FORMAT:
        raise ValueError(f"another format: {told['format']!r}")
    return told


def _measured(told: Mapping[str, Any]) -> MeasuredHere:
    return MeasuredHere(
        output=_text(told["output"]),
        weights_sha256=_text(told["weights_sha256"]),
        labels_sha256=_text(told["labels_sha256"]),
        level=_text(told["level"]),
        units=_whole(told["units"]),
        people=None if told["people"] is None else _whole(told["people"]),
        of=_text(told["of"]),
        threshold=_text(told["threshold"]),
        gantei=_text(told["gantei"]),
        figures=tuple(_figure(each) for each in told["figures"]),
    )


def _figure(told: Mapping[str, Any]) -> MeasuredFigure:
    low, high = (None if told[key] is None else _number(told[key]) for key in ("low", "high"))
    return MeasuredFigure(
        _text(told["metric"]), _number(told["value"]), low, high, _text(told["unit"])
    )


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError(f"{value!r} is no number")
    return float(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise TypeError(f"{value!r} is no number of people or units")
    return value
