"""`calibration.json`: read strictly, as the data of others, and written in one form."""

import hashlib
import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..errors import CalibrationError, SignatureError
from ..signing.json_text import first_break, parsed_json
from ..system.files import read_bounded
from .calibration import Calibration

FILE_NAME = "calibration.json"
LARGEST_FILE = 4_000_000
"""Bytes; 64 directions of embeddings of 2560 numbers take 2 million."""


def read_calibration(path: Path) -> Calibration:
    """Read a calibration.

    Args:
        path: of the file, or of the folder that holds it as `calibration.json`.

    Raises:
        CalibrationError: it cannot be read, is larger than any, is no JSON, or breaks the schema;
            names file and key.
    """
    try:
        file = path / FILE_NAME if path.is_dir() else path
    except OSError as error:  # longer than a path can be
        raise CalibrationError(f"{path}: cannot be read: {error.strerror}") from error
    return calibration_of(calibration_bytes(file), str(file))


def calibration_bytes(file: Path) -> bytes:
    """Read the bytes of a calibration without looking at what they say.

    Raises:
        CalibrationError: the file cannot be read, or is too large.
    """
    return read_bounded(file, LARGEST_FILE, CalibrationError)


def calibration_of(content: bytes, where: str) -> Calibration:
    """Check the bytes of a calibration; `where` names their origin in errors.

    Raises:
        CalibrationError: they are no JSON, or break the schema.
    """
    try:
        calibration = Calibration.model_validate_json(content)
        parsed_json(content)  # no key twice
    except SignatureError as error:
        raise CalibrationError(f"{where}: {error}") from error
    except ValidationError as error:
        raise CalibrationError(f"{where}: is no calibration: {first_break(error)}") from error
    return calibration


def calibration_json(calibration: Calibration) -> bytes:
    """Write a calibration, the same bytes for the same one: a line for each of its keys."""
    lines = (
        f"{_json(key)}: {_json(value)}"
        for key, value in calibration.model_dump(mode="json").items()
    )
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def calibration_sha256(calibration: Calibration) -> str:
    """Digest of a calibration as it is written, whatever file it was read from."""
    return hashlib.sha256(calibration_json(calibration)).hexdigest()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
