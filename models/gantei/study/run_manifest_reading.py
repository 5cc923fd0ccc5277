"""Reading the run manifest of a table of results."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import OutputError
from ..system.files import read_bounded
from .run_manifest_path import run_manifest_path

LARGEST_MANIFEST = 100_000_000
"""Bytes of a run manifest, which holds no photographs."""


def read_run_manifest(table: Path) -> Mapping[str, Any]:
    """Read what stands beside a table of results and says what made it.

    Raises:
        OutputError: it is missing, or none.

    >>> from pathlib import Path
    >>> from gantei.study.run_manifest_reading import read_run_manifest
    >>> read_run_manifest(Path("results.csv"))["table"]
    'results.csv'
    """
    path = run_manifest_path(table)
    if not path.is_file():
        raise OutputError(
            f"{table}: needs {path.name} beside it, which says what its columns are; gantei "
            "predict writes both. Where the table was saved under another name, copy that file "
            "under the new name too"
        )
    try:
        run = json.loads(read_bounded(path, LARGEST_MANIFEST, OutputError))
        # What JSON has not, such as infinite numbers and half characters, no run writes.
        json.dumps(run, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise OutputError(f"{path}: no JSON: {error}") from error
    if not isinstance(run, dict) or "table_sha256" not in run:
        raise OutputError(f"{path}: is no run manifest of gantei predict")
    return run


def existing_manifest(table: Path) -> Mapping[str, Any] | None:
    """Read what stands beside a table that is in the way; None where nothing tells what made it."""
    try:
        return read_run_manifest(table)
    except (OutputError, OSError):
        return None


def not_understood(path: Path, what: str, why: str = "") -> OutputError:
    """The error of a run manifest, at `path`, that says of something what no run would."""
    return OutputError(
        f"{path}: what it says of {what} cannot be understood{why}; take the one that gantei "
        "predict wrote"
    )
