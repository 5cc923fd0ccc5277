"""ONNX files: the layout and names are found out, and what an estimator answers is the file's."""

import json

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from gantei.catalogue import store
from gantei.command_line import main
from gantei.errors import ConversionError
from gantei_export.file_kinds.kind import ONNX, kind_of_file
from gantei_export.manifest_draft.user_claims import UserClaims
from gantei_export.onnx_files.onnx_converter import convert_onnx, examine
from gantei_export.onnx_files.onnx_probe import probe_onnx

from .onnx_models import DATA, SIDE, before_pooling, constant, run, save, small_model

TOLERANCE = 1e-5


def convert(path, output=None, size=None):
    """Convert without the process of its own, which other tests start."""
    claims = UserClaims(output=output, input_size=size)
    return convert_onnx(path, claims, examine(path, claims))


@pytest.fixture(scope="module")
def torch():
    return np.load(DATA / "torch214-onnx.npz")


@pytest.mark.parametrize(
    ("name", "output", "answer"),
    [
        ("pooled", None, "sex"),
        ("fixed", None, "sex"),
        ("attentive", "age", "age"),
        ("attentive", "class", "class"),
        ("attentive-fixed", "age", "age"),
    ],
)
def test_an_exported_network_answers_as_in_pytorch(torch, name, output, answer):
    conversion = convert(DATA / f"torch214-{name}.onnx", output)
    given = run(conversion.to_bytes(), torch["photographs"], "answer_0")
    np.testing.assert_allclose(given, torch[answer], rtol=0, atol=TOLERANCE)
    assert conversion.facts.framework == "ONNX"
    assert conversion.facts.input_size == (32, 32)


def test_a_batch_that_cannot_be_freed_is_refused_with_the_line_that_exports_it(tmp_path):
    model = small_model(batch=1)
    constant(model, "token", np.ones((1, 4, 1, SIDE - 2), np.float32))
    token = helper.make_node("Concat", ["features", "token"], ["longer"], axis=2)
    with pytest.raises(ConversionError, match=r"torch\.onnx\.export\(.*dynamic_axes="):
        convert(save(tmp_path / "net.onnx", before_pooling(model, token, result="longer")))


def test_the_activation_and_the_scaling_of_a_network_are_found(torch):
    facts = convert(DATA / "torch214-pooled.onnx").facts
    assert facts.outputs[0].activation == "sigmoid"
    assert not facts.scaling.in_graph  # ImageNet's mean and deviation, of pixels 0..1
    facts = convert(DATA / "torch214-attentive.onnx", "class").facts
    assert (facts.outputs[0].activation, facts.outputs[0].units) == ("softmax", 2)
    assert facts.scaling is None


def test_the_map_and_embedding_add_up_to_the_answer(torch):
    conversion = convert(DATA / "torch214-pooled.onnx")
    (head,) = conversion.heads
    content = conversion.to_bytes()
    maps = run(content, torch["photographs"], "map")
    assert run(content, torch["photographs"], "embedding").shape == (3, 12)
    logits = maps.mean((1, 2)) + np.float32(head.bias[0])
    np.testing.assert_allclose(1 / (1 + np.exp(-logits)), torch["sex"][:, 0], atol=TOLERANCE)


@pytest.mark.parametrize("opset", [9, 11, 13, 17, 21])
@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
def test_every_opset_and_both_layouts_answer_as_the_file_does(tmp_path, opset, layout):
    model = small_model(opset, layout)
    pictures = np.random.default_rng(3).random((2, SIDE, SIDE, 3), np.float32)
    order = (0, 3, 1, 2) if layout == "NCHW" else (0, 1, 2, 3)
    expected = run(model.SerializeToString(), pictures.transpose(order), "sex", "x")
    conversion = convert(save(tmp_path / "net.onnx", model))
    content = conversion.to_bytes()
    np.testing.assert_allclose(run(content, pictures, "answer_0"), expected, atol=1e-6)
    assert conversion.heads[0].roles == ("map", "embedding")
    assert conversion.model.opset_import[0].version == opset


def test_the_same_file_gives_the_same_bytes_and_none_of_its_names(tmp_path):
    model = small_model()
    model.doc_string = model.graph.doc_string = model.graph.node[0].doc_string = "secret"
    model.graph.node[0].name = model.graph.name = "secret"
    helper.set_model_props(model, {"secret": "secret"})
    first, second = (
        convert(save(tmp_path / name, model)).to_bytes() for name in ("a.onnx", "b.onnx")
    )
    assert first == second
    assert b"secret" not in first
    assert b"kernel" not in first


def test_an_open_size_is_unknown_until_it_is_stated(tmp_path):
    path = save(tmp_path / "net.onnx", small_model(sides=("h", "w")))
    assert convert(path).facts.input_size is None
    assert convert(path, size=(24, 20)).facts.input_size is None


def test_weights_that_old_files_list_as_inputs_are_no_pictures(tmp_path):
    model = small_model(9)
    model.ir_version = 3
    for weight in model.graph.initializer:
        model.graph.input.append(
            helper.make_tensor_value_info(weight.name, TensorProto.FLOAT, weight.dims)
        )
    assert convert(save(tmp_path / "net.onnx", model)).facts.outputs[0].units == 1


@pytest.mark.parametrize("shape", [[-1], [-1, 1, 1], [-1, 1, 1, 1]])
def test_an_answer_of_another_form_becomes_a_row(tmp_path, shape):
    model = small_model()
    constant(model, "shape", np.array(shape, np.int64))
    model.graph.node.append(helper.make_node("Reshape", ["sex", "shape"], ["out"]))
    model.graph.output[0].CopyFrom(
        helper.make_tensor_value_info("out", TensorProto.FLOAT, ["n"] + [1] * (len(shape) - 1))
    )
    pictures = np.random.default_rng(3).random((2, SIDE, SIDE, 3), np.float32)
    content = convert(save(tmp_path / "net.onnx", model)).to_bytes()
    expected = run(model.SerializeToString(), pictures.transpose(0, 3, 1, 2), "out", "x")
    given = run(content, pictures, "answer_0")
    np.testing.assert_allclose(given, expected.reshape(2, 1), atol=1e-6)


def test_several_outputs_are_named_and_one_is_chosen():
    path = DATA / "torch214-attentive.onnx"
    with pytest.raises(ConversionError, match=r"2 outputs \('age', 'class'\).*--output NAME"):
        convert(path)
    with pytest.raises(ConversionError, match="has no output 'sex'; it has 'age', 'class'"):
        convert(path, "sex")


def test_the_answer_to_one_picture_may_not_depend_on_another(tmp_path):
    model = small_model()
    mean = helper.make_node("ReduceMean", ["features"], ["mean"], axes=[0], keepdims=1)
    less = helper.make_node("Sub", ["features", "mean"], ["less"])
    with pytest.raises(ConversionError, match="depends on what is beside it"):
        convert(save(tmp_path / "net.onnx", before_pooling(model, mean, less, result="less")))


def test_the_import_says_what_the_file_says_and_leaves_the_rest_open(tmp_path, capsys):
    facts = ("--set", "input.scale=0..1", "--set", "output.sex.positive=male")
    where = str(DATA / "torch214-pooled.onnx")
    assert main(["import", "my-sex", where, "--task", "sex", *facts, "--because", "mine"]) == 0
    told = capsys.readouterr().out
    assert "input.colour" in told
    assert "To be settled" in told
    folder = store.installed()["my-sex"]
    original = json.loads((folder / "provenance.json").read_text())["original"]
    assert original["format"] == "ONNX"
    assert original["producer"] == "pytorch 2.14.1"
    assert original["operators"]["Conv"] == 2
    assert "on 3 pictures of noise (the file's own graph" in (folder / "card.md").read_text()
    manifest = (folder / "estimator.toml").read_text()
    assert 'transform = "none"' in manifest
    assert "shape of the input, NCHW" in manifest


def test_the_chosen_output_is_kept_when_the_same_file_is_imported_again(tmp_path):
    where = str(DATA / "torch214-attentive.onnx")
    command = ["import", "my-age", where, "--task", "age"]
    assert main([*command, "--output", "age"]) == 0
    assert main([*command, "--replace"]) == 0


def test_a_process_of_its_own_finds_the_same(tmp_path):
    path = save(tmp_path / "net.onnx", small_model())
    assert probe_onnx(path, UserClaims()) == examine(path, UserClaims())
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(ConversionError, match="damaged"):
        probe_onnx(path, UserClaims())


def test_an_onnx_file_is_known_by_its_content(tmp_path):
    path = save(tmp_path / "download", small_model())
    assert kind_of_file(path) == ONNX
    assert all(kind_of_file(file) == ONNX for file in DATA.glob("*.onnx"))


def test_float16_within_is_read_and_float16_answers_are_refused(tmp_path):
    model = small_model()
    graph = model.graph
    for weight in graph.initializer:
        half = numpy_helper.to_array(weight).astype(np.float16)
        weight.CopyFrom(numpy_helper.from_array(half, weight.name))
    graph.node.insert(0, helper.make_node("Cast", ["x"], ["half"], to=TensorProto.FLOAT16))
    graph.node[1].input[0] = "half"
    graph.output[0].type.tensor_type.elem_type = TensorProto.FLOAT16
    with pytest.raises(ConversionError, match="answers with float16"):
        convert(save(tmp_path / "half.onnx", model))
    graph.node.append(helper.make_node("Cast", ["sex"], ["whole"], to=TensorProto.FLOAT))
    graph.output[0].CopyFrom(helper.make_tensor_value_info("whole", TensorProto.FLOAT, ["n", 1]))
    pictures = np.random.default_rng(3).random((2, SIDE, SIDE, 3), np.float32)
    expected = run(model.SerializeToString(), pictures.transpose(0, 3, 1, 2), "whole", "x")
    content = convert(save(tmp_path / "net.onnx", model)).to_bytes()
    np.testing.assert_allclose(run(content, pictures, "answer_0"), expected, atol=2e-3)
