"""The catalogue: every estimator known here, whether its weights are on this machine or not.

A folder of `estimators/` is an entry; the demo estimators stand there whole, the published ones as
a manifest only. An installed estimator of the same name takes the entry's place.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..errors import ManifestError, NotInstalledError, UnknownEstimatorError
from ..manifests.file import FILE_NAME, read_manifest
from ..manifests.manifest import Manifest, Weights
from ..system.suggestion import did_you_mean
from . import store

SHIPPED = Path(__file__).parents[1] / "estimators"

Availability = Literal["ready", "unsettled", "not installed"]

NEVER_PUBLISHED = ("joir-age-efficientnet-b7", "joir-age-mobilenet")
"""Names that gantei 0.1 listed by mistake."""


@dataclass(frozen=True)
class Entry:
    """An estimator that is known on this machine, opened or not.

    Attributes:
        manifest: all that is known of it.
        folder: where the manifest is, and the weights if they are on this machine.

    >>> (entry,) = [entry for entry in gantei.estimators() if entry.name == "joir-sex-mobilenet"]
    >>> entry.state, entry.manifest.task
    ('not installed', 'sex')
    """

    manifest: Manifest
    folder: Path

    @property
    def name(self) -> str:
        """The name that `load` takes."""
        return self.manifest.name

    @property
    def state(self) -> Availability:
        """Whether it predicts here and now, or what is missing.

        `unsettled`: a fact that changes its numbers is unknown; `not installed`: its weights are
        not on this machine.
        """
        if self.manifest.weights is None:
            return "not installed"
        return "unsettled" if self.manifest.unsettled() else "ready"


def estimators() -> tuple[Entry, ...]:
    """List every estimator that gantei brings along or that is installed, in the order of names.

    One whose manifest breaks the schema is left out; `gantei list` names it.

    >>> [entry.name for entry in gantei.estimators() if entry.state == "ready"]
    ['demo-age', 'demo-sex']
    """
    return tuple(entry for entry in _survey().values() if isinstance(entry, Entry))


def broken() -> dict[str, ManifestError]:
    """What is wrong with each installed estimator whose manifest breaks the schema."""
    return {name: error for name, error in _survey().items() if isinstance(error, ManifestError)}


def shipped() -> tuple[Entry, ...]:
    """Every estimator that comes with this package, as it comes, in the order of names."""
    return tuple(Entry(read_manifest(path), path.parent) for path in sorted(_shipped_manifests()))


def find(name_or_folder: str | os.PathLike[str]) -> Entry:
    """Look an estimator up by its name, or read the folder that a path names.

    Raises:
        UnknownEstimatorError: neither the catalogue nor the store nor the disk has it.
        ManifestError: its manifest breaks the schema.
    """
    folders = _folders()
    if known := folders.get(str(name_or_folder)):
        return _read(str(name_or_folder), known)
    folder = Path(name_or_folder)
    try:
        here = (folder / FILE_NAME).is_file()
    except OSError:  # longer than a path can be, or in a folder that cannot be read
        here = False
    if not here:
        refuse_never_published(str(name_or_folder))
        raise UnknownEstimatorError(
            f"unknown estimator {str(name_or_folder)!r}, and no folder with {FILE_NAME} either; "
            f"known: {', '.join(folders)}{did_you_mean(str(name_or_folder), folders)}"
        )
    return Entry(read_manifest(folder / FILE_NAME), folder)


def refuse_never_published(name: str) -> None:
    """Say what was published instead of an estimator that gantei 0.1 listed by mistake.

    Raises:
        UnknownEstimatorError: it is one of `NEVER_PUBLISHED`.
    """
    if name in NEVER_PUBLISHED:
        raise UnknownEstimatorError(
            f"{name}: no such network was published; JOIR's age estimator is a PyTorch Swin "
            "transformer, `gantei import joir-age-swin-b model_20220903.pth`, and any Keras "
            "network of an age is imported by a name of your own, `gantei import my-age FILE "
            "--task age`"
        )


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


def _read(name: str, folder: Path) -> Entry:
    entry = Entry(read_manifest(folder / FILE_NAME), folder)
    if entry.name != name:
        raise ManifestError(f"{folder / FILE_NAME}: its name is {entry.name!r}, not {name!r}")
    return entry


def _survey() -> dict[str, Entry | ManifestError]:
    found: dict[str, Entry | ManifestError] = {}
    for name, folder in _folders().items():
        try:
            found[name] = _read(name, folder)
        except ManifestError as error:
            found[name] = error
    return found


def _shipped_manifests() -> Iterator[Path]:
    return SHIPPED.glob(f"*/{FILE_NAME}")


def _folders() -> dict[str, Path]:
    folders = {path.parent.name: path.parent for path in _shipped_manifests()}
    return dict(sorted((folders | store.installed()).items()))
