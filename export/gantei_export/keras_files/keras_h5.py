"""A whole model in an HDF5 file: one JSON configuration, and each outermost layer's weights."""

from functools import cached_property
from typing import Any

from gantei.errors import ConversionError

from ..keras_networks.keras3_config import as_keras2
from ..keras_networks.keras_config import KerasModel, read_json
from .binding import Stored, bind_by_layer
from .hdf5 import Container

WEIGHTS = "model_weights"


class KerasFile:
    """An open `.h5` file of `model.save`, of Keras 2 or 3."""

    recognised = None

    def __init__(self, container: Container) -> None:
        self._container = container
        name = container.name
        self.keras_version = container.text("keras_version") or container.text(
            "keras_version", WEIGHTS
        )
        self._text = container.text("model_config") or ""
        if not container.has(WEIGHTS):
            raise ConversionError(f"{name}: has a model_config but no group /{WEIGHTS}")

    @cached_property
    def config(self) -> Any:
        """Keras 2's JSON configuration of the model."""
        name = self._container.name
        config = read_json(self._text, f"{name}: model_config")
        return as_keras2(config, major(self.keras_version, name))

    def bind(self, model: KerasModel) -> None:
        """Fill in every layer's weights."""
        bind_by_layer(model, stored_by_layer(self._container, WEIGHTS))


def is_whole_model(container: Container) -> bool:
    """Whether the file holds a network."""
    return container.text("model_config") is not None


def stored_by_layer(container: Container, *group: str) -> dict[str, list[Stored]]:
    """List the weights below each outermost layer, in the order in which Keras saved them."""
    stored = {}
    for layer in container.texts("layer_names", *group) or []:
        names = container.texts("weight_names", *group, layer) or []
        stored[layer] = [(name, container.array(*group, layer, name)) for name in names]
    return stored


def major(version: str | None, name: str) -> int:
    """Return the main version of the Keras that wrote a file; 2 where it does not say.

    Raises:
        ConversionError: it is a version that nobody has seen.
    """
    number = (version or "2").partition(".")[0]
    if number not in ("1", "2", "3"):
        raise ConversionError(f"{name}: written by Keras {str(version)[:20]}; known: 1, 2 and 3")
    return int(number)
