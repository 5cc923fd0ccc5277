"""Where calibrations stand on this machine: a folder for each estimator and site.

`<home>/calibrations/ESTIMATOR/SITE/calibration.json`, with room for a signature beside it.
"""

import os
import re
from pathlib import Path

from ..catalogue import store
from ..errors import AlreadyInstalledError, CalibrationError, OutputError, SettingError
from ..findings.finding import Finding
from ..manifests.fields import NAME
from ..signing.contents import SIGNATURE_FILE
from ..system.files import atomic_write, ensure_folder, exclusive_lock, remove_partial_files
from .calibration import Calibration
from .calibration_admission import admit_calibration
from .calibration_file import (
    FILE_NAME,
    LARGEST_FILE,
    calibration_bytes,
    calibration_json,
    calibration_of,
)
from .site_names import named_site, site_fault, site_key

LONGEST_WRITE = 60.0
"""Seconds to wait for another process that writes a calibration."""


def calibrations_folder() -> Path:
    """Folder of all calibrations on this machine."""
    return store.home() / "calibrations"


def calibration_folder(estimator: str, site: str) -> Path:
    """Give the folder of an estimator's calibration at a site, which need not be there.

    Of names that differ in case or width alone, such as `Clinic` and `clinic`, it is that of the
    one that is there.

    Raises:
        SettingError: the name of the site, or of the estimator, can be none.
    """
    site = named_site(site)
    if not re.fullmatch(NAME, estimator):
        raise SettingError(f"{estimator!r} is no name of an estimator")
    return _sites(estimator).get(site_key(site), calibrations_folder() / estimator / site)


def known_sites(estimator: str) -> tuple[str, ...]:
    """List the sites of which this machine has a calibration of an estimator."""
    return tuple(folder.name for folder in _sites(estimator).values())


def save_calibration(calibration: Calibration, *, replace: bool = False) -> Path:
    """Put a calibration where `find_calibration` finds it; a signature of another one goes.

    Returns:
        Its folder.

    Raises:
        AlreadyInstalledError: there is one of that estimator and site, and `replace` is not set.
        OutputError: it cannot be written, or is too large to be read again.
    """
    content = calibration_json(calibration)
    if len(content) > LARGEST_FILE:
        raise OutputError(
            f"a calibration of {len(content)} bytes; at most {LARGEST_FILE} are read again"
        )
    folder = calibration_folder(calibration.estimator, calibration.site)
    above = ensure_folder(folder.parent)
    busy = f"another process is writing into {above}; try again"
    with exclusive_lock(above / ".lock", LONGEST_WRITE, busy):
        folder = calibration_folder(calibration.estimator, calibration.site)
        file = folder / FILE_NAME
        refuse_other(folder, replace=replace)
        ensure_folder(folder)
        remove_partial_files([file])
        try:
            (folder / SIGNATURE_FILE).unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(f"{folder}: cannot be written: {error.strerror}") from error
        with atomic_write(file) as written:
            written.write(content)
    return folder


def refuse_other(folder: Path, *, replace: bool) -> None:
    """See that the calibration in a folder may give way to another.

    Raises:
        AlreadyInstalledError: there is one, and `replace` is not set.
    """
    if replace or not os.path.lexists(folder / FILE_NAME):
        return
    signed = "a signed" if os.path.lexists(folder / SIGNATURE_FILE) else "a"
    raise AlreadyInstalledError(
        f"{signed} calibration of {folder.parent.name} at {folder.name} is in {folder}; --replace "
        "puts another in its place"
    )


def find_calibration(
    site_or_path: str | os.PathLike[str], estimator: str, weights_sha256: str
) -> Calibration:
    """Find the calibration of an estimator by its site, or by a path.

    Args:
        site_or_path: the name of a site on this machine, else a path of a `calibration.json` or of
            the folder that holds it.
        estimator: the estimator's name.
        weights_sha256: of the weights whose values are to be calibrated.

    Raises:
        CalibrationError: there is none, it cannot be read, or it is of another estimator or of
            other weights; says what there is, and how to make one.
        OutputError: the folder of calibrations cannot be read.
        SignatureError: as `admit_calibration`.
        SettingError: `GANTEI_TRUST` or the trust file makes no sense.
        MissingExtraError: a signature is to be checked, and `cryptography` is not installed.
    """
    return open_calibration(site_or_path, estimator, weights_sha256)[0]


def open_calibration(
    site_or_path: str | os.PathLike[str], estimator: str, weights_sha256: str
) -> tuple[Calibration, tuple[Finding, ...]]:
    """Find a calibration as `find_calibration` does, with what is to be said of its signature."""
    file = calibration_path(site_or_path, estimator)
    content = calibration_bytes(file)
    remarks = admit_calibration(file, content, estimator)
    calibration = calibration_of(content, str(file))
    if calibration.estimator != estimator:
        raise CalibrationError(
            f"{file}: is a calibration of {calibration.estimator}, not of {estimator}"
        )
    if calibration.weights_sha256 != weights_sha256:
        raise CalibrationError(
            f"{file}: made for weights {calibration.weights_sha256[:16]}…, these are "
            f"{weights_sha256[:16]}…: of their values it knows nothing. {_make_one(estimator)}"
        )
    return calibration, remarks


def calibration_path(site_or_path: str | os.PathLike[str], estimator: str) -> Path:
    """Find the file of a calibration, which is not read, as `find_calibration` does.

    Raises:
        CalibrationError: there is none; says what there is, and how to make one.
    """
    given = str(site_or_path)
    sites = _sites(estimator)
    if not site_fault(given) and (known := sites.get(site_key(given))):
        return known / FILE_NAME
    path = Path(given)
    try:
        if (path / FILE_NAME).is_file():
            return path / FILE_NAME
        if path.is_file():
            return path
    except (OSError, ValueError):  # longer than a path can be, or no path at all
        pass
    names = ", ".join(folder.name for folder in sites.values()) or "none"
    raise CalibrationError(
        f"no calibration of {estimator} at {given[:200]!r}, and no folder with {FILE_NAME} either; "
        f"known sites of {estimator}: {names}. {_make_one(estimator)}"
    )


def _make_one(estimator: str) -> str:
    return f"To make one: gantei calibrate {estimator} PHOTOGRAPHS --labels labels.csv --site NAME"


def _sites(estimator: str) -> dict[str, Path]:
    """Map what tells sites apart to the folder of each calibration of an estimator."""
    try:
        folders = sorted((calibrations_folder() / estimator).iterdir())
        there = [folder for folder in folders if (folder / FILE_NAME).is_file()]
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise OutputError(f"{calibrations_folder()}: cannot be read: {error.strerror}") from error
    return {site_key(folder.name): folder for folder in there if not site_fault(folder.name)}
