"""Gives each layer its weights.

Keras saves the weights of an outermost layer in one group, in an order and not by layer: of all
the layers inside, first the trainable weights, then the others. So they are found by position,
and checked by name and, where they are used, by shape.
"""

from collections.abc import Iterator

from gantei.errors import ConversionError

from .configuration import Model, Spec
from .keras_file import KerasFile
from .registry import converters

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
    reason = " A Lambda holds Python code, which is never run." if code else ""
    raise ConversionError(
        f"{len(unsupported)} unsupported layers: {named}{more}.{reason} "
        f"Supported: {', '.join(known)}"
    )


def bind(model: Model, file: KerasFile) -> None:
    """Fill in every layer's weights, without reading their values."""
    for spec in model.specs.values():
        roles = list(_roles(spec))
        stored = file.weights(spec.name)
        if len(stored) != len(roles):
            raise ConversionError(
                f"layer {spec.name!r} ({spec.kind}): its configuration asks for {len(roles)} "
                f"weights, the file holds {len(stored)}"
            )
        for (leaf, role), (name, array) in zip(roles, stored, strict=True):
            _check_name(leaf, role, name)
            leaf.weights[role] = array


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
