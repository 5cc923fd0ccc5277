"""A new head on networks of every kind that gantei imports, whatever their own heads are."""

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from gantei.errors import ConversionError
from gantei_export.adapting.embedding_end import embedding_end
from gantei_export.adapting.head_graph import with_head
from gantei_export.keras_conversion.keras_converter import convert
from gantei_export.learning.learning_target import LearningTarget
from gantei_export.manifest_draft.user_claims import UserClaims
from gantei_export.onnx_files.onnx_converter import convert_onnx, examine

from ..explained import explained_network
from .hand_written import layer, small_network, write
from .heads import TARGETS, head_of
from .onnx_models import save, small_model
from .swin_files import DATA, converted, opened

onnxruntime = pytest.importorskip("onnxruntime")


def keras(tmp_path, *head, kernels=(), outputs=None, change=lambda layers: None):
    """Convert the small Keras network with other layers behind its pooling, of width 4."""
    config, weights = small_network()
    layers = config["config"]["layers"]
    change({each["name"]: each for each in layers})
    rng = np.random.default_rng(3)
    if head:
        del layers[3:], weights["sex"]
        layers += head
        config["config"]["output_layers"] = [[name, 0, 0] for name in outputs or [head[-1]["name"]]]
    for name, shape in kernels:
        weights[name] = {
            f"{name}/kernel:0": rng.normal(size=shape).astype("f4"),
            f"{name}/bias:0": rng.normal(size=shape[-1]).astype("f4"),
        }
    return convert(write(tmp_path / "network.h5", config, weights)).to_bytes()


def dense(name, source, units=1, activation="linear"):
    return layer("Dense", name, source, units=units, activation=activation, use_bias=True)


def one_dense(tmp_path):
    return keras(tmp_path)


def softmax(tmp_path):
    return keras(tmp_path, dense("sex", "pool", 3, "softmax"), kernels=[("sex", (4, 3))])


def several_dense(tmp_path):
    head = [dense("hidden", "pool", 3, "relu"), dense("sex", "hidden")]
    return keras(tmp_path, *head, kernels=[("hidden", (4, 3)), ("sex", (3, 1))])


def convolution_head(tmp_path):
    """End as MobileNet does, in a convolution of the one place that the pooling leaves."""
    convolution = layer(
        "Conv2D", "top", "pool", filters=2, kernel_size=[1, 1], strides=[1, 1], padding="same",
        data_format="channels_last", dilation_rate=[1, 1], groups=1, activation="linear",
        use_bias=True,
    )  # fmt: skip
    head = [convolution, layer("Flatten", "flat", "top"), layer("Softmax", "sex", "flat", axis=-1)]

    def keep(layers):
        layers["pool"]["config"]["keepdims"] = True

    return keras(tmp_path, *head, kernels=[("top", (1, 1, 4, 2))], change=keep)


def open_size(tmp_path):
    def leave_open(layers):
        layers["picture"]["config"]["batch_input_shape"] = [None, None, None, 3]

    return keras(tmp_path, change=leave_open)


def foreign(tmp_path, model):
    path = save(tmp_path / "network.onnx", model)
    return convert_onnx(path, UserClaims(), examine(path, UserClaims())).to_bytes()


def onnx_file(tmp_path):
    return foreign(tmp_path, small_model())


def old_onnx_file(tmp_path):
    return foreign(tmp_path, small_model(opset=11))


def onnx_of_channels_last(tmp_path):
    """Average over the places of features whose channels stand last, as TensorFlow's do."""
    model = small_model(layout="NHWC")
    nodes = list(model.graph.node)
    place = next(i for i, node in enumerate(nodes) if node.op_type == "GlobalAveragePool")
    nodes[place : place + 2] = [
        helper.make_node("Transpose", ["features"], ["last"], perm=[0, 2, 3, 1]),
        helper.make_node("ReduceMean", ["last"], ["vector"], axes=[1, 2], keepdims=0),
    ]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return foreign(tmp_path, model)


def swin(tmp_path):
    return converted(opened(DATA / "timm05-swin-usual.npz")[0]).to_bytes()


def by_hand(tmp_path):
    """A pulled network, whose inner values are called as its outputs are."""
    return explained_network("sex")


NETWORKS = {
    one_dense: 4,
    softmax: 4,
    several_dense: 4,
    convolution_head: 4,
    open_size: 4,
    onnx_file: 4,
    old_onnx_file: 4,
    onnx_of_channels_last: 4,
    swin: 32,
    by_hand: 3,
}


def run(content):
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    (given,) = session.get_inputs()
    sides = [side if isinstance(side, int) else 8 for side in given.shape[1:]]
    pictures = np.random.default_rng(2).normal(size=(3, *sides)).astype(np.float32)
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, {given.name: pictures}), strict=True))


@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize("make", NETWORKS, ids=lambda make: make.__name__)
def test_answer_and_map_are_those_of_the_head_on_the_same_embedding(make, kind, tmp_path):
    content, width = make(tmp_path), NETWORKS[make]
    before = run(content)
    head = head_of(TARGETS[kind], width)
    model = with_head(onnx.load_from_string(content), next(iter(before)), head)
    onnx.checker.check_model(model, full_check=True)
    after = run(model.SerializeToString())
    assert list(after) == [head.target.output, "map", "embedding"]
    np.testing.assert_allclose(after["embedding"], before["embedding"], rtol=1e-6, atol=1e-6)
    expected = head.estimates(after["embedding"]).reshape(3, -1)
    np.testing.assert_allclose(after[head.target.output], expected, rtol=1e-6, atol=1e-6)
    sides = (3, head.target.columns) if head.target.columns > 1 else (3,)
    maps = after["map"]
    assert maps.shape[: len(sides)] == sides
    assert maps.ndim == len(sides) + 2
    if "map" in before:
        assert maps.shape[-2:] == before["map"].shape[-2:]
    means = maps.reshape(3, head.target.columns, -1).astype(np.float64).mean(axis=2)
    np.testing.assert_allclose(means + head.bias, head.linear(after["embedding"]), atol=1e-5)


@pytest.mark.parametrize("name", ["features", "dense", "pooled", "kernel"])
def test_an_output_may_be_called_as_a_value_inside_is(name):
    target = LearningTarget(name, "binary", ("no", "yes"))
    head = head_of(target, 3)
    content = explained_network("sex")
    after = run(with_head(onnx.load_from_string(content), "sex", head).SerializeToString())
    np.testing.assert_array_equal(after["embedding"], run(content)["embedding"])
    np.testing.assert_allclose(after[name][:, 0], head.estimates(after["embedding"]), atol=1e-6)


def test_one_of_several_outputs_gives_the_embedding(tmp_path):
    head = [dense("sex", "pool", activation="sigmoid"), dense("age", "pool")]
    kernels = [("sex", (4, 1)), ("age", (4, 1))]
    content = keras(tmp_path, *head, kernels=kernels, outputs=["sex", "age"])
    assert list(run(content)) == [
        "sex", "age", "sex/map", "sex/embedding", "age/map", "age/embedding",
    ]  # fmt: skip
    model = with_head(onnx.load_from_string(content), "age", head_of(TARGETS["binary"], 4))
    assert list(run(model.SerializeToString())) == ["eye", "map", "embedding"]


def test_a_network_whose_features_lie_on_no_plane_gives_an_embedding_and_no_map():
    content = explained_network("sex")
    model = onnx.load_from_string(content)
    del model.graph.output[1]
    nodes = [
        helper.make_node("Reshape", ["features", "flat"], ["row"]),
        helper.make_node("ReduceMean", ["row"], ["pooled"], axes=[2], keepdims=1),
    ]
    kept = [
        node for node in model.graph.node
        if node.op_type not in ("GlobalAveragePool", "Conv", "Squeeze")
    ]  # fmt: skip
    del model.graph.node[:]
    model.graph.node.extend([kept[0], *nodes, *kept[1:]])
    model.graph.initializer.append(numpy_helper.from_array(np.array([0, 3, -1]), "flat"))
    end = embedding_end(model, "sex")
    assert (end.width, end.features) == (3, None)
    made = with_head(model, "sex", head_of(TARGETS["binary"], 3))
    assert list(run(made.SerializeToString())) == ["eye", "embedding"]
    told = {each.key: each.value for each in made.metadata_props}
    assert "average over the places" in told["gantei.output.eye.map"]


def test_a_network_without_an_embedding_is_refused(tmp_path):
    def flatten(layers):
        layers["pool"]["class_name"] = "GlobalMaxPooling2D"

    model = onnx.load_from_string(keras(tmp_path, change=flatten))
    with pytest.raises(ConversionError, match="gives no embedding"):
        with_head(model, "sex", head_of(TARGETS["binary"], 4))


def test_an_embedding_of_other_numbers_is_refused():
    model = onnx.load_from_string(explained_network("sex"))
    model.graph.output[2].type.tensor_type.elem_type = onnx.TensorProto.DOUBLE
    with pytest.raises(ConversionError, match="gives no embedding"):
        with_head(model, "sex", head_of(TARGETS["binary"], 3))


def test_an_embedding_of_an_open_length_is_refused():
    model = onnx.load_from_string(explained_network("sex"))
    model.graph.output[2].type.tensor_type.shape.dim[1].dim_param = "d"
    with pytest.raises(ConversionError, match=r"shape \('n', 'd'\), not \(n, width\)"):
        with_head(model, "sex", head_of(TARGETS["binary"], 3))
