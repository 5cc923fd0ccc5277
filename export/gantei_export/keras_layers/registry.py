"""Which function converts which Keras layer.

A layer is added by one function under `@converts` in a module of this package; the
modules are found, not listed.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ..onnx_graph.graph import Graph, Tensor
from .layer import Layer

Convert = Callable[[Graph, Layer], Tensor]

# The option that takes a weight away, and the value with which it does.
_WITHOUT = {"bias": ("use_bias", False), "gamma": ("scale", False), "beta": ("center", False)}

_CONVERTERS: dict[str, "Converter"] = {}


@dataclass(frozen=True)
class Converter:
    """A layer's conversion, its weights in Keras's order, and the options it may ignore."""

    convert: Convert
    weights: tuple[str, ...]
    state: tuple[str, ...]
    training: frozenset[str]
    stored: Callable[[Mapping[str, Any]], bool]
    keeps_values: bool
    only_in: str | None

    def roles(self, config: Mapping[str, Any]) -> tuple[list[str], list[str]]:
        """Return what the file holds for such a layer: (trainable, non-trainable) weights."""
        if not self.stored(config):
            return [], []
        trainable = [role for role in self.weights if not _left_out(role, config)]
        state = list(self.state)
        return (trainable, state) if config.get("trainable", True) else ([], trainable + state)


def converts(
    *kinds: str,
    weights: tuple[str, ...] = (),
    state: tuple[str, ...] = (),
    training: tuple[str, ...] = (),
    stored: Callable[[Mapping[str, Any]], bool] = lambda config: True,
    keeps_values: bool = False,
    only_in: str | None = None,
) -> Callable[[Convert], Convert]:
    """Register a function for Keras classes.

    `weights` are trainable and `state` is not, each in Keras's order; `training` names options
    without effect at inference; `stored` tells from the configuration whether the file holds
    weights at all. `keeps_values` says that the layer changes the values' arrangement at most.
    `only_in` is the architecture whose own layer it is: anybody else may have given the same name
    to something else.
    """

    def register(function: Convert) -> Convert:
        for kind in kinds:
            if kind in _CONVERTERS:
                raise ValueError(f"two converters for {kind}")
            _CONVERTERS[kind] = Converter(
                function,
                weights,
                state,
                frozenset(training),
                stored,
                keeps_values,
                only_in,
            )
        return function

    return register


@cache
def converters() -> Mapping[str, Converter]:
    """Return every converter by Keras class; operations as `TFOpLambda:<function>`."""
    package = importlib.import_module("gantei_export.keras_layers")
    for module in sorted(found.name for found in pkgutil.iter_modules(package.__path__)):
        importlib.import_module(f"{package.__name__}.{module}")
    return dict(sorted(_CONVERTERS.items()))


def _left_out(role: str, config: Mapping[str, Any]) -> bool:
    option, value = _WITHOUT.get(role, ("", None))
    return option in config and config[option] is value
