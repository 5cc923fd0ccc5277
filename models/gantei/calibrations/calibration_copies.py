"""Copies of a calibration: into the place where this machine keeps it, or into what is carried."""

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ..errors import CalibrationError, GanteiError, OutputError
from ..manifests.manifest import Manifest, Weights
from ..signing.contents import SIGNATURE_FILE
from ..system.files import ensure_folder, exclusive_lock
from .calibration import Calibration
from .calibration_file import FILE_NAME
from .calibration_store import (
    LONGEST_WRITE,
    calibration_folder,
    calibration_path,
    open_calibration,
    refuse_other,
)

INCOMING = ".incoming-"


@dataclass(frozen=True)
class InstalledCalibration:
    """A calibration in its place, and whether the very same was there before."""

    calibration: Calibration
    folder: Path
    was_there: bool


def copy_calibration(site_or_path: str | Path, manifest: Manifest, into: Path) -> Calibration:
    """Copy a calibration's file and its signature into a new folder, and see that it opens there.

    Args:
        site_or_path: as `find_calibration` takes it.
        manifest: of the estimator, whose weights it must be of.
        into: the folder, which must not be there.

    Raises:
        GanteiError: as `find_calibration`.
        OutputError: a file of it is a link, or the folder cannot be written.
    """
    weights = _weights(manifest)
    open_calibration(site_or_path, manifest.name, weights.sha256)
    file = calibration_path(site_or_path, manifest.name)
    try:
        into.mkdir(parents=True)
        for each in (file, file.parent / SIGNATURE_FILE):
            if each.is_symlink():
                raise OutputError(f"{each}: is a link, which is not carried; put the file there")
            if each.is_file():
                shutil.copyfile(each, into / (FILE_NAME if each == file else each.name))
    except OSError as error:
        if isinstance(error, GanteiError):
            raise
        raise OutputError(f"{into}: cannot be made: {error.strerror or error}") from error
    return open_calibration(into, manifest.name, weights.sha256)[0]


def install_calibration(
    path: Path, manifest: Manifest, *, replace: bool = False
) -> InstalledCalibration:
    """Put a calibration from elsewhere, with its signature, into the place where it is found.

    Args:
        path: of its folder or file.
        manifest: of the estimator, whose weights it must be of.
        replace: take the place of another one of that site, signed or not.

    Raises:
        AlreadyInstalledError: another one of that site is there, and `replace` is not set.
        CalibrationError: it cannot be read, or is of another estimator or of other weights.
        SignatureError: `GANTEI_TRUST` is `require`, and it is not as a trusted key signed it.
        OutputError: it cannot be written.
    """
    calibration = open_calibration(path, manifest.name, _weights(manifest).sha256)[0]
    above = ensure_folder(calibration_folder(manifest.name, calibration.site).parent)
    busy = f"another process is writing into {above}; try again"
    with exclusive_lock(above / ".lock", LONGEST_WRITE, busy):
        folder = calibration_folder(manifest.name, calibration.site)
        with tempfile.TemporaryDirectory(prefix=INCOMING, dir=above) as made:
            incoming = Path(made) / calibration.site
            copy_calibration(path, manifest, incoming)
            if os.path.lexists(folder):
                if _files(folder) == _files(incoming):
                    return InstalledCalibration(calibration, folder, was_there=True)
                refuse_other(folder, replace=replace)
            _put(incoming, folder, Path(made) / "replaced")
    return InstalledCalibration(calibration, folder, was_there=False)


def _put(incoming: Path, folder: Path, replaced: Path) -> None:
    """Let a folder appear by one rename; what stood there comes back where that fails."""
    try:
        if os.path.lexists(folder):
            folder.rename(replaced)
        incoming.rename(folder)
    except OSError as error:
        if replaced.exists() and not folder.exists():
            replaced.rename(folder)
        raise OutputError(f"{folder}: cannot be written: {error.strerror or error}") from error


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def _weights(manifest: Manifest) -> Weights:
    if manifest.weights is None:
        raise CalibrationError(f"{manifest.name}: its weights are not here, so nothing is of them")
    return manifest.weights
