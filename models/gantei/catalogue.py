"""The catalogue: every estimator known here, whether its weights are on this machine or not.

A folder of `estimators/` is an entry; the demo estimators stand there whole, the published ones as
a manifest only. An installed estimator of the same name takes the entry's place.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from . import store
from .errors import NotInstalledError, UnknownEstimatorError
from .manifest import Manifest, Weights
from .manifest_file import FILE_NAME, read_manifest

SHIPPED = Path(__file__).parent / "estimators"

State = Literal["ready", "unsettled", "not installed"]


@dataclass(frozen=True)
class Entry:
    """An estimator known here: its manifest and the folder the manifest stands in."""

    manifest: Manifest
    folder: Path

    @property
    def name(self) -> str:
        """The name that `load` takes."""
        return self.manifest.name

    @property
    def state(self) -> State:
        """Whether it predicts here and now, and if not, what is missing."""
        if self.manifest.weights is None:
            return "not installed"
        return "unsettled" if self.manifest.unsettled() else "ready"


def estimators() -> tuple[Entry, ...]:
    """Every estimator of the catalogue and the store, in the order of names.

    Raises:
        ManifestError: an installed manifest breaks the schema.
    """
    return tuple(Entry(read_manifest(folder / FILE_NAME), folder) for folder in _folders().values())


def shipped() -> tuple[Entry, ...]:
    """Every estimator that comes with this package, as it comes, in the order of names."""
    return tuple(Entry(read_manifest(path), path.parent) for path in sorted(_shipped_manifests()))


def find(name_or_folder: str | os.PathLike[str]) -> Entry:
    """Look an estimator up by its name, or read the folder that a path names.

    Raises:
        UnknownEstimatorError: neither the catalogue nor the store nor the disk has it.
        ManifestError: its manifest breaks the schema.
    """
    folder = _folders().get(str(name_or_folder)) or Path(name_or_folder)
    if not (folder / FILE_NAME).is_file():
        raise UnknownEstimatorError(
            f"unknown estimator {str(name_or_folder)!r}, and no folder with {FILE_NAME} either; "
            f"known: {', '.join(_folders())}"
        )
    return Entry(read_manifest(folder / FILE_NAME), folder)


def find_installed(name_or_folder: str | os.PathLike[str]) -> tuple[Entry, Weights]:
    """Look up as `find`, an estimator whose weights are on this machine.

    Raises:
        NotInstalledError: only its manifest is here; the message says how to get the weights.
    """
    entry = find(name_or_folder)
    if entry.manifest.weights is None:
        raise NotInstalledError(
            f"{entry.name}: its weights are not on this machine. Download the file from "
            f"{entry.manifest.source.page}, then run: gantei import {entry.name} FILE"
        )
    return entry, entry.manifest.weights


def _shipped_manifests() -> Iterator[Path]:
    return SHIPPED.glob(f"*/{FILE_NAME}")


def _folders() -> dict[str, Path]:
    folders = {path.parent.name: path.parent for path in _shipped_manifests()}
    return dict(sorted((folders | store.installed()).items()))
