"""The ONNX graph being built.

Pictures are NHWC in Keras and NCHW here: a tensor's `shape` is Keras's (without the batch), its
ONNX value of rank 4 is transposed. Values of weights are computed only when the graph is done,
one at a time, and only those in use.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper

from gantei.errors import ConversionError

OpenShape = tuple[int | None, ...]
Array = NDArray[Any]

PHOTOGRAPH = "photograph"
"""Name of the graph's one input, float32 (n, height, width, 3)."""
MOST_VALUES = 2**31
"""The most values a tensor may hold for one picture."""


@dataclass(frozen=True)
class Tensor:
    """A value in the graph: ONNX name, Keras's shape without the batch, how often it is used."""

    name: str
    shape: OpenShape
    uses: int = 1

    @property
    def channels(self) -> int | None:
        """The size of the last axis."""
        return self.shape[-1] if self.shape else None


@dataclass(frozen=True)
class Initializer:
    """A weight of the graph, computed by `make` when the graph is done."""

    name: str
    shape: tuple[int, ...]
    dtype: Any
    make: Callable[[], Array]


@dataclass(frozen=True)
class _Linear:
    """A node y = weight · x + bias, its weight's output axis, so that a scale can fold into it."""

    node: onnx.NodeProto
    weight: str
    bias: str | None
    axis: int


class Graph:
    """Collects nodes and weights in the order of the Keras layers."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: dict[str, Initializer] = {}
        self._producers: dict[str, onnx.NodeProto] = {}
        self._linear: dict[str, _Linear] = {}
        self._reshaped: dict[str, tuple[str, OpenShape]] = {}
        self._padded: dict[str, tuple[Tensor, tuple[int, ...]]] = {}
        self._names: set[str] = set()

    def node(
        self,
        operator: str,
        inputs: Sequence[Tensor | str],
        shape: OpenShape,
        name: str,
        **attributes: Any,
    ) -> Tensor:
        """Add an ONNX node called after its Keras layer and return its only output."""
        if math.prod(side or 1 for side in shape) > MOST_VALUES or 0 in shape:
            raise ConversionError(f"layer {name!r}: its result would have the shape {shape}")
        output = self._unique(f"{name}:{operator}")
        names = [given.name if isinstance(given, Tensor) else given for given in inputs]
        attributes = {key: value for key, value in attributes.items() if value is not None}
        node = helper.make_node(operator, names, [output], name=output, **attributes)
        self.nodes.append(node)
        self._producers[output] = node
        return Tensor(output, shape)

    def weight(
        self, name: str, shape: tuple[int, ...], make: Callable[[], Array], dtype: Any = np.float32
    ) -> str:
        """Name a weight, once however often its layer is called."""
        self.initializers.setdefault(name, Initializer(name, shape, dtype, make))
        return name

    def constant(self, value: Array, name: str) -> str:
        """Name a small constant."""
        value = np.ascontiguousarray(value)
        return self.weight(name, value.shape, lambda: value, value.dtype)

    def scalar(self, value: float) -> str:
        """Name a float constant, shared by all that use its value."""
        return self.constant(np.array(value, np.float32), f"constant/{float(value)!r}")

    def broadcast(self, values: Array, rank: int, name: str) -> str:
        """Name a constant that meets tensors of this Keras rank (batch included)."""
        values = np.asarray(values, np.float32)
        if values.ndim == 0:
            return self.scalar(float(values))
        if values.ndim > rank:
            raise ConversionError(f"layer {name!r}: a constant of shape {values.shape}")
        values = values.reshape((1,) * (rank - values.ndim) + values.shape)
        return self.constant(values.transpose(0, 3, 1, 2) if rank == 4 else values, name)

    def linear(
        self,
        operator: str,
        inputs: tuple[Tensor, str, str | None],
        shape: OpenShape,
        name: str,
        **attributes: Any,
    ) -> Tensor:
        """Add a convolution or matrix product, into which a scale and shift may fold later."""
        x, weight, bias = inputs
        given: list[Tensor | str] = [x, weight] if bias is None else [x, weight, bias]
        tensor = self.node(operator, given, shape, name, **attributes)
        axis = 1 if operator == "Gemm" else 0
        self._linear[tensor.name] = _Linear(self.nodes[-1], weight, bias, axis)
        return tensor

    def fold(self, x: Tensor, scale: Array, shift: Array, name: str) -> Tensor | None:
        """Return scale * x + shift as one linear node, or None where x is not one used only here.

        The arithmetic is float64 and elementwise, so its result is the same on every platform.
        """
        linear = self._linear.get(x.name)
        if linear is None or x.uses != 1:
            return None
        old, bias = self.initializers[linear.weight], linear.bias
        sides = [1] * len(old.shape)
        sides[linear.axis] = len(scale)
        factor = scale.reshape(sides)

        def weight() -> Array:
            return np.multiply(old.make(), factor, dtype=np.float64).astype(np.float32)

        def offset() -> Array:
            before = 0.0 if bias is None else self.initializers[bias].make().astype(np.float64)
            return np.asarray(before * scale + shift, np.float32)

        node = onnx.NodeProto()
        node.CopyFrom(linear.node)
        node.input[1] = self.weight(f"{name}/{old.name}", old.shape, weight)
        del node.input[2:]
        node.input.append(self.weight(f"{name}/bias", (len(scale),), offset))
        node.output[0] = node.name = self._unique(f"{name}:{node.op_type}")
        self.nodes.append(node)
        self._producers[node.name] = node
        self._linear[node.name] = _Linear(node, node.input[1], node.input[2], linear.axis)
        return replace(x, name=node.name)

    def pad(self, x: Tensor, pads: tuple[int, int, int, int], name: str) -> Tensor:
        """Add zeros around a picture: (top, left, bottom, right)."""
        top, left, bottom, right = pads
        height, width, channels = x.shape
        shape = (
            None if height is None else height + top + bottom,
            None if width is None else width + left + right,
            channels,
        )
        sides = np.array([0, 0, top, left, 0, 0, bottom, right], np.int64)
        tensor = self.node("Pad", [x, self.constant(sides, f"{name}/pads")], shape, name)
        self._padded[tensor.name] = (x, pads)
        return tensor

    def unpadded(self, x: Tensor) -> tuple[Tensor, tuple[int, ...]]:
        """Return what `pad` was given, so that a convolution can pad by itself."""
        return self._padded.get(x.name, (x, (0, 0, 0, 0)))

    def reshape(self, x: Tensor, shape: OpenShape, name: str) -> Tensor:
        """Reshape as Keras does: in NHWC order, whatever the order here."""
        if x.shape == shape:
            return x
        if _needs_order(x.shape):
            x = replace(x, name=self._transpose(x.name, (0, 2, 3, 1), name))
            stored: OpenShape = x.shape
        else:
            stored = _stored(x.shape)
        if not _needs_order(shape):
            return self._reshape(x.name, stored, _stored(shape), shape, name)
        y = self._reshape(x.name, stored, shape, shape, name)
        return replace(y, name=self._transpose(y.name, (0, 3, 1, 2), name))

    def _transpose(self, x: str, order: tuple[int, ...], name: str) -> str:
        return self.node("Transpose", [x], (), name, perm=order).name

    def _reshape(
        self, x: str, stored: OpenShape, target: OpenShape, shape: OpenShape, name: str
    ) -> Tensor:
        """Reshape in storage order; reshapes of reshapes become one, or none."""
        while x in self._reshaped:
            x, stored = self._reshaped[x]
        if stored == target:
            return Tensor(x, shape)
        if target.count(None) > 1:
            raise ConversionError(
                f"layer {name!r}: reshapes to {shape}, which leaves its size open"
            )
        sides = np.array([0, *(-1 if side is None else side for side in target)], np.int64)
        tensor = self.node("Reshape", [x, self.constant(sides, f"{name}/shape")], shape, name)
        self._reshaped[tensor.name] = (x, stored)
        return tensor

    def _unique(self, name: str) -> str:
        """Number the calls of a layer: name, name#2 and so on."""
        number, unique = 1, name
        while unique in self._names:
            number += 1
            unique = f"{name}#{number}"
        self._names.add(unique)
        return unique


def live(graph: Graph, outputs: Iterable[str]) -> tuple[list[onnx.NodeProto], list[Initializer]]:
    """Return the nodes and weights that the outputs need, in the graph's order."""
    needed = set(outputs)
    nodes = []
    for node in reversed(graph.nodes):
        if needed.intersection(node.output):
            needed.update(node.input)
            nodes.append(node)
    weights = [weight for name, weight in graph.initializers.items() if name in needed]
    return nodes[::-1], weights


def _needs_order(shape: OpenShape) -> bool:
    """Whether NHWC and NCHW order differ for a tensor of this shape."""
    return len(shape) == 3 and shape[:2] != (1, 1) and shape[2] != 1


def _stored(shape: OpenShape) -> OpenShape:
    return (shape[2], *shape[:2]) if len(shape) == 3 else shape
