"""Swin transformers as the installed PyTorch and timm compute them, within 1e-4."""

import numpy as np
import pytest

from gantei.errors import ConversionError
from gantei_export.estimator_folder.folder_writing import convert_into
from gantei_export.manifest_draft.draft_tables import fill_in, new_tables
from gantei_export.pytorch_networks.state_dict_converter import convert_state_dict
from gantei_export.verification.against_timm import verify_against_timm

from .swin_files import FILES, Held, converted, opened

TOLERANCE = 1e-4
PUBLISHED = {
    "tiny-224": (224, 7, 96, (2, 2, 6, 2), (3, 6, 12, 24)),
    "base-384": (384, 12, 128, (2, 2, 18, 2), (4, 8, 16, 32)),
}

pytestmark = pytest.mark.reference


@pytest.fixture
def torch():
    torch = pytest.importorskip("torch")
    pytest.importorskip("timm")
    torch.manual_seed(3)
    return torch


def network(torch, size, window, width, depths, heads):
    """Random weights that behave: no norm, bias or bias table is as it was initialised."""
    from timm.models.swin_transformer import SwinTransformer

    measures = {"img_size": size, "window_size": window, "embed_dim": width}
    made = SwinTransformer(**measures, depths=depths, num_heads=heads, num_classes=1).eval()
    with torch.no_grad():
        for name, weight in made.named_parameters():
            noise = torch.randn_like(weight)
            if name.endswith("relative_position_bias_table"):
                weight.copy_(0.5 * noise)
            elif "norm" in name and name.endswith("weight"):
                weight.copy_(1 + 0.2 * noise)
            elif name.endswith("bias"):
                weight.copy_(0.1 * noise)
            else:
                weight.copy_(noise / weight[0].numel() ** 0.5)
    return made


@pytest.mark.parametrize(("name", "count"), [("tiny-224", 4), ("base-384", 2)])
def test_published_sizes_answer_as_timm(torch, answers, name, count):
    made = network(torch, *PUBLISHED[name])
    size = PUBLISHED[name][0]
    pictures = np.random.default_rng(9).normal(0, 1, (count, size, size, 3)).astype(np.float32)
    pictures += np.linspace(-1, 1, count, dtype=np.float32)[:, None, None, None]
    with torch.no_grad():
        expected = made(torch.from_numpy(pictures).permute(0, 3, 1, 2)).numpy()
    assert np.ptp(expected) > 0.05, "the network does not tell pictures apart"
    state = {key: Held(value.numpy()) for key, value in made.state_dict().items()}
    bytes_ = sum(value.values.nbytes for value in state.values())
    conversion = convert_state_dict(state, "0" * 64, bytes_, (size, size))
    given = answers(conversion, pictures)["head"]
    assert np.abs(given - expected).max() <= TOLERANCE


@pytest.fixture
def imported(torch, tmp_path):
    """A file of PyTorch's and the estimator's folder that its conversion makes."""

    def make(state, prefix="", **beside):
        weights = tmp_path / "weights.pth"
        tensors = {prefix + name: torch.from_numpy(values.copy()) for name, values in state.items()}
        torch.save({"state_dict": tensors, **beside} if beside else tensors, weights)
        conversion = converted(state)
        tables = new_tables("my-age", "age")
        fill_in(tables, conversion.facts, weights.name)
        return weights, tmp_path, convert_into(tmp_path, conversion, tables)

    return make


@pytest.mark.parametrize(
    "file", [file for file in FILES if "usual" in file.stem], ids=lambda file: file.stem
)
def test_a_conversion_is_verified_by_timm_whatever_its_version(imported, file):
    told = verify_against_timm(*imported(opened(file)[0]))
    assert told["largest_difference"] <= TOLERANCE
    assert told["pictures"] == 8
    assert {"timm", "torch"} == told["judge"].keys()


def test_the_state_dict_of_a_checkpoint_is_verified(imported):
    three = imported(opened(FILES[-1])[0], prefix="module.", epoch=3)
    told = verify_against_timm(*three, entry="state_dict", prefix="module.")
    assert told["largest_difference"] <= TOLERANCE


def test_a_file_of_other_weights_is_found_out(torch, imported):
    state, _ = opened(FILES[-1])
    weights, folder, manifest = imported(state)
    other = {name: torch.from_numpy(values.copy()) for name, values in state.items()}
    other["norm.bias"] += 1e-2
    torch.save(other, weights)
    with pytest.raises(ConversionError, match=r"differs from timm by .*; nothing was installed"):
        verify_against_timm(weights, folder, manifest)


def test_a_file_that_pytorch_does_not_open_is_told(torch, imported):
    weights, folder, manifest = imported(opened(FILES[-1])[0])
    weights.write_bytes(b"no such file")
    with pytest.raises(ConversionError, match=r"weights.pth: timm cannot open it"):
        verify_against_timm(weights, folder, manifest)
