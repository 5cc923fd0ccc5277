"""From pixels to a network's input on the GPU: a quarter of the bytes are copied there.

A small network in front of the estimator's own, which stays as its digest says. It computes
nothing that a GPU could round otherwise: each of the 256 levels of each channel is looked up in a
table that `scaled`, which prepares photographs on the CPU, has made.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import MissingExtraError
from ..manifests.manifest import InputSpec
from ..photographs.network_view import NetworkView
from ..photographs.preprocessing import scaled
from ..photographs.resampling import UNROUNDED
from ..system.install_command import how_to_add

PIXELS, VALUES = "pixels", "values"
"""The names of its input, uint8 (n, height, width, 3) of RGB, and its output, float32, likewise."""
_LEVELS = 256


def is_exact(spec: InputSpec) -> bool:
    """Whether a photograph is in whole levels when it has the network's size."""
    return spec.resampling not in UNROUNDED


def table_of(spec: InputSpec) -> NDArray[np.float32]:
    """Give what each level of each channel becomes: float32 (256, 3), in the network's order."""
    levels = np.arange(_LEVELS, dtype=np.uint8)
    column = np.repeat(levels[:, np.newaxis, np.newaxis], 3, axis=2)
    return scaled(NetworkView(column, (0, 0, 1, _LEVELS), "picture"), spec)[:, 0]


def scaling_network(spec: InputSpec) -> bytes:
    """Make the network in front: the bytes of an ONNX file.

    Raises:
        MissingExtraError: onnx is not installed.
    """
    try:
        from onnx import TensorProto, helper, numpy_helper
    except ImportError as error:
        raise MissingExtraError(f"onnx is not installed: {how_to_add('gpu')}") from error
    constants = {
        "order": np.array([2, 1, 0] if spec.colour == "bgr" else [0, 1, 2], np.int32),
        "columns": _LEVELS * np.arange(3, dtype=np.int32),
        "table": table_of(spec).T.ravel(),
    }
    nodes = [
        helper.make_node("Gather", [PIXELS, "order"], ["ordered"], axis=3),
        helper.make_node("Cast", ["ordered"], ["levels"], to=TensorProto.INT32),
        helper.make_node("Add", ["levels", "columns"], ["places"]),
        helper.make_node("Gather", ["table", "places"], [VALUES]),
    ]
    shape: list[str | int | None] = ["n", "height", "width", 3]
    graph = helper.make_graph(
        nodes,
        "scaling",
        [helper.make_tensor_value_info(PIXELS, TensorProto.UINT8, shape)],
        [helper.make_tensor_value_info(VALUES, TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(values, name) for name, values in constants.items()],
    )
    opset = helper.make_opsetid("", 17)
    model: Any = helper.make_model(graph, opset_imports=[opset], ir_version=8)
    content: bytes = model.SerializeToString()
    return content
