"""What a network has to do for one photograph, counted from its graph, for `gpu.py`."""

import math
from pathlib import Path

import onnx
from onnx import shape_inference


def gigaflops(path: Path, size: tuple[int, int]) -> float:
    """Count the operations per photograph of `size` (height, width), in 10^9.

    Those of convolutions and matrix products, of which a multiplication and an addition are two.
    Activations, normalisations, softmax and copies are left out, which take time all the same.

    Raises:
        ValueError: the shape of a product is not known.
    """
    model = onnx.load(path)
    for dimension, side in zip(
        model.graph.input[0].type.tensor_type.shape.dim, (1, *size, 3), strict=True
    ):
        dimension.dim_value = side
    graph = shape_inference.infer_shapes(model, data_prop=True).graph
    shapes = {one.name: tuple(one.dims) for one in graph.initializer}
    for value in (*graph.input, *graph.value_info, *graph.output):
        shapes[value.name] = tuple(one.dim_value for one in value.type.tensor_type.shape.dim)
    return sum(_operations(node, shapes) for node in graph.node) / 1e9


def _operations(node: onnx.NodeProto, shapes: dict[str, tuple[int, ...]]) -> int:
    """Of a product: two for every number of the output and every term that it is a sum of."""
    if node.op_type == "Conv":
        terms = math.prod(shapes[node.input[1]][1:])
    elif node.op_type in ("MatMul", "Gemm"):
        transposed = any(one.name == "transA" and one.i for one in node.attribute)
        terms = shapes[node.input[0]][0 if transposed else -1]
    else:
        return 0
    operations = 2 * terms * math.prod(shapes[node.output[0]])
    if operations == 0:
        raise ValueError(f"{node.op_type} {node.name}: a shape is not known")
    return operations
