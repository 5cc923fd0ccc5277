"""Results: of one estimator for one photograph, and of all estimators for one photograph."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..errors import GanteiError
from ..explanations.explanation import Explanation
from ..findings.finding import Finding
from ..photographs.appearance import Appearance
from ..photographs.eyes import Eye


@dataclass(frozen=True, slots=True)
class CalibratedValue:
    """A value as the calibration of a site has it, with its interval.

    Attributes:
        value: the calibrated value, in the unit of the value itself.
        low: of a number, from where the real value of a new person lies; of a probability, from
            where the calibrated probability lies, as far as the calibration knows it. None: the
            calibration says nothing there, for lack of people.
        high: up to where; None together with `low`.
    """

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Prediction:
    """The result of one estimator for one photograph.

    Attributes:
        source: what the photograph is called: its path as given; else `<bytes>`, `<image>` or
            `<array>`, with its place among several, as `<bytes 3>`.
        values: a number for each name, such as `{"age": 57.3}`, or `{"male": 0.94}`, a probability
            from 0 to 1; empty where there is an `error`.
        findings: what to know before using the values, each a code with values: what the estimator
            says, then what is odd about the photograph itself.
        error: what is wrong with the photograph; None: nothing.
        explanation: where the answer comes from, if it was requested.
        eye: which eye the photograph shows, where anything tells.
        units: the unit of each value, such as `{"age": "years"}` or `{"male": "probability"}`.
        appearance: what the photograph looks like, in numbers; None where it cannot be read, and
            from a server that does not measure it.
        calibrated: the values as the calibration of a site has them, by the same names; empty
            without a calibration.
        distance: how far the photograph's embedding lies from those that were calibrated on, as a
            share of their limit: above 1 it is unlike them. None where nothing tells.

    >>> (prediction,) = gantei.load("demo-age").predict("demo/person-00001-left.jpg")
    >>> prediction.values, prediction.units
    ({'age': 44.1...}, {'age': 'years'})
    >>> [finding.code for finding in prediction.findings]
    ['notice']
    >>> prediction.warnings
    ('Demo: trained on drawings, knows nothing about eyes; its numbers mean nothing.',)
    >>> prediction.eye.side, prediction.eye.origin
    ('left', 'file name')
    >>> age = gantei.load("demo-age", calibration="clinic")
    >>> (prediction,) = age.predict("demo/person-00001-left.jpg")
    >>> prediction.calibrated
    {'age': CalibratedValue(value=44.69..., low=36.69..., high=52.69...)}
    >>> prediction.distance < 1
    True
    """

    source: str
    values: Mapping[str, float]
    findings: tuple[Finding, ...] = ()
    error: GanteiError | None = None
    explanation: Explanation | None = None
    eye: Eye | None = None
    units: Mapping[str, str] = field(default_factory=dict)
    appearance: Appearance | None = None
    calibrated: Mapping[str, CalibratedValue] = field(default_factory=dict)
    distance: float | None = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """The findings as English sentences."""
        return tuple(finding.text() for finding in self.findings)


@dataclass(frozen=True)
class PhotographResult:
    """The results of all estimators for one photograph, in their order, or what is wrong with it.

    `findings` are what each estimator says; `photograph_findings` are what is odd about the
    photograph itself, whichever estimator is asked, said once. `embeddings` and `explanations` are
    there if they were requested; `calibrated` and `distances`, one for each estimator, if any of
    them is calibrated. `eye` is there where something tells the side, `format` where the photograph
    has been opened here, and `version` where the place of its file has versions.
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
    photograph_findings: tuple[Finding, ...] = ()
    format: str | None = field(default=None, compare=False)
    appearance: Appearance | None = None
    calibrated: tuple[Mapping[str, CalibratedValue], ...] = ()
    distances: tuple[float | None, ...] = ()
    version: str | None = field(default=None, compare=False)

    def prediction(self, index: int) -> Prediction:
        """Return the part of the estimator at `index`."""
        if self.error is not None:
            return Prediction(
                self.source,
                {},
                self.photograph_findings,
                error=self.error,
                eye=self.eye,
                appearance=self.appearance,
            )
        return Prediction(
            self.source,
            self.values[index],
            self.findings[index] + self.photograph_findings,
            explanation=self.explanations[index] if self.explanations else None,
            eye=self.eye,
            units=self.units[index],
            appearance=self.appearance,
            calibrated=self.calibrated[index] if self.calibrated else {},
            distance=self.distances[index] if self.distances else None,
        )
