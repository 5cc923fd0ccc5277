"""The shipped demo estimators: golden values from Keras, and what they say of themselves."""

import json

import numpy as np
import pytest

import gantei
from gantei.catalogue.entries import SHIPPED, find
from gantei.inference.pipeline import estimate
from gantei.terminal.text_table import text_table

NAMES = ("demo-age", "demo-sex")


def golden_rows():
    for name in NAMES:
        for golden in find(name).manifest.golden:
            yield pytest.param(name, golden, id=f"{name}-{golden.photograph}")


@pytest.mark.parametrize(("name", "golden"), list(golden_rows()))
def test_golden_photographs_get_the_values_that_keras_gives(name, golden):
    folder = SHIPPED / name
    prediction = gantei.load(name).predict(folder / golden.photograph)[0]
    assert prediction.values == pytest.approx(golden.values, abs=golden.tolerance)


@pytest.mark.parametrize("name", NAMES)
def test_golden_values_would_notice_a_network_that_answers_always_the_same(name):
    answers = [next(iter(golden.values.values())) for golden in find(name).manifest.golden]
    assert len(answers) == 3
    assert np.ptp(answers) > 100 * find(name).manifest.golden[0].tolerance


@pytest.mark.parametrize("name", NAMES)
def test_every_result_and_the_card_say_that_it_knows_nothing_about_eyes(name):
    entry = find(name)
    prediction = gantei.load(name).predict(entry.folder / "golden-1.jpg")[0]
    assert "knows nothing about eyes" in prediction.warnings[0]
    card = (entry.folder / "card.md").read_text("utf-8")
    assert entry.manifest.notice in card
    assert entry.manifest.notice_ja in card


@pytest.mark.parametrize("name", NAMES)
def test_the_weights_are_below_a_megabyte_and_a_half(name):
    assert find(name).manifest.weights.bytes <= 1_500_000


@pytest.mark.parametrize("name", NAMES)
def test_the_measured_figures_are_those_of_the_training(name):
    entry = find(name)
    measured = json.loads((entry.folder / "provenance.json").read_text())["training"][name]
    reported = {figure.value for figure in entry.manifest.reported}
    assert reported <= {round(value, 4) for value in measured.values()}
    assert len(reported) == 2


def test_batch_one_and_batch_n_agree():
    paths = [SHIPPED / "demo-age" / f"golden-{number}.jpg" for number in (1, 2, 3)]
    estimators = [gantei.load(name) for name in NAMES]
    alone = [answer.values for answer in estimate(paths, estimators, batch=1)]
    together = [answer.values for answer in estimate(paths, estimators, batch=4)]
    for one, many in zip(alone, together, strict=True):
        assert one[0] == pytest.approx(many[0], rel=1e-5)
        assert one[1] == pytest.approx(many[1], abs=1e-5)


def test_tables_lay_out_all_six_estimators():
    names = [entry.name for entry in gantei.estimators()]
    assert {*NAMES} < {*names}
    assert len(text_table(("NAME",), [(name,) for name in names]).splitlines()) == len(names) + 1


@pytest.mark.parametrize(
    ("name", "metric", "least", "most", "change"),
    [
        ("demo-age", "mean_absolute_error", 0, 5, 0.1),
        ("demo-sex", "area_under_curve", 0.95, 1, 0.005),
    ],
)
def test_people_who_were_not_in_the_training_were_estimated_well_enough(
    name, metric, least, most, change
):
    measured = json.loads((find(name).folder / "provenance.json").read_text())["training"][name]
    assert least <= measured[metric] <= most
    assert measured["photographs"] >= 500
    assert measured["decoding_largest_change"] <= change
