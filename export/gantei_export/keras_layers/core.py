"""Input, Dense, and the layers that change only shapes, or nothing at inference."""

import math

from ..onnx_graph.graph import PHOTOGRAPH, Graph, OpenShape, Tensor
from .activation import activate
from .layer import Layer
from .registry import converts


@converts("InputLayer", training=("sparse", "ragged", "optional"))
def input_layer(graph: Graph, layer: Layer) -> Tensor:
    """Convert the InputLayer of the whole model: the photograph, transposed to NCHW."""
    shape = layer.option("batch_input_shape")
    if not isinstance(shape, list) or len(shape) != 4 or shape[3] != 3:
        raise layer.error(f"takes {shape}, not pictures of three channels [n, height, width, 3]")
    for side in shape[1:3]:
        if side is not None and (type(side) is not int or not 0 < side < 2**15):
            raise layer.error(f"takes pictures of the size {shape[1:3]}")
    if layer.option("sparse") or layer.option("ragged"):
        raise layer.error("takes sparse or ragged pictures")
    return graph.node("Transpose", [PHOTOGRAPH], tuple(shape[1:]), layer.name, perm=(0, 3, 1, 2))


@converts(
    "Dropout",
    "FixedDropout",
    "SpatialDropout2D",
    "AlphaDropout",
    "GaussianDropout",
    "GaussianNoise",
    "ActivityRegularization",
    training=("rate", "noise_shape", "seed", "stddev", "data_format", "l1", "l2", "rng_type"),
    keeps_values=True,
)
def identity(graph: Graph, layer: Layer) -> Tensor:
    """Convert a layer that does something in training only."""
    return layer.input


@converts("Dense", weights=("kernel", "bias"))
def dense(graph: Graph, layer: Layer) -> Tensor:
    """Convert a Dense layer on vectors, or on every place of a picture (a 1 x 1 convolution)."""
    x, units, name = layer.input, layer.integer("units"), layer.name
    if len(x.shape) not in (1, 3) or x.channels is None:
        raise layer.error(f"takes vectors or pictures of known channels, not {x.shape}")
    channels = x.channels
    kernel, bias = layer.weight("kernel", (channels, units)), None
    if layer.flag("use_bias", default=True):
        bias = graph.weight(f"{name}/bias", (units,), layer.weight("bias", (units,)).read)
    if len(x.shape) == 1:
        weight = graph.weight(f"{name}/kernel", (channels, units), kernel.read)
        y = graph.linear("Gemm", (x, weight, bias), (units,), name)
    else:
        shape = (units, channels, 1, 1)
        weight = graph.weight(f"{name}/kernel", shape, lambda: kernel.read().T.reshape(shape))
        y = graph.linear("Conv", (x, weight, bias), (*x.shape[:2], units), name)
    return activate(graph, layer, y)


@converts("Flatten", keeps_values=True)
def flatten(graph: Graph, layer: Layer) -> Tensor:
    """Convert a Flatten layer, in Keras's order: row, column, channel."""
    layer.channels_last()
    shape = layer.input.shape
    size = None if None in shape else math.prod(side for side in shape if side is not None)
    return graph.reshape(layer.input, (size,), layer.name)


@converts("Reshape", keeps_values=True)
def reshape(graph: Graph, layer: Layer) -> Tensor:
    """Convert a Reshape layer, in Keras's order."""
    x, target = layer.input, layer.option("target_shape")
    valid = isinstance(target, list) and all(
        type(side) is int and (side > 0 or side == -1) for side in target
    )
    if not valid or target.count(-1) > 1:
        raise layer.error(f"target_shape is {target!r}, not a list of sizes with at most one -1")
    known = math.prod(side for side in target if side != -1)
    if None in x.shape:
        if -1 not in target:
            raise layer.unsupported(f"reshapes {x.shape}, whose size is open, to {target}")
        shape: OpenShape = tuple(None if side == -1 else side for side in target)
        return graph.reshape(x, shape, layer.name)
    size = math.prod(side for side in x.shape if side is not None)
    shape = tuple(size // known if side == -1 else side for side in target)
    if math.prod(side for side in shape if side is not None) != size:
        raise layer.error(f"cannot reshape {x.shape} to {target}")
    return graph.reshape(x, shape, layer.name)
