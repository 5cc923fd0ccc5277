"""Hostile ONNX files are refused before they are run, with words that say why."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from gantei.errors import ConversionError
from gantei_export.manifest_draft.user_claims import UserClaims
from gantei_export.onnx_files import onnx_probe, trial
from gantei_export.onnx_files.onnx_converter import examine

from .onnx_models import SIDE, before_pooling, constant, save, small_model


@pytest.fixture
def refused(tmp_path, monkeypatch):
    """Assert that a model is refused with these words, before ONNX Runtime is given anything."""

    def check(model, words, *, runs=False):
        if not runs:
            monkeypatch.setattr(trial, "_Session", None)
        with pytest.raises(ConversionError, match=words):
            examine(save(tmp_path / "net.onnx", model), UserClaims())

    return check


def weight(model):
    return model.graph.initializer[0]


def test_values_in_another_file_are_never_opened(refused):
    model = small_model()
    tensor = weight(model)
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../etc/passwd")
    refused(model, "lie in another file, which is never opened.*external_data=False")


def test_a_constant_in_another_file_is_never_opened_either(refused):
    model = small_model()
    tensor = TensorProto(name="c", data_type=1, dims=[1], data_location=TensorProto.EXTERNAL)
    node = helper.make_node("Constant", [], ["c"])
    node.attribute.append(helper.make_attribute("value", tensor))
    refused(before_pooling(model, node, result="features"), "lie in another file")


def subgraph(operator):
    inner = helper.make_graph([], "inner", [], [])
    node = helper.make_node(operator, ["features"], ["y"])
    node.attribute.append(helper.make_attribute("body", inner))
    return node


@pytest.mark.parametrize(
    "operator",
    [
        *("If", "Loop", "Scan", "SequenceMap", "RandomNormal", "RandomUniformLike", "Multinomial"),
        *("Bernoulli", "StringNormalizer", "NonZero", "Unique", "Compress", "SequenceConstruct"),
        *("QLinearConv", "ImageDecoder", "NotAnOperator"),
    ],
)
def test_what_is_not_on_the_list_is_refused_by_name(refused, operator):
    model = before_pooling(
        small_model(), helper.make_node(operator, ["features"], ["y"], "odd"), result="y"
    )
    refused(model, f"operator {operator} 'odd': not among the operators")


def test_a_subgraph_hidden_in_an_allowed_operator_is_refused(refused):
    refused(before_pooling(small_model(), subgraph("Relu"), result="y"), "a subgraph")


def test_operators_of_somebody_else_are_refused(refused):
    node = helper.make_node("FusedConv", ["features"], ["y"], domain="com.microsoft")
    refused(before_pooling(small_model(), node, result="y"), "'com.microsoft', not one of ONNX's")


def test_local_functions_are_refused(refused):
    model = small_model()
    relu = helper.make_node("Relu", ["a"], ["b"])
    model.functions.append(
        helper.make_function("", "Conv", ["a"], ["b"], [relu], [helper.make_opsetid("", 17)])
    )
    refused(model, "local functions")


def test_sparse_weights_and_training_are_refused(refused):
    model = small_model()
    model.graph.sparse_initializer.add()
    refused(model, "sparse weights")
    model = small_model()
    model.training_info.add()
    refused(model, "training information")


@pytest.mark.parametrize("opset", [6, 8, 22, 10**9])
def test_an_unknown_opset_is_refused_with_one_that_is_known(refused, opset):
    model = small_model()
    model.opset_import[0].version = opset
    refused(model, f"opset {opset}; taken are 9 to 21")


def test_dropout_and_normalisation_that_train_are_refused(refused):
    model = small_model()
    constant(model, "rate", np.float32(0.5))
    constant(model, "training", np.array(True))
    node = helper.make_node("Dropout", ["features", "rate", "training"], ["y"])
    refused(before_pooling(model, node, result="y"), "may be set to train")


@pytest.mark.parametrize("dims", [[4, 3, 3, 4], [2**40, 2**40], [-1, 3, 3, 3], [1] * 40])
def test_weights_that_claim_what_they_do_not_hold_are_refused(refused, dims):
    model = small_model()
    weight(model).dims[:] = dims
    refused(model, "damaged")


@pytest.mark.parametrize("kind", [TensorProto.STRING, TensorProto.COMPLEX64, 77])
def test_weights_that_are_no_numbers_are_refused(refused, kind):
    model = small_model()
    weight(model).data_type = kind
    refused(model, "taken are floats")


def test_a_size_that_depends_on_what_a_photograph_shows_is_refused(refused):
    model = small_model()
    nodes = [
        helper.make_node("ReduceMax", ["x"], ["most"], keepdims=0),
        helper.make_node("Cast", ["most"], ["whole"], to=TensorProto.INT64),
        helper.make_node("Reshape", ["whole", "one"], ["sides"]),
        helper.make_node("ConstantOfShape", ["sides"], ["zeros"]),
        helper.make_node("ReduceSum", ["zeros"], ["none"], keepdims=0),
        helper.make_node("Add", ["features", "none"], ["y"]),
    ]
    constant(model, "one", np.array([1], np.int64))
    refused(before_pooling(model, *nodes, result="y"), "depends on what a photograph shows")


def test_a_result_of_terabytes_is_refused(refused):
    model = small_model()
    constant(model, "sides", np.array([1, 1, 1 << 20, 1 << 20], np.int64))
    nodes = [
        helper.make_node("GlobalAveragePool", ["features"], ["one"]),
        helper.make_node("Expand", ["one", "sides"], ["y"]),
    ]
    refused(before_pooling(model, *nodes, result="y"), "does not run", runs=True)


def test_a_graph_that_takes_all_memory_takes_that_of_its_own_process(tmp_path, monkeypatch):
    monkeypatch.setattr(onnx_probe, "MOST_MEMORY", 3 << 30)
    model = small_model()
    constant(model, "sides", np.array([0, 0, 30_000, 40_000], np.int64))
    nodes = [
        helper.make_node("Shape", ["x"], ["shape"]),
        helper.make_node("Add", ["shape", "sides"], ["larger"]),
        helper.make_node("ConstantOfShape", ["larger"], ["zeros"]),
        helper.make_node("ReduceSum", ["zeros"], ["none"], keepdims=0),
        helper.make_node("Add", ["features", "none"], ["y"]),
    ]
    path = save(tmp_path / "net.onnx", before_pooling(model, *nodes, result="y"))
    with pytest.raises(ConversionError, match=r"does not run|crashes|refused"):
        onnx_probe.probe_onnx(path, UserClaims())


def picture(shape, kind=TensorProto.FLOAT):
    model = small_model()
    model.graph.input[0].CopyFrom(helper.make_tensor_value_info("x", kind, shape))
    return model


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (picture(["n", 3, 3, 3]), "could be either"),
        (picture(["n", 1, SIDE, SIDE]), "none says where the 3 channels are"),
        (picture(["n", 3, SIDE]), "a picture's is"),
        (picture(None), "has the shape unknown"),
        (picture(["n", 3, 10**6, 10**6]), "at once; refused"),
        (picture([10**12, 3, SIDE, SIDE]), "at once; refused"),
        (picture(["n", 3, 1 << 20, "w"]), "at once; refused"),
        (picture(["n", 3, SIDE, SIDE], TensorProto.UINT8), "takes UINT8; .* float32"),
        (picture(["n", 3, SIDE, SIDE], TensorProto.STRING), "takes STRING"),
    ],
)
def test_what_is_no_picture_is_refused_with_what_is_one(refused, model, words):
    refused(model, words)


def test_two_inputs_are_refused(refused):
    model = small_model()
    model.graph.input.append(helper.make_tensor_value_info("age", TensorProto.FLOAT, [1]))
    refused(model, r"takes 2 inputs \('x', 'age'\)")


def test_values_of_one_name_and_circles_are_refused(refused):
    model = small_model()
    model.graph.node[1].output[0] = "features"
    refused(model, "named 'features'|nothing gives|cannot open", runs=True)
    model = small_model()
    model.graph.node[0].input[0] = "sex"
    refused(model, "nothing gives|cannot open", runs=True)


def test_an_answer_that_is_no_row_of_numbers_is_refused(refused):
    model = small_model()
    model.graph.output[0].CopyFrom(
        helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", 4, 14, 14])
    )
    refused(model, "an estimator's answer is", runs=True)
    model = small_model()
    model.graph.node.append(helper.make_node("ArgMax", ["sex"], ["class"], axis=1))
    model.graph.output[0].CopyFrom(
        helper.make_tensor_value_info("class", TensorProto.INT64, ["n", 1])
    )
    refused(model, "answers with int64, not float32", runs=True)


def test_an_answer_that_is_no_number_is_refused(refused):
    model = small_model()
    weight(model).CopyFrom(
        numpy_helper.from_array(np.full((4, 3, 3, 3), np.nan, np.float32), "kernel")
    )
    refused(model, "answers a picture of noise by nan", runs=True)


@pytest.mark.parametrize("content", [b"", b"\x08\x08", b"\x08\x08\x3a\xff\xff\xff\x7f", b"GIF89a"])
def test_what_is_no_onnx_is_refused(tmp_path, content):
    path = tmp_path / "net.onnx"
    path.write_bytes(content)
    with pytest.raises(ConversionError, match=r"net\.onnx: .*(damaged|no ONNX)"):
        examine(path, UserClaims())


def test_a_text_or_name_of_a_megabyte_is_refused(refused):
    model = small_model()
    model.graph.node[0].attribute.append(helper.make_attribute("auto_pad", "x" * 10**6))
    refused(model, "a text of 1000000 bytes")
    model = small_model()
    model.graph.node[0].output[0] = model.graph.node[1].input[0] = "y" * 10**6
    refused(model, "a name of more than")


@pytest.mark.parametrize("old", [b"tests", b"conv", b"features", b"bias", b"Conv"])
def test_names_that_are_no_text_are_refused(tmp_path, old):
    path = tmp_path / "net.onnx"
    content = small_model().SerializeToString()
    assert old in content
    path.write_bytes(content.replace(old, b"\xff" * len(old)))
    with pytest.raises(ConversionError, match="no text: damaged"):
        examine(path, UserClaims())


def test_a_constant_of_two_values_is_refused(refused):
    node = helper.make_node("Constant", [], ["c"], value_float=1.0, value_int=1)
    add = helper.make_node("Add", ["features", "c"], ["y"])
    model = before_pooling(small_model(), node, add, result="y")
    refused(model, "2 values, not one|cannot open", runs=True)


def test_many_nodes_are_refused(refused):
    model = small_model()
    relu = [helper.make_node("Relu", ["features"], [f"y{i}"]) for i in range(50_001)]
    refused(before_pooling(model, *relu, result="features"), "more than 50,000 operators")


def test_an_optional_type_is_refused(refused):
    model = small_model()
    kind = onnx.TypeProto()
    kind.optional_type.elem_type.tensor_type.elem_type = TensorProto.FLOAT
    model.graph.input[0].type.CopyFrom(kind)
    refused(model, "takes UNDEFINED")
