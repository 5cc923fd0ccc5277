"""A Keras configuration as a flat list of layer calls, whatever was nested in it."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gantei.errors import ConversionError

from ..onnx_graph.graph import PHOTOGRAPH
from ..onnx_graph.stored_array import StoredArray
from .keras_config import KerasModel, LayerSpec
from .references import LayerReference, Node

MOST_CALLS = 20_000
"""Models nested and called twice at each depth double the calls: more are refused."""
RESERVED = (PHOTOGRAPH, "map", "embedding")
"""Names in the ONNX graph that no answer may have."""


@dataclass(frozen=True)
class Call:
    """One call of a layer; `inputs` and `arguments` refer to other calls by `LayerReference`."""

    name: str
    kind: str
    config: Mapping[str, Any]
    weights: Mapping[str, StoredArray]
    inputs: tuple[Any, ...]
    arguments: Mapping[str, Any]

    def references(self) -> tuple["Result", ...]:
        """Return the calls whose results this one takes."""
        given = (*self.inputs, *self.arguments.values())
        return tuple(value for value in given if isinstance(value, Result))


@dataclass(frozen=True)
class Result:
    """The result of the call with this number."""

    call: int


@dataclass(frozen=True)
class KerasNetwork:
    """Calls in an order in which each comes after its inputs; the first is the input layer."""

    calls: tuple[Call, ...]
    outputs: tuple[tuple[str, Result], ...]

    def uses(self) -> Counter[Result]:
        """Count how often each result is taken, as an output too."""
        counts = Counter(result for call in self.calls for result in call.references())
        counts.update(result for _, result in self.outputs)
        return counts


def flatten(model: KerasModel) -> KerasNetwork:
    """Inline every nested model; a model called twice is inlined twice, with the same weights."""
    if len(model.inputs) != 1:
        raise ConversionError(
            f"the model takes {len(model.inputs)} inputs; one photograph is given"
        )
    flattener = _Flattener()
    source = model.specs[model.inputs[0].layer]
    photograph = flattener.call(source, source.name, (), {})
    results = flattener.inline(model, "", (photograph,))
    names = _unique([name for name, _ in model.outputs])
    return KerasNetwork(tuple(flattener.calls), tuple(zip(names, results, strict=True)))


class _Flattener:
    def __init__(self) -> None:
        self.calls: list[Call] = []

    def call(
        self, spec: LayerSpec, name: str, inputs: tuple[Any, ...], arguments: Mapping[str, Any]
    ) -> Result:
        if len(self.calls) >= MOST_CALLS:
            raise ConversionError(f"layer {name!r}: more than {MOST_CALLS:,} layer calls; refused")
        self.calls.append(Call(name, spec.kind, spec.config, spec.weights, inputs, arguments))
        return Result(len(self.calls) - 1)

    def inline(self, model: KerasModel, path: str, inputs: tuple[Any, ...]) -> list[Result]:
        if len(inputs) != len(model.inputs):
            raise ConversionError(
                f"model {path.rstrip('/') or model.name!r}: takes {len(model.inputs)} inputs, "
                f"but is called with {len(inputs)}"
            )
        known: dict[tuple[str, int], list[Any]] = {
            (reference.layer, 0): [given]
            for reference, given in zip(model.inputs, inputs, strict=True)
        }
        for spec, number in model.order():
            if (spec.name, number) not in known:
                node = spec.nodes[number]
                known[spec.name, number] = self._node(spec, node, path + spec.name, known)
        return [_look_up(reference, known, path) for _, reference in model.outputs]

    def _node(
        self, spec: LayerSpec, node: Node, name: str, known: Mapping[tuple[str, int], list[Any]]
    ) -> list[Any]:
        inputs = tuple(_resolve(value, known, name) for value in node.inputs)
        arguments = {key: _resolve(value, known, name) for key, value in node.arguments.items()}
        if spec.model is None:
            return [self.call(spec, name, inputs, arguments)]
        given = [key for key, value in arguments.items() if value]
        if given:
            raise ConversionError(f"model {name!r}: is called with {given}; not supported")
        return list(self.inline(spec.model, f"{name}/", inputs))


def _resolve(value: Any, known: Mapping[tuple[str, int], list[Any]], name: str) -> Any:
    return _look_up(value, known, name) if isinstance(value, LayerReference) else value


def _look_up(
    reference: LayerReference, known: Mapping[tuple[str, int], list[Any]], name: str
) -> Any:
    results = known[reference.layer, reference.node]
    if reference.output >= len(results):
        raise ConversionError(
            f"layer {name!r}: takes output {reference.output} of {reference.layer!r}, "
            f"which has {len(results)}"
        )
    return results[reference.output]


def _unique(names: list[str]) -> list[str]:
    """Make names fit for ONNX, and number repeated ones as Keras does: dense, dense_1."""
    seen = Counter(RESERVED)
    unique = []
    for name in (re.sub(r"[^A-Za-z0-9_.-]", "_", name) for name in names):
        unique.append(f"{name}_{seen[name]}" if seen[name] else name)
        seen[name] += 1
    return unique
