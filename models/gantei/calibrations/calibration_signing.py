"""Whether a folder holds a calibration and nothing else, so that it may be signed and carried."""

import hashlib
from pathlib import Path

from ..errors import CalibrationError
from ..manifests.file import FILE_NAME as MANIFEST
from ..signing.contents import Contents
from .calibration_file import FILE_NAME, calibration_bytes, calibration_of


def is_calibration(folder: Path) -> bool:
    """Whether a folder holds a calibration's file, whatever that says, and is no estimator's."""
    try:
        return (folder / FILE_NAME).is_file() and not (folder / MANIFEST).exists()
    except (OSError, ValueError):  # longer than a path can be, or no path at all
        return False


def check_calibration(folder: Path, found: Contents) -> None:
    """See that a folder holds a calibration that can be read, and no other file.

    Whatever else stood there would be carried with it, such as a table of the site's people.

    Raises:
        CalibrationError: it holds none, one that breaks the schema, or other files beside it.
    """
    if others := [name for name in found.digests if name != FILE_NAME]:
        raise CalibrationError(
            f"{folder}: holds more than a calibration, and all of it would be carried with it: "
            f"{', '.join(others)}. Put that elsewhere"
        )
    content = calibration_bytes(folder / FILE_NAME)
    if hashlib.sha256(content).hexdigest() != found.digests.get(FILE_NAME):
        raise CalibrationError(f"{folder / FILE_NAME}: was replaced while it was read; try again")
    calibration_of(content, str(folder / FILE_NAME))
