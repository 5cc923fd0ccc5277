"""Gives each layer its weights, by the rule of the format that they are saved in."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gantei.errors import ConversionError

from ..keras_layers.registry import converters
from ..keras_networks.keras_config import KerasModel, LayerSpec
from .hdf5 import HDF5Array

Stored = tuple[str, HDF5Array]
"""A weight and the name that it has in the file."""
Bound = tuple[LayerSpec, str, Stored]
"""A layer, the role of one of its weights, and that weight."""
CONTAINERS = ("layers", "_layer_checkpoint_dependencies")
"""Groups that hold a model's layers; Keras 2.13 and 2.14 took the second."""
TRAINING = ("optimizer", "metrics", "loss_tracker", "compile_metrics", "_metrics")
"""Groups of a trained model's file that no prediction needs."""


def bind_by_layer(model: KerasModel, stored: Mapping[str, Sequence[Stored]]) -> None:
    """Fill in the weights as an `.h5` lists them: by outermost layer.

    Those inside one layer are found by their names, `block/conv/kernel`, as their order depends on
    what was frozen, and when, and on the version of Keras. Where layers were renamed after they
    were built, position has to do, if nothing was frozen that could change the order.

    Raises:
        ConversionError: weights are missing, left over, or of another layer or role.
    """
    for spec in model.specs.values():
        asked = sum(len(roles) for _, roles in _leaves(spec))
        weights = stored.get(spec.name, ())
        if len(weights) != asked:
            raise ConversionError(
                f"layer {spec.name!r} ({spec.kind}): its configuration asks for {asked} "
                f"weights, the file holds {len(weights)}"
            )
        pairs = _by_name(spec, weights, model.name) or _by_position(spec, weights)
        for leaf, role, (name, array) in pairs:
            _check_name(leaf, role, name)
            leaf.weights[role] = array
    left = [name for name, weights in stored.items() if weights and name not in model.specs]
    if left:
        raise ConversionError(f"weights of layers that are not configured: {_some(left)}")


def bind_by_class(model: KerasModel, tree: dict[str, Any], where: str = "") -> None:
    """Fill in the weights as Keras's saving format of 2023 names them: by class and number.

    `layers/conv2d_1/vars/0` is the first weight of the second Conv2D of the model. Keras 2.13
    counted each layer with weights twice, so the numbers say the order and nothing else.

    Raises:
        ConversionError: weights are missing or left over.
    """
    for name in TRAINING if not where else ():
        tree.pop(name, None)
    container = next((name for name in CONTAINERS if isinstance(tree.get(name), dict)), "")
    groups: dict[str, Any] = tree.pop(container, {})
    by_class: dict[str, list[LayerSpec]] = {}
    for spec in model.specs.values():
        if any(_leaves(spec)):
            by_class.setdefault(snake_case(spec.kind), []).append(spec)
    for kind, specs in by_class.items():
        names = numbered(groups, kind)
        if len(names) != len(specs):
            raise ConversionError(
                f"{where or 'the model'}: its configuration has {len(specs)} layers of the class "
                f"{kind!r} with weights, the file holds {len(names)}"
            )
        for spec, name in zip(specs, names, strict=True):
            _bind_group(spec, groups.pop(name), f"{where}layers/{name}/")
    left = [f"{where}layers/{name}" for name in groups] + [f"{where}{name}" for name in tree]
    if left:
        raise ConversionError(f"weights that belong to no layer: {_some(left)}")


def _bind_group(spec: LayerSpec, group: Any, where: str) -> None:
    if spec.model is not None and isinstance(group, dict):
        bind_by_class(spec.model, group, where)
        return
    roles = [role for _, roles in _leaves(spec) for role in roles]
    arrays = variables(group, where)
    if len(arrays) != len(roles):
        raise ConversionError(
            f"layer {spec.path!r} ({spec.kind}): its configuration asks for {len(roles)} "
            f"weights, the file holds {len(arrays)} in {where}"
        )
    spec.weights.update(zip(roles, arrays, strict=True))


def variables(group: Any, where: str) -> list[HDF5Array]:
    """List the arrays of a layer's group, `vars/0` and so on.

    Raises:
        ConversionError: it holds anything else, or a number is missing.
    """
    arrays = group.get("vars") if isinstance(group, dict) else None
    names = [str(number) for number in range(len(arrays or ()))]
    if not isinstance(arrays, dict) or len(group) != 1 or set(arrays) != set(names):
        raise ConversionError(f"{where}: holds more or other than vars/0, vars/1 and so on")
    found = [arrays[name] for name in names]
    if not all(isinstance(array, HDF5Array) for array in found):
        raise ConversionError(f"{where}: holds groups where arrays are expected")
    return found


def numbered(groups: Mapping[str, Any], kind: str) -> list[str]:
    """List the groups of a class in the order of their numbers: conv2d, conv2d_1, conv2d_10."""
    numbers = {
        name: int(name.removeprefix(kind)[1:] or 0)
        for name in groups
        if re.fullmatch(rf"{re.escape(kind)}(_[0-9]{{1,9}})?", name)
    }
    return sorted(numbers, key=numbers.__getitem__)


def snake_case(kind: str) -> str:
    """Name a class as its groups are named: SeparableConv2D becomes separable_conv2d."""
    words = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", kind)
    return re.sub("([a-z])([A-Z])", r"\1_\2", words).lower()


def _leaves(spec: LayerSpec) -> Iterator[tuple[LayerSpec, list[str]]]:
    """Yield the layers with weights in a layer, itself or those of a model, and their roles."""
    known = converters()
    for leaf in [spec] if spec.model is None else spec.model.leaves():
        trainable, others = known[leaf.kind].roles(leaf.config)
        if trainable or others:
            yield leaf, trainable + others


def _by_name(spec: LayerSpec, weights: Sequence[Stored], top: str) -> list[Bound] | None:
    """Match weights in a model to its layers; None where their names do not tell each layer.

    A name has as much of the path before the layer as was there when the layer was built.
    """
    groups: dict[str, list[Stored]] = {}
    for name, array in weights:
        groups.setdefault(name.rpartition("/")[0], []).append((name, array))
    bound: list[Bound] = []
    for leaf, roles in _leaves(spec):
        parts = [top, *leaf.path.split("/")]
        names = ("/".join(parts[start:]) for start in range(len(parts) + 1))
        own = groups.pop(next((name for name in names if name in groups), ""), [])
        if len(own) != len(roles):
            return None
        bound += [(leaf, role, one) for role, one in zip(roles, own, strict=True)]
    return bound


def _by_position(spec: LayerSpec, weights: Sequence[Stored]) -> list[Bound]:
    """Match weights by their order: first those that train."""
    known = converters()
    leaves = [leaf for leaf, _ in _leaves(spec)]
    frozen = any(model.config.get("trainable") is False for model in _models(spec))
    if frozen and any(leaf.config.get("trainable", True) for leaf in leaves):
        raise ConversionError(
            f"layer {spec.name!r} ({spec.kind}): a frozen model whose layers are not all frozen, "
            "and the names of the weights are not those of its layers: which weight belongs to "
            "which layer is not known"
        )
    roles = [
        (leaf, role)
        for kind in (0, 1)
        for leaf in leaves
        for role in known[leaf.kind].roles(leaf.config)[kind]
    ]
    names = {leaf.name for leaf in leaves}
    for (leaf, role), (name, _) in zip(roles, weights, strict=True):
        layer = name.rpartition("/")[0]
        if layer in names and layer != leaf.name:
            raise ConversionError(
                f"layer {leaf.path!r} ({leaf.kind}): {name!r} stands where its {role!r} belongs"
            )
    return [(leaf, role, one) for (leaf, role), one in zip(roles, weights, strict=True)]


def _models(spec: LayerSpec) -> Iterator[LayerSpec]:
    """Yield a nested model and those in it."""
    if spec.model is not None:
        yield spec
        for inner in spec.model.specs.values():
            yield from _models(inner)


def _check_name(leaf: LayerSpec, role: str, name: str) -> None:
    """Refuse a weight whose own name contradicts its position, such as beta before gamma."""
    converter = converters()[leaf.kind]
    own = name.rpartition("/")[2].partition(":")[0]
    if own != role and own in (*converter.weights, *converter.state):
        raise ConversionError(
            f"layer {leaf.path!r} ({leaf.kind}): {name!r} stands where {role!r} belongs"
        )


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    return ", ".join(map(repr, names[:10])) + more
