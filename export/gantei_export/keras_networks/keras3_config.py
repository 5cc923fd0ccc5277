"""Keras 3's configuration of a model, rewritten as Keras 2's, which `keras_config` reads.

Where the two differ: a call is `{"args": …, "kwargs": …}` with tensors as `__keras_tensor__`;
functions called on tensors are layers of their own classes (`Subtract`), not TFOpLambda; some
options have other names; `hard_sigmoid` is another function. What is in Keras 2's form already
stays as it is, so a configuration of either passes through here.
"""

from collections.abc import Mapping
from typing import Any

from gantei.errors import ConversionError

from .keras_config import MODELS
from .references import CONSTANT

_FUNCTIONS = {
    "Add": "math.add",
    "Subtract": "math.subtract",
    "Multiply": "math.multiply",
    "Divide": "math.divide",
    "TrueDivide": "math.truediv",
    "Cast": "cast",
    "GetItem": "__operators__.getitem",
    "Relu": "nn.relu",
    "Relu6": "nn.relu6",
    "Sigmoid": "math.sigmoid",
    "Silu": "nn.silu",
    "Softmax": "nn.softmax",
    "Tanh": "math.tanh",
}
_RENAMED = {
    ("InputLayer", "batch_shape"): "batch_input_shape",
    ("LeakyReLU", "negative_slope"): "alpha",
}
_NEUTRAL = [("axis", -1)]
_DOTS = {"class_name": "__ellipsis__"}
_REVERSED = [_DOTS, {"start": None, "stop": None, "step": -1}]

JsonObject = dict[str, Any]


def as_keras2(config: Any, major: int) -> Any:
    """Rewrite a model's configuration, and those of the models in it.

    `major` is the version of Keras that wrote it.

    Raises:
        ConversionError: a call is written in no way that Keras 3 does; what else may be wrong
            stays for `keras_config` to refuse.
    """
    try:
        return _model(config, major)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise ConversionError(f"the configuration is not one of Keras 3: {error!r:.200}") from error


def _model(entry: Any, major: int) -> Any:
    inner = entry.get("config") if isinstance(entry, dict) else None
    layers = inner.get("layers") if isinstance(inner, dict) else None
    if not isinstance(inner, dict) or not isinstance(layers, list):
        return entry
    changed = [_layer(layer, major) for layer in layers]
    _join_reversed_channels(changed)
    ends = {key: _ends(inner[key]) for key in ("input_layers", "output_layers") if key in inner}
    return {**entry, "config": {**inner, "layers": changed, **ends}}


def _layer(entry: Any, major: int) -> Any:
    config = entry.get("config") if isinstance(entry, dict) else None
    kind = entry.get("class_name") if isinstance(entry, dict) else None
    if not isinstance(config, dict) or not isinstance(kind, str):
        return entry
    nodes = entry.get("inbound_nodes")
    nodes = nodes if isinstance(nodes, list) else []
    called = [node for node in nodes if isinstance(node, dict) and "args" in node]
    if kind in MODELS:
        changed = _model(entry, major)
    elif called and "trainable" not in config:  # an operation: all layers say whether they train
        return _operation(entry, kind, config, called)
    else:
        config = {key: plain(value) for key, value in config.items()}
        if major >= 3:
            config = _renamed(kind, config)
        changed = {**entry, "config": config}
    return {**changed, "inbound_nodes": [_call(node) for node in called]} if called else changed


def _renamed(kind: str, config: JsonObject) -> JsonObject:
    """Give what Keras 3 calls otherwise the names of Keras 2; both at once stay, to be refused."""
    names = {key: _RENAMED.get((kind, key), key) for key in config}
    config = {key if names[key] in config else names[key]: config[key] for key in config}
    if config.get("activation") == "hard_sigmoid":
        config["activation"] = "keras3_hard_sigmoid"
    return config


def _call(node: Mapping[str, Any]) -> Any:
    """Write a call of a layer as references that carry the other arguments."""
    arguments = node["args"] if isinstance(node["args"], list) else [node["args"]]
    named = node.get("kwargs") or {}
    first, others = (arguments[0], arguments[1:]) if arguments else (None, [])
    given = {f"argument {number}": value for number, value in enumerate(others, 1)} | named
    tensors = first if isinstance(first, list) else [first]
    return [_with(_reference(tensor), given) for tensor in tensors]


def _operation(entry: JsonObject, kind: str, config: JsonObject, called: list[Any]) -> JsonObject:
    """Write one of Keras's functions on tensors as a TFOpLambda; any other keeps its class."""
    own = str(entry.get("module", "keras")).partition(".")[0] == "keras"
    nodes = []
    for node in called:
        arguments = node["args"] if isinstance(node["args"], list) else [node["args"]]
        named = {key: plain(value) for key, value in (node.get("kwargs") or {}).items()}
        options = {key: value for key, value in config.items() if (key, value) not in _NEUTRAL}
        options.pop("name", None)
        if kind == "Stack" and own:  # of tensors in a list; joined below where it reverses channels
            return entry
        if kind == "GetItem" and len(arguments) == 2:
            named["slice_spec"] = _slices(arguments.pop())
        if len(arguments) == 2:
            named["y"] = _reference(arguments.pop())
        first = [_with(_reference(value), options | named) for value in arguments]
        nodes.append(first[0] if len(first) == 1 else first)
    if kind not in _FUNCTIONS or not own:
        return {**entry, "class_name": f"operation {kind}", "inbound_nodes": nodes}
    changed = {"name": config.get("name"), "function": _FUNCTIONS[kind]}
    return {**entry, "class_name": "TFOpLambda", "config": changed, "inbound_nodes": nodes}


def _join_reversed_channels(layers: list[Any]) -> None:
    """Write `stack([x[..., 2], x[..., 1], x[..., 0]])`, as `preprocess_input` leaves it, as one.

    Keras 3 has no slice with a negative step on all its backends.
    """
    picked: dict[str, tuple[Any, Any]] = {}
    for layer in layers:
        nodes = layer.get("inbound_nodes") if isinstance(layer, dict) else None
        node = nodes[0] if isinstance(nodes, list) and nodes else None
        if isinstance(node, list) and len(node) == 4 and isinstance(node[3], dict):
            picked[str(layer.get("name"))] = node[:3], node[3].get("slice_spec")
    for number, layer in enumerate(layers):
        if not isinstance(layer, dict) or layer.get("class_name") != "Stack":
            continue
        tensors = layer["inbound_nodes"][0]["args"][0]
        parts = [picked.get(_reference(tensor)[0], (None, None)) for tensor in tensors]
        source = parts[0][0]
        expected = [(source, [_DOTS, channel]) for channel in (2, 1, 0)]
        if source and parts == expected and layer["config"].get("axis") == -1:
            layers[number] = {
                "class_name": "SlicingOpLambda",
                "name": layer.get("name"),
                "config": {"name": layer.get("name"), "function": _FUNCTIONS["GetItem"]},
                "inbound_nodes": [[*source, {"slice_spec": _REVERSED}]],
            }


def _slices(key: Any) -> list[Any]:
    """Write the key of `x[key]` as Keras 2 does."""
    parts = []
    for part in key if isinstance(key, list) else [key]:
        kind = part.get("class_name") if isinstance(part, dict) else None
        if kind == "__ellipsis__":
            parts.append({"class_name": kind})
        else:
            parts.append(part["config"] if kind == "__slice__" else part)
    return parts


def _reference(value: Any) -> Any:
    """Write a tensor as `[layer, node, output]`, and a constant as the number or list it is."""
    if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
        config = value.get("config")
        return config.get("keras_history") if isinstance(config, dict) else None
    return plain(value)


def _with(source: Any, arguments: JsonObject) -> list[Any]:
    if isinstance(source, list) and len(source) == 3 and isinstance(source[0], str):
        return [*source, arguments]
    return [CONSTANT, -1, source, arguments]


def _ends(references: Any) -> Any:
    """Give `input_layers` or `output_layers` without a list around each reference."""
    if isinstance(references, list) and len(references) == 1 and isinstance(references[0], list):
        (inner,) = references
        return inner if inner and isinstance(inner[0], list) else references
    return references


def plain(value: Any) -> Any:
    """Give the numbers of an array that was serialised with its class, without empty axes."""
    if isinstance(value, dict) and value.get("class_name") in ("__numpy__", "__tensor__"):
        config = value.get("config")
        value = config.get("value") if isinstance(config, dict) else None
        while isinstance(value, list) and len(value) == 1:
            value = value[0]
    return value
