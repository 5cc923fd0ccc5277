"""An estimator of a server, as a study uses one."""

from dataclasses import dataclass, field, replace
from typing import Literal, Self

from ..calibrations.calibration import Calibration
from ..errors import ExplanationError
from ..findings.finding import Finding
from ..manifests.manifest import Manifest


@dataclass(frozen=True)
class ServedEstimator:
    """An estimator of a server.

    Attributes:
        manifest: all that is known of it.
        device: where the server computes.
        state: whether it has passed the server's check.
        no_map: why it gives no map; None where it gives one.
        remarks: what the server says about its signature.
        calibration: that of the site whose people its values are calibrated on, without the
            embeddings; None: of none.
        calibration_sha256: digest of the whole calibration as it is written; empty without one.
        measures_distance: whether predictions have a `distance`.
    """

    manifest: Manifest
    device: Literal["cpu", "cuda"]
    state: Literal["checking", "ready", "failed"] = field(compare=False)
    no_map: Finding | None
    remarks: tuple[Finding, ...] = ()
    calibration: Calibration | None = None
    calibration_sha256: str = ""
    measures_distance: bool = False

    @property
    def name(self) -> str:
        """Its name in the catalogue."""
        return self.manifest.name

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings that every result carries; see `gantei.inference.network.Network`."""
        return self.remarks + self.manifest.findings()

    def uncalibrated(self) -> Self:
        """Give it as if the server had no calibration."""
        return replace(self, calibration=None, calibration_sha256="", measures_distance=False)

    def require_map(self) -> None:
        """Check that it gives maps.

        Raises:
            ExplanationError: it gives none; the message says why.
        """
        if self.no_map:
            raise ExplanationError(self.no_map)

    def embedding_width(self) -> int:
        """Refuse: a server gives an embedding with a map, and not by itself.

        Raises:
            ExplanationError: always.
        """
        raise ExplanationError(Finding("no-embedding-from-server", estimator=self.name))
