"""Predictions: what comes out of a network, in the words and units of its manifest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import GanteiError, WeightsError
from ..findings.finding import Finding

if TYPE_CHECKING:
    from ..explanations.explanation import Explanation
    from ..manifests.manifest import Binary, Categorical, Manifest, Regression
    from ..photographs.eyes import Eye


@dataclass(frozen=True)
class Prediction:
    """What one estimator says of one photograph.

    `values` maps a name to a number: `{"age": 57.3}` in the output's unit, `{"male": 0.94}` a
    probability. `findings` are what to know before using them, each a code with values, and
    `warnings` say the same in sentences. With an `error` there are no values.
    The `explanation` is there where it was asked for, `eye` where something tells the side.
    """

    source: str
    values: Mapping[str, float]
    findings: tuple[Finding, ...] = ()
    error: GanteiError | None = None
    explanation: "Explanation | None" = None
    eye: "Eye | None" = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """The findings in English sentences."""
        return tuple(finding.text() for finding in self.findings)


def values_of(row: Mapping[str, NDArray[np.float32]], manifest: "Manifest") -> dict[str, float]:
    """Translate one photograph's graph outputs, each float32 (units,), into named values.

    Raises:
        WeightsError: the graph answered a number that is not finite, or another number of values
            than the manifest describes.
    """
    values: dict[str, float] = {}
    for name, spec in manifest.output.items():
        names = spec.value_names(name)
        numbers = _transformed(row[name].reshape(-1), spec)
        if len(numbers) != len(names):
            raise WeightsError(
                f"{manifest.name}: output {name!r} has {len(numbers)} values, "
                f"the manifest describes {len(names)}"
            )
        if not np.isfinite(numbers).all():
            raise WeightsError(f"{manifest.name}: output {name!r} is not a finite number")
        values |= {key: shortest(number) for key, number in zip(names, numbers, strict=True)}
    return values


def findings_of(values: Mapping[str, float], manifest: "Manifest") -> tuple[Finding, ...]:
    """Collect what a result says beside its numbers: notices, assumed facts, range left."""
    outside = tuple(
        Finding(
            "outside-training-range",
            name=name,
            value=values[name],
            low=spec.range[0],
            high=spec.range[1],
            unit=spec.unit,
        )
        for name, spec in manifest.output.items()
        if spec.kind == "regression"
        and spec.range != "unknown"
        and name in values
        and not spec.range[0] <= values[name] <= spec.range[1]
    )
    return manifest.findings() + outside


def shortest(number: np.float32) -> float:
    """Give the float of the shortest decimal that names this float32, so that files stay short."""
    return float(str(number))


def _transformed(raw: NDArray[np.float32], spec: "Regression | Binary | Categorical") -> Any:
    if spec.kind == "regression":
        return raw * np.float32(spec.scale) + np.float32(spec.offset)
    wide = raw.astype(np.float64)
    match spec.transform:
        case "sigmoid":
            wide = (1 + np.tanh(wide / 2)) / 2  # the same function, without overflow
        case "softmax":
            powers = np.exp(wide - wide.max())
            wide = powers / powers.sum()
    return wide.astype(np.float32)
