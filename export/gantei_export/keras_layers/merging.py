"""Layers that join several tensors."""

from functools import reduce

from ..keras_networks.known_lambdas import SCALED_SUM
from ..onnx_graph.graph import Graph, OpenShape, Tensor
from .layer import Layer
from .registry import converts


def broadcast_shape(layer: Layer, shapes: list[OpenShape]) -> OpenShape:
    """Return the shape that tensors of one rank have together."""
    if len({len(shape) for shape in shapes}) != 1:
        raise layer.error(f"its inputs have different ranks: {shapes}")
    joined: list[int | None] = []
    for sides in zip(*shapes, strict=True):
        different = {side for side in sides if side != 1}
        if len(different - {None}) > 1:
            raise layer.error(f"its inputs do not fit together: {shapes}")
        known = different - {None}
        joined.append(known.pop() if known else None if different else 1)
    return tuple(joined)


def _elementwise(graph: Graph, layer: Layer, operator: str) -> Tensor:
    def join(left: Tensor, right: Tensor) -> Tensor:
        shape = broadcast_shape(layer, [left.shape, right.shape])
        return graph.node(operator, [left, right], shape, layer.name)

    return reduce(join, layer.tensors)


@converts("Add")
def add(graph: Graph, layer: Layer) -> Tensor:
    """Convert an Add layer."""
    return _elementwise(graph, layer, "Add")


@converts("Multiply")
def multiply(graph: Graph, layer: Layer) -> Tensor:
    """Convert a Multiply layer."""
    return _elementwise(graph, layer, "Mul")


@converts(SCALED_SUM, "CustomScaleLayer", only_in="Inception-ResNet-V2")
def scaled_sum(graph: Graph, layer: Layer) -> Tensor:
    """Convert Inception-ResNet-V2's CustomScaleLayer: first + second * scale."""
    if len(layer.tensors) != 2:
        raise layer.error(f"takes two tensors, not {len(layer.tensors)}")
    first, second = layer.tensors
    shape = broadcast_shape(layer, [first.shape, second.shape])
    scale = graph.scalar(layer.number("scale"))
    scaled = graph.node("Mul", [second, scale], second.shape, layer.name)
    return graph.node("Add", [first, scaled], shape, layer.name)


@converts("Concatenate")
def concatenate(graph: Graph, layer: Layer) -> Tensor:
    """Convert a Concatenate layer along any axis but the batch."""
    tensors, axis = layer.tensors, layer.raw_option("axis", -1)
    rank = len(tensors[0].shape) + 1
    if type(axis) is not int or not (-rank < axis < rank) or axis == 0:
        raise layer.error(f"axis is {axis!r} for tensors of rank {rank}")
    axis = axis % rank
    rest = {(*tensor.shape[: axis - 1], *tensor.shape[axis:]) for tensor in tensors}
    if len({len(tensor.shape) for tensor in tensors}) != 1 or len(rest) != 1:
        raise layer.error(f"its inputs do not fit: {[tensor.shape for tensor in tensors]}")
    sides = [tensor.shape[axis - 1] for tensor in tensors]
    joined = None if None in sides else sum(side for side in sides if side is not None)
    shape = (*tensors[0].shape[: axis - 1], joined, *tensors[0].shape[axis:])
    if rank == 4:
        axis = {1: 2, 2: 3, 3: 1}[axis]
    return graph.node("Concat", list(tensors), shape, layer.name, axis=axis)
