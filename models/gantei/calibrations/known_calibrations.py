"""The calibrations of an estimator on this machine, those that cannot be used too."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import CalibrationError
from ..manifests.manifest import Manifest
from ..signing.contents import SIGNATURE_FILE
from .calibration import Calibration
from .calibration_file import FILE_NAME, read_calibration
from .calibration_store import calibration_folder, known_sites

_DIGITS = 12


@dataclass(frozen=True)
class KnownCalibration:
    """A calibration that stands in its place on this machine.

    Attributes:
        site: as its folder is called.
        folder: where it stands.
        signed: whether there is a signature, whatever it is worth.
        calibration: what it says; None where it cannot be read.
        fault: why it cannot be used with the estimator; empty where it can.
    """

    site: str
    folder: Path
    signed: bool
    calibration: Calibration | None
    fault: str

    def described(self) -> dict[str, Any]:
        """Give it as JSON has it, without parameters."""
        told = self.calibration.described() if self.calibration else {}
        keys = ("date", "gantei", "level", "weights_sha256", "labels_sha256", "people")
        return {
            "site": self.site,
            "folder": str(self.folder),
            "signed": self.signed,
            "fault": self.fault,
            **{key: told.get(key) for key in keys},
        }


def known_calibrations(manifest: Manifest) -> tuple[KnownCalibration, ...]:
    """List the calibrations of an estimator; no signature is judged.

    Raises:
        OutputError: their folder cannot be read.
    """
    return tuple(_known(manifest, site) for site in known_sites(manifest.name))


def usable_calibrations(manifest: Manifest) -> tuple[Calibration, ...]:
    """List those that can be used with the weights on this machine, if their signatures permit."""
    known = known_calibrations(manifest)
    return tuple(each.calibration for each in known if each.calibration and not each.fault)


def _known(manifest: Manifest, site: str) -> KnownCalibration:
    folder = calibration_folder(manifest.name, site)
    signed = (folder / SIGNATURE_FILE).is_file()
    try:
        calibration = read_calibration(folder / FILE_NAME)
    except CalibrationError as error:
        return KnownCalibration(site, folder, signed, None, str(error))
    weights = manifest.weights
    fault = ""
    if calibration.estimator != manifest.name:
        fault = f"of {calibration.estimator}"
    elif weights is None:
        fault = "the weights are not on this machine"
    elif calibration.weights_sha256 != weights.sha256:
        fault = f"of other weights, {calibration.weights_sha256[:_DIGITS]}…"
    return KnownCalibration(site, folder, signed, calibration, fault)
