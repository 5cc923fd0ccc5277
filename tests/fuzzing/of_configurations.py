"""Changes of a network's configuration and of its weights, before they are written to a file."""

import copy
import json

import numpy as np

from .reference import MODELS
from .reference_layers import KINDS
from .seeds import FORMS, SUFFIXES, as_keras3, networks, write_form
from .values import SENSIBLE, STRANGE

# What comes of a change that does not fit the changes before it.
_MISFITS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)


class Network:
    """A seed on its way to a file."""

    def __init__(self, random):
        self.form = random.choices(FORMS, (6, 1, 2, 1))[0]
        config, weights = copy.deepcopy(random.choice(networks()))
        self.config, self.weights = config, weights

    def change(self, random):
        """Make one to four changes; one that does not fit is left out."""
        for _ in range(random.choice((1, 1, 1, 2, 2, 3, 4))):
            change = random.choices(list(_CHANGES), list(_CHANGES.values()))[0]
            try:
                change(self, random)
            except _MISFITS:
                continue

    def write(self, folder, random):
        """Write the file and return its path."""
        path = folder / f"input{SUFFIXES[self.form]}"
        config = self.config
        if self.form == "keras 3":
            config = _or_as_is(as_keras3, config)
        try:
            if random.random() < 0.04:
                config = _damaged_text(json.dumps(config), random)
            write_form(path, self.form, config, self.weights)
        except _MISFITS:
            path.write_bytes(b"")  # what cannot be written is no input
        return path

    def layers(self):
        """List the entries of layers at any depth."""
        waiting, found = list(self.config["config"]["layers"]), []
        while waiting:
            entry = waiting.pop(0)
            found.append(entry)
            inner = entry.get("config") if isinstance(entry, dict) else None
            if isinstance(inner, dict) and isinstance(inner.get("layers"), list):
                waiting.extend(inner["layers"])
        return found


def _or_as_is(function, value):
    try:
        return function(value)
    except _MISFITS:
        return value


def _damaged_text(text, random):
    place = random.randrange(len(text))
    return random.choice(
        [
            text[:place],
            text[:place] + chr(random.randrange(1, 256)) + text[place + 1 :],
            text[:place] + text[place + random.randrange(1, 40) :],
            text[:place] + random.choice(("NaN", "[" * 5000, "\\ud800", "1e999")) + text[place:],
            text.replace('"name": ', '"name": "again", "name": ', random.choice((1, 5))),
            text.replace('"config": {', '"config": {}, "config": {', 1),
        ]
    )


def _set_option(network, random):
    config = random.choice(network.layers())["config"]
    known = [key for key in config if key in SENSIBLE] or list(SENSIBLE)
    key = random.choice(known)
    config[key] = copy.deepcopy(random.choice(SENSIBLE[key]))


def _add_option(network, random):
    config = random.choice(network.layers())["config"]
    key = random.choice(list(SENSIBLE))
    config[key] = copy.deepcopy(random.choice(SENSIBLE[key]))


def _places(tree, path=()):
    items = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, value in items:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from _places(value, (*path, key))


def _somewhere(network, random):
    """Return a random (container, key) of the configuration."""
    *path, key = random.choice(list(_places(network.config)))
    here = network.config
    for step in path:
        here = here[step]
    return here, key


def _set_strange(network, random):
    here, key = _somewhere(network, random)
    here[key] = copy.deepcopy(random.choice(STRANGE))


def _delete(network, random):
    here, key = _somewhere(network, random)
    del here[key]


def _rename_key(network, random):
    here, key = _somewhere(network, random)
    if isinstance(key, str):
        names = (key.upper(), f"{key}_", key[:-1], "config", "name", *SENSIBLE)
        here[random.choice(names)] = here.pop(key)
    else:
        here.insert(key, copy.deepcopy(here[key]))


def _exchange(network, random):
    (here, key), (there, other) = _somewhere(network, random), _somewhere(network, random)
    here[key], there[other] = copy.deepcopy(there[other]), copy.deepcopy(here[key])


def _nest(network, random):
    here, key = _somewhere(network, random)
    for _ in range(random.choice((1, 2, 40, 600))):
        here[key] = random.choice(([here[key]], {"config": here[key]}, {"class_name": here[key]}))


def _set_kind(network, random):
    entry = random.choice(network.layers())
    kind = entry["class_name"]
    other = random.choice(
        [*KINDS, *MODELS, "Lambda", "LSTM", "Subtract", "Custom>CustomScaleLayer"]
    )
    entry["class_name"] = random.choice(
        (other, other, kind.lower(), f"Custom>{kind}", f"{kind}V2", f"my.{kind}")
    )


def _set_module(network, random):
    entry = random.choice(network.layers())
    key = random.choice(("module", "registered_name", "package", "build_config"))
    entry[key] = random.choice((None, "keras.layers", "my_package", "keras.src.x", "Custom>X", 3))


def _set_name(network, random):
    layers = network.layers()
    entry, other = random.choice(layers), random.choice(layers)
    name = random.choice(("renamed", other["config"]["name"], "picture", "a/b", "../a", "ü\n", ""))
    for place in random.choice(((entry,), (entry["config"],), (entry, entry["config"]))):
        place["name"] = name


def _reroute(network, random):
    """Have a layer take another one's result, or that of another call."""
    layers = network.layers()
    nodes = random.choice([one for one in layers if one.get("inbound_nodes")])["inbound_nodes"]
    node = random.choice(nodes)
    reference = node if isinstance(node[0], str) else random.choice(node)
    what = random.randrange(7)
    if what < 3:
        reference[0] = random.choice(layers)["config"]["name"]
    elif what == 3:
        reference[random.choice((1, 2))] = random.choice((0, 1, 2, -1, True, 10**9, "0"))
    elif what == 4:
        reference[3] = random.choice(
            ({"training": True}, {"training": False}, {"mask": ["conv", 0, 0]}, {"y": 2}, {"x": 1})
        )
    elif what == 5 and node is not reference:
        node.insert(0, copy.deepcopy(reference))
    else:
        nodes.append(copy.deepcopy(node))


def _ends(network, random):
    inner = network.config["config"]
    name = random.choice(network.layers())["config"]["name"]
    ends = ([[name, 0, 0]], [name, 0, 0], {"b": [name, 0, 0], "a": [name, 0, 0]}, [[[name, 0, 0]]])
    inner[random.choice(("output_layers", "output_layers", "input_layers"))] = random.choice(ends)


def _move_layer(network, random):
    layers = network.config["config"]["layers"]
    entry = layers[random.randrange(len(layers))]
    if random.random() < 0.5:
        layers.remove(entry)
    layers.insert(random.randrange(len(layers) + 1), copy.deepcopy(entry))


def _insert_layer(network, random):
    """Put a layer without weights before another one."""
    layers = [one for one in network.layers() if one.get("inbound_nodes")]
    after = random.choice(layers)
    node = after["inbound_nodes"][0]
    kinds = [kind for kind in KINDS if not KINDS[kind].weights and kind != "InputLayer"]
    name = f"inserted_{random.randrange(1000)}"
    entry = {"class_name": random.choice(kinds), "name": name, "config": {"name": name}}
    entry["inbound_nodes"] = [copy.deepcopy(node)]
    for key in random.sample(list(KINDS[entry["class_name"]].options), k=1):
        if key in SENSIBLE:
            entry["config"][key] = copy.deepcopy(random.choice(SENSIBLE[key]))
    after["inbound_nodes"] = [[[name, 0, 0, {}]]]
    holder = network.config["config"]["layers"]
    holder.insert(holder.index(after), entry)


def _change_weights(network, random):
    names = list(network.weights)
    name, other = random.choice(names), random.choice(names)
    held, what = network.weights[name], random.randrange(8)
    key = random.choice(list(held))
    rng = np.random.default_rng(random.getrandbits(32))
    if what == 0:  # another order, the names with or without their values
        network.weights[name] = dict(reversed(held.items()))
    elif what == 1:
        network.weights[name] = dict(zip(held, reversed(held.values()), strict=True))
    elif what == 2:
        network.weights[name], network.weights[other] = network.weights[other], held
    elif what == 3:
        held[random.choice(("kernel:0", "x/gamma:0", "é", "a/b/bias:0", "beta"))] = held.pop(key)
    elif what == 4:
        del (held if random.random() < 0.7 else network.weights)[random.choice((key, name))]
    elif what == 5:
        held[key] = held[key].T
    else:
        held[key] = _values(held[key], random, rng)


def _values(values, random, rng):
    kinds = ("<f2", ">f4", "<f8", "<i4", "<u1", "?", "<c8", "S3", ">i8")
    shapes = ((1, *values.shape), values.shape[1:], (*values.shape, 2), (0,), (), values.shape * 2)
    what = random.randrange(6)
    if what == 0:
        return (values * 3).astype(random.choice(kinds))
    if what == 1:
        return rng.normal(size=random.choice(shapes)).astype("<f4")
    if what == 2:
        return values * np.float32(random.choice((0, -1, 1e-30, 1e3, 1e30, np.inf, np.nan)))
    if what == 3:
        return np.full_like(values, random.choice((0, -5, 1, 255)))
    return rng.normal(size=values.shape).astype("<f4")


def _options_of_convolution(network, random):
    """Change a convolution and its kernel so that they still fit."""
    found = [one for one in network.layers() if one["class_name"] == "Conv2D"]
    entry = random.choice(found)["config"]
    key = f"{entry['name']}/kernel:0"
    held = next((arrays for arrays in network.weights.values() if key in arrays), {})
    kernel = held[key]
    size = random.choice(([1, 1], [2, 2], [3, 3], [1, 3], [4, 2]))
    rng = np.random.default_rng(random.getrandbits(32))
    entry["kernel_size"] = size
    channels = kernel.shape[2]
    if channels % 2 == 0 and random.random() < 0.4:
        entry["groups"], channels = 2, channels // 2
    held[key] = rng.normal(size=(*size, channels, kernel.shape[3])).astype("<f4")
    for key in random.sample(("padding", "strides", "dilation_rate", "activation"), k=2):
        entry[key] = copy.deepcopy(random.choice(SENSIBLE[key]))


def _set_form(network, random):
    network.form = random.choice(FORMS)


_CHANGES = {
    _set_option: 8,
    _add_option: 3,
    _set_strange: 4,
    _delete: 3,
    _rename_key: 2,
    _exchange: 1,
    _nest: 1,
    _set_kind: 2,
    _set_module: 1,
    _set_name: 2,
    _reroute: 4,
    _ends: 1,
    _move_layer: 1,
    _insert_layer: 4,
    _change_weights: 5,
    _options_of_convolution: 4,
    _set_form: 1,
}
