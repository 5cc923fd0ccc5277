"""Intervals of figures: what they hold, their exact bounds, and why some have none."""

import numpy as np
import pytest

from gantei.errors import SettingError
from gantei.statistics.draws import PersonDraws
from gantei.statistics.exact_bounds import f1_bounds, share_bounds
from gantei.statistics.measures import difference, measures, replicates
from gantei.statistics.metric_names import CLASS_METRICS, METRICS, REGRESSION_METRICS
from gantei.statistics.reasons import REASONS
from gantei.statistics.scales import SCALES
from gantei.statistics.units import Units

pytest.importorskip("scipy", reason="needs the extra study")
from scipy import special, stats

PEOPLE = 60


def persons_of(rng, people=PEOPLE):
    return np.repeat(np.arange(people), 1 + (rng.random(people) < 0.75))


def number(rng, people=PEOPLE):
    persons = persons_of(rng, people)
    truths = rng.uniform(30, 80, people)[persons]
    off = rng.normal(0, 3, people)[persons] + rng.normal(0, 3, len(persons))
    return Units("regression", 10 + 0.8 * truths + off, truths, persons, people)


def binary(rng, people=PEOPLE, apart=2.66):
    persons = persons_of(rng, people)
    truths = rng.permutation(np.arange(people) % 2)[persons]
    off = 0.77 * rng.normal(size=people)[persons] + 0.63 * rng.normal(size=len(persons))
    chance = 1 / (1 + np.exp(-apart * (apart * (truths - 0.5) + off)))
    return Units("binary", chance, truths, persons, people)


def perfect(people=PEOPLE, share=0.5):
    truths = (np.arange(people) < share * people).astype(np.intp)
    chance = np.where(truths == 1, 0.9, 0.1)
    return Units("binary", chance, truths, np.arange(people), people)


@pytest.mark.parametrize("drawn", [number, binary])
def test_about_95_of_100_intervals_hold_the_true_value(drawn):
    rng, draws = np.random.default_rng(5), PersonDraws(PEOPLE, 400)
    weights = draws.weights(0, 400)
    draws.weights = lambda start, stop: weights[start:stop]
    true = replicates(drawn(np.random.default_rng(6), 100_000), None).figures
    held = {}
    for _ in range(200):
        for measure in measures(drawn(rng), draws):
            if measure.low is not None:
                inside = measure.low <= true[measure.metric, None].value <= measure.high
                held.setdefault(measure.metric, []).append(inside)
    assert held.keys() >= ({"mae", "r2"} if drawn is number else {"auc", "f1", "log_loss"})
    # Of 200 cohorts and a coverage of 0.95, one in 10,000 trials holds fewer than 0.885.
    assert {code: np.mean(each) for code, each in held.items() if np.mean(each) < 0.885} == {}


def test_the_figure_lies_within_its_interval_and_the_interval_within_its_range():
    rng = np.random.default_rng(8)
    for units in (number(rng), binary(rng)):
        for measure in measures(units, PersonDraws(PEOPLE, 200)):
            if measure.low is not None:
                assert measure.low < measure.value < measure.high
                if METRICS[measure.metric].scale == "logit":
                    assert measure.low > 0
                    assert measure.high < 1


@pytest.mark.parametrize("people", [1, 10, 60, 5000])
def test_bounds_of_a_share_are_those_of_clopper_and_pearson(people):
    for hits in (0, people):
        expected = stats.binomtest(hits, people).proportion_ci(method="exact")
        assert share_bounds(hits / people, people) == pytest.approx(tuple(expected), abs=1e-12)
    assert share_bounds(0.5, people) is None
    assert f1_bounds(1.0, 60)[0] == pytest.approx(2 * 0.025 ** (1 / 60) / (1 + 0.025 ** (1 / 60)))


def test_where_all_are_right_each_figure_has_a_bound_by_its_people():
    found = replicates(perfect(60, 1 / 3), PersonDraws(PEOPLE, 100))
    expected = {
        "auc": 0.025 ** (1 / 20),
        "accuracy": 0.025 ** (1 / 60),
        "sensitivity": 0.025 ** (1 / 20),
        "specificity": 0.025 ** (1 / 40),
        "balanced_accuracy": (0.0125 ** (1 / 20) + 0.0125 ** (1 / 40)) / 2,
    }
    for code, low in expected.items():
        measure = found.measure((code, None))
        assert (measure.value, measure.high) == (1.0, 1.0)
        assert measure.low == pytest.approx(low)
    assert found.measure(("average_precision", None)).why == "at-the-end"


def test_the_bound_of_a_perfect_auc_holds_in_19_of_20_cohorts_at_the_least():
    # 15 of a class whose true AUC is just what the bound allows: all in order once in 40 trials
    # at most, and then only is the bound above the truth.
    rng, people, trials = np.random.default_rng(3), 30, 2000
    low = share_bounds(1.0, 15)[0]
    apart = np.sqrt(2) * special.ndtri(low)
    truths = np.arange(people) % 2
    scores = rng.normal(size=(trials, people)) + apart * truths
    all_in_order = scores[:, truths == 1].min(1) > scores[:, truths == 0].max(1)
    assert all_in_order.mean() <= 0.025


def test_two_photographs_a_person_do_not_make_the_bound_narrower():
    once = perfect()
    arrays = (np.tile(each, 2) for each in (once.estimates, once.truths, once.persons))
    twice = Units("binary", *arrays, PEOPLE)
    for units in (once, twice):
        measure = replicates(units, PersonDraws(PEOPLE, 50)).measure(("accuracy", None))
        assert measure.low == pytest.approx(0.025 ** (1 / PEOPLE))


def test_without_persons_there_are_figures_but_no_intervals():
    units = binary(np.random.default_rng(1))
    alone = Units("binary", units.estimates, units.truths, None, 0)
    for measure in (*measures(alone, None), *measures(alone, PersonDraws(PEOPLE, 10))):
        if measure.value is not None:
            assert (measure.low, measure.high, measure.why) == (None, None, "no-persons")
            assert measure.people is None
    assert replicates(perfect(), None).measure(("auc", None)).low is not None


def test_what_is_undefined_has_no_figure_and_says_why():
    units = perfect(share=1.0)
    found = replicates(units, PersonDraws(PEOPLE, 20))
    assert found.measure(("auc", None)).why == "one-class"
    assert found.measure(("specificity", None)).why == "one-class"
    assert found.measure(("npv", None)).why == "none-answered"
    assert found.measure(("sensitivity", None)).value == 1.0
    level = Units("regression", np.arange(9.0), np.full(9, 50.0), np.arange(9), 9)
    found = replicates(level, PersonDraws(9, 20))
    assert {found.measure((code, None)).why for code in ("r2", "skill", "correlation")} == {
        "no-spread"
    }
    assert found.measure(("mae", None)).why == "too-few-people"
    nothing = replicates(level.only(np.zeros(9, bool)), PersonDraws(9, 20))
    assert [each.why for each in map(nothing.measure, nothing.figures)] == ["no-units"] * 9


def test_a_class_that_nobody_has_leaves_its_figures_and_the_means_over_classes_out():
    rng = np.random.default_rng(2)
    units = Units(
        "categorical", rng.dirichlet(np.ones(3), 40), np.arange(40) % 2, np.arange(40), 40
    )
    found = replicates(units, PersonDraws(40, 20))
    assert found.measure(("auc", 2)).why == "one-class"
    assert found.measure(("macro_auc", None)).why == "class-absent"
    assert found.measure(("accuracy", None)).low is not None


def test_fewer_than_10_people_of_a_class_give_no_interval():
    rng = np.random.default_rng(4)
    truths = (np.arange(50) < 9).astype(np.intp)
    units = Units("binary", rng.random(50), truths, np.arange(50), 50)
    found = replicates(units, PersonDraws(50, 50))
    assert found.measure(("auc", None)).why == "too-few-people"
    assert found.measure(("specificity", None)).low is not None


def test_people_of_whom_one_alone_is_another_age_give_r2_no_interval():
    # In a third of the draws that one is missing, and R² is about -1,000,000.
    rng, people = np.random.default_rng(1), 40
    truths = 50 + np.linspace(0, 0.01, people)
    truths[0] = 80
    units = Units(
        "regression", truths + rng.normal(0, 4, people), truths, np.arange(people), people
    )
    nearer = Units("regression", truths + rng.normal(0, 2, people), truths, units.persons, people)
    found, better = (replicates(each, PersonDraws(people, 500)) for each in (units, nearer))
    for code in ("r2", "skill"):
        for measure in (found.measure((code, None)), difference(better, found, (code, None))):
            assert measure.value is not None
            assert (measure.low, measure.high, measure.why) == (None, None, "too-few-differ")
    assert found.measure(("mae", None)).low is not None
    assert difference(better, found, ("mae", None)).low is not None


def test_draws_of_other_people_are_refused():
    with pytest.raises(SettingError):
        replicates(binary(np.random.default_rng(1)), PersonDraws(PEOPLE + 1, 5))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -0.01, 1.01])
def test_what_is_no_probability_is_refused(bad):
    units = binary(np.random.default_rng(1))
    units.estimates[3] = bad
    with pytest.raises(SettingError):
        measures(units, None)


def test_a_difference_is_paired_turns_round_and_agrees_with_its_p_value():
    rng, draws = np.random.default_rng(11), PersonDraws(PEOPLE, 500)
    one = binary(rng)
    worse = np.clip(one.estimates + rng.normal(0, 0.2, len(one)), 0.001, 0.999)
    other = Units("binary", worse, one.truths, one.persons, PEOPLE)
    a, b = replicates(one, draws), replicates(other, draws)
    for code in CLASS_METRICS[:12]:
        there, back = difference(a, b, (code, None)), difference(b, a, (code, None))
        assert there.value == pytest.approx(
            a.measure((code, None)).value - b.measure((code, None)).value
        )
        if there.p is None:
            assert there.why
            continue
        assert (back.low, back.high) == pytest.approx((-there.high, -there.low))
        assert back.p == pytest.approx(there.p)
        assert (there.p < 0.05) == (there.low > 0 or there.high < 0)


def test_a_paired_difference_is_narrower_than_both_intervals_together():
    rng, draws = np.random.default_rng(12), PersonDraws(PEOPLE, 500)
    one = number(rng)
    other = Units("regression", one.estimates + 0.5, one.truths, one.persons, PEOPLE)
    a, b = replicates(one, draws), replicates(other, draws)
    measure, alone = difference(b, a, ("bias", None)), a.measure(("bias", None))
    assert measure.value == pytest.approx(0.5)
    assert (measure.p, measure.why) == (None, "no-variation")
    apart = difference(b, a, ("mae", None))
    assert apart.high - apart.low < (alone.high - alone.low) / 2


def test_the_same_estimates_twice_do_not_differ():
    found = replicates(number(np.random.default_rng(1)), PersonDraws(PEOPLE, 50))
    measure = difference(found, found, ("mae", None))
    assert (measure.value, measure.p, measure.why) == (0.0, None, "no-variation")


@pytest.mark.parametrize("name", SCALES)
def test_each_scale_leads_back_and_its_slope_is_its_derivative(name):
    scale = SCALES[name]
    for value in (0.03, 0.5, 0.9):
        assert scale.back(scale.there(value)) == pytest.approx(value, rel=1e-12)
        step = (scale.there(value + 1e-6) - scale.there(value - 1e-6)) / 2e-6
        assert scale.slope(value) == pytest.approx(step, rel=1e-6)


def test_every_figure_and_every_reason_has_words_in_both_languages():
    assert {*REGRESSION_METRICS, *CLASS_METRICS} <= METRICS.keys()
    for name in METRICS.values():
        assert name.english
        assert not name.japanese.isascii() or name.japanese == "AUC"
    for english, japanese in REASONS.values():
        assert english.isascii()
        assert not japanese.isascii()


def few_differ(people, others, jitter=0.0):
    off = np.full(people, 3.0)
    off[:others] = 8.0
    off += jitter * np.random.default_rng(1).normal(size=people)
    truths = np.linspace(20, 80, people)
    return Units("regression", truths + off, truths, np.arange(people), people)


def few_wrong(people, wrong):
    truths = np.arange(people) % 2
    chance = np.where(np.arange(people) < wrong, 1.0 - truths, truths)
    return Units("binary", chance, truths, np.arange(people), people)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("units", "codes"),
    [
        (few_differ(14, 1), ("mae", "rmse")),
        (few_differ(14, 2), ("mae", "rmse")),
        (few_differ(60, 1, 1e-9), ("mae", "rmse")),
        (few_wrong(160, 1), ("brier", "log_loss")),
        (few_wrong(160, 3), ("brier", "log_loss")),
    ],
)
def test_where_too_few_people_differ_from_the_others_an_error_has_no_interval(units, codes):
    found = {each.metric: each for each in measures(units, PersonDraws(units.people, 400))}
    assert {code: found[code].why for code in codes} == dict.fromkeys(codes, "too-few-differ")
    assert all(found[code].value > 0 and found[code].high is None for code in codes)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("size", [1e-300, 1e-9, 1e12, 1e49, 1e160, 1e308])
@pytest.mark.parametrize("place", ["estimates", "truths"])
def test_no_figure_and_no_bound_is_ever_infinite(size, place):
    values = {"estimates": np.linspace(20, 80, 20) + 1, "truths": np.linspace(20, 80, 20)}
    values[place][3] = size
    units = Units("regression", values["estimates"], values["truths"], np.arange(20), 20)
    plain = few_differ(20, 6)
    plain = Units("regression", plain.estimates, units.truths, np.arange(20), 20)
    draws = PersonDraws(20, 200)
    both = replicates(units, draws), replicates(plain, draws)
    found = [*measures(units, draws), *(difference(*both, key) for key in both[0].figures)]
    numbers = [each for one in found for each in (one.value, one.low, one.high, one.p)]
    assert np.isfinite([each for each in numbers if each is not None]).all()
    assert all(one.why in REASONS for one in found if one.value is None or one.low is None)
    if size > 1e50:
        assert {one.why for one in measures(units, draws)} == {"too-large"}
