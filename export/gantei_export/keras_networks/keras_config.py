"""Keras's JSON configuration of a model, checked and turned into plain records.

Formats: `layers` with `inbound_nodes` (Functional), or a chain (Sequential); `references` describes
the nodes. Those of a nested model are numbered from 1 where it was built before it was called:
number 0 is its own way from input to output, which is not saved.
"""

import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from gantei.errors import ConversionError

from ..onnx_graph.stored_array import StoredArray
from .known_lambdas import SCALED_SUM, scale_of_lambda
from .references import LayerReference, Node, parse_node, parse_references

MODELS = ("Functional", "Model", "Sequential")
DEEPEST = 32
_OWN = ("keras", "tf_keras", "tensorflow")


@dataclass
class LayerSpec:
    """A layer or a nested model as configured."""

    name: str
    path: str
    kind: str
    config: Mapping[str, Any]
    nodes: list[Node]
    model: "KerasModel | None"
    weights: dict[str, StoredArray] = field(default_factory=dict)


@dataclass(frozen=True)
class KerasModel:
    """Layers by name, in the file's order."""

    name: str
    specs: Mapping[str, LayerSpec]
    inputs: tuple[LayerReference, ...]
    outputs: tuple[tuple[str, LayerReference], ...]

    def leaves(self) -> Iterator[LayerSpec]:
        """Yield every layer that is not a model, at any depth."""
        for spec in self.specs.values():
            if spec.model is None:
                yield spec
            else:
                yield from spec.model.leaves()

    def order(self) -> list[tuple[LayerSpec, int]]:
        """List the nodes that the outputs need, each after those it takes."""
        inputs = {(reference.layer, 0) for reference in self.inputs}
        done: dict[tuple[str, int], None] = {}
        open_: set[tuple[str, int]] = set()
        stack = [(reference, False) for _, reference in reversed(self.outputs)]
        while stack:
            reference, children_done = stack.pop()
            key = reference.layer, reference.node
            if children_done:
                open_.discard(key)
                done[key] = None
            elif key not in done:
                if key in open_:
                    raise ConversionError(
                        f"layer {reference.layer!r}: takes its own result (cycle)"
                    )
                open_.add(key)
                stack.append((reference, True))
                if key not in inputs:
                    needs = self._node(reference).references()
                    stack.extend((need, False) for need in reversed(needs))
        return [(self.specs[name], number) for name, number in done]

    def _node(self, reference: LayerReference) -> Node:
        nodes = self.specs[reference.layer].nodes
        if not 0 <= reference.node < len(nodes):
            raise ConversionError(
                f"layer {reference.layer!r}: call {reference.node} is asked for, "
                f"but {len(nodes)} are configured"
            )
        return nodes[reference.node]


def read_json(text: str, where: str) -> dict[str, Any]:
    """Read the JSON text of a configuration.

    Raises:
        ConversionError: it is no JSON object, or has NaN or infinity.
    """
    try:
        config = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise ConversionError(f"{where} is not JSON: {reason}") from error
    if not isinstance(config, dict):
        raise ConversionError(f"{where} is not a JSON object")
    return config


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a number")


def parse(config: Any, path: str = "", depth: int = 0) -> KerasModel:
    """Check a model's configuration and return it as records."""
    where = f"model {path.rstrip('/')!r}" if path else "the model"
    if depth > DEEPEST:
        raise ConversionError(f"{where}: nested more than {DEEPEST} deep; refused")
    kind = _from_its_module(config, config.get("class_name"))
    if kind not in MODELS:
        raise ConversionError(f"{where}: is a {kind!r}; supported: {', '.join(MODELS)}")
    inner = config.get("config")
    if isinstance(inner, list):  # Keras before 2.2.3 wrote a Sequential as the bare list
        inner = {"layers": inner}
    layers = inner.get("layers") if isinstance(inner, dict) else None
    if not isinstance(layers, list) or not layers:
        raise ConversionError(f"{where}: has no list of layers")
    specs: dict[str, LayerSpec] = {}
    for entry in layers:
        spec = _spec(entry, path, depth, where)
        if spec.name in specs:
            raise ConversionError(f"{where}: two layers are named {spec.name!r}")
        specs[spec.name] = spec
    if kind == "Sequential":
        return _chain(inner, specs, path)
    return _functional(inner, layers, specs, where)


def _spec(entry: Any, path: str, depth: int, where: str) -> LayerSpec:
    config = entry.get("config") if isinstance(entry, dict) else None
    kind = entry.get("class_name") if isinstance(entry, dict) else None
    if not isinstance(kind, str):
        raise ConversionError(f"{where}: a layer without class_name and config")
    if isinstance(config, list) and kind == "Sequential":
        config = {"name": entry.get("name"), "layers": config}
    name = (entry.get("name") or config.get("name")) if isinstance(config, dict) else None
    if not isinstance(config, dict) or not isinstance(name, str) or not name:
        raise ConversionError(f"{where}: a {kind} without name or config")
    model = None
    kind = _kind(entry, kind, config)
    if kind in MODELS:
        model = parse({"class_name": kind, "config": config}, f"{path}{name}/", depth + 1)
    scale = scale_of_lambda(config) if kind == "Lambda" else None
    if scale is not None:
        kind, config = SCALED_SUM, {"name": name, "dtype": config.get("dtype"), "scale": scale}
    return LayerSpec(name, path + name, kind, config, [], model)


def _kind(entry: Mapping[str, Any], kind: str, config: Mapping[str, Any]) -> str:
    """Name what a layer is: its class, an operation by its function, a custom class as custom."""
    package, _, name = kind.rpartition(">")
    # Others' classes known by their names: a Dropout of the efficientnet package, and what stands
    # in Inception-ResNet-V2 only (`only_in`), whoever registered it.
    if name in ("FixedDropout", "CustomScaleLayer"):
        return name
    if package == "experimental.preprocessing":
        kind = name
    kind = _from_its_module(entry, kind)
    if kind in ("TFOpLambda", "SlicingOpLambda"):
        return f"TFOpLambda:{config.get('function')}"
    if kind == "TensorFlowOpLayer":
        definition = config.get("node_def")
        return f"{kind}:{definition.get('op') if isinstance(definition, dict) else None}"
    return kind


def _from_its_module(entry: Mapping[str, Any], kind: Any) -> Any:
    """Mark a class that is not Keras's own, as its name may be that of one that is.

    Keras writes the module of its own classes, and null for those of a script.
    """
    module = entry.get("module")
    if "module" not in entry or str(module).split(".")[0] in _OWN:
        return kind
    return f"custom {kind}" if module is None else f"{module}.{kind}"


def _chain(inner: Mapping[str, Any], specs: dict[str, LayerSpec], path: str) -> KerasModel:
    first = next(iter(specs.values()))
    if first.kind != "InputLayer":
        shape = first.config.get("batch_input_shape") or inner.get("build_input_shape")
        name = f"{first.name}_input"
        config = {"name": name, "batch_input_shape": shape}
        first = LayerSpec(name, path + name, "InputLayer", config, [], None)
        if first.name in specs:
            raise ConversionError(f"model {path!r}: two layers are named {first.name!r}")
        specs = {first.name: first, **specs}
    chain = list(specs.values())
    for before, spec in itertools.pairwise(chain):
        spec.nodes.append(Node((LayerReference(before.name, 0, 0),), {}))
    last = chain[-1].name
    name = str(inner.get("name") or "sequential")
    return KerasModel(
        name, specs, (LayerReference(first.name, 0, 0),), ((last, LayerReference(last, 0, 0)),)
    )


def _functional(
    inner: Mapping[str, Any], layers: list[Any], specs: dict[str, LayerSpec], where: str
) -> KerasModel:
    for entry, spec in zip(layers, specs.values(), strict=True):
        nodes = entry.get("inbound_nodes", [])
        if not isinstance(nodes, list):
            raise ConversionError(f"layer {spec.path!r}: inbound_nodes is not a list")
        spec.nodes.extend(parse_node(node, specs, spec.path) for node in nodes)
    outputs = parse_references(inner.get("output_layers"), specs, f"{where}: output_layers")
    inputs = parse_references(inner.get("input_layers"), specs, f"{where}: input_layers")
    for _, reference in inputs:
        if specs[reference.layer].kind != "InputLayer" or reference.node or reference.output:
            raise ConversionError(f"{where}: its input {reference.layer!r} is no InputLayer's own")
    _number_from_zero(specs, [reference for _, reference in outputs])
    name = str(inner.get("name") or "model")
    return KerasModel(name, specs, tuple(reference for _, reference in inputs), tuple(outputs))


def _number_from_zero(specs: Mapping[str, LayerSpec], outputs: list[LayerReference]) -> None:
    """Put the unsaved node 0 of nested models back, where the references count from 1."""
    taken = [ref for spec in specs.values() for node in spec.nodes for ref in node.references()]
    for name, spec in specs.items():
        if spec.model is not None:
            numbers = [ref.node for ref in (*taken, *outputs) if ref.layer == name]
            if min(numbers, default=0) == 1:
                spec.nodes.insert(0, Node((), {}))
