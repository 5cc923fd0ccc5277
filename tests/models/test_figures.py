"""Figures of a study: the same bytes each time, readable text, nothing from outside, no home."""

import io
import os
import re
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from gantei.plots import (
    age_agreement,
    calibration_plot,
    confusion,
    discrimination,
    error_by_decade,
    forest,
    losses_by_epoch,
    participant_flow,
    settling_plots,
    style,
)

pytest.importorskip("matplotlib", reason="needs the extra study")
pytest.importorskip("sklearn", reason="needs the extra study")

HOSTILE = 'x$^{ <script>alert("1")</script> & ]]> \x00\x1b[31m \u202e 眼科 \ufffe'


def numbers(count=60, seed=7):
    random = np.random.default_rng(seed)
    ages = random.uniform(20, 85, count)
    estimates = 10 + 0.8 * ages + random.normal(0, 5, count)
    labels = (random.random(count) < 0.4).astype(int)
    scores = 1 / (1 + np.exp(1.5 - 3 * labels - random.normal(0, 1.5, count)))
    return ages, estimates, labels, scores


def every_figure(name="age", classes=("female", "male"), count=60):
    ages, estimates, labels, scores = numbers(count)
    people = np.arange(5, 55, 5)
    answers = (scores > 0.5).astype(int)
    rows = [
        forest.ForestRow(name, is_heading=True),
        forest.ForestRow(name, 0.9, 0.8, 0.95, f"{count} people"),
        forest.ForestRow(classes[0], 0.9, note=name),
        forest.ForestRow(classes[1], note=name),
    ]
    boxes = [
        participant_flow.FlowBox(f"{count} of {name}", ("4 without", f"2 {name}")),
        participant_flow.FlowBox(name),
    ]
    rivals = {f"rival {number}": 10.0 ** -(people / number) for number in range(20, 25)}
    evidence = {name: 10.0 ** (people / 20), **rivals}
    return {
        "scatter": age_agreement.estimated_against_real(estimates, ages, name=name, unit="years"),
        "differences": age_agreement.bland_altman(estimates, ages, name=name, unit="years"),
        "roc": discrimination.roc(scores, labels, classes=classes, threshold=0.5),
        "precision": discrimination.precision_recall(scores, labels, classes=classes),
        "calibration": calibration_plot.calibration(
            scores, labels, name=classes[1], persons=np.arange(count) // 2, line=(0.1, 0.9)
        ),
        "confusion": confusion.confusion(answers, labels, classes=classes),
        "decades": error_by_decade.error_by_decade(estimates, ages, name=name, unit="years"),
        "forest": forest.forest(rows, metric=name, everybody=0.92),
        "losses": losses_by_epoch.losses_by_epoch(
            [
                losses_by_epoch.EpochPoint(epoch, epoch and 1 / epoch, 1 + (epoch - 3) ** 2 / 9)
                for epoch in range(9)
            ],
            kept=3,
            loss=name,
        ),
        "flow": participant_flow.participant_flow(boxes),
        "labels": settling_plots.values_by_label(scores, labels, classes=classes, axis=name),
        "evidence": settling_plots.evidence_over_people(people, evidence, threshold=1000),
    }


@pytest.fixture(scope="module")
def figures():
    return every_figure()


def test_the_same_numbers_give_the_same_bytes(figures):
    assert every_figure() == figures


def test_nothing_of_a_figure_is_cut_off_at_its_edge(figures):
    for name, figure in figures.items():
        with Image.open(io.BytesIO(figure.png)) as picture:
            inked = np.asarray(picture.convert("L")) < 250
        edges = (inked[0], inked[-1], inked[:, 0], inked[:, -1])
        assert not any(edge.any() for edge in edges), name


def test_a_figure_has_its_print_size_its_text_as_text_and_nothing_from_outside(figures):
    for name, figure in figures.items():
        with Image.open(io.BytesIO(figure.png)) as picture:
            wide, dots = picture.width, picture.info["dpi"]
        assert abs(wide - figure.width / 25.4 * 300) < 1.5, name
        assert abs(dots[0] - 300) < 0.1, name
        svg = figure.svg.decode()
        assert "<text" in svg, name
        assert not re.search(
            r'(?:href|src|url\()\s*=?\s*["\']?(?!#|data:)\w+:', svg.split("-->")[-1]
        )
        assert re.search(r"\d{4}-\d{2}-\d{2}", svg) is None, name


def test_hostile_names_stay_text_in_a_figure():
    for name, figure in every_figure(HOSTILE, (HOSTILE, HOSTILE)).items():
        tree = ElementTree.fromstring(figure.svg)
        assert not [each for each in tree.iter() if each.tag.endswith("script")], name


def test_many_points_stay_small():
    for name, figure in every_figure(count=100_000).items():
        assert len(figure.svg) < 120_000, name


def test_the_slope_that_dilution_gives_is_that_of_a_best_estimate():
    ages, estimates, _, _ = numbers(400_000)
    slope, start = age_agreement.fitted_line(estimates, ages)
    best = start + slope * estimates
    found = age_agreement.fitted_line((best + ages) / 2, best - ages)[0]
    assert found == pytest.approx(age_agreement.dilution_slope(estimates, ages), abs=1e-9)
    assert found == pytest.approx(age_agreement.dilution_slope(best, ages), abs=1e-9)


def test_a_fitted_line_is_that_of_numpy():
    ages, estimates, _, _ = numbers()
    assert age_agreement.fitted_line(ages, estimates) == pytest.approx(
        np.polyfit(ages, estimates, 1)
    )


def test_a_thinned_curve_keeps_its_ends_and_its_area():
    _, _, labels, scores = numbers(50_000)
    from sklearn.metrics import auc, roc_auc_score, roc_curve

    wrong, hit, _ = roc_curve(labels, scores)
    kept = discrimination.thinned(wrong, hit)
    assert len(kept) <= discrimination.MOST_CORNERS + 2
    assert (kept[0], kept[-1]) == (0, len(wrong) - 1)
    assert auc(wrong[kept], hit[kept]) == pytest.approx(roc_auc_score(labels, scores), abs=2e-4)


def test_one_value_or_none_that_varies_is_drawn_all_the_same():
    same = np.full(3, 50.0)
    assert age_agreement.dilution_slope(same, same) is None
    assert age_agreement.bland_altman(same, same, name="age", unit="years").png
    assert age_agreement.estimated_against_real(same[:1], same[:1], name="age", unit="years").png


CODE = """
import numpy as np
from gantei.plots.age_agreement import bland_altman
bland_altman(np.array([1.0, 2.0]), np.array([1.0, 3.0]), name="age", unit="years")
"""


def test_matplotlib_writes_nothing_below_the_home_and_leaves_nothing_behind(tmp_path):
    home, temporary = tmp_path / "home", tmp_path / "temporary"
    home.mkdir()
    temporary.mkdir()
    settings = {"HOME": str(home), "TMPDIR": str(temporary)}
    kept = {
        key: value
        for key, value in os.environ.items()
        if key not in ("MPLCONFIGDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")
    }
    subprocess.run([sys.executable, "-c", CODE], env={**kept, **settings}, check=True)
    assert [*home.rglob("*"), *temporary.rglob("*")] == []


def test_the_settings_of_a_user_have_no_say(tmp_path):
    (tmp_path / "matplotlibrc").write_text("text.usetex: True\nfont.size: 40\n")
    program = CODE.replace("bland_altman(np", "figure = bland_altman(np") + (
        "import hashlib, matplotlib\nprint(hashlib.sha256(figure.svg).hexdigest(), "
        "matplotlib.rcParams['font.size'])"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=folder, capture_output=True, text=True, check=True,
        ).stdout.split()
        for folder in (tmp_path, tmp_path.parent)
    ]  # fmt: skip
    assert said[0][0] == said[1][0]
    assert said[0][1] == "40.0", "the caller's own settings come back"


def test_lines_are_told_apart_without_colour():
    assert len({str(each) for each in style.DASHES}) == len(style.COLOURS)
    assert len({*style.MARKERS}) == len({*style.HATCHES}) == len(style.COLOURS)


def test_errors_by_decade_are_those_of_its_units():
    ages, estimates, _, _ = numbers()
    for each in error_by_decade.errors_by_decade(estimates, ages, np.arange(60) // 2):
        here = (ages >= each.start) & (ages < each.start + 10)
        error = (estimates - ages)[here]
        assert each.units == here.sum()
        assert each.people == len({*(np.arange(60) // 2)[here]})
        assert each.mean_absolute == pytest.approx(np.abs(error).mean())
        assert each.percentiles[2] == pytest.approx(np.median(error))


@pytest.mark.parametrize(
    ("least", "most", "step"), [(20, 85, 10), (0.15, 0.93, 0.1), (21.0, 29.5, 1), (90, 300, 20)]
)
def test_numbers_of_another_range_have_other_steps(least, most, step):
    truths = np.random.default_rng(7).uniform(least, most, 300)
    found = error_by_decade.errors_by_decade(truths + 0.01, truths)
    assert {each.step for each in found} == {step}
    assert sum(each.units for each in found) == 300
    assert 5 <= len(found) <= 12
    assert error_by_decade.error_by_decade(truths + 0.01, truths, name="ratio", unit="mm").png


@pytest.mark.reference
def test_wilson_is_that_of_statsmodels():
    proportion = pytest.importorskip("statsmodels.stats.proportion", reason="a judge")
    for right, count in ((0, 7), (3, 9), (9, 9), (180, 200)):
        expected = proportion.proportion_confint(right, count, method="wilson")
        assert calibration_plot.wilson(right / count, count) == pytest.approx(expected, abs=1e-12)


def test_a_second_photograph_that_says_the_same_narrows_no_interval():
    _, _, labels, scores = numbers(400)
    once = calibration_plot.calibration_bins(scores, labels == 1, np.arange(400))
    both, positives = np.repeat(scores, 2), np.repeat(labels == 1, 2)
    twice = calibration_plot.calibration_bins(both, positives, np.repeat(np.arange(400), 2))
    assert [(each.low, each.high) for each in twice] == [
        pytest.approx((each.low, each.high), abs=2e-3) for each in once
    ]
    assert all(each.low is None for each in calibration_plot.calibration_bins(scores, labels, None))


def test_counts_of_answers_stand_in_the_square():
    figure = confusion.confusion(
        np.array([0, 1, 1, 1]), np.array([0, 0, 1, 1]), classes=("female", "male")
    )
    said = re.findall(r">(\d+)</text>", figure.svg.decode())
    assert said == ["1", "1", "0", "2"]


def test_a_letter_that_no_font_has_is_told_and_stays_in_the_svg(figures):
    ages, estimates, _, _ = numbers()
    name = "\U00012345 age"
    figure = age_agreement.estimated_against_real(estimates, ages, name=name, unit="years")
    assert figure.lacks_letters
    assert "\U00012345" in figure.svg.decode()
    assert not figures["scatter"].lacks_letters


def test_the_epoch_that_was_kept_is_marked_and_one_without_a_loss_left_out():
    points = [
        losses_by_epoch.EpochPoint(0, None, 0.7),
        losses_by_epoch.EpochPoint(1, 0.6, 0.5),
        losses_by_epoch.EpochPoint(2, None, float("nan")),
    ]
    drawn = losses_by_epoch.losses_by_epoch(points, kept=1, loss="log loss")
    assert drawn.alt == "Log loss by epoch, of training and validation people; epoch 1 was kept."
    assert b"epoch 1, kept" in drawn.svg
    only = losses_by_epoch.losses_by_epoch(points[:1], kept=0, loss="log loss")
    assert b"training people" not in only.svg
    with pytest.raises(ValueError, match="unpack"):
        losses_by_epoch.losses_by_epoch(points, kept=5, loss="log loss")
