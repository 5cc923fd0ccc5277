"""From raw outputs to values with the names and units of the manifest."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import WeightsError
from ..findings.finding import Finding
from ..manifests.manifest import Binary, Categorical, Manifest, Regression


def values_of(row: Mapping[str, NDArray[np.float32]], manifest: Manifest) -> dict[str, float]:
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
                Finding(
                    "values-of-other-number",
                    estimator=manifest.name,
                    output=name,
                    count=len(numbers),
                    expected=len(names),
                )
            )
        if not np.isfinite(numbers).all():
            raise WeightsError(Finding("value-not-finite", estimator=manifest.name, output=name))
        values |= {key: shortest(number) for key, number in zip(names, numbers, strict=True)}
    return values


def findings_on_values(values: Mapping[str, float], manifest: Manifest) -> tuple[Finding, ...]:
    """Find the values that lie outside the range seen in training."""
    return tuple(
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


def shortest(number: np.float32) -> float:
    """Return the float of the shortest decimal that names this float32, to keep files short."""
    return float(str(number))


def _transformed(raw: NDArray[np.float32], spec: Regression | Binary | Categorical) -> Any:
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
