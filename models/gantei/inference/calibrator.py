"""What a calibration adds to an estimate; which one it is, the pipeline need not know."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..findings.finding import Finding
from .prediction import CalibratedValue


@dataclass(frozen=True)
class CalibratedEstimate:
    """What a calibration adds to one photograph's values.

    Attributes:
        values: the calibrated values, by the names of the values.
        distance: see `Prediction.distance`.
        findings: how far the photograph lies outside what was calibrated on.
    """

    values: Mapping[str, CalibratedValue]
    distance: float | None = None
    findings: tuple[Finding, ...] = ()


class Calibrator(Protocol):
    """Calibrates the values of one network, a photograph at a time."""

    @property
    def needs_embedding(self) -> bool:
        """Whether it measures how far the embedding lies from those calibrated on."""

    def calibrated(
        self, values: Mapping[str, float], embedding: NDArray[np.float32] | None
    ) -> CalibratedEstimate:
        """Calibrate one photograph's values; its embedding is there where it is needed.

        Raises:
            WeightsError: a calibrated value is no finite number.
        """
