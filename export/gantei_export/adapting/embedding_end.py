"""Where a network's embedding comes from: what a new head and its map are made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import onnx
from onnx import helper, numpy_helper

from gantei.errors import ConversionError

from ..onnx_graph.explanation_outputs import EMBEDDING, MAP, output_name

_KEEPS_VALUES = ("Identity", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Dropout", "Cast")
_FORMS: dict[tuple[int, ...], "FeatureForm"] = {
    (2, 3): "channels-first",
    (-2, -1): "channels-first",
    (1, 2): "channels-last",
    (-3, -2): "channels-last",
    (1,): "rows",
    (-2,): "rows",
}
"""By the axes over which a ReduceMean averages, where it leaves a picture's channels alone."""

FeatureForm = Literal["channels-first", "channels-last", "rows"]
"""Of the last features: (n, channels, h, w), (n, h, w, channels) or (n, h * w, channels)."""


@dataclass(frozen=True)
class LastFeatures:
    """The features whose mean over all places is the embedding.

    Attributes:
        value: their name in the graph.
        form: the order of their axes.
        sides: height and width of a map of them, or the names of sides that are open.
    """

    value: str
    form: FeatureForm
    sides: tuple[int | str, int | str]


@dataclass(frozen=True)
class EmbeddingEnd:
    """The end of the part of a network that a new head leaves as it is.

    Attributes:
        value: the name of the embedding, float32 (n, width), in the graph.
        width: its length.
        features: what it is the mean of; None where the network gives no map of a new head.
        reason: why there is no map, else empty.
    """

    value: str
    width: int
    features: LastFeatures | None
    reason: str = ""


def embedding_end(model: onnx.ModelProto, output: str) -> EmbeddingEnd:
    """Find where the embedding of a network's output comes from.

    Args:
        model: an estimator's network.
        output: the name of its answer, by which an embedding is called in a network of several.

    Raises:
        ConversionError: it gives no embedding in float32, or one of an open length.
    """
    floats = [each for each in model.graph.output if _is_float(each)]
    described = {each.name: _sides(each) for each in floats}
    name = EMBEDDING if EMBEDDING in described else output_name(output, EMBEDDING, 2)
    if name not in described:
        raise ConversionError("its network gives no embedding")
    width = described[name][-1] if len(described[name]) == 2 else 0
    if not isinstance(width, int) or width < 1:
        raise ConversionError(f"its embedding has the shape {described[name]}, not (n, width)")
    makers = {value: node for node in model.graph.node for value in node.output}
    maker = makers.get(name)
    value = name
    if maker is not None and maker.op_type == "Identity":
        value = maker.input[0]
    map_name = MAP if name == EMBEDDING else output_name(output, MAP, 2)
    features, reason = _features(model, makers, value, described.get(map_name, ()))
    return EmbeddingEnd(value, width, features, reason)


def _features(
    model: onnx.ModelProto,
    makers: dict[str, onnx.NodeProto],
    value: str,
    known_map: Sequence[int | str],
) -> tuple[LastFeatures | None, str]:
    """Go back from the embedding to the average over all places that makes it."""
    node = makers.get(value)
    while node is not None and node.op_type in _KEEPS_VALUES:
        node = makers.get(node.input[0])
    form: FeatureForm | None = None
    if node is not None and node.op_type == "GlobalAveragePool":
        form = "channels-first"
    elif node is not None and node.op_type == "ReduceMean":
        form = _FORMS.get(_axes(model, node))
    if node is None or form is None:
        return None, "the embedding is no average over the places of a last feature map"
    if not known_map and form != "rows" and _rank(model, node.input[0]) != 4:
        return None, "the pooled features are not known to stand on a plane"
    height, width = known_map[-2:] if len(known_map) > 2 else ("map_height", "map_width")
    if form == "rows" and (not isinstance(height, int) or not isinstance(width, int)):
        return None, "the pooled features stand in a row, not on a plane"
    return LastFeatures(node.input[0], form, (height, width)), ""


def _axes(model: onnx.ModelProto, node: onnx.NodeProto) -> tuple[int, ...]:
    """Read over which axes a node averages; nothing where that is not written into the graph."""
    axes: Any = next(
        (helper.get_attribute_value(one) for one in node.attribute if one.name == "axes"), ()
    )
    if len(node.input) > 1:
        held = (one for one in model.graph.initializer if one.name == node.input[1])
        axes = next((numpy_helper.to_array(one) for one in held), ())
    return tuple(sorted(int(axis) for axis in np.atleast_1d(np.asarray(axes, np.int64))))


def _rank(model: onnx.ModelProto, value: str) -> int | None:
    """Infer how many axes a value has; None where that stays open."""
    try:
        inferred = onnx.shape_inference.infer_shapes(model)
    except (onnx.shape_inference.InferenceError, ValueError):  # of more than 2 GB, the latter
        return None
    known = (*inferred.graph.value_info, *inferred.graph.input, *inferred.graph.output)
    ranks = (len(one.type.tensor_type.shape.dim) for one in known if one.name == value)
    return next(ranks, None)


def _is_float(value: onnx.ValueInfoProto) -> bool:
    return bool(value.type.tensor_type.elem_type == onnx.TensorProto.FLOAT)


def _sides(value: onnx.ValueInfoProto) -> tuple[int | str, ...]:
    return tuple(
        one.dim_value if one.HasField("dim_value") else one.dim_param
        for one in value.type.tensor_type.shape.dim
    )
