"""The camera of each photograph, where a list tells it, against those of a calibration."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..calibrations.calibration import Calibration
from ..findings.finding import Finding
from ..inference.prediction import PhotographResult
from ..manifests.fields import UNKNOWN
from ..photographs.listing import StudyPhotograph
from .backends import AnyEstimator

COLUMN = "camera"
"""The column of a list that tells it, in any case."""


@dataclass(frozen=True)
class StatedCameras:
    """Tells of each photograph whether a calibration knows its camera.

    `place`: of the camera among the cells of a list; None: nothing tells it.
    """

    place: int | None
    calibrations: tuple[Calibration | None, ...]

    @classmethod
    def of(cls, columns: Sequence[str], estimators: Sequence[AnyEstimator]) -> "StatedCameras":
        """Look for the column of the camera among those of a list."""
        names = [column.casefold() for column in columns]
        place = names.index(COLUMN) if COLUMN in names else None
        return cls(place, tuple(each.calibration for each in estimators))

    @property
    def told_by(self) -> str:
        """What tells cameras, as run manifests have it."""
        return UNKNOWN if self.place is None else "list"

    def compared(self, listed: StudyPhotograph, result: PhotographResult) -> PhotographResult:
        """Give the result with a finding wherever its camera is none of those calibrated on."""
        camera = "" if self.place is None else (listed.cells[self.place] or "").strip()
        if not camera or result.error is not None:
            return result
        findings = [
            found if self._knows(each, camera) else (*found, _other(each, camera))
            for found, each in zip(result.findings, self.calibrations, strict=True)
        ]
        return replace(result, findings=tuple(findings))

    def _knows(self, calibration: Calibration | None, camera: str) -> bool:
        if calibration is None or not calibration.people.cameras:
            return True  # nothing is known that could differ
        return _key(camera) in {_key(each) for each in calibration.people.cameras}


def _other(calibration: Calibration | None, camera: str) -> Finding:
    known = sorted(calibration.people.cameras) if calibration else []
    return Finding("other-camera", camera=camera, cameras=known)


def _key(camera: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", camera).casefold().split())
