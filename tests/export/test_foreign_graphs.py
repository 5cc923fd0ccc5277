"""What is read off a stranger's graph: its channels, its last activation; and what is warned of."""

import json

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from gantei.catalogue import store
from gantei.command_line import main
from gantei.errors import ConversionError
from gantei_export.manifest_draft.user_claims import UserClaims
from gantei_export.onnx_files import onnx_converter, onnx_probe
from gantei_export.onnx_files.onnx_converter import convert_onnx, examine
from gantei_export.onnx_files.onnx_probe import probe_onnx

from .onnx_models import DATA, SIDE, before_pooling, constant, run, save, small_model


def convert(path):
    return convert_onnx(path, UserClaims(), examine(path, UserClaims()))


def first(model, node):
    """Put a node between the picture and the convolution."""
    model.graph.node.insert(0, node)
    model.graph.node[1].input[0] = node.output[0]
    return model


@pytest.mark.parametrize(
    ("axis", "chosen"),
    [
        (3, range(SIDE - 1, -1, -1)),
        (2, range(SIDE - 1, -1, -1)),
        (-1, range(2, SIDE)),
        (1, (2, 1, 0)),
        (-3, (-1, -2, -3)),
        (2, (0, 1, 2)),
    ],
)
def test_a_picture_that_is_turned_cut_or_of_other_colours_is_answered_as_the_file_does(
    tmp_path, axis, chosen
):
    model = small_model()
    index = constant(model, "index", np.array(chosen, np.int64))
    first(model, helper.make_node("Gather", ["x", index], ["taken"], axis=axis))
    pictures = np.random.default_rng(3).random((2, SIDE, SIDE, 3), np.float32)
    expected = run(model.SerializeToString(), pictures.transpose(0, 3, 1, 2), "sex", "x")
    conversion = convert(save(tmp_path / "net.onnx", model))
    np.testing.assert_allclose(run(conversion.to_bytes(), pictures, "answer_0"), expected, 1e-6)
    assert conversion.facts.scaling is None


def ending(model, *nodes):
    """Let the answer be the result of further nodes."""
    model.graph.node.extend(nodes)
    model.graph.output[0].name = nodes[-1].output[0]
    return model


@pytest.mark.parametrize("between", [TensorProto.INT64, TensorProto.BOOL, TensorProto.UINT8])
def test_a_decision_is_no_probability(tmp_path, between):
    decided = helper.make_node("Cast", ["sex"], ["decided"], to=between)
    back = helper.make_node("Cast", ["decided"], ["out"], to=TensorProto.FLOAT)
    conversion = convert(save(tmp_path / "net.onnx", ending(small_model(), decided, back)))
    assert conversion.facts.outputs[0].activation == "Cast"
    assert "map" not in conversion.heads[0].roles


def test_a_cast_between_floats_keeps_the_activation(tmp_path):
    wide = helper.make_node("Cast", ["sex"], ["wide"], to=TensorProto.DOUBLE)
    back = helper.make_node("Cast", ["wide"], ["out"], to=TensorProto.FLOAT)
    conversion = convert(save(tmp_path / "net.onnx", ending(small_model(), wide, back)))
    assert conversion.facts.outputs[0].activation == "sigmoid"
    assert conversion.heads[0].roles == ("map", "embedding")


def test_which_values_a_dropout_dropped_are_no_probabilities(tmp_path):
    drop = helper.make_node("Dropout", ["sex"], ["kept", "mask"])
    back = helper.make_node("Cast", ["mask"], ["out"], to=TensorProto.FLOAT)
    conversion = convert(save(tmp_path / "net.onnx", ending(small_model(), drop, back)))
    assert conversion.facts.outputs[0].activation == "Dropout"


@pytest.mark.parametrize(
    ("shape", "axis", "opset", "found"),
    [
        ([-1, 4], -1, 17, "softmax"),
        ([-1, 4, 1, 1], 1, 17, "softmax"),
        ([-1, 4, 1, 1], -1, 17, "Softmax over"),
        ([-1, 2, 2], -1, 17, "Softmax over"),
        ([-1, 2, 2], 1, 11, "softmax"),
        ([-1, 2, 2], 2, 11, "Softmax over"),
    ],
)
def test_a_softmax_counts_where_the_values_of_one_picture_add_up_to_1(
    tmp_path, shape, axis, opset, found
):
    model = small_model(opset)
    del model.graph.node[-2:]
    inner = constant(model, "inner", np.array(shape))
    outer = constant(model, "outer", np.array([-1, 4]))
    nodes = [
        helper.make_node("Reshape", ["vector", inner], ["folded"]),
        helper.make_node("Softmax", ["folded"], ["soft"], axis=axis),
        helper.make_node("Reshape", ["soft", outer], ["out"]),
    ]
    ending(model, *nodes).graph.output[0].type.tensor_type.shape.dim[1].dim_value = 4
    conversion = convert(save(tmp_path / "net.onnx", model))
    assert conversion.facts.outputs[0].activation.startswith(found)
    answer = run(conversion.to_bytes(), np.ones((1, SIDE, SIDE, 3), np.float32), "answer_0")
    assert (abs(answer.sum() - 1) < 1e-6) == (found == "softmax")


def test_a_network_that_answers_every_picture_alike_is_installed_with_a_warning(tmp_path, capsys):
    model = small_model()
    zero = constant(model, "zero", np.float32(0))
    lost = helper.make_node("Mul", ["features", zero], ["lost"])
    file = save(tmp_path / "net.onnx", before_pooling(model, lost, result="lost"))
    for path, alike in ((file, True), (DATA / "torch214-pooled.onnx", False)):
        assert main(["import", "my-sex", str(path), "--task", "sex", "--replace"]) == 0
        assert ("Warning: it answers every one of them alike" in capsys.readouterr().out) == alike
        provenance = json.loads((store.installed()["my-sex"] / "provenance.json").read_text())
        assert provenance["verification"]["all_alike"] == alike


def test_a_neighbour_that_shows_only_below_zero_is_found(tmp_path):
    model = small_model()
    dark = helper.make_node("Min", ["x", constant(model, "none", np.float32(0))], ["dark"])
    mean = helper.make_node("ReduceMean", ["dark"], ["mean"], axes=[0], keepdims=1)
    both = helper.make_node("Add", ["x", "mean"], ["both"])
    for node in (both, mean, dark):
        model.graph.node.insert(0, node)
    model.graph.node[3].input[0] = "both"
    with pytest.raises(ConversionError, match="depends on what is beside it"):
        convert(save(tmp_path / "net.onnx", model))


def test_a_network_that_takes_roots_of_pixels_is_tried_on_what_it_answers(tmp_path):
    model = first(small_model(), helper.make_node("Sqrt", ["x"], ["root"]))
    path = save(tmp_path / "net.onnx", model)
    assert examine(path, UserClaims()).verification["pictures"] == 2


def test_a_fault_of_ours_is_called_one(tmp_path, monkeypatch, capsys):
    path = save(tmp_path / "net.onnx", small_model())

    def wrong(*given):
        raise IndexError("secret")

    monkeypatch.setattr(onnx_converter, "examine", wrong)
    monkeypatch.setattr(onnx_probe, "_bound", lambda path: None)
    monkeypatch.setattr("sys.argv", ["probe", str(path), "{}"])
    assert onnx_probe.main() == 0
    told = json.loads(capsys.readouterr().out)["refused"]
    assert "internal error, IndexError in test_foreign_graphs.py" in told
    assert "secret" not in told


def test_a_file_that_another_took_the_place_of_is_refused(tmp_path):
    path = save(tmp_path / "net.onnx", small_model())
    trial = probe_onnx(path, UserClaims())
    save(path, small_model(opset=13))
    with pytest.raises(ConversionError, match="changed while it was read"):
        convert_onnx(path, UserClaims(), trial)
    assert convert(path).facts.bytes == len(onnx.load(path).SerializeToString())
