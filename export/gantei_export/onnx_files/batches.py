"""A graph that was exported for a batch of one takes any number of pictures, where that is simple.

`torch.onnx.export` without `dynamic_axes` writes the batch into Reshape's shapes. Whether what is
done here is right is not argued but tried: see `trial`.
"""

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper


def free_batch(model: onnx.ModelProto, batch: int) -> None:
    """Let the first side of constant shapes be what is left over, instead of a fixed batch."""
    graph = model.graph
    constants = {one.name: one for one in graph.initializer} | {
        node.output[0]: node.attribute[0].t
        for node in graph.node
        if node.op_type == "Constant" and node.output and len(node.attribute) == 1
    }
    for number, node in enumerate(graph.node):
        if node.op_type != "Reshape" or len(node.input) != 2 or node.input[1] not in constants:
            continue
        shape = numpy_helper.to_array(constants[node.input[1]])
        if shape.ndim != 1 or shape.dtype != np.int64 or not _is_fixed(shape, batch):
            continue
        name = f"{node.output[0]}/free/{number}"
        # With -1 elsewhere, 0 takes the first side as it comes.
        first = 0 if -1 in shape else -1
        free = np.array([first, *shape[1:]], np.int64)
        graph.initializer.append(numpy_helper.from_array(free, name))
        node.input[1] = name


def _is_fixed(shape: NDArray[np.int64], batch: int) -> bool:
    """Whether a shape begins with the batch, or with what a batch was folded into."""
    if shape.size < 2 or shape[0] < 1 or 0 in shape[1:]:
        return False
    return bool(shape[0] == batch if -1 in shape else shape[0] % batch == 0)
