"""A state dict as the networks here see it: names, shapes, and values that are read when needed."""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from gantei.errors import ConversionError

from ..onnx_graph.stored_array import StoredArray

NAMED = 3
"""An error names this many tensors, and counts the others."""


NamedTensors = Mapping[str, StoredArray]
"""A state dict."""


def check_shapes(
    state: NamedTensors, expected: Mapping[str, tuple[int, ...]], network: str
) -> None:
    """See that a state dict holds the tensors of a network and no others.

    Raises:
        ConversionError: tensors are missing, left over, or of another shape; the first are named.
    """
    if missing := [name for name in expected if name not in state]:
        raise ConversionError(f"the state dict lacks {named(missing)} of a {network}")
    if over := [name for name in state if name not in expected]:
        raise ConversionError(f"the state dict holds {named(over)}, which a {network} has not")
    for name, shape in expected.items():
        if tuple(state[name].shape) != shape:
            raise ConversionError(
                f"tensor {name!r} has the shape {tuple(state[name].shape)}; in a {network} it has "
                f"{shape}"
            )


def named(names: Iterable[str]) -> str:
    """Name the first tensors, and count them all where there are more."""
    names = list(names)
    first = ", ".join(repr(name) for name in names[:NAMED])
    return first if len(names) <= NAMED else f"{first}, … ({len(names)} tensors)"


def read(state: NamedTensors, name: str) -> NDArray[np.float32]:
    """Read the weights `name` as float32.

    Raises:
        ConversionError: a value is not finite, or there are more or fewer than the shape says.
    """
    tensor = state[name]
    values = np.asarray(tensor.read(), np.float32)
    if values.shape != tuple(tensor.shape):
        raise ConversionError(f"tensor {name!r}: {values.shape} was read, not {tensor.shape}")
    if not np.isfinite(values).all():
        raise ConversionError(f"tensor {name!r} holds values that are not finite")
    return values
