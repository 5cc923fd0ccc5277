import json
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="needs the extra study")

from sklearn import metrics as reference

from gantei.errors import SettingError
from gantei.statistics.metric_names import METRICS
from gantei_export.learning.head_fitting import fit_head
from gantei_export.learning.held_out import HeldOut, held_out, rows_of
from gantei_export.learning.held_out_figures import FIGURES
from gantei_export.learning.labelled_embeddings import LabelledEmbeddings
from gantei_export.learning.people_split import split_people
from gantei_export.learning.trials import gain_over, judged, run_trials

from .embedding_cohorts import cohort, learning_target

KINDS = pytest.mark.parametrize(
    ("kind", "classes"), [("regression", 2), ("binary", 2), ("categorical", 3)]
)


def number_figures(truths, estimates):
    return {
        "mae": reference.mean_absolute_error(truths, estimates),
        "rmse": reference.root_mean_squared_error(truths, estimates),
        "r2": reference.r2_score(truths, estimates),
        "bias": np.mean(estimates - truths),
    }


def binary_figures(truths, chances):
    answers = chances >= 0.5
    return {
        "accuracy": reference.accuracy_score(truths, answers),
        "sensitivity": reference.recall_score(truths, answers),
        "specificity": reference.recall_score(truths, answers, pos_label=0),
        "ppv": reference.precision_score(truths, answers),
        "f1": reference.f1_score(truths, answers),
        "auc": reference.roc_auc_score(truths, chances),
        "balanced_accuracy": reference.balanced_accuracy_score(truths, answers),
        "log_loss": reference.log_loss(truths, chances),
    }


def class_figures(truths, chances):
    answers = chances.argmax(axis=1)
    rest = [reference.recall_score(truths != one, answers != one) for one in range(3)]
    return {
        "accuracy": reference.accuracy_score(truths, answers),
        "macro_sensitivity": reference.recall_score(truths, answers, average="macro"),
        "macro_specificity": np.mean(rest),
        "macro_ppv": reference.precision_score(truths, answers, average="macro"),
        "macro_f1": reference.f1_score(truths, answers, average="macro"),
        "macro_auc": reference.roc_auc_score(truths, chances, multi_class="ovr"),
        "log_loss": reference.log_loss(truths, chances),
    }


ORIGINAL = {"regression": number_figures, "binary": binary_figures, "categorical": class_figures}


@KINDS
def test_figures_are_means_and_spreads_over_splits_as_scikit_learn_computes_them(kind, classes):
    data = cohort(kind, classes=classes)
    trials = run_trials(data, 4, seed=5, draws=50)
    each = []
    for draw in range(4):
        train, test = split_people(data, seed=5, draw=draw)
        fitted = fit_head(rows_of(data, train), seed=5, draw=draw)
        each.append(ORIGINAL[kind](data.truths[test], fitted.head.estimates(data.embeddings[test])))
        assert trials.splits[draw].strength == fitted.strength
        assert trials.splits[draw].test_photographs == test.sum()
        assert trials.splits[draw].figures == pytest.approx(each[draw])
    assert [figure.metric for figure in trials.figures] == list(each[0])
    for figure in trials.figures:
        values = [one[figure.metric] for one in each]
        assert figure.mean == pytest.approx(np.mean(values))
        assert figure.sd == pytest.approx(np.std(values, ddof=1))
        assert figure.trials == 4


@KINDS
def test_the_naive_estimate_is_the_mean_or_the_shares_of_the_training_photographs(kind, classes):
    data = cohort(kind, classes=classes)
    train, test = split_people(data, seed=2)
    found = held_out(data, train, test)
    truths = data.truths[train]
    if kind != "categorical":
        expected = np.full(test.sum(), truths.mean())
    else:
        expected = np.tile([np.mean(truths == one) for one in range(3)], (test.sum(), 1))
    np.testing.assert_allclose(found.naive, expected)
    trials = run_trials(data, 3, seed=2, draws=50)
    code = "mae" if kind == "regression" else "accuracy"
    figure = trials.figure(code)
    assert figure.gain.value == pytest.approx(figure.mean - figure.naive)
    if kind != "regression":
        frequent = [
            np.mean(data.truths[test] == np.bincount(data.truths[train]).argmax())
            for train, test in (split_people(data, seed=2, draw=draw) for draw in range(3))
        ]
        assert figure.naive == pytest.approx(np.mean(frequent))


@KINDS
def test_every_figure_has_a_name_and_json_holds_what_there_is(kind, classes):
    assert set(FIGURES[kind]) <= METRICS.keys()
    trials = run_trials(cohort(kind, classes=classes), 2, draws=50)
    told = json.loads(json.dumps(trials.as_json(), allow_nan=False))
    assert (told["trials"], told["people"], told["photographs"]) == (2, 75, 120)
    assert [each["metric"] for each in told["figures"]] == list(FIGURES[kind])
    assert "drawn" not in told


def test_trials_do_not_depend_on_the_order_of_rows_and_repeat_themselves():
    data = cohort("binary")
    order = np.random.default_rng(1).permutation(len(data))
    turned = replace(
        data, embeddings=data.embeddings[order], truths=data.truths[order],
        persons=data.persons[order], ages=data.ages[order],
    )  # fmt: skip
    one, again, other = (run_trials(each, 3, 9, draws=50) for each in (data, data, turned))
    assert one == again
    for here, there in zip(one.figures, other.figures, strict=True):
        assert here.mean == pytest.approx(there.mean, abs=1e-9)
        assert (here.low or 0) == pytest.approx(there.low or 0, abs=1e-6)


def test_only_other_people_judge():
    rng = np.random.default_rng(0)
    people = 60
    own = rng.normal(size=(people, 30))  # every person's two photographs look exactly the same
    persons = np.repeat(np.arange(people), 2)
    labels = rng.integers(0, 2, people)[persons]
    data = LabelledEmbeddings(
        learning_target("binary"), own[persons], labels, persons, people,
        np.full(2 * people, np.nan),
    )  # fmt: skip
    figure = run_trials(data, 10, strengths=[1e-3], draws=200).figure("accuracy")
    assert 0.35 < figure.mean < 0.65


def splits_of(rng, people, trials, spread):
    """Make up what was held out: everybody has a level of error of their own."""
    level = rng.normal(0, spread, people)
    found = []
    for _ in range(trials):
        persons = np.repeat(rng.permutation(people)[: people // 5], 2)
        errors = level[persons] + rng.normal(0, 1, len(persons))
        zeros = np.zeros(len(persons))
        found.append(HeldOut("regression", errors, zeros, zeros, persons, 4, 8))
    return found


def test_the_interval_is_that_of_people_not_of_trials():
    data = cohort("regression", photographs=100)
    errors, widths, spreads = [], [], []
    for cohort_number in range(40):
        splits = splits_of(np.random.default_rng(cohort_number), 60, 10, 3.0)
        found = judged(data.target, splits, share=0.2, seed=0, of=data, draws=60)
        figure = found.figure("bias")
        errors.append(figure.mean)
        widths.append((figure.high - figure.low) / 2)
        spreads.append(figure.sd / np.sqrt(10))
    covered = np.mean(np.abs(errors) <= widths)
    assert covered >= 0.85  # 0.95 of 300 cohorts; 0.78 by the spread over trials
    assert np.mean(np.abs(errors) <= 2.26 * np.array(spreads)) < covered


def test_gain_of_trials_over_others_of_the_same_splits_is_paired():
    data = cohort("regression", copies=1)
    noisy = replace(data, augmented=data.augmented + 1.0)
    one, other = run_trials(data, 5, draws=200), run_trials(noisy, 5, draws=200)
    gain = gain_over(one, other, "mae")
    assert gain.value == pytest.approx(one.figure("mae").mean - other.figure("mae").mean)
    own = one.figure("mae").high - one.figure("mae").low
    assert gain.high - gain.low < own
    with pytest.raises(SettingError, match="same splits"):
        gain_over(one, run_trials(data, 5, 1, draws=200), "mae")


def test_a_perfect_head_has_an_exact_bound_and_not_an_interval_from_1_to_1():
    rng = np.random.default_rng(3)
    truths = rng.integers(0, 2, 100)
    data = LabelledEmbeddings(
        learning_target("binary"), 10.0 * truths[:, None] + rng.normal(size=(100, 2)), truths,
        np.arange(100), 100, np.full(100, np.nan),
    )  # fmt: skip
    figure = run_trials(data, 5, draws=100).figure("accuracy")
    assert figure.mean == 1
    assert 0.9 < figure.low < 0.98


def test_progress_is_told_after_each_trial():
    told = []
    run_trials(cohort("regression"), 3, draws=20, advance=told.append)
    assert told == [1, 1, 1]


@pytest.mark.parametrize(("trials", "share"), [(0, 0.2), (1001, 0.2), (3, 0.0), (3, 1.0)])
def test_trials_that_make_no_sense_are_refused(trials, share):
    with pytest.raises(SettingError):
        run_trials(cohort("regression"), trials, share=share)


def test_too_few_people_are_refused_before_anything_is_fitted():
    data = cohort("binary")
    few = replace(data, truths=(data.persons < 9).astype(np.intp))
    with pytest.raises(SettingError, match="'b'; 10 at least"):
        run_trials(few, 2)
