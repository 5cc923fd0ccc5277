"""Changes of an ONNX file: of its nodes, shapes, types, weights and names, and of its bytes."""

from functools import cache
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from ..export.onnx_models import before_pooling, constant, small_model
from .of_bytes import Bytes

GENUINE = Path(__file__).parents[1] / "export" / "data"
_DIMS = (0, 1, 2, 3, 4, 7, 16, 32, -1, 1 << 20, 1 << 31, 1 << 40, (1 << 63) - 1, -(1 << 63))
_OPERATORS = (
    *("Relu", "Sigmoid", "Softmax", "Identity", "Abs", "Neg", "Exp", "Sqrt", "Floor", "Erf"),
    *("Transpose", "Flatten", "GlobalAveragePool", "GlobalMaxPool", "Shape", "Size", "Cast"),
    *("Reshape", "Expand", "Tile", "Squeeze", "Unsqueeze", "ReduceMean", "ReduceSum", "Concat"),
    *("Add", "Sub", "Mul", "Div", "Pow", "Max", "MatMul", "Gemm", "Where", "Slice", "Gather"),
    *("ConstantOfShape", "Range", "Pad", "Resize", "Split", "TopK", "OneHot", "CumSum", "Trilu"),
    *("LayerNormalization", "InstanceNormalization", "BatchNormalization", "Dropout", "Clip"),
    *("NonZero", "RandomNormalLike", "If", "Loop", "Scan", "Bernoulli", "StringNormalizer"),
    *("Einsum", "MaxPool", "AveragePool", "Conv", "ConvTranspose", "DepthToSpace", "LRN", "Mod"),
)
_ATTRIBUTES = (
    *("axis", "axes", "perm", "pads", "strides", "dilations", "group", "kernel_shape", "to"),
    *("alpha", "beta", "transA", "transB", "epsilon", "mode", "auto_pad", "keepdims", "value"),
    *("ceil_mode", "blocksize", "training_mode", "equation", "allowzero", "noop_with_empty_axes"),
)
_TEXTS = ("", "SAME_UPPER", "VALID", "NOTSET", "linear", "ii->i", "bchw->bc", "x" * 300, "\0")
_NAMES = (
    "",
    "x",
    "photograph",
    "answer_0",
    "map",
    "embedding",
    "../../etc/passwd",
    "é",
    "v" * 2000,
)


@cache
def files():
    """Return the files to begin with, by name."""
    models = {
        f"small-{opset}-{layout}.onnx": small_model(opset, layout)
        for opset in (9, 13, 17, 21)
        for layout in ("NCHW", "NHWC")
    }
    models |= {"open.onnx": small_model(sides=("h", "w")), "one.onnx": small_model(batch=1)}
    shaped = small_model()
    constant(shaped, "sides", np.array([0, 4, -1], np.int64))
    constant(shaped, "back", np.array([0, 4, 14, 14], np.int64))
    nodes = [
        helper.make_node("Reshape", ["features", "sides"], ["flat"]),
        helper.make_node("Reshape", ["flat", "back"], ["again"]),
        helper.make_node("Relu", ["again"], ["y"]),
    ]
    models["shaped.onnx"] = before_pooling(shaped, *nodes, result="y")
    found = {name: model.SerializeToString() for name, model in models.items()}
    return found | {f"tf-{one.name}": one.read_bytes() for one in sorted(GENUINE.glob("*.onnx"))}


class OnnxBytes(Bytes):
    """Damaged bytes."""

    files = staticmethod(files)


class OnnxModel:
    """A model on its way to a hostile one."""

    def __init__(self, random):
        names = list(files())
        self.model = onnx.load_model_from_string(files()[random.choice(names)])

    def change(self, random):
        """Make one to three changes."""
        for _ in range(random.choice((1, 1, 1, 2, 3))):
            try:
                random.choice(_CHANGES)(self.model, random)
            except Exception:  # noqa: BLE001 nothing to change, or no longer to be read
                continue

    def write(self, folder, random):
        """Write the file and return its path."""
        path = folder / "input.onnx"
        path.write_bytes(self.model.SerializeToString())
        return path


def _values(model):
    return [name for node in model.graph.node for name in node.output] + [
        *(one.name for one in model.graph.initializer),
        *(one.name for one in model.graph.input),
    ]


def _input(model, random):
    node = random.choice(model.graph.node)
    node.input[random.randrange(len(node.input))] = random.choice([*_values(model), *_NAMES])


def _output(model, random):
    node = random.choice(model.graph.node)
    node.output[random.randrange(len(node.output))] = random.choice([*_values(model), *_NAMES])


def _rename(model, random):
    """Give a value another name wherever it stands."""
    old, new = random.choice(_values(model)), random.choice(_NAMES)
    for node in model.graph.node:
        node.input[:] = [new if name == old else name for name in node.input]
        node.output[:] = [new if name == old else name for name in node.output]
    for one in (*model.graph.input, *model.graph.output, *model.graph.initializer):
        one.name = new if one.name == old else one.name


def _operator(model, random):
    random.choice(model.graph.node).op_type = random.choice(_OPERATORS)


def _insert(model, random):
    """Put an operator onto a value, in its place for all that come after."""
    graph = model.graph
    place = random.randrange(len(graph.node))
    old = random.choice(list(graph.node[place].output))
    inputs = [old, *random.choices(_values(model), k=random.choice((0, 0, 1, 1, 2)))]
    node = helper.make_node(random.choice(_OPERATORS), inputs, [f"new{random.randrange(10**6)}"])
    for after in graph.node[place + 1 :]:
        after.input[:] = [node.output[0] if name == old else name for name in after.input]
    kept = [*graph.node[: place + 1], node, *graph.node[place + 1 :]]
    del graph.node[:]
    graph.node.extend(kept)
    if random.random() < 0.5:
        _add_attribute(node, random)


def _drop(model, random):
    del model.graph.node[random.randrange(len(model.graph.node))]


def _order(model, random):
    nodes = list(model.graph.node)
    one, other = random.randrange(len(nodes)), random.randrange(len(nodes))
    nodes[one], nodes[other] = nodes[other], nodes[one]
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def _attribute(model, random):
    node = random.choice(model.graph.node)
    if node.attribute and random.random() < 0.6:
        attribute = random.choice(node.attribute)
        if attribute.ints and random.random() < 0.7:
            attribute.ints[random.randrange(len(attribute.ints))] = random.choice(_DIMS)
        elif attribute.type == onnx.AttributeProto.INT:
            attribute.i = random.choice(_DIMS)
        else:
            attribute.f = random.choice((0.0, -1.0, 1e38, float("nan"), 0.5))
    else:
        _add_attribute(node, random)


def _add_attribute(node, random):
    tensor = numpy_helper.from_array(np.zeros(random.choice((0, 1, 3)), np.float32))
    graph = helper.make_graph([], "g", [], [])
    for _ in range(random.choice((0, 0, 0, 24))):
        graph = helper.make_graph(
            [helper.make_node("If", ["x"], ["y"], then_branch=graph)], "g", [], []
        )
    value = random.choice(
        (
            *(0, 1, -1, 2, 7, 1 << 40, 0.5, float("nan"), [0], [1], [0, 1], [-1, -2], [2, 3]),
            *([0, 3, 1, 2], [0, 2, 3, 1], random.choice(_TEXTS), ["a", "b"], tensor, graph),
        )
    )
    node.attribute.append(helper.make_attribute(random.choice(_ATTRIBUTES), value))


def _dims(model, random):
    tensor = random.choice(model.graph.initializer)
    if random.random() < 0.5 and tensor.dims:
        tensor.dims[random.randrange(len(tensor.dims))] = random.choice(_DIMS)
    else:
        tensor.dims.append(random.choice(_DIMS))


def _weight(model, random):
    """Exchange a weight for another of its own size: shapes of small whole numbers, mostly."""
    tensor = random.choice(model.graph.initializer)
    values = numpy_helper.to_array(tensor).copy()
    if values.dtype == np.int64:
        values.flat[random.randrange(values.size)] = random.choice(_DIMS)
    else:
        values.flat[random.randrange(values.size)] = random.choice((0, 1e38, np.nan, np.inf, -5))
    tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))


def _type(model, random):
    random.choice(model.graph.initializer).data_type = random.choice([*range(30), 99])


def _external(model, random):
    tensor = random.choice(model.graph.initializer)
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", random.choice(_NAMES)), ("offset", "0"), ("length", "4")):
        tensor.external_data.add(key=key, value=value)
    if random.random() < 0.5:
        tensor.ClearField("raw_data")


def _picture(model, random):
    graph = model.graph
    value = random.choice([*graph.input, *graph.output])
    if random.random() < 0.3:
        value.type.tensor_type.elem_type = random.choice(range(20))
        return
    side = random.choice(value.type.tensor_type.shape.dim)
    if random.random() < 0.3:
        side.dim_param = random.choice(("n", "", "h"))
    else:
        side.dim_value = random.choice(_DIMS)


def _ends(model, random):
    """Add or take away an input or output."""
    graph = model.graph
    name = random.choice(_values(model))
    value = helper.make_tensor_value_info(name, TensorProto.FLOAT, random.choice((None, ["n", 1])))
    if random.random() < 0.6:
        del graph.output[:]
        graph.output.append(value)
    else:
        graph.input.append(value)


def _header(model, random):
    model.ir_version = random.choice((0, 3, 4, 8, 10, 13, 1 << 40))
    if random.random() < 0.5:
        model.opset_import[0].version = random.choice((0, 8, 9, 10, 12, 13, 18, 21, 22, 1 << 40))
    else:
        model.opset_import.add(domain=random.choice(("", "ai.onnx", "com.microsoft")), version=17)


def _strange(model, random):
    graph, kind = model.graph, random.randrange(6)
    if kind == 0:
        random.choice(graph.node).domain = random.choice(("com.microsoft", "ai.onnx", "x"))
    elif kind == 1:
        node = helper.make_node("Relu", ["a"], ["b"])
        model.functions.append(helper.make_function("", "Conv", ["a"], ["b"], [node], []))
    elif kind == 2:
        graph.sparse_initializer.add()
    elif kind == 3:
        graph.initializer.append(random.choice(graph.initializer))
    elif kind == 4:
        model.training_info.add()
    else:
        graph.value_info.add(name=random.choice(_values(model))).type.tensor_type.elem_type = 8


_CHANGES = (
    *(_input, _output, _rename, _operator, _operator, _insert, _insert, _insert, _drop, _order),
    *(_attribute, _attribute, _attribute, _dims, _weight, _weight, _type, _external, _picture),
    *(_picture, _ends, _header, _strange),
)
