"""The shapes of a foreign graph's values, as far as they are known before it runs."""

import math
from collections.abc import Mapping

import numpy as np
import onnx
from onnx import helper, numpy_helper

from gantei.errors import ConversionError

from .renamed_graph import RenamedGraph

InferredShapes = Mapping[str, tuple[int, tuple[int | None, ...]]]
"""Type and shape by name; None where a side is open."""

MOST_VALUES = 1 << 28
"""Of any one result for one photograph: EfficientNet-B7's largest has 17 million."""
FEW = 64
"""Whole numbers that inference looks at: shapes, axes and paddings, no tables."""


def inferred(body: RenamedGraph) -> InferredShapes:
    """Infer the shapes of all values.

    Raises:
        ConversionError: they contradict each other, or one is too large.
    """
    inputs, constants = [body.photograph()], []
    for name, values in body.weights.items():
        if values.dtype == np.int64 and values.size <= FEW:
            constants.append(numpy_helper.from_array(values, name))
        else:
            kind = helper.np_dtype_to_tensor_dtype(values.dtype)
            inputs.append(helper.make_tensor_value_info(name, kind, values.shape))
    graph = helper.make_graph(body.nodes, "shapes", inputs, [], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", body.opset)])
    try:
        model = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
    except onnx.shape_inference.InferenceError as error:
        raise ConversionError(f"its shapes do not fit each other: {error!s:.300}") from error
    shapes: dict[str, tuple[int, tuple[int | None, ...]]] = {}
    for value in (*model.graph.input, *model.graph.value_info):
        kind = value.type.tensor_type
        if not value.type.HasField("tensor_type") or not kind.HasField("shape"):
            continue
        sides = tuple(
            one.dim_value if one.HasField("dim_value") else None for one in kind.shape.dim
        )
        if value.name not in body.weights and math.prod(one or 1 for one in sides) > MOST_VALUES:
            raise ConversionError(
                f"one of its results would have the shape {list(sides)[:12]}; refused"
            )
        shapes[value.name] = (kind.elem_type, sides)
    return shapes
