"""A new head answers what scikit-learn and Keras make of the same numbers."""

import numpy as np
import onnx
import pytest

from gantei.catalogue.entries import find_installed
from gantei_export.adapting.head_graph import with_head
from gantei_export.keras_conversion.keras_converter import convert
from gantei_export.learning.linear_head import LinearHead

from ..conftest import made_picture
from .heads import TARGETS
from .keras_models import TOLERANCE, behave, pictures, saved

ACTIVATIONS = {"regression": "linear", "binary": "sigmoid", "categorical": "softmax"}
COUNT = 40
WEAKEST = 10.0
"""The weakest penalty that `gantei adapt` tries, on standardised embeddings."""


def answers(model, photographs):
    onnxruntime = pytest.importorskip("onnxruntime")
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, {"photograph": photographs}), strict=True))


@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize("base", ["sex", "age"])
def test_a_fitted_head_answers_what_scikit_learn_predicts(base, kind):
    linear = pytest.importorskip("sklearn.linear_model")
    entry, weights = find_installed(f"demo-{base}")
    network = onnx.load(entry.folder / weights.file)
    photographs = np.stack([made_picture(seed, 160) for seed in range(COUNT)]).astype(np.float32)
    embeddings = answers(network, photographs)["embedding"].astype(np.float64)
    mean, scale = embeddings.mean(axis=0), embeddings.std(axis=0)
    scale[scale == 0] = 1.0
    standard = (embeddings - mean) / scale
    if kind == "regression":
        truths = np.random.default_rng(4).uniform(20, 90, COUNT)
        fitted = linear.Ridge(WEAKEST).fit(standard, truths)
        expected = fitted.predict(standard)
    else:
        labels = np.arange(COUNT) % len(TARGETS[kind].classes)
        fitted = linear.LogisticRegression(C=1 / WEAKEST, max_iter=500).fit(standard, labels)
        expected = fitted.predict_proba(standard)[:, -1 if kind == "binary" else slice(None)]
    expected = expected.reshape(COUNT, -1)
    kernel = np.atleast_2d(fitted.coef_ / scale).T
    bias = np.atleast_1d(fitted.intercept_) - mean @ kernel
    head = LinearHead(TARGETS[kind], kernel, bias)
    given = answers(with_head(network, base, head), photographs)[head.target.output]
    assert expected.std() > 0.1
    # A number's digits are those of float32, a probability's are all behind the point.
    largest = np.abs(expected).max() if kind == "regression" else 1.0
    assert np.abs(given - expected).max() <= 1e-6 * largest


@pytest.mark.reference
@pytest.mark.parametrize("before", TARGETS)
def test_keras_with_the_new_head_answers_the_same(before, tmp_path):
    keras = pytest.importorskip("tf_keras")
    body = keras.applications.MobileNet(
        (64, 64, 3), alpha=0.25, include_top=False, weights=None, pooling="avg"
    )
    units = TARGETS[before].columns
    old = keras.layers.Dense(units, ACTIVATIONS[before], name="old")(body.output)
    photographs = pictures(64, low=-1, high=1)
    model = behave(keras, keras.Model(body.input, old), photographs)
    content = convert(saved(model, tmp_path / "model.h5")).to_bytes(output_names=["old"])
    features = model.layers[-1].input
    rng = np.random.default_rng(6)
    for kind, target in TARGETS.items():
        layer = keras.layers.Dense(target.columns, ACTIVATIONS[kind])
        whole = keras.Model(model.input, layer(features))
        layer.set_weights(
            [
                rng.normal(0, 0.1, (256, target.columns)).astype(np.float32),
                rng.normal(0, 1, target.columns).astype(np.float32),
            ]
        )
        head = LinearHead(target, *(each.astype(np.float64) for each in layer.get_weights()))
        given = answers(with_head(onnx.load_from_string(content), "old", head), photographs)
        answer = given[target.output]
        assert np.abs(answer - layer(given["embedding"]).numpy()).max() <= 1e-6
        assert np.abs(answer - whole(photographs, training=False).numpy()).max() <= TOLERANCE
    keras.backend.clear_session()
