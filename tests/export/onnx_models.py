"""Small ONNX files written by hand: a network that is taken, and what is changed in it."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

DATA = Path(__file__).parent / "data"
SIDE = 16


def small_model(opset=17, layout="NCHW", sides=(SIDE, SIDE), batch="n"):
    """Return a convolution, global average pooling, a dense layer and a sigmoid."""
    rng = np.random.default_rng(7)
    weights = {
        "kernel": rng.normal(0, 0.1, (4, 3, 3, 3)),
        "dense": rng.normal(0, 1, (4, 1)),
        "bias": np.array([0.25]),
    }
    shape = [batch, 3, *sides] if layout == "NCHW" else [batch, *sides, 3]
    nodes = [
        helper.make_node("Conv", ["x", "kernel"], ["features"], "conv"),
        helper.make_node("GlobalAveragePool", ["features"], ["pooled"], "pool"),
        helper.make_node("Flatten", ["pooled"], ["vector"], "flat"),
        helper.make_node("Gemm", ["vector", "dense", "bias"], ["logit"], "dense"),
        helper.make_node("Sigmoid", ["logit"], ["sex"], "sigmoid"),
    ]
    if layout == "NHWC":
        nodes[0].input[0] = "turned"
        nodes.insert(0, helper.make_node("Transpose", ["x"], ["turned"], perm=[0, 3, 1, 2]))
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("sex", TensorProto.FLOAT, [batch, 1])],
        [
            numpy_helper.from_array(value.astype(np.float32), name)
            for name, value in weights.items()
        ],
    )
    return helper.make_model(
        graph, ir_version=8, opset_imports=[helper.make_opsetid("", opset)], producer_name="tests"
    )


def before_pooling(model, *nodes, result):
    """Put nodes between the convolution and the pooling."""
    graph = model.graph
    place = next(i for i, node in enumerate(graph.node) if node.op_type == "GlobalAveragePool")
    kept = list(graph.node)
    del graph.node[:]
    graph.node.extend([*kept[:place], *nodes, *kept[place:]])
    graph.node[place + len(nodes)].input[0] = result
    return model


def constant(model, name, value):
    """Add a weight and return its name."""
    model.graph.initializer.append(numpy_helper.from_array(np.asarray(value), name))
    return name


def save(path, model):
    """Write a model and return its path."""
    path.write_bytes(model.SerializeToString())
    return path


def run(content, photographs, output, given="photograph"):
    """Answer by ONNX Runtime."""
    import onnxruntime

    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    return session.run([output], {given: photographs})[0]


def loaded(name):
    """Return a genuine file of PyTorch."""
    return onnx.load(DATA / name)
