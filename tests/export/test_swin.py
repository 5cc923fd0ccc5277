"""State dicts that timm 0.5.4 and 1.0.20 wrote, with the answers of that very timm."""

import json

import numpy as np
import onnx
import pytest

from gantei.errors import ConversionError
from gantei_export.pytorch_networks.swin_layout import layout_of
from gantei_export.pytorch_networks.swin_measures import expected_shapes

from .swin_files import DATA, FILES, Held, converted, opened

OLDER, NEWER = DATA / "timm05-swin-usual.npz", DATA / "timm10-swin-usual.npz"


def opened_session(content):
    onnxruntime = pytest.importorskip("onnxruntime")
    return onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])


def everything(conversion, photographs):
    """All outputs of the graph by name."""
    session = opened_session(conversion.to_bytes())
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, {"photograph": photographs}), strict=True))


def refused(state, *words, size=None):
    with pytest.raises(ConversionError) as caught:
        converted(state, size)
    for word in words:
        assert word in str(caught.value)


def test_files_of_both_versions_are_here():
    assert {file.name.partition("-")[0] for file in FILES} == {"timm05", "timm10"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_genuine_state_dict_answers_as_its_timm(file):
    state, told = opened(file)
    assert np.ptp(told["answer"], axis=0).min() > 1e-2, "the file does not tell pictures apart"
    given = everything(converted(state), told["photograph"])
    np.testing.assert_allclose(given["head"], told["answer"], rtol=0, atol=5e-6)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_map_and_embedding_are_timms_own_features_and_head(file):
    state, told = opened(file)
    conversion = converted(state)
    given = everything(conversion, told["photograph"])
    weight = state.get("head.weight", state.get("head.fc.weight"))
    maps = np.einsum("nhwc,uc->nuhw", told["features"], weight)
    maps = maps[:, 0] if len(weight) == 1 else maps
    assert given["map"].shape == maps.shape
    np.testing.assert_allclose(given["map"], maps, rtol=0, atol=1e-5)
    pooled = told["features"].mean((1, 2))
    np.testing.assert_allclose(given["embedding"], pooled, rtol=0, atol=1e-5)
    model = onnx.load_from_string(conversion.to_bytes())
    facts = {each.key: each.value for each in model.metadata_props}
    said = json.loads(facts["gantei.output.head.map"])
    sums = given["map"].reshape(2, len(weight), -1).mean(2) + np.float32(said["bias"])
    np.testing.assert_allclose(sums, given["head"], rtol=0, atol=1e-5)
    assert said["activation"] == "linear"


def test_a_batch_answers_as_each_photograph_alone():
    state, told = opened(OLDER)
    conversion = converted(state)
    both = everything(conversion, told["photograph"])["head"]
    alone = [everything(conversion, each[np.newaxis])["head"][0] for each in told["photograph"]]
    np.testing.assert_allclose(both, alone, rtol=0, atol=1e-6)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_size_is_told_by_masks_and_else_assumed(file):
    state, told = opened(file)
    facts = converted(state).facts
    assert facts.input_size == told["photograph"].shape[1:3]
    masks = any(name.endswith("attn_mask") for name in state)
    assert facts.input_size_basis[0] == ("file" if masks else "assumed")
    assert (facts.framework, facts.scaling, facts.architecture) == ("PyTorch", None, "Swin")


def test_both_namings_are_the_same_network():
    older, newer = (opened(file)[0] for file in (OLDER, NEWER))
    buffers = ("attn_mask", "relative_position_index")
    renamed = {}
    for name, values in older.items():
        later = name.replace("layers.1.downsample", "layers.2.downsample")
        later = later.replace("layers.0.downsample", "layers.1.downsample")
        if not name.endswith(buffers):
            renamed[later.replace("head.", "head.fc.")] = values
    assert renamed.keys() == newer.keys()
    photograph = opened(OLDER)[1]["photograph"]
    size = photograph.shape[1]
    first, second = converted(older), converted(renamed, size)
    assert second.facts.input_size_basis[0] == "stated"
    np.testing.assert_array_equal(
        everything(first, photograph)["head"], everything(second, photograph)["head"]
    )


def test_the_bytes_are_the_same_however_the_state_dict_is_ordered():
    state, _ = opened(OLDER)
    turned = dict(reversed(state.items()))
    assert converted(state).to_bytes() == converted(turned).to_bytes()


def test_strangers_are_heard_where_timms_mask_does_not_silence_them():
    """Its mask is -100, not minus infinity; the other tests compare this file with timm."""
    state, told = opened(DATA / "timm05-swin-loud.npz")
    conversion = converted(state)
    model = onnx.load_from_string(conversion.to_bytes())
    (mask,) = (each for each in model.graph.initializer if each.name.startswith("mask/"))
    silence = np.where(onnx.numpy_helper.to_array(mask) < 0, np.float32(-1e4), np.float32(0))
    mask.CopyFrom(onnx.numpy_helper.from_array(silence, mask.name))
    session = opened_session(model.SerializeToString())
    (answer,) = session.run(["head"], {"photograph": told["photograph"]})
    assert np.abs(answer - told["answer"]).max() > 1e-2


@pytest.mark.parametrize(
    ("architecture", "width", "depths", "heads"),
    [
        ("Swin-T", 96, (2, 2, 6, 2), (3, 6, 12, 24)),
        ("Swin-S", 96, (2, 2, 18, 2), (3, 6, 12, 24)),
        ("Swin-B", 128, (2, 2, 18, 2), (4, 8, 16, 32)),
        ("Swin-L", 192, (2, 2, 18, 2), (6, 12, 24, 48)),
    ],
)
@pytest.mark.parametrize(("window", "size"), [(7, 224), (12, 384)])
@pytest.mark.parametrize("older", [True, False])
def test_the_published_sizes_are_known(architecture, width, depths, heads, window, size, older):
    layout = layout_of(shapes_alone(width, depths, heads, window, older))
    assert (layout.architecture, layout.size, layout.older) == (architecture, size, older)
    assert layout.size_basis[0] == "assumed"


def shapes_alone(width, depths, heads, window, older):
    """A state dict that has shapes only, without buffers."""
    state = {}

    def hold(name, *shape):
        state[name] = Held(np.broadcast_to(np.float32(0), shape))

    def layer(name, *shape):
        hold(f"{name}.weight", *shape)
        hold(f"{name}.bias", shape[0])

    layer("patch_embed.proj", width, 3, 4, 4)
    layer("patch_embed.norm", width)
    for stage, (depth, count) in enumerate(zip(depths, heads, strict=True)):
        for block in range(depth):
            prefix = f"layers.{stage}.blocks.{block}."
            layer(f"{prefix}norm1", width)
            layer(f"{prefix}norm2", width)
            hold(f"{prefix}attn.relative_position_bias_table", (2 * window - 1) ** 2, count)
            layer(f"{prefix}attn.qkv", 3 * width, width)
            layer(f"{prefix}attn.proj", width, width)
            layer(f"{prefix}mlp.fc1", 4 * width, width)
            layer(f"{prefix}mlp.fc2", width, 4 * width)
        if stage + 1 < len(depths):
            following = f"layers.{stage if older else stage + 1}.downsample"
            layer(f"{following}.norm", 4 * width)
            hold(f"{following}.reduction.weight", 2 * width, 4 * width)
            width *= 2
    layer("norm", width)
    layer("head" if older else "head.fc", 1, width)
    return state


def test_the_tensors_that_are_expected_are_those_that_timm_writes():
    for file in FILES:
        state, _ = opened(file)
        layout = layout_of({name: Held(values) for name, values in state.items()})
        buffers = any(name.endswith("relative_position_index") for name in state)
        shapes = {name: values.shape for name, values in state.items()}
        assert expected_shapes(layout, buffers=buffers) == shapes


@pytest.mark.parametrize(
    "name", ["layers.1.blocks.0.mlp.fc1.bias", "norm.bias", "layers.0.blocks.1.attn_mask"]
)
def test_a_missing_tensor_is_named(name):
    state, _ = opened(OLDER)
    del state[name]
    refused(state, f"lacks {name!r} of a Swin transformer")


def test_tensors_left_over_are_named_and_counted():
    state, _ = opened(OLDER)
    state |= {f"fc_aux.{number}.weight": state["norm.bias"] for number in range(5)}
    refused(state, "holds 'fc_aux.0.weight', 'fc_aux.1.weight', 'fc_aux.2.weight', … (5 tensors)")


def test_a_tensor_of_another_shape_is_named():
    state, _ = opened(OLDER)
    state["layers.0.blocks.0.norm1.weight"] = np.zeros(9, np.float32)
    refused(state, "'layers.0.blocks.0.norm1.weight' has the shape (9,)", "(8,)")


@pytest.mark.parametrize(
    "name", ["layers.1.blocks.0.attn.relative_position_index", "layers.0.blocks.1.attn_mask"]
)
def test_stored_windows_that_are_not_the_networks_are_refused(name):
    state, _ = opened(OLDER)
    state[name] = state[name].copy()
    state[name].flat[3] += 1
    refused(state, f"tensor {name!r} is not that of a square picture of 64 px")


def test_masks_of_a_picture_that_is_not_square_are_refused():
    state, _ = opened(OLDER)
    name = "layers.0.blocks.1.attn_mask"
    state[name] = np.concatenate([state[name]] * 2)
    refused(state, f"tensor {name!r} is of 32 windows", "not square")


def test_weights_that_are_not_finite_are_refused():
    state, _ = opened(OLDER)
    state["norm.weight"][0] = np.nan
    refused(state, "tensor 'norm.weight' holds values that are not finite")


@pytest.mark.parametrize(("size", "words"), [(36, "no whole number of windows"), (30, "patches")])
def test_a_stated_size_that_does_not_fit_the_windows_is_refused(size, words):
    refused(opened(NEWER)[0], words, size=size)


@pytest.mark.parametrize(
    ("name", "shape", "words"),
    [
        ("layers.0.blocks.0.attn.relative_position_bias_table", (50, 1), "bias table of 50 rows"),
        ("layers.0.blocks.0.attn.relative_position_bias_table", (49, 3), "3 heads"),
        ("layers.0.blocks.0.attn.relative_position_bias_table", (1, 1), "bias table of 1 rows"),
        ("layers.0.blocks.0.mlp.fc1.weight", (16, 1 << 20), "the width 1048576"),
        ("layers.0.blocks.0.mlp.fc1.weight", (16,), "not 2 sides"),
        ("layers.999.blocks.0.mlp.fc1.weight", (16, 8), "is not plausible"),
        ("layers.0.blocks.99.mlp.fc1.weight", (16, 8), "is not plausible"),
        ("head.weight", (1 << 20, 32), "a head of 1048576 outputs"),
    ],
)
def test_implausible_measures_are_refused(name, shape, words):
    state, _ = opened(OLDER)
    state[name] = np.broadcast_to(np.float32(0), shape)
    refused(state, words)


def test_weights_that_outgrow_their_file_are_refused():
    with pytest.raises(ConversionError, match="the file holds far less"):
        converted(opened(OLDER)[0], file_bytes=-(32 << 20))


@pytest.mark.parametrize(
    ("names", "looks"),
    [
        (["layers.0.blocks.0.attn.logit_scale"], "Swin transformer V2"),
        (["features.1.0.attn.relative_position_bias_table"], "torchvision's Swin"),
        (["swin.encoder.layers.0.blocks.0.attention.self.query.weight"], "Hugging Face's Swin"),
        (["cls_token", "blocks.0.attn.qkv.weight"], "Vision Transformer"),
        (["stages.0.blocks.0.conv_dw.weight"], "ConvNeXt"),
        (["conv_stem.weight"], "EfficientNet"),
        (["features.denseblock1.denselayer1.conv1.weight"], "DenseNet"),
        (["Mixed_5b.branch1x1.conv.weight"], "Inception"),
        (["conv1.weight", "layer1.0.conv1.weight"], "ResNet"),
        (["encoder.weight"], "is not known; it holds 'encoder.weight'"),
    ],
)
def test_another_network_is_refused_by_name_with_the_way_that_remains(names, looks):
    refused(dict.fromkeys(names, np.zeros(2, "f")), looks, "torch.onnx.export(")


def test_a_swin_v2_is_not_taken_for_a_swin():
    state, _ = opened(OLDER)
    state["layers.0.blocks.0.attn.logit_scale"] = np.zeros((2, 1, 1), np.float32)
    refused(state, "looks like a Swin transformer V2")


def test_a_state_dict_without_tensors_is_refused():
    refused({}, "holds no tensor")
