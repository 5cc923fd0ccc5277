"""What a configuration and its weights compute, in plain NumPy: slow, and nothing is guessed.

Written from Keras's documentation and not from the converter. Whatever it does not know, an option
too, is `Unknown`: a converter that accepts it has to be looked at.
"""

import math

import numpy as np

from . import reference_windows  # noqa: F401 registers its layers
from .reference_layers import KINDS, Unjudged, Unknown, activate

MODELS = ("Functional", "Model", "Sequential")
LARGEST = 1e6
"""Values between layers beyond this say nothing about a float32 computation."""


def answers(config, weights, photographs):
    """Return the outputs in Keras's order, float64; `weights` are arrays by outermost layer.

    Raises:
        Unknown: the network is not one whose answers are known.
        Unjudged: they are known and too large, or not numbers.
    """
    try:
        model = _Model(config, _take(config, weights))
        with np.errstate(all="ignore"):
            outputs = model(photographs.astype(np.float64))
    except (Unknown, Unjudged):
        raise
    except MemoryError as error:
        raise Unjudged("too large") from error
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise Unknown(f"{type(error).__name__}: {error}") from error
    return outputs


def input_size(config):
    """Return the photographs' (height, width), 9 where the configuration leaves one open.

    Raises:
        Unknown: it does not say.
    """
    try:
        model = _Model(config, {})
        first = next(iter(model.layers)) if model.chain else model.ends("input_layers")[0][0]
        options = model.layers[first]["config"]
        shape = options.get("batch_shape") or options.get("batch_input_shape")
        inner = model.inner
        shape = shape or (inner.get("build_input_shape") if model.chain else None)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise Unknown(f"{type(error).__name__}: {error}") from error
    strange = options.get("sparse") or options.get("ragged")
    if not isinstance(shape, list) or len(shape) != 4 or shape[3] != 3 or strange:
        raise Unknown(f"input {shape}")
    return tuple(9 if side is None else side for side in shape[1:3])


class _Model:
    def __init__(self, config, taken):
        if config["class_name"] not in MODELS:
            raise Unknown(config["class_name"])
        inner = config["config"]
        self.inner = inner if isinstance(inner, dict) else {"layers": inner}
        self.chain = config["class_name"] == "Sequential"
        self.layers, self.taken = {}, taken
        for entry in self.inner["layers"]:
            name = entry.get("name") or entry["config"]["name"]
            if name in self.layers:
                raise Unknown(f"two layers {name}")
            self.layers[name] = entry
        references = [] if self.chain else self.ends("output_layers")
        for entry in self.layers.values():
            references += [one for node in self._nodes(entry) for one in node[0]]
        self.numbered = references

    def __call__(self, x):
        if self.chain:
            for name, entry in self.layers.items():
                if entry["class_name"] != "InputLayer":
                    x = self._apply(name, entry, [x], {})
                    x = x[0] if isinstance(x, list) else x
            return [x]
        ((first, node, _),) = self.ends("input_layers")
        if self.layers[first]["class_name"] != "InputLayer" or node != 0:
            raise Unknown("an input that is none")
        known = {(first, 0): [x]}
        return [self._value(reference, known, ()) for reference in self.ends("output_layers")]

    def ends(self, key):
        ends = self.inner[key]
        if isinstance(ends, dict):
            ends = [ends[name] for name in sorted(ends)]
        if isinstance(ends[0], str):
            ends = [ends]
        if isinstance(ends[0][0], list):
            (ends,) = ends
        return [tuple(end[:3]) for end in ends]

    def _nodes(self, entry):
        return [] if self.chain else [calls(node) for node in entry.get("inbound_nodes", [])]

    def _value(self, reference, known, waiting):
        name, number, output = reference
        if not isinstance(number, int) or not isinstance(output, int) or min(number, output) < 0:
            raise Unknown(f"reference {reference}")
        if (name, number) in waiting:
            raise Unknown("a cycle")
        if (name, number) not in known:
            entry = self.layers[name]
            lowest = min(one[1] for one in self.numbered if one[0] == name)
            inputs, arguments = self._nodes(entry)[
                number - (lowest == 1 and entry["class_name"] in MODELS)
            ]
            path = (*waiting, (name, number))
            values = [self._value(one, known, path) for one in inputs]
            result = self._apply(name, entry, values, arguments)
            known[name, number] = result if isinstance(result, list) else [result]
        return known[name, number][output]

    def _apply(self, name, entry, inputs, arguments):
        kind, config, taken = entry["class_name"], entry["config"], self.taken[name]
        module = entry.get("module") or "keras"
        if not module.startswith("keras"):
            raise Unknown(f"module {module}")
        if kind in MODELS:
            (x,) = inputs
            if any(arguments.values()):
                raise Unknown(f"a model called with {arguments}")
            return _Model(entry, taken)(x)
        if kind not in KINDS:
            raise Unknown(f"class {kind}")
        if len(taken) != sum(map(len, _roles(entry))):
            raise Unknown(f"{name}: {len(taken)} weights")
        if "function" not in config:
            if any(arguments.values()):
                raise Unknown(f"called with {arguments}")
            arguments = {}
        y = activate(*KINDS[kind].call(name, config, taken, inputs, arguments))
        # An answer is compared as float32: what overflows there says nothing.
        if not np.isfinite(y).all() or np.abs(y).max(initial=0) > LARGEST:
            raise Unjudged("values beyond comparing")
        if math.prod(y.shape) > 1 << 20:
            raise Unjudged("too large")
        return y


def calls(node):
    """Return ([(layer, call, output), …], arguments) of a node of Keras 2 or 3."""
    if isinstance(node, dict):
        (first,) = node["args"]
        tensors = first if isinstance(first, list) else [first]
        for tensor in tensors:
            if tensor["class_name"] != "__keras_tensor__":
                raise Unknown("an argument that is no tensor")
        return [tuple(one["config"]["keras_history"]) for one in tensors], node.get("kwargs") or {}
    node = [node] if isinstance(node[0], str) else node
    arguments = {}
    for reference in node:
        if len(reference) not in (3, 4) or reference[0] == "_CONSTANT_VALUE":
            raise Unknown(f"reference {reference}")
        arguments |= reference[3] if len(reference) == 4 else {}
    return [tuple(reference[:3]) for reference in node], arguments


def _take(config, weights):
    """Give each layer its arrays in Keras's order, nested models' by layer, none left over."""
    inner = config["config"]
    layers = inner["layers"] if isinstance(inner, dict) else inner
    taken, left = {}, dict(weights)
    for entry in layers:
        name = entry.get("name") or entry["config"]["name"]
        own = left.pop(name, [])
        taken[name] = _share(entry, own) if isinstance(own, list) else own
    if any(left.values()):
        raise Unknown(f"weights of {list(left)}")
    return taken


def _share(entry, arrays):
    """Divide a model's list of arrays, first all trainable and then all others, by layer."""
    if entry["class_name"] not in MODELS:
        roles = _roles(entry)
        _check_names([*roles[0], *roles[1]], arrays)
        return [values for _, values in arrays]
    tree, rest = _empty(entry), list(arrays)
    if named := _by_name(entry, tree, arrays):
        for leaf, place, own in named:
            _check_names([*_roles(leaf)[0], *_roles(leaf)[1]], own)
            place.extend(values for _, values in own)
        return tree
    for late in (0, 1):
        for leaf, place in _leaves(entry, tree):
            roles = _roles(leaf)[late]
            _check_names(roles, rest[: len(roles)])
            place.extend(values for _, values in rest[: len(roles)])
            rest = rest[len(roles) :]
    if rest:
        raise Unknown("weights left over")
    return tree


def _by_name(entry, tree, arrays):
    """Divide by the layers that the weights' names begin with, where these tell each layer."""
    groups = {}
    for name, values in arrays:
        groups.setdefault(name.rpartition("/")[0].rpartition("/")[2], []).append((name, values))
    leaves = [(leaf, place) for leaf, place in _leaves(entry, tree) if any(_roles(leaf))]
    names = [leaf.get("name") or leaf["config"]["name"] for leaf, _ in leaves]
    if sorted(names) != sorted(groups):
        return None
    return [(*one, groups[name]) for one, name in zip(leaves, names, strict=True)]


def _check_names(roles, arrays):
    if len(roles) != len(arrays):
        raise Unknown(f"{len(arrays)} weights for {roles}")
    for role, (name, _) in zip(roles, arrays, strict=True):
        own = name.rpartition("/")[2].partition(":")[0]
        known = {one for kind in KINDS.values() for one in (*kind.weights, *kind.state)}
        if name.isdigit() or own == role:
            continue
        if own in known and {own, role} & set(roles) == {own, role}:
            raise Unknown(f"{own} stands where {role} belongs")


def _empty(entry):
    inner = entry["config"]
    names = [(one, one.get("name") or one["config"]["name"]) for one in inner["layers"]]
    return {name: _empty(one) if one["class_name"] in MODELS else [] for one, name in names}


def _leaves(entry, tree):
    for one in entry["config"]["layers"]:
        place = tree[one.get("name") or one["config"]["name"]]
        if one["class_name"] in MODELS:
            yield from _leaves(one, place)
        else:
            yield one, place


def _roles(entry):
    if entry["class_name"] not in KINDS:
        return [], []  # no answer needs it, or its call is refused
    kind, config = KINDS[entry["class_name"]], entry["config"]
    options = {"bias": "use_bias", "gamma": "scale", "beta": "center"}
    weights = [role for role in kind.weights if config.get(options.get(role), True) is not False]
    state = [] if kind.state and config.get("mean") is not None else list(kind.state)
    if config.get("trainable", True):
        return weights, state
    return [], [*weights, *state]
