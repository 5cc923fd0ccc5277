"""Evaluation by sums of three sites against the same figures of all people on one pile."""

import hashlib
import json
import shutil

import numpy as np
import pytest

import gantei
from gantei_export.federating.class_evaluation import FEWEST_OF_A_CLASS
from gantei_export.federating.evaluation_figures import evaluation_found
from gantei_export.federating.evaluation_rounds import (
    evaluation_sums,
    evaluation_sums_size,
    first_evaluation_state,
    next_evaluation_state,
)
from gantei_export.federating.fixed_point import SUMS, added
from gantei_export.federating.masking import MaskContext, MaskKey, unmasked_total
from gantei_export.federating.number_evaluation import EVALUATION_FOLDS
from gantei_export.learning.labelled_embeddings import LabelledEmbeddings

from .federated import AGE, EYE
from .federations import SITES, Federation, home, run

pytest.importorskip("cryptography")
pytest.importorskip("sklearn", reason="needs the extra study")
from gantei.statistics.class_line import fit_class_line
from gantei.statistics.conformal import residual_ends
from gantei.statistics.measures import measures
from gantei.statistics.number_line import cross_fitted_values, fit_line
from gantei.statistics.one_per_person import drawn_photographs
from gantei.statistics.units import Units


def estimated_sites(target, sizes=(250, 200, 150), seed=3):
    """Draw estimates and labels of people at sites whose estimates are shifted."""
    rng = np.random.default_rng(seed)
    sites = []
    for number, people in enumerate(sizes):
        hidden = rng.normal(size=people)
        if target.kind == "regression":
            truths = 55 + 12 * hidden
            estimates = 20 + 0.6 * truths + number + rng.normal(0, 5, people)
        else:
            truths = (hidden + rng.logistic(size=people) > 0).astype(np.intp)
            estimates = 1.7 * hidden + 0.4 * number + rng.normal(0, 1, people)
        everybody = np.arange(people)
        ages = np.full(people, np.nan)
        sites.append(
            LabelledEmbeddings(target, estimates[:, None], truths, everybody, people, ages)
        )
    return sites


def evaluated(target, sites, masked=False):
    """Evaluate together in one process: the last state."""
    keys = [MaskKey(bytes([number + 1]) * 32) for number in range(len(sites))]
    public = [key.public for key in keys]
    state = first_evaluation_state([each.people for each in sites])
    for round in (1, 2):
        sums = [evaluation_sums(target, state, each) for each in sites]
        assert {len(each) for each in sums} == {evaluation_sums_size(target, state)}
        if masked:
            context = MaskContext(b"test", round, 1, bytes(32))
            total = unmasked_total(
                [key.masked(each, public, context) for key, each in zip(keys, sums, strict=True)]
            )
        else:
            total = SUMS.decoded(added(map(SUMS.encoded, sums)))
        state = next_evaluation_state(target, state, total)
    assert state.step == "finished"
    return state


def piled(sites):
    """Put all people on one pile: estimates, truths, and the fold of each."""
    return (
        np.concatenate([each.embeddings[:, 0] for each in sites]),
        np.concatenate([each.truths for each in sites]),
        np.concatenate([np.arange(each.people) % EVALUATION_FOLDS for each in sites]),
    )


@pytest.fixture(scope="module")
def numbers():
    sites = estimated_sites(AGE)
    return sites, evaluation_found(AGE, evaluated(AGE, sites), 0.9)


@pytest.fixture(scope="module")
def classes():
    sites = estimated_sites(EYE)
    return sites, evaluation_found(EYE, evaluated(EYE, sites), 0.9)


def test_figures_of_a_number_are_those_of_all_people_on_one_pile(numbers):
    sites, found = numbers
    estimates, truths, _ = piled(sites)
    units = Units("regression", estimates, truths, np.arange(600), 600)
    pooled = {each.metric: each.value for each in measures(units, None)}
    for each in found.measures:
        assert each.value == pytest.approx(pooled[each.metric], rel=1e-9)
        assert each.people == 600
    mae = found.measures[0]
    errors = np.abs(estimates - truths)
    assert mae.high - mae.low == pytest.approx(2 * 1.964 * errors.std() / 600**0.5, rel=2e-3)


def test_the_line_of_a_number_is_that_of_all_people_on_one_pile(numbers):
    sites, found = numbers
    estimates, truths, _ = piled(sites)
    pooled = fit_line(estimates, truths, np.ones(600))
    assert (found.calibration.intercept, found.calibration.slope) == pytest.approx(pooled, rel=1e-9)


@pytest.mark.parametrize("level", [0.8, 0.9, 0.95])
def test_an_interval_holds_the_pooled_conformal_one_and_is_no_bin_wider(numbers, level):
    sites, _ = numbers
    found = evaluation_found(AGE, evaluated(AGE, sites), level)
    estimates, truths, folds = piled(sites)
    expected = cross_fitted_values(estimates, truths, np.arange(600), folds)
    low, high = residual_ends(truths - expected, level)
    (band,) = found.calibration.bands
    assert -band.down <= low < -band.down + found.bin_width
    assert band.up - found.bin_width <= high <= band.up
    assert found.bin_width < 0.5
    assert band.least <= estimates.min() and estimates.max() <= band.greatest


def test_auc_lies_between_narrow_bounds_and_answers_are_counted_exactly(classes):
    sites, found = classes
    logits, truths, _ = piled(sites)
    units = Units("binary", 1 / (1 + np.exp(-logits)), truths, np.arange(600), 600)
    pooled = {each.metric: each.value for each in measures(units, None)}
    low, high = found.auc_bounds
    assert low <= pooled["auc"] <= high
    assert high - low <= 0.005
    own = {each.metric: each for each in found.measures}
    assert low <= own["auc"].value <= high
    for code in ("sensitivity", "specificity", "accuracy", "ppv", "npv", "f1", "prevalence"):
        assert own[code].value == pooled[code]
    for code in ("brier", "log_loss"):
        assert own[code].value == pytest.approx(pooled[code], rel=1e-9)
    assert own["auc"].low < pooled["auc"] < own["auc"].high


def test_auc_bounds_are_narrow_where_estimates_tell_nothing(numbers):
    del numbers
    sites = estimated_sites(EYE)
    rng = np.random.default_rng(0)
    for each in sites:
        each.embeddings[:] = rng.normal(5, 0.2, each.embeddings.shape)
    low, high = evaluation_found(EYE, evaluated(EYE, sites), 0.9).auc_bounds
    assert 0 < high - low <= 0.005


def test_the_line_of_classes_is_that_of_all_people_on_one_pile(classes):
    sites, found = classes
    logits, truths, _ = piled(sites)
    scores = np.stack((np.zeros(600), logits), axis=1)
    pooled = fit_class_line(scores, truths, np.ones(600), np.arange(600))
    line = found.calibration
    assert line.slope == pytest.approx(pooled.slope, rel=0.01)
    assert line.intercepts == pytest.approx(pooled.intercepts, rel=0.01)
    assert np.array(line.covariance) == pytest.approx(pooled.covariance, rel=0.02, abs=1e-5)


@pytest.mark.parametrize("target", [AGE, EYE])
def test_masks_and_the_order_of_sites_change_nothing(target):
    sites = estimated_sites(target)
    plain, masked = evaluated(target, sites), evaluated(target, sites[::-1], masked=True)
    assert plain.arrays.keys() == masked.arrays.keys()
    for name, array in plain.arrays.items():
        np.testing.assert_allclose(masked.arrays[name], array, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    "people, why",
    [
        ([100, 100], "2 sites"),
        ([200, 200, 9], "a site has 9 people"),
        ([500, 50, 49], "all sites but the largest have 99 people"),
    ],
)
def test_too_few_sites_or_people_are_refused(people, why):
    with pytest.raises(gantei.SettingError, match=why):
        first_evaluation_state(people)


def test_a_class_of_few_people_is_refused_before_its_histogram_leaves():
    sites = estimated_sites(EYE)
    for each in sites:
        each.truths[:] = 0
    sites[0].truths[: FEWEST_OF_A_CLASS - 1] = 1
    with pytest.raises(gantei.SettingError, match="19 people are of one class"):
        evaluated(EYE, sites)


def test_several_rows_of_a_person_and_estimates_without_spread_are_refused():
    sites = estimated_sites(AGE)
    same = [LabelledEmbeddings(*(vars(each) | {"people": 9}).values()) for each in sites]
    state = first_evaluation_state([250, 200, 150])
    with pytest.raises(gantei.SettingError, match="several of one person"):
        evaluation_sums(AGE, state, same[0])
    for each in sites:
        each.embeddings[:] = 50.0
    with pytest.raises(gantei.SettingError, match="are the same"):
        evaluated(AGE, sites)


class Evaluation(Federation):
    """A federation that evaluates its estimator; labels of ages follow the red of a photograph."""

    def start(self, *more, out="round-0"):
        """Write round 0."""
        words = ["federate", "evaluate", "--with", str(self.base), "--out", str(self.folder / out)]
        return run([*words, "--key", str(self.coordinator.key), *more])

    def report(self, round, *more):
        """Read the last round."""
        words = ["federate", "report", str(self.folder / f"round-{round}")]
        keys = [self.coordinator, *self.keys.values()]
        return run([*words, "--trust", *(str(each.public) for each in keys), *more])


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    folder = tmp_path_factory.mktemp("evaluation")
    evaluation = Evaluation(folder / "files", kind="number", people=51)
    for name, rows in evaluation.rows.items():
        ages = {row[1]: row[2] for row in rows}  # one age of each person, that a colour tells
        evaluation.rows[name] = [(*row[:2], ages[row[1]]) for row in rows]
        text = "".join(",".join(row) + "\n" for row in evaluation.rows[name])
        labels = evaluation.folder / f"site-{name}/labels.csv"
        labels.write_text("photograph,person,age\n" + text, "utf-8")
    with home(folder / "home"):
        shutil.copytree(evaluation.base, folder / "home/estimators/base")
        return evaluation, evaluation.finish()


@pytest.fixture
def finished(ended, monkeypatch):
    monkeypatch.setenv("GANTEI_HOME", str(ended[0].folder.parent / "home"))
    return ended


def test_three_sites_evaluate_and_calibrate_an_estimator_by_files(finished, capsys):
    evaluation, last = finished
    assert last == 3
    assert evaluation.report(last, "--json", "--calibrate", "three-clinics", "--replace") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["people"] == 153 and [each["people"] for each in told["sites"]] == [51] * 3
    pooled = people_of(evaluation)
    errors = pooled[0] - pooled[1]
    figures = {each["metric"]: each["value"] for each in told["figures"]}
    assert figures["mae"] == pytest.approx(np.abs(errors).mean(), rel=1e-6)
    assert figures["bias"] == pytest.approx(errors.mean(), rel=1e-6)
    intercept, slope = fit_line(*pooled, np.ones(153))
    photograph = str(next((evaluation.folder / "site-a/photographs").iterdir()))
    estimator = gantei.load("base", "cpu", calibration="three-clinics")
    (found,) = estimator.predict([photograph])
    value = found.calibrated["age"]
    assert value.value == pytest.approx(intercept + slope * found.values["age"], rel=1e-5)
    assert value.low < value.value < value.high
    assert evaluation.report(last) == 0
    said = capsys.readouterr().out
    assert "base.age: 153 people of 3 sites" in said and "90 % interval of a new person" in said


def people_of(evaluation):
    """Estimate one photograph of each person here, drawn as `gantei calibrate` draws it."""
    estimator = gantei.load("base", "cpu")
    estimates, truths = [], []
    for name in SITES:
        folder = evaluation.folder / f"site-{name}/photographs"
        rows = evaluation.rows[name]
        keys = [hashlib.sha256((folder / row[0]).read_bytes()).hexdigest() for row in rows]
        _, persons = np.unique([row[1] for row in rows], return_inverse=True)
        drawn = drawn_photographs(keys, persons)
        found = estimator.predict([str(folder / rows[each][0]) for each in drawn])
        estimates += [each.values["age"] for each in found]
        truths += [float(rows[each][2]) for each in drawn]
    return np.array(estimates), np.array(truths)


def test_the_end_of_an_evaluation_is_called_so(finished, tmp_path, capsys):
    evaluation, last = finished
    assert evaluation.combine(round=last - 1, out=tmp_path / "once-more") == 0
    said = capsys.readouterr().out
    assert "the evaluation is complete" in said and "gantei federate report once-more" in said


def test_no_byte_of_an_evaluation_tells_a_name_or_an_estimate(finished):
    evaluation, _ = finished
    estimates, truths = people_of(evaluation)
    needles = {b"yamada", b"hanako", b".png", b"labels.csv", str(evaluation.folder).encode()}
    for number in (*estimates, *truths):
        needles |= {np.array(number, form).tobytes() for form in ("<f8", ">f8")}
        unmasked = round(float(number) * 2**64) % 2**128
        needles |= {unmasked.to_bytes(16, "little"), unmasked.to_bytes(16, "big")}
    folders = [*evaluation.folder.glob("round-*"), *(evaluation.folder / "answers").iterdir()]
    files = [each for one in folders for each in one.rglob("*") if each.is_file()]
    assert len(files) > 20
    for file in files:
        content = file.read_bytes()
        assert not [one for one in needles if one in content or one in content.lower()], file


def test_what_does_not_fit_an_evaluation_is_refused(finished, capsys, tmp_path):
    evaluation, last = finished
    assert evaluation.report(1) == 2
    assert "is round 1, and not the last one" in capsys.readouterr().err
    assert evaluation.install(last, "ours") == 2
    assert "evaluates base, and learns nothing" in capsys.readouterr().err
    assert evaluation.site("a", round=last, out=tmp_path / "out") == 2
    assert "gantei federate report" in capsys.readouterr().err
    manifest = evaluation.base / "estimator.toml"
    text = manifest.read_text("utf-8")
    manifest.write_text(text.replace("offset = 0", "offset = 1"), "utf-8")
    try:
        assert evaluation.site("a", round=0, out=tmp_path / "out") == 2
        assert "a fact that changes its numbers is another here" in capsys.readouterr().err
    finally:
        manifest.write_text(text, "utf-8")
