"""Explanations: the map adds up to the answer, in its unit, and lies where the network looked."""

import numpy as np
import pytest
from PIL import Image

import gantei
from gantei.inference.pipeline import estimate
from gantei.photographs.network_view import look, view_spec
from gantei.photographs.photograph import open_photograph

from ..conftest import SEX, made_picture
from ..explained import BIAS, KERNEL, explained_network
from .pictures import exif_of

CLASSES = {"kind": "categorical", "classes": ["young", "old"], "transform": "softmax"}


@pytest.fixture
def load(make_estimator):
    """Load an estimator whose network explains itself, or should."""

    def made(spec=None, change=None, **options):
        output = options.setdefault("output", "age" if spec is None else "sex")
        network = explained_network(**options)
        return gantei.load(make_estimator(output=output, spec=spec, network=network, change=change))

    return made


def explained(estimator, picture):
    (prediction,) = estimator.predict(picture, explain=True)
    return prediction.explanation, prediction.values


def shrunk(picture):
    """What the made network sees, and takes for its feature map: float (8, 8, 3)."""
    image = Image.fromarray(picture).resize((8, 8), Image.Resampling.BILINEAR)
    return np.asarray(image).astype(np.float64)


def assert_adds_up(explanation, answer):
    np.testing.assert_allclose(explanation.map.mean() + explanation.bias, answer, atol=1e-4)


def test_the_map_of_a_number_adds_up_to_it_in_its_unit(load):
    def change(tables):
        tables["output"]["age"] |= {"scale": 10, "offset": 40}

    explanation, values = explained(load(change=change), made_picture(1))
    assert (explanation.of, explanation.unit) == ("age", "years")
    assert_adds_up(explanation, values["age"])
    expected = 10 * shrunk(made_picture(1)) @ KERNEL[:, 0]
    np.testing.assert_allclose(explanation.map, expected, atol=1e-4)
    assert explanation.map.dtype == np.float32
    assert explanation.bias == 10 * BIAS[0] + 40


@pytest.mark.parametrize(("activation", "transform"), [("sigmoid", "none"), ("linear", "sigmoid")])
def test_the_map_of_a_probability_adds_up_to_its_logit(load, activation, transform):
    estimator = load(SEX | {"transform": transform}, activation=activation)
    explanation, values = explained(estimator, made_picture(1))
    assert explanation.unit == "logit of male"
    assert_adds_up(explanation, np.log(values["male"] / (1 - values["male"])))


def test_where_the_graph_adds_up_to_a_probability_so_does_the_map(load):
    explanation, values = explained(load(SEX), made_picture(1))
    assert explanation.unit == "probability of male"
    assert_adds_up(explanation, values["male"])


def test_of_several_classes_the_most_probable_one_is_explained(load):
    estimator = load(CLASSES, units=2)
    for seed in range(6):
        picture = made_picture(seed)
        explanation, values = explained(estimator, picture)
        winner = max(values, key=values.get)
        number = ["young", "old"].index(winner)
        assert (explanation.of, explanation.unit) == (winner, f"logit of {winner}")
        expected = shrunk(picture) @ KERNEL[:, number]
        np.testing.assert_allclose(explanation.map, expected, atol=1e-4)
        assert explanation.bias == BIAS[number]


def test_the_embedding_is_what_is_pooled(load):
    explanation, _ = explained(load(), made_picture(1))
    expected = shrunk(made_picture(1)).mean((0, 1))
    np.testing.assert_allclose(explanation.embedding, expected, rtol=1e-5)


def test_unasked_there_is_no_explanation_and_the_values_are_the_same(load):
    estimator = load()
    (plain,) = estimator.predict(made_picture(1))
    (explained,) = estimator.predict(made_picture(1), explain=True)
    assert plain.explanation is None
    assert plain.values == explained.values


def test_a_batch_explains_each_photograph_as_if_it_were_alone(load):
    estimator = load()
    pictures = [made_picture(seed) for seed in range(5)]
    alone = [explained(estimator, picture)[0] for picture in pictures]
    together = estimate(pictures, [estimator], batch=4, explain="map")
    for one, answer in zip(alone, together, strict=True):
        np.testing.assert_allclose(answer.explanations[0].map, one.map, atol=1e-6)
        np.testing.assert_allclose(answer.embeddings[0], one.embedding, atol=1e-4)


def test_a_bad_photograph_has_an_error_and_no_explanation(load, photographs):
    paths = sorted(photographs.rglob("[0-9].png"))
    for prediction in load().predict(paths, explain=True, on_error="record"):
        assert (prediction.explanation is None) == (prediction.error is not None)


REFUSED = {
    "converted long ago": ({"facts": {}}, {}, r"gantei import made FILE --replace"),
    "of another kind": ({"facts": {"none": "after the pooling comes x"}}, {}, "pooling comes x"),
    "not a sum": ({"activation": "sigmoid"}, {}, "is the sigmoid of a sum"),
    "squashed twice": (
        {"activation": "sigmoid", "output": "sex"},
        {"spec": SEX | {"transform": "sigmoid"}},
        "is the sigmoid of a sigmoid",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_has_no_map_says_why_before_any_work(case, make_estimator, monkeypatch):
    options, others, said = REFUSED[case]
    folder = make_estimator(
        output=options.get("output", "age"), network=explained_network(**options), **others
    )
    estimator = gantei.load(folder)
    monkeypatch.setattr(estimator, "prepare", None)
    with pytest.raises(gantei.ExplanationError, match=said):
        estimator.predict([made_picture(1)], explain=True)


def test_a_graph_without_the_outputs_says_that_it_was_converted_before(make_estimator):
    with pytest.raises(gantei.ExplanationError, match="import its file again"):
        gantei.load(make_estimator()).predict([made_picture(1)], explain=True)


def test_an_embedding_is_there_without_a_map(load):
    estimator = load(facts={"none": "after the pooling come two Dense layers"})
    (answer,) = estimate([made_picture(1)], [estimator], explain="embedding")
    assert answer.explanations == ()
    assert answer.embeddings[0].shape == (3,)
    assert estimator.explainer.width() == 3


@pytest.mark.parametrize("facts", ["no JSON", "[]", '{"bias": [1]}', '{"none": 3}'])
def test_metadata_that_make_no_sense_are_refused(load, facts):
    with pytest.raises(gantei.WeightsError, match="cannot be read"):
        load(facts=facts)


def test_without_a_crop_the_map_covers_the_photograph(load):
    explanation, _ = explained(load(), made_picture(1))
    assert explanation.box == (0, 0, 64, 64)


@pytest.mark.parametrize("orientation", [1, 3, 6])
@pytest.mark.parametrize("format", ["PNG", "JPEG"])
def test_with_a_crop_the_map_covers_the_disc_of_the_upright_photograph(
    load, draw, encoded, orientation, format
):
    def change(tables):
        tables["input"]["crop"] = "disc"

    estimator = load(change=change)
    file = encoded(draw(1900, 1500, (700, 800), 600), format, exif=exif_of(orientation))
    photograph = open_photograph(file)
    expected = {
        1: (100, 200, 1300, 1400),
        3: (600, 100, 1800, 1300),
        6: (100, 100, 1300, 1300),
    }[orientation]
    box = look(photograph, view_spec(estimator.manifest.input)).box

    np.testing.assert_allclose(box, expected, atol=12)
    assert explained(estimator, file)[0].box == box
