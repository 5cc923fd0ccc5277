"""A new head in an estimator's graph: what it answers, and what is refused."""

import dataclasses
import json

import numpy as np
import onnx
import pytest

from gantei.catalogue.entries import find_installed
from gantei.errors import ConversionError, SettingError
from gantei_export.adapting.head_graph import with_head
from gantei_export.learning.learning_target import LearningTarget
from gantei_export.learning.linear_head import LinearHead

from .heads import TARGETS, head_of

PICTURES = np.random.default_rng(8).uniform(0, 255, (5, 160, 160, 3)).astype(np.float32)


def network(name):
    entry, weights = find_installed(name)
    return onnx.load(entry.folder / weights.file)


def answers(model, pictures=PICTURES):
    onnxruntime = pytest.importorskip("onnxruntime")
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, {"photograph": pictures}), strict=True))


@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize("base", ["sex", "age"])
def test_the_network_answers_what_the_head_makes_of_its_embeddings(base, kind):
    before = network(f"demo-{base}")
    head = head_of(TARGETS[kind], 256)
    embedding = answers(before)["embedding"]
    after = answers(with_head(before, base, head))
    assert list(after) == [head.target.output, "map", "embedding"]
    np.testing.assert_array_equal(after["embedding"], embedding)
    expected = head.estimates(after["embedding"]).reshape(5, -1)
    np.testing.assert_allclose(after[head.target.output], expected, rtol=1e-6, atol=1e-6)
    means = after["map"].reshape(5, head.target.columns, -1).astype(np.float64).mean(axis=2)
    np.testing.assert_allclose(means + head.bias, head.linear(after["embedding"]), atol=1e-5)


def test_the_shape_of_a_map_and_what_is_told_of_it_follow_the_new_head():
    head = head_of(TARGETS["categorical"], 256)
    model = with_head(network("demo-sex"), "sex", head)
    shapes = {
        each.name: [side.dim_value or side.dim_param for side in each.type.tensor_type.shape.dim]
        for each in model.graph.output
    }
    assert shapes == {"camera": ["n", 5], "map": ["n", 5, 5, 5], "embedding": ["n", 256]}
    told = {each.key: each.value for each in model.metadata_props}
    assert list(told) == ["gantei.output.camera.map"]
    facts = json.loads(told["gantei.output.camera.map"])
    assert facts["activation"] == "softmax"
    np.testing.assert_array_equal(np.float32(facts["bias"]), np.float32(head.bias))
    onnx.checker.check_model(model, full_check=True)


def test_the_same_network_and_head_make_the_same_bytes():
    made = [
        with_head(network("demo-sex"), "sex", head_of(TARGETS["binary"], 256)) for _ in range(2)
    ]
    assert made[0].SerializeToString(deterministic=True) == made[1].SerializeToString(
        deterministic=True
    )


def test_nothing_of_the_old_head_is_left():
    names = {one.name for one in network("demo-sex").graph.initializer}
    model = with_head(network("demo-sex"), "sex", head_of(TARGETS["binary"], 256))
    gone = names - {one.name for one in model.graph.initializer}
    assert {"value/kernel", "value/bias", "value/map-kernel"} <= gone


def test_a_head_is_put_in_the_place_of_a_head_that_was_put_there():
    once = with_head(network("demo-sex"), "sex", head_of(TARGETS["categorical"], 256))
    twice = with_head(once, "camera", head_of(TARGETS["binary"], 256))
    at_once = with_head(network("demo-sex"), "sex", head_of(TARGETS["binary"], 256))
    assert sorted(one.name for one in twice.graph.initializer) == sorted(
        one.name for one in at_once.graph.initializer
    )
    given, wanted = answers(twice), answers(at_once)
    for name in wanted:
        np.testing.assert_array_equal(given[name], wanted[name])


@pytest.mark.parametrize("place", ["kernel", "bias"])
@pytest.mark.parametrize("number", [np.nan, np.inf, 1e39])
def test_a_head_that_is_not_finite_in_float32_is_refused(place, number):
    head = head_of(TARGETS["binary"], 256)
    values = getattr(head, place).copy()
    values.flat[0] = number
    with pytest.raises(ConversionError, match="not finite in float32"):
        with_head(network("demo-sex"), "sex", dataclasses.replace(head, **{place: values}))


def test_a_head_of_another_width_is_refused_with_both_shapes():
    with pytest.raises(ConversionError, match=r"\(255, 1\).*take \(256, 1\)"):
        with_head(network("demo-sex"), "sex", head_of(TARGETS["binary"], 255))
    head = head_of(TARGETS["categorical"], 256)
    fewer = LinearHead(head.target, head.kernel[:, :4], head.bias[:4])
    with pytest.raises(ConversionError, match=r"\(256, 4\)"):
        with_head(network("demo-sex"), "sex", fewer)


@pytest.mark.parametrize("name", ["map", "embedding", "photograph"])
def test_an_output_cannot_be_called_as_what_stands_beside_it(name):
    target = LearningTarget(name, "binary", ("no", "yes"))
    with pytest.raises(SettingError, match="choose another name"):
        with_head(network("demo-sex"), "sex", head_of(target, 256))
