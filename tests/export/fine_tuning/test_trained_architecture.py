"""From files that Keras writes to installed estimators that answer as the trained networks do."""

import numpy as np
import pytest

pytest.importorskip("scipy", reason="needs the extra study")
pytest.importorskip("sklearn", reason="needs the extra study")

import gantei
from gantei.catalogue.entries import find
from gantei.photographs.photograph import open_photograph
from gantei.photographs.preprocessing import prepare
from gantei.system.files import sha256_of
from gantei_export.adaptation.adapt import adapt
from gantei_export.adapting.architecture_base import architecture_base
from gantei_export.adapting.made_of import MadeOf
from gantei_export.architectures.__main__ import KERAS_NAMES
from gantei_export.estimator_folder.golden_photographs import DRAWN
from gantei_export.fine_tuning.number_scale import NumberScale
from gantei_export.fine_tuning.trained_installing import install_trained
from gantei_export.fine_tuning.training_base import training_base
from gantei_export.learning.linear_head import LinearHead

from ..adapting_cases import FACTS as FACTS_OF_64
from ..adapting_cases import drawn_eyes
from ..keras_models import behave, pictures
from .networks import EYE

pytestmark = [
    pytest.mark.reference,
    pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file"),
]
SIDE = 32
FACTS = {**FACTS_OF_64, "input.size": str(SIDE)}


@pytest.fixture(scope="module")
def eyes(tmp_path_factory):
    return drawn_eyes(tmp_path_factory.mktemp("eyes"), people=45)


def body(name, **options):
    """A network as keras.applications builds it without ImageNet's weights."""
    keras = pytest.importorskip("tf_keras", reason="needs TensorFlow")
    keras.backend.clear_session()
    build = getattr(keras.applications, KERAS_NAMES[name])
    network = build(weights=None, input_shape=(SIDE, SIDE, 3), **options)
    low, high = (-128, 128) if name == "VGG19" else (-1, 1)
    return keras, behave(keras, network, pictures(SIDE, low=low, high=high))


def weights_alone(path, network):
    network.save_weights(path / "notop.h5")
    return path / "notop.h5"


def whole_h5(path, network):
    network.save(path / "whole.h5")
    return path / "whole.h5"


def whole_archive(path, network):
    network.save(path / "whole.keras")
    return path / "whole.keras"


@pytest.mark.parametrize(
    ("name", "written", "options"),
    [
        ("VGG19", weights_alone, {"include_top": False}),
        ("MobileNet", weights_alone, {"include_top": True, "classes": 7}),
        ("MobileNet", whole_h5, {"include_top": True, "classes": 7}),
        ("MobileNet", whole_archive, {"include_top": False, "pooling": "max"}),
        ("MobileNetV2", whole_archive, {"include_top": False, "pooling": "avg"}),
    ],
)
def test_a_new_head_answers_as_on_kerass_own_network(tmp_path, eyes, name, written, options):
    keras, network = body(name, **options)
    file = written(tmp_path, network)
    with architecture_base(name, file, FACTS, "a test") as base:
        given = {"target": "sex", "name": "my-own", "trials": 0, "device": "cpu"}
        made = adapt(base, eyes.folder, eyes.labels, **given)
    maps = {"MobileNet": "conv_pw_13_relu", "MobileNetV2": "out_relu", "VGG19": "block5_pool"}
    features = network.get_layer(maps[name]).output
    embedding = keras.Model(network.input, keras.layers.GlobalAveragePooling2D()(features))
    manifest = find("my-own").manifest
    paths = sorted(eyes.folder.glob("*.png"))[:6]
    seen = np.stack([prepare(open_photograph(path).pixels(), manifest.input) for path in paths])
    expected = made.fitted.head.estimates(embedding(seen).numpy().astype(float))
    answers = [each.values["male"] for each in gantei.load("my-own", "cpu").predict(paths)]
    np.testing.assert_allclose(answers, np.ravel(expected), atol=1e-4)


def test_another_whole_network_is_named(tmp_path):
    _, network = body("MobileNet", include_top=False)
    file = whole_h5(tmp_path, network)
    with (
        pytest.raises(gantei.ConversionError, match="did you mean --architecture MobileNet"),
        architecture_base("vgg19", file, FACTS, "a test"),
    ):
        pass


def test_all_layers_are_trained_from_weights_and_answer_as_trained(tmp_path):
    _, network = body("MobileNet", include_top=False)
    file = weights_alone(tmp_path, network)
    with (
        architecture_base("mobilenet", file, FACTS, "a test") as folder,
        training_base(str(folder), file) as base,
    ):
        trained = base.open(EYE, NumberScale())  # which compares embeddings with the ONNX file's
        width = trained.weights()[-2].shape[0]
        random = np.random.default_rng(8)
        trained.set_weights([
            one * random.uniform(0.99, 1.01, one.shape).astype(np.float32)
            for one in trained.weights()
        ])  # fmt: skip
        trained.set_head(LinearHead(EYE, random.normal(0, 0.1, (width, 1)), np.zeros(1)))
        made = MadeOf("whole-network", people=30, photographs=60)
        entry = install_trained(base.entry, base.weights, trained, "my-own", made)
    adapted = entry.manifest.adapted
    assert (adapted.of, adapted.of_sha256) == ("mobilenet", sha256_of(file))
    assert (adapted.method, adapted.began_with) == ("whole-network", "weights-file")
    paths = [DRAWN / f"golden-{number}.jpg" for number in (1, 2, 3)]
    seen = np.stack([
        prepare(open_photograph(path).pixels(), entry.manifest.input) for path in paths
    ])  # fmt: skip
    expected = 1 / (1 + np.exp(-trained.linear(seen)))
    answers = [each.values["right"] for each in gantei.load("my-own", "cpu").predict(paths)]
    np.testing.assert_allclose(answers, np.ravel(expected), atol=1e-4)
