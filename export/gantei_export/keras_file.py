"""The Keras 2 layout of an HDF5 file: one JSON configuration, and each layer's weights."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from gantei.errors import ConversionError

from .hdf5 import Container, StoredArray, open_hdf5

WEIGHTS = "model_weights"


class KerasFile:
    """An open `.h5` file of Keras 2: its configuration, and the weights by outermost layer."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self.name = container.path.name
        self.keras_version = self._version()
        self.config = self._config()

    def weights(self, layer: str) -> list[tuple[str, StoredArray]]:
        """List an outermost layer's weights in the order in which Keras saved them."""
        names = self._container.texts("weight_names", WEIGHTS, layer) or []
        return [(name, self._container.array(WEIGHTS, layer, name)) for name in names]

    def _version(self) -> str | None:
        version = self._container.text("keras_version") or self._container.text(
            "keras_version", WEIGHTS
        )
        if version is not None and version.split(".")[0] not in ("1", "2"):
            raise ConversionError(
                f"{self.name}: written by Keras {version[:20]}; .h5 files of Keras 2 are read"
            )
        return version

    def _config(self) -> dict[str, Any]:
        text = self._container.text("model_config")
        if text is None:
            self._refuse_without_config()
        try:
            config = json.loads(text, parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
            raise ConversionError(f"{self.name}: model_config is not JSON: {reason}") from error
        if not isinstance(config, dict):
            raise ConversionError(f"{self.name}: model_config is not a JSON object")
        if not self._container.has(WEIGHTS):
            raise ConversionError(f"{self.name}: has a model_config but no group /{WEIGHTS}")
        return config

    def _refuse_without_config(self) -> NoReturn:
        if self._container.texts("layer_names") is not None or self._container.has("layers"):
            raise ConversionError(
                f"{self.name}: holds weights without a network (save_weights); "
                "a whole model (model.save) is needed"
            )
        raise ConversionError(f"{self.name}: no model_config; not a Keras model")


@contextmanager
def open_keras_file(path: Path) -> Iterator[KerasFile]:
    """Open a Keras 2 `.h5` file as data; raises `ConversionError` for anything else."""
    with open_hdf5(path) as container:
        yield KerasFile(container)


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a number")
