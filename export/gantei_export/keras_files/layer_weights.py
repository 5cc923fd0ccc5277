"""The layers that a file of weights alone holds, and how they are matched to a body's layers.

The older layout (`.h5`) names each layer. The newer one (`.weights.h5`) only numbers the layers of
each class in their order.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gantei.errors import ConversionError

from ..architectures.bodies import Body
from .binding import CONTAINERS, TRAINING, Stored, numbered, snake_case, variables
from .hdf5 import Container, HDF5Array
from .keras_h5 import stored_by_layer

Match = Callable[[Mapping[str, list[Stored]], Body], dict[str, str]]


@dataclass
class LayerWeights:
    """Layers with weights by name, in the file's order, and the names of those without."""

    layers: dict[str, list[Stored]]
    listed: list[str]
    """Without numbers. Empty where the file lists no layers that have no weights."""
    match: Match
    """Finds the name in the file of each layer of a body that has weights."""
    listed_as: Callable[[Mapping[str, Any]], str]
    """Tells how the file would list a configured layer."""

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """The shapes of all weights."""
        return [array.shape for arrays in self.layers.values() for _, array in arrays]

    def arrays(self, name: str) -> list[HDF5Array]:
        """Return the weights of the only layer so named or of that class."""
        found = [arrays for layer, arrays in self.layers.items() if _base(_last(layer)) == name]
        return [array for _, array in found[0]] if len(found) == 1 else []

    def of(self, body: Body) -> dict[str, list[Stored]]:
        """Take a body's weights out, by its layers' names.

        Raises:
            ConversionError: a layer has none.
        """
        names = self.match(self.layers, body)
        found = {layer: self.layers.pop(names.get(layer, ""), []) for layer in body.shapes}
        missing = [layer for layer, arrays in found.items() if not arrays]
        if missing:
            raise ConversionError(
                f"the shapes are those of {body.name}, but no weights were found for its layers "
                f"{', '.join(missing[:5])}: layers were renamed or rearranged; a whole model "
                "(model.save) is needed"
            )
        return found

    def wrong_for(self, body: Body) -> list[str]:
        """Say which layers of a body have no weights here, or weights of other shapes."""
        names = self.match(self.layers, body)
        wrong = []
        for layer, expected in body.shapes.items():
            shapes = [array.shape for _, array in self.layers.get(names.get(layer, ""), [])]
            if not shapes:
                wrong.append(f"{layer} is missing")
            elif shapes != expected:
                wrong.append(f"{layer} has {_sides(shapes)} instead of {_sides(expected)}")
        return wrong

    def own_head(self, body: Body, file: str) -> list[str]:
        """Take out what is left, which has to be a head's dense layers; name them.

        A 1 x 1 convolution is one, too: MobileNet's own head ends in it.

        Raises:
            ConversionError: it is something else.
        """
        for name, arrays in self.layers.items():
            shapes = [array.shape for _, array in arrays]
            *window, _, units = shapes[0] if len(shapes[0]) > 1 else (0, 0, 0)
            if window not in ([], [1, 1]) or shapes[1:] not in ([], [(units,)]):
                raise ConversionError(
                    f"{file}: weights of {name!r}, of the shapes {shapes}, belong to no layer of "
                    f"{body.name} and are no dense layer of a head: a network with layers of its "
                    "own is needed as a whole model (model.save)"
                )
        return [_last(name) for name in self.layers]

    def dense(self) -> list[list[Stored]]:
        """Take out what is left, which has to be Dense layers: a kernel and mostly a bias.

        Raises:
            ConversionError: it is something else.
        """
        for name, arrays in self.layers.items():
            shapes = [array.shape for _, array in arrays]
            units = shapes[0][1:] if len(shapes[0]) == 2 else None
            if units is None or shapes[1:] not in ([], [units]):
                raise ConversionError(
                    f"weights of {name!r}, of the shapes {shapes}, belong to no layer of the "
                    "architecture and are no Dense layer of a head"
                )
        return list(self.layers.values())


def by_name(container: Container) -> LayerWeights:
    """Read the older layout, where a weight is named `conv1_bn/gamma:0`.

    A body that was called as one layer has all its weights in that layer's group. Keras 1, which
    wrote the VGG networks of keras.applications, named a weight `block1_conv1_W_1:0`, without the
    layer: then the group tells it.
    """
    layers: dict[str, list[Stored]] = {}
    groups = stored_by_layer(container)
    for layer, stored in groups.items():
        for name, array in stored:
            owner = _plain(name.rpartition("/")[0] or layer)
            layers.setdefault(owner, []).append((name, array))
    listed = [_base(_plain(name)) for name, stored in groups.items() if not stored]

    def listed_as(layer: Mapping[str, Any]) -> str:
        return _base(_plain(layer["name"]))

    return LayerWeights(layers, listed, _match_by_name, listed_as)


def by_class(container: Container) -> LayerWeights:
    """Read the newer layout, where a weight is `layers/batch_normalization_3/vars/0`."""
    layers: dict[str, list[Stored]] = {}
    listed: list[str] = []
    tree = container.tree()

    def visit(group: dict[str, Any], where: str) -> None:
        """Visit a model; those inside it come before its own layers, as a body before a head."""
        for name in (name for name in CONTAINERS if isinstance(group.get(name), dict)):
            inside = group[name]
            for child in inside:
                if isinstance(inside[child], dict) and _is_model(inside[child]):
                    visit(inside[child], f"{where}layers/{child}/")
            kinds = dict.fromkeys(_base(child) for child in inside)
            for child in [one for kind in kinds for one in numbered(inside, kind)]:
                held = _without_seeds(inside[child])
                if _is_model(held):
                    continue
                arrays = variables(held, f"{where}layers/{child}") if held else []
                key = f"{where}layers/{child}"
                if arrays:
                    layers[key] = [(f"{key}/vars/{n}", one) for n, one in enumerate(arrays)]
                else:
                    listed.append(_base(child))
        others = [name for name in group if name not in (*CONTAINERS, *TRAINING) and group[name]]
        if others:
            raise ConversionError(f"weights that belong to no layer: {where}{others[0]}")

    visit(tree, "")
    return LayerWeights(
        layers, listed, _match_by_class, lambda layer: snake_case(layer["class_name"])
    )


def _match_by_name(layers: Mapping[str, list[Stored]], body: Body) -> dict[str, str]:
    """Match by name; names that Keras numbered (conv2d_7), by the order of their numbers."""
    kinds = {layer["name"]: snake_case(layer["class_name"]) for layer in body.layers}
    counted = [name for name in body.shapes if _base(name) == kinds[name]]
    names: dict[str, str] = {}
    for kind in dict.fromkeys(kinds[name] for name in counted):
        own = numbered(dict.fromkeys(name for name in counted if kinds[name] == kind), kind)
        tails = {_last(layer): layer for layer in layers}
        names.update(zip(own, (tails[tail] for tail in numbered(tails, kind)), strict=False))
    for name in body.shapes:
        if name not in counted:
            plain = _plain(name)
            ends = [one for one in layers if one == plain or one.endswith(f"/{plain}")]
            names[name] = ends[0] if len(ends) == 1 else ""
    return names


def _match_by_class(layers: Mapping[str, list[Stored]], body: Body) -> dict[str, str]:
    """Match the layers of each class in their order, in the model that holds most of them."""
    models: dict[str, dict[str, str]] = {}
    for layer in layers:
        model, _, group = layer.rpartition("/")
        models.setdefault(model, {})[group] = layer
    inside = max(models.values(), key=len, default={})
    kinds = {layer["name"]: snake_case(layer["class_name"]) for layer in body.layers}
    names: dict[str, str] = {}
    for kind in {kinds[name] for name in body.shapes}:
        own = [name for name in body.shapes if kinds[name] == kind]
        names.update(zip(own, (inside[one] for one in numbered(inside, kind)), strict=False))
    return names


def _is_model(group: Any) -> bool:
    return isinstance(group, dict) and any(name in group for name in CONTAINERS)


def _without_seeds(group: Any) -> Any:
    """Drop the state of random generators, and `vars` where it is empty."""
    if not isinstance(group, dict):
        return group
    kept = {name: one for name, one in group.items() if name != "seed_generator"}
    return {name: one for name, one in kept.items() if one != {}}


def _plain(name: str) -> str:
    """Write a layer's name as newer versions of Keras do: DenseNet's was `conv1/bn`."""
    return re.sub(r"(?<=conv1)/(?=(conv|bn|relu)$)", "_", name)


def _base(name: str) -> str:
    return re.sub(r"_[0-9]+$", "", name)


def _sides(shapes: Sequence[tuple[int, ...]]) -> str:
    return ", ".join(" x ".join(map(str, shape)) for shape in shapes)


def _last(name: str) -> str:
    return name.rpartition("/")[2]
