"""The one picture that a stranger's graph takes: its name, its layout, its size."""

import onnx

from gantei.errors import ConversionError

from ..adopted_graphs.adoption import Picture
from ..refusals.other_ways import TORCH_EXPORT
from .model_file import said

CHANNELS = 3
Sides = tuple[int | None, ...]


def picture_of(graph: onnx.GraphProto) -> Picture:
    """Find the graph's input; weights that older files list among the inputs are none.

    Raises:
        ConversionError: there is not exactly one, or it is no picture of three channels.
    """
    weights = {one.name for one in graph.initializer}
    inputs = [one for one in graph.input if one.name not in weights]
    if len(inputs) != 1:
        names = ", ".join(said(one.name) for one in inputs[:10]) or "none"
        raise ConversionError(
            f"takes {len(inputs)} inputs ({names}); an estimator takes one photograph"
        )
    (given,) = inputs
    kind, sides = given.type.tensor_type.elem_type, sides_of(given)
    if kind != onnx.TensorProto.FLOAT:
        types = onnx.TensorProto.DataType
        name = types.Name(kind) if kind in types.values() else "unknown"
        raise ConversionError(
            f"input {said(given.name)}: takes {name}; an estimator takes float32: export the "
            "network in float32"
        )
    if sides is None or len(sides) != 4:
        raise ConversionError(
            f"input {said(given.name)}: has the shape {_shown(sides)}; a picture's is "
            f"(n, 3, height, width) or (n, height, width, 3). {TORCH_EXPORT}"
        )
    first, last = sides[1] == CHANNELS, sides[3] == CHANNELS
    if first == last:
        reason = "which could be either" if first else "and none says where the 3 channels are"
        raise ConversionError(
            f"input {said(given.name)}: has the shape {_shown(sides)}, {reason}: state the shape "
            "(1, 3, height, width) or (1, height, width, 3) when exporting it"
        )
    size = (sides[2], sides[3]) if first else (sides[1], sides[2])
    if 0 in (*size, sides[0]):
        raise ConversionError(f"input {said(given.name)}: has the shape {_shown(sides)}; refused")
    return Picture(given.name, "NCHW" if first else "NHWC", sides[0], size)


def sides_of(value: onnx.ValueInfoProto) -> Sides | None:
    """Give a value's shape, with None for what is open; None where the file does not say it."""
    kind = value.type.tensor_type
    if not value.type.HasField("tensor_type") or not kind.HasField("shape"):
        return None
    return tuple(
        side.dim_value if side.HasField("dim_value") and side.dim_value >= 0 else None
        for side in kind.shape.dim
    )


def _shown(sides: Sides | None) -> str:
    return "unknown" if sides is None else f"({', '.join(str(one or '?') for one in sides[:10])})"
