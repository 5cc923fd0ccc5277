"""An estimator that another process has opened, as a study uses one."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

from ..calibrations.calibration import Calibration
from ..errors import ExplanationError
from ..findings.finding import Finding
from ..manifests.manifest import Manifest

if TYPE_CHECKING:
    from .estimator import Estimator


@dataclass(frozen=True)
class EstimatorDescription:
    """What is known of an open estimator, without its network; it can be sent to other processes.

    Two that are equal give the same values on the same kind of processor.

    Attributes:
        manifest: all that is known of it.
        device: where it computes.
        no_map: why it gives no map; None where it gives one.
        no_embedding: why it gives no embedding; None where it gives one.
        width: length of the embedding; 0 without one.
        remarks: the findings on its signature, and on that of its calibration.
        calibration: that of the site whose people its values are calibrated on; None: of none.
        calibration_sha256: digest of the calibration as it is written; empty without one.
        measures_distance: whether predictions have a `distance`.
    """

    manifest: Manifest
    device: Literal["cpu", "cuda"]
    no_map: Finding | None
    no_embedding: Finding | None
    width: int
    remarks: tuple[Finding, ...]
    calibration: Calibration | None
    calibration_sha256: str
    measures_distance: bool

    @classmethod
    def of(cls, estimator: "Estimator") -> Self:
        """Describe an estimator that is open here."""
        no_map = no_embedding = None
        width = 0
        try:
            estimator.require_map()
        except ExplanationError as error:
            no_map = error.finding
        try:
            width = estimator.embedding_width()
        except ExplanationError as error:
            no_embedding = error.finding
        return cls(
            estimator.manifest, estimator.device, no_map, no_embedding, width, estimator.remarks,
            estimator.calibration, estimator.calibration_sha256, estimator.measures_distance,
        )  # fmt: skip

    @property
    def name(self) -> str:
        """Its name in the catalogue."""
        return self.manifest.name

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings that every result carries; see `gantei.inference.network.Network`."""
        return self.remarks + self.manifest.findings()

    def facts(self) -> dict[str, Any]:
        """All that its values depend on, as JSON can hold it."""
        return {
            "manifest": self.manifest.tables(),
            "device": self.device,
            "remarks": [finding.as_dict() for finding in self.remarks],
            "calibration_sha256": self.calibration_sha256,
        }

    def require_map(self) -> None:
        """Check that it gives maps.

        Raises:
            ExplanationError: it gives none; the message says why.
        """
        if self.no_map:
            raise ExplanationError(self.no_map)

    def embedding_width(self) -> int:
        """Length of the embedding.

        Raises:
            ExplanationError: it gives none; the message says why.
        """
        if self.no_embedding:
            raise ExplanationError(self.no_embedding)
        return self.width
