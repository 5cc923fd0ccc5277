"""A `.keras` file of Keras 2.13 to 3: a zip archive of a configuration and an HDF5 file."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from gantei.errors import ConversionError

from ..keras_networks.keras3_config import as_keras2
from ..keras_networks.keras_config import KerasModel, read_json
from ..untrusted.zip_archive import ZipArchive, open_zip_archive
from .archive_members import keras_folder
from .binding import bind_by_class
from .hdf5 import LARGEST_TEXT, Container, open_hdf5
from .keras_h5 import major

WEIGHTS = "model.weights.h5"
_ZIP = b"PK\x03\x04"


class KerasArchive:
    """An open `.keras` file."""

    recognised = None

    def __init__(self, name: str, metadata: Any, config: Any, weights: Container) -> None:
        version = metadata.get("keras_version")
        if not isinstance(version, str):  # what some layers compute depends on it
            raise ConversionError(f"{name}: metadata.json: keras_version is {version!r}, not text")
        self.keras_version: str | None = version
        self._name = name
        self._config = config
        self._weights = weights

    @cached_property
    def config(self) -> Any:
        """Keras 2's JSON configuration of the model."""
        return as_keras2(self._config, major(str(self.keras_version), self._name))

    def bind(self, model: KerasModel) -> None:
        """Fill in every layer's weights."""
        bind_by_class(model, weight_tree(self._weights))


def is_archive(path: Path) -> bool:
    """Whether the file begins as a zip archive does."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_ZIP)) == _ZIP


@contextmanager
def open_archive(path: Path) -> Iterator[KerasArchive]:
    """Open a `.keras` file as data; only its weights are unpacked, into a temporary file.

    Raises:
        ConversionError: it is no such archive, or damaged, or made to deceive.
    """
    with open_zip_archive(path) as archive:
        folder = keras_folder(archive.names) or ""
        config = _json(archive, f"{folder}config.json", path)
        metadata = _json(archive, f"{folder}metadata.json", path)
        with (
            archive.unpacked(f"{folder}{WEIGHTS}") as weights,
            open_hdf5(weights, f"{path.name}: {WEIGHTS}") as container,
        ):
            yield KerasArchive(path.name, metadata, config, container)


def weight_tree(container: Container) -> dict[str, Any]:
    """Return the arrays by group, without the state of random generators."""

    def pruned(tree: dict[str, Any]) -> dict[str, Any]:
        branches = {
            name: pruned(branch) if isinstance(branch, dict) else branch
            for name, branch in tree.items()
            if name != "seed_generator"
        }
        return {name: branch for name, branch in branches.items() if branch != {}}

    return pruned(container.tree())


def _json(archive: ZipArchive, member: str, path: Path) -> dict[str, Any]:
    where = f"{path.name}: {member}"
    try:
        text = archive.read(member, LARGEST_TEXT).decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConversionError(f"{where} is not text") from error
    return read_json(text, where)
