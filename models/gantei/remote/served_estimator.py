"""An estimator of a server, as a study uses one."""

from dataclasses import dataclass, field, replace
from typing import Literal, Self

from ..estimator.estimator_description import EstimatorDescription


@dataclass(frozen=True)
class ServedEstimator(EstimatorDescription):
    """What a server says of an estimator; its calibration comes without the embeddings.

    Attributes:
        state: whether it has passed the server's check.
    """

    state: Literal["checking", "ready", "failed"] = field(compare=False)

    def uncalibrated(self) -> Self:
        """Give it as if the server had no calibration."""
        return replace(self, calibration=None, calibration_sha256="", measures_distance=False)
