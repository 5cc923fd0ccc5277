"""What an estimator is used for works on a Swin transformer too: variants and explanations."""

import hashlib

import numpy as np
import pytest
from PIL import Image

import gantei
from gantei.manifests.file import FILE_NAME
from gantei.photographs.listing import list_photographs

from ..conftest import REGRESSION, manifest_tables
from .swin_files import DATA, converted, opened

onnxruntime = pytest.importorskip("onnxruntime")
onnx = pytest.importorskip("onnx")
tomli_w = pytest.importorskip("tomli_w")

from gantei_export.optimisation.optimiser import optimise  # noqa: E402

FILE = DATA / "timm05-swin-usual.npz"
SIDE = 64
COUNT = 100


@pytest.fixture
def estimator(tmp_path):
    """The folder of an estimator of age, from 64 x 64 pixels of -1..1."""
    folder = tmp_path / "small"
    folder.mkdir()
    converted(opened(FILE)[0]).write(folder / "model.onnx", {}, ["age"])
    weights = (folder / "model.onnx").read_bytes()
    tables = manifest_tables("small", {"age": REGRESSION}, weights, SIDE)
    tables["input"]["scale"] = {"mean": [127.5] * 3, "std": [127.5] * 3}
    (folder / FILE_NAME).write_text(tomli_w.dumps(tables), "utf-8")
    return folder


@pytest.fixture(scope="module")
def photographs(tmp_path_factory):
    """A folder of small photographs."""
    folder = tmp_path_factory.mktemp("photographs")
    random = np.random.default_rng(1)
    for number in range(COUNT):
        colours = random.integers(10, 240, (5, 5, 3), np.uint8)
        picture = Image.fromarray(colours).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
        picture.save(folder / f"{number}.png")
    return folder


@pytest.mark.parametrize("precision", ["fp16", "int8"])
def test_a_lighter_variant_is_made_and_measured(estimator, photographs, precision):
    listing = list_photographs([photographs])
    made = optimise(str(estimator), precision, listing, limits={"age": 1e6})
    (age,) = made.variant.drift
    answers = gantei.load(estimator).predict(sorted(photographs.iterdir()))
    spread = np.std([each.values["age"] for each in answers])
    assert 0 < age.largest < spread
    content = (made.entry.folder / "model.onnx").read_bytes()
    onnx.checker.check_model(onnx.load_from_string(content))


def test_int8_makes_the_mlps_8_bits_and_leaves_the_others(estimator, photographs):
    made = optimise(str(estimator), "int8", list_photographs([photographs]), limits={"age": 1e6})
    model = onnx.load(made.entry.folder / "model.onnx")
    kinds = {each.name: each.data_type for each in model.graph.initializer}
    whole = {name for name, kind in kinds.items() if kind == onnx.TensorProto.INT8}
    lighter = {name.removesuffix("_quantized") for name in whole if name.endswith("_quantized")}
    blocks = [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0)]
    assert lighter == {
        f"layers.{stage}.blocks.{block}.mlp.{part}.weight"
        for stage, block in blocks
        for part in ("fc1", "fc2")
    }


def test_a_map_adds_up_to_the_age(estimator, photographs):
    (answer,) = gantei.load(estimator).predict(photographs / "0.png", explain=True)
    explanation = answer.explanation
    total = explanation.map.mean() + explanation.bias
    assert total == pytest.approx(answer.values["age"], abs=1e-4)
    assert explanation.embedding.shape == (32,)


def test_the_digest_of_a_conversion_is_that_of_its_bytes(tmp_path):
    conversion = converted(opened(FILE)[0])
    digest = conversion.write(tmp_path / "model.onnx", {"gantei.name": "small"})
    assert digest == hashlib.sha256((tmp_path / "model.onnx").read_bytes()).hexdigest()
