"""Files that PyTorch 2.14.1 and safetensors 0.8.0 wrote, with the values that PyTorch reads."""

from pathlib import Path

import numpy as np
import pytest

from gantei_export.pytorch_files.file_form import is_pytorch_file
from gantei_export.pytorch_files.state_dict import open_state_dict

DATA = Path(__file__).parent / "data"
FILES = sorted([*DATA.glob("*.pth"), *DATA.glob("*.safetensors")])
BESIDE = ("epoch", "optimizer", "args", "best", "curve", "history", "saved", "device", "loss")
INSTEAD = 'torch.save(model.state_dict(), "weights.pth")'
REFUSED = {
    "attribute.pth": (": weight is no tensor", "with attributes", ".detach().clone()"),
    "complex.pth": (": weight has a torch.ComplexFloatStorage",),
    "csr.pth": (": weight is no tensor", "sparse", ".to_dense()"),
    "extra.pth": (": extra is no tensor", "datetime.date", "only code can build"),
    "float8.pth": (": weight is no tensor", "dtype"),
    "infinite.pth": (": weight: holds NaN, infinity",),
    "large.pth": (": weight: holds NaN, infinity or a number beyond float32",),
    "list.pth": ("a list", INSTEAD),
    "meta.pth": (": weight is no tensor", "meta device"),
    "module.pth": ("torch.nn.modules.linear.Linear", "only code can build", INSTEAD),
    "negated.pth": (": weight is no tensor", "negated", ".resolve_neg()"),
    "quantized.pth": (": weight is no tensor", "quantized"),
    "script.pt": ("TorchScript", "torch.jit.load"),
    "sparse.pth": (": weight is no tensor", "sparse", ".to_dense()"),
    "tensor.pth": ("a single tensor", INSTEAD),
    "two.pth": ("2 state dicts", "state_dict, state_dict_ema", 'torch.load(FILE)["state_dict"]'),
    "words.pth": ("no tensors by name, but epoch", INSTEAD),
}


def same(found, expected):
    """Assert that two state dicts are equal, order and dtypes included."""
    assert list(found) == list(expected)
    for name, values in expected.items():
        assert found[name].dtype == values.dtype, name
        assert found[name].shape == values.shape, name
        np.testing.assert_array_equal(found[name], values, strict=True)


def test_all_forms_are_here():
    assert len(FILES) == 13
    assert {file.name for file in (DATA / "refused").iterdir()} == {*REFUSED}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_genuine_file_reads_as_in_pytorch(file, read):
    found, expected = read(file), dict(np.load(DATA / f"{file.stem.partition('-')[0]}.npz"))
    if file.suffix == ".safetensors":  # which sorts them by their dtypes
        assert {*found} == {*expected}
        expected = {name: expected[name] for name in found}
    same(found, expected)
    assert is_pytorch_file(file)


@pytest.mark.parametrize("form", ["", "-old", "-protocol4"])
def test_of_a_checkpoint_the_state_dict_is_taken_and_the_rest_is_named(form):
    with open_state_dict(DATA / f"checkpoint{form}.pth") as found:
        assert found.entry == "state_dict"
        assert found.prefix == "module."
        assert found.passed_over == BESIDE
        assert next(iter(found.tensors)) == "0.weight"


def test_facts_are_told_before_anything_is_read():
    with open_state_dict(DATA / "dtypes.pth") as found:
        assert found.form == "PyTorch, zip archive"
        assert found.path == DATA / "dtypes.pth"
        tensors = found.tensors
        assert tensors["bfloat16"].shape == (3, 4)
        assert {name: one.dtype for name, one in tensors.items() if name == one.dtype} == {
            name: name for name in tensors if name not in ("scalar", "none")
        }
        assert tensors["scalar"].where == "dtypes.pth: scalar"
    with open_state_dict(DATA / "plain-old.pth") as found:
        assert found.form == "PyTorch, before 1.6"
        assert (found.entry, found.prefix, found.passed_over) == (None, "", ())
    with open_state_dict(DATA / "dtypes.safetensors") as found:
        assert found.form == "safetensors"


def test_one_of_several_state_dicts_can_be_asked_for(read):
    file = DATA / "refused/two.pth"
    same(read(file, "state_dict_ema"), dict(np.load(DATA / "plain.npz")))


@pytest.mark.parametrize(("name", "words"), REFUSED.items())
def test_what_is_no_state_dict_is_refused_by_name(name, words, refused):
    refused(DATA / "refused" / name, *words)
    assert is_pytorch_file(DATA / "refused" / name)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_file_that_ends_too_early_is_refused(file, refused, tmp_path):
    data = file.read_bytes()
    for end in (0, 1, 7, 40, len(data) // 3, len(data) // 2, len(data) - 1):
        cut = tmp_path / file.name
        cut.write_bytes(data[:end])
        refused(cut)


@pytest.mark.parametrize("name", ["plain.pth", "views.pth", "checkpoint-protocol4.pth"])
def test_a_changed_number_is_noticed_by_its_checksum(name, refused, tmp_path):
    with open_state_dict(DATA / name) as found:
        start = next(iter(found.tensors.values())).place.start
    data = bytearray((DATA / name).read_bytes())
    data[start] ^= 1
    changed = tmp_path / name
    changed.write_bytes(data)
    refused(changed, "damaged", "checksum")


@pytest.mark.reference
@pytest.mark.filterwarnings("ignore")  # of PyTorch, on what it is going to drop
def test_pytorch_reads_the_same_from_files_it_writes_now(read, refused, tmp_path):
    torch = pytest.importorskip("torch")
    from . import files

    for name, make in files.STATE_DICTS.items():
        for options in ({}, {"_use_new_zipfile_serialization": False}):
            torch.save(make(), tmp_path / name, **options)
            same(read(tmp_path / name), files.values(torch.load(tmp_path / name)))
    for name, make in {**files.REFUSED, **files.WITH_SOURCE}.items():
        make(tmp_path / name)
        refused(tmp_path / name)


@pytest.mark.reference
@pytest.mark.filterwarnings("ignore")
def test_pytorch_reads_the_same_from_a_checkpoint_without_its_weights_beside(read, tmp_path):
    torch = pytest.importorskip("torch")
    from . import files

    for options in ({}, {"_use_new_zipfile_serialization": False}):
        saved, expected = files.checkpoint()
        torch.save(saved, tmp_path / "checkpoint.pth", **options)
        same(read(tmp_path / "checkpoint.pth"), files.values(expected))
