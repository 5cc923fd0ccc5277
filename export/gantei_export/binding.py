"""Gives each layer its weights, by the rule of the format that they are saved in."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gantei.errors import ConversionError

from .configuration import Model, Spec
from .hdf5 import StoredArray
from .registry import converters

Stored = tuple[str, StoredArray]
"""A weight and the name that it has in the file."""
CONTAINERS = ("layers", "_layer_checkpoint_dependencies")
"""Groups that hold a model's layers; Keras 2.13 and 2.14 took the second."""
TRAINING = ("optimizer", "metrics", "loss_tracker", "compile_metrics", "_metrics")
"""Groups of a trained model's file that no prediction needs."""
_CODE = ("Lambda",)


def check_supported(model: Model) -> None:
    """Refuse a model with layers that no converter knows; all of them are named."""
    known = converters()
    unsupported = [spec for spec in model.leaves() if spec.kind not in known]
    if not unsupported:
        return
    named = "; ".join(f"{spec.path!r} ({spec.kind})" for spec in unsupported[:50])
    more = f"; and {len(unsupported) - 50} more" if len(unsupported) > 50 else ""
    code = any(spec.kind in _CODE for spec in unsupported)
    reason = (
        (
            " A Lambda holds Python code, which is never run without --with-tensorflow "
            "--trust-this-file."
        )
        if code
        else ""
    )
    raise ConversionError(
        f"{len(unsupported)} unsupported layers: {named}{more}.{reason} "
        f"Supported: {', '.join(known)}"
    )


def bind_by_layer(model: Model, stored: Mapping[str, Sequence[Stored]]) -> None:
    """Fill in the weights as an `.h5` of Keras 2 lists them: by outermost layer.

    Of all the layers inside an outermost one, first the trainable weights are listed, then the
    others. So they are found by position, and checked by name and, where they are used, by shape.

    Raises:
        ConversionError: weights are missing, left over, or of another role.
    """
    for spec in model.specs.values():
        roles = list(_roles(spec))
        weights = stored.get(spec.name, ())
        if len(weights) != len(roles):
            raise ConversionError(
                f"layer {spec.name!r} ({spec.kind}): its configuration asks for {len(roles)} "
                f"weights, the file holds {len(weights)}"
            )
        for (leaf, role), (name, array) in zip(roles, weights, strict=True):
            _check_name(leaf, role, name)
            leaf.weights[role] = array
    left = [name for name, weights in stored.items() if weights and name not in model.specs]
    if left:
        raise ConversionError(f"weights of layers that are not configured: {_some(left)}")


def bind_by_class(model: Model, tree: dict[str, Any], where: str = "") -> None:
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
    by_class: dict[str, list[Spec]] = {}
    for spec in model.specs.values():
        if any(_roles(spec)):
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


def _bind_group(spec: Spec, group: Any, where: str) -> None:
    if spec.model is not None and isinstance(group, dict):
        bind_by_class(spec.model, group, where)
        return
    roles = [role for _, role in _roles(spec)]
    arrays = variables(group, where)
    if len(arrays) != len(roles):
        raise ConversionError(
            f"layer {spec.path!r} ({spec.kind}): its configuration asks for {len(roles)} "
            f"weights, the file holds {len(arrays)} in {where}"
        )
    spec.weights.update(zip(roles, arrays, strict=True))


def variables(group: Any, where: str) -> list[StoredArray]:
    """List the arrays of a layer's group, `vars/0` and so on.

    Raises:
        ConversionError: it holds anything else, or a number is missing.
    """
    arrays = group.get("vars") if isinstance(group, dict) else None
    names = [str(number) for number in range(len(arrays or ()))]
    if not isinstance(arrays, dict) or len(group) != 1 or set(arrays) != set(names):
        raise ConversionError(f"{where}: holds more or other than vars/0, vars/1 and so on")
    found = [arrays[name] for name in names]
    if not all(isinstance(array, StoredArray) for array in found):
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


def _roles(spec: Spec) -> Iterator[tuple[Spec, str]]:
    known = converters()
    leaves = [spec] if spec.model is None else list(spec.model.leaves())
    for kind in (0, 1):
        for leaf in leaves:
            for role in known[leaf.kind].roles(leaf.config)[kind]:
                yield leaf, role


def _check_name(leaf: Spec, role: str, name: str) -> None:
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
