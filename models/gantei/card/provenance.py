"""Reading `provenance.json`: what converted an estimator, and how far it lies from Keras."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import ManifestError
from ..estimator.folder_files import PROVENANCE
from ..system.files import read_bounded

LARGEST_FILE = 1_000_000
"""Bytes; the largest in use has 3 thousand."""

Provenance = Mapping[str, Any]


def read_provenance(folder: Path) -> Provenance | None:
    """Read it from an estimator's folder; None where there is none.

    Raises:
        ManifestError: it cannot be read, is too large, or is no table in JSON.
    """
    path = folder / PROVENANCE
    if not os.path.lexists(path):
        return None
    content = read_bounded(path, LARGEST_FILE, ManifestError)
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ManifestError(f"{path}: not JSON: {error}") from error
    if not isinstance(found, dict):
        raise ManifestError(f"{path}: not a table of keys and values")
    return found


def at(provenance: Provenance | None, *steps: str) -> Any:
    """Give what stands under the keys, one inside the other; None where one is missing."""
    found: Any = provenance
    for step in steps:
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def card_text(value: object) -> str:
    """Give a value of the file as a card prints it."""
    if isinstance(value, bool) or not isinstance(value, str | int | float) or value == "":
        return "unknown"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def versions(value: object) -> str:
    """Give a table of names and versions as a card prints it."""
    if not isinstance(value, Mapping) or not value:
        return "unknown"
    return ", ".join(f"{name} {card_text(each)}" for name, each in value.items())


def compared_text(verification: Mapping[str, Any]) -> str:
    """Say how far a network's answers were from those of the framework that its file is of."""
    return (
        f"{card_text(verification.get('largest_difference'))} in the network's own output, on "
        f"{card_text(verification.get('pictures'))} "
        f"{card_text(verification.get('of', 'drawn photographs'))} "
        f"({versions(verification.get('judge'))}; {versions(verification.get('runtime'))})"
    )
