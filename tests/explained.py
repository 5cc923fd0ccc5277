"""An estimator whose network explains what it answers, small enough to check by hand."""

import json

import numpy as np

from .conftest import SIDE

KERNEL = np.array([[0.01, -0.02], [0.03, 0.005], [-0.004, 0.01]], np.float32)
BIAS = (0.5, -1.0)


def explained_network(output="age", units=1, activation="linear", facts=None, side=SIDE):
    """Pixels are the feature map, (n, 3, side, side); then pooling and one dense layer.

    `facts` take the place of what the metadata say of the map; with `{}` they say nothing.
    """
    from onnx import TensorProto, checker, helper, numpy_helper

    kernel = KERNEL[:, :units]
    weights = {
        "kernel": kernel,
        "bias": np.array(BIAS[:units], np.float32),
        "places": np.ascontiguousarray(kernel.T).reshape(units, 3, 1, 1),
        "axis": np.array([1]),
        "vector": np.array([0, 3]),
    }
    last = {"sigmoid": "Sigmoid", "softmax": "Softmax"}.get(activation, "Identity")
    nodes = [
        helper.make_node("Transpose", ["photograph"], ["features"], perm=[0, 3, 1, 2]),
        helper.make_node("GlobalAveragePool", ["features"], ["pooled"]),
        helper.make_node("Reshape", ["pooled", "vector"], ["embedding"]),
        helper.make_node("Gemm", ["embedding", "kernel", "bias"], ["dense"]),
        helper.make_node(last, ["dense"], [output]),
        helper.make_node("Conv", ["features", "places"], ["maps"]),
        helper.make_node("Squeeze", ["maps", "axis"], ["map"])
        if units == 1
        else helper.make_node("Identity", ["maps"], ["map"]),
    ]
    sides = [side, side] if units == 1 else [units, side, side]
    shapes = {output: [units], "map": sides, "embedding": [3]}
    graph = helper.make_graph(
        nodes,
        "explained",
        [helper.make_tensor_value_info("photograph", TensorProto.FLOAT, ["n", side, side, 3])],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", *shape])
            for name, shape in shapes.items()
        ],
        [numpy_helper.from_array(values, name) for name, values in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    if facts is None:
        facts = {"bias": BIAS[:units], "activation": activation}
    if facts:
        text = facts if isinstance(facts, str) else json.dumps(facts)
        helper.set_model_props(model, {f"gantei.output.{output}.map": text})
    checker.check_model(model)
    return model.SerializeToString()
