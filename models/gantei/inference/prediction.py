"""Results: of one estimator for one photograph, and of all estimators for one photograph."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..errors import GanteiError
from ..explanations.explanation import Explanation
from ..findings.finding import Finding
from ..photographs.eyes import Eye


@dataclass(frozen=True)
class Prediction:
    """The result of one estimator for one photograph.

    Attributes:
        source: what the photograph is called: its path, `<bytes>`, `<image>`, `<array>`.
        values: a number by its name, such as `{"age": 57.3}` or `{"male": 0.94}`; none where there
            is an `error`.
        findings: what to know before using the values, each a code with values.
        error: why there are no values.
        explanation: where the answer comes from, if it was requested.
        eye: which eye it is, where something tells.
        units: the unit of each value, such as `{"age": "years"}` or `{"male": "probability"}`.
    """

    source: str
    values: Mapping[str, float]
    findings: tuple[Finding, ...] = ()
    error: GanteiError | None = None
    explanation: Explanation | None = None
    eye: Eye | None = None
    units: Mapping[str, str] = field(default_factory=dict)

    @property
    def warnings(self) -> tuple[str, ...]:
        """The findings as English sentences."""
        return tuple(finding.text() for finding in self.findings)


@dataclass(frozen=True)
class PhotographResult:
    """The results of all estimators for one photograph, in their order, or what is wrong with it.

    `embeddings` and `explanations` are there if they were requested. `eye` is there where
    something tells the side.
    """

    source: str
    sha256: str | None
    values: tuple[dict[str, float], ...] = ()
    findings: tuple[tuple[Finding, ...], ...] = ()
    error: GanteiError | None = None
    embeddings: tuple[NDArray[np.float32], ...] = ()
    explanations: tuple[Explanation, ...] = ()
    eye: Eye | None = None
    units: tuple[Mapping[str, str], ...] = ()

    def prediction(self, index: int) -> Prediction:
        """Return the part of the estimator at `index`."""
        if self.error is not None:
            return Prediction(self.source, {}, error=self.error, eye=self.eye)
        return Prediction(
            self.source,
            self.values[index],
            self.findings[index],
            explanation=self.explanations[index] if self.explanations else None,
            eye=self.eye,
            units=self.units[index],
        )
