import itertools

import numpy as np
import pytest

pytest.importorskip("scipy", reason="needs the extra study")


from gantei.errors import SettingError
from gantei_export.settling.class_fits import fit_best_order, fit_in_order
from gantei_export.settling.elimination import ScoredOutput, Tournament
from gantei_export.settling.evidence import Evidence, likelihood_of
from gantei_export.settling.logistic_likelihood import LogisticLikelihood
from gantei_export.settling.normal_likelihood import NormalLikelihood, log_share_below
from gantei_export.settling.order_of_labels import order_of_labels


def cohort(rng, people, separations):
    """Draw labels, and logits of a truth and of rivals that are copies of it with more noise."""
    labels = rng.integers(0, 2, people)
    truth = 2.66 * (labels - 0.5) + rng.normal(size=people)
    copies = [truth + noise * rng.normal(size=people) for noise in separations]
    return np.stack([2.66 * truth, *copies], axis=1), labels


def both_orders(columns):
    numbers = np.arange(columns)
    flipped = np.repeat([False, True], columns)
    return ScoredOutput("sex", "binary", np.tile(numbers, 2), flipped)


def raced(outputs, people, look=5, **scores):
    race = Tournament(outputs)
    for start in range(0, people, look):
        part = slice(start, start + look)
        race.add({name: (values[part], labels[part]) for name, (values, labels) in scores.items()})
    return race


def test_flipped_labels_and_poor_copies_are_dropped_and_the_truth_stays():
    scores, labels = cohort(np.random.default_rng(1), 150, [3.0, 3.0])
    race = raced([both_orders(3)], 150, sex=(scores, labels))
    assert race.alive.tolist() == [True] + [False] * 5
    assert race.signal() == "signal"
    assert race.settled([False] * 3 + [True] * 3) is False


@pytest.mark.parametrize(("factor", "shift"), [(100.0, 0.0), (0.01, 0.0), (3.0, 40.0)])
def test_the_scale_of_an_output_changes_no_evidence(factor, shift):
    scores, labels = cohort(np.random.default_rng(2), 60, [0.5, 1.0])
    plain = raced([both_orders(3)], 60, sex=(scores, labels))
    scores = scores * [1, factor, 1] + [0, shift, 0]
    scaled = raced([both_orders(3)], 60, sex=(scores, labels))
    np.testing.assert_allclose(scaled.log_e(), plain.log_e(), rtol=1e-9)
    np.testing.assert_allclose(
        scaled.evidence["sex"].lead, plain.evidence["sex"].lead, rtol=1e-6, atol=1e-9
    )


def test_evidence_is_the_same_however_often_one_looks():
    scores, labels = cohort(np.random.default_rng(3), 60, [0.5, 1.0])
    often, once = (raced([both_orders(3)], 60, look, sex=(scores, labels)) for look in (1, 60))
    alive = often.alive
    np.testing.assert_allclose(often.evidence["sex"].logs[:, 0], once.evidence["sex"].logs[:, 0])
    assert alive[0]


def test_separable_labels_have_a_likelihood_of_one_and_stop_nothing():
    labels = np.tile([0, 1], 30)
    scores = np.stack([labels * 4.0 - 2, np.random.default_rng(4).normal(size=60)], axis=1)
    race = raced([both_orders(2)], 60, sex=(scores, labels))
    assert race.alive.tolist() == [True, False, False, False]
    best, chances = LogisticLikelihood(2).best(scores, labels)
    assert best[0] == 0
    assert chances[:, 0].tolist() == [1] * 60


def test_shuffled_labels_work_with_none():
    rng = np.random.default_rng(5)
    scores, labels = cohort(rng, 100, [0.5, 1.0])
    race = raced([both_orders(3)], 100, sex=(scores, rng.permutation(labels)))
    assert race.signal() == "none of these works"
    assert raced([both_orders(3)], 50, sex=(scores, labels[::-1])).signal() == "too early"


def ages(rng, people, errors):
    """Draw ages, and estimates that are the first one's with more error, drawn to the middle."""
    age = rng.normal(60, 12, people)
    first = 50 + 0.8 * (age - 50) + errors[0] * rng.normal(size=people)
    rest = [first + error * rng.normal(size=people) for error in errors[1:]]
    return np.stack([first, *rest], axis=1), age


def test_ages_drop_a_worse_estimate_whatever_its_scale():
    scores, labels = ages(np.random.default_rng(6), 150, [4.0, 4.0, 0.0])
    plain = ScoredOutput("age", "regression", np.arange(3))
    race = raced([plain], 150, age=(scores, labels))
    assert race.alive.tolist() == [True, False, True]
    scaled = raced([plain], 150, age=(scores * [1, 100, 0.01] + [0, 7, 0], labels))
    np.testing.assert_allclose(scaled.log_e(), race.log_e(), rtol=1e-7, atol=1e-7)
    assert scaled.dropped_at.tolist() == race.dropped_at.tolist()


def test_several_outputs_weigh_in_by_the_mean_of_their_e_values():
    rng = np.random.default_rng(7)
    sex, age = cohort(rng, 60, [1.0]), ages(rng, 60, [4.0, 3.0])
    plain = ScoredOutput("age", "regression", np.tile(np.arange(2), 2))
    race = raced([both_orders(2), plain], 60, sex=sex, age=age)
    each = [np.exp(race.evidence[name].log_e[race.readings(name)]) for name in ("sex", "age")]
    np.testing.assert_allclose(np.exp(race.log_e()), np.mean(each, axis=0))


def test_a_column_that_nothing_alive_reads_may_be_missing():
    scores, labels = cohort(np.random.default_rng(8), 200, [3.0, 0.0])
    race = Tournament([both_orders(3)])
    for start in range(0, 200, 10):
        part = np.full((10, 3), np.nan)
        needed = race.needed("sex")
        part[:, needed] = scores[start : start + 10, needed]
        race.add({"sex": (part, labels[start : start + 10])})
    assert race.needed("sex").tolist() == [0, 2]
    assert race.people == 200


def test_a_candidate_may_join_when_others_have_run_for_a_while():
    rng = np.random.default_rng(9)
    scores, labels = cohort(rng, 160, [1.0, 0.0])
    late = scores.copy()
    late[:80, 0] = np.nan
    evidence = Evidence(likelihood_of("binary", 3), np.ones(3))
    evidence.add(late[:80], labels[:80])
    assert evidence.log_e[0] == pytest.approx(0)
    evidence.add(late[80:], labels[80:])
    fresh = Evidence(likelihood_of("binary", 3), np.ones(3))
    fresh.add(scores[80:], labels[80:])
    # Those that ran before have learnt from the others, so they predict better.
    assert 0 < evidence.log_e[0] - fresh.log_e[0] < 5


def test_a_missing_or_infinite_output_of_a_candidate_in_the_race_is_refused():
    scores, labels = cohort(np.random.default_rng(10), 20, [1.0])
    race = raced([both_orders(2)], 20, sex=(scores, labels))
    for bad in (np.nan, np.inf):
        broken = scores.copy()
        broken[3, 1] = bad
        with pytest.raises(SettingError):
            race.add({"sex": (broken, labels)})


def test_predictions_of_labels_are_those_of_a_bayesian_logistic_line():
    scores, labels = cohort(np.random.default_rng(11), 15, [])
    likelihood = LogisticLikelihood(1)
    likelihood.place(scores[:12], np.array([0]))
    logs = likelihood.predict(scores, labels)
    x = (scores[:, 0] - scores[:12, 0].mean()) / scores[:12, 0].std()
    steps, log_slopes = np.meshgrid(np.linspace(-4, 4, 400), np.linspace(-3, 4.5, 400))
    slopes = np.exp(log_slopes)
    prior = np.exp(-(steps**2) / 2 - (log_slopes - np.log(2.5)) ** 2 / 2)
    intercepts = steps * np.sqrt(1.2**2 + (0.6 * slopes) ** 2)
    eta = intercepts[..., None] + slopes[..., None] * x
    chance = 1 / (1 + np.exp(np.where(labels == 1, -eta, eta)))
    exact = (prior * chance.prod(2)).sum() / prior.sum()
    assert logs.sum() == pytest.approx(np.log(exact), abs=0.05)


def test_predictions_of_ages_are_a_density():
    scores, labels = ages(np.random.default_rng(12), 30, [4.0, 4.0])
    grid = np.linspace(-400, 500, 9001)
    for people in (12, 30):
        each = []
        for age in grid[::10]:
            likelihood = NormalLikelihood(2)
            likelihood.place(scores[:12], np.arange(2))
            told = np.append(labels[: people - 1], age)
            each.append(likelihood.predict(scores[:people], told)[-1])
        np.testing.assert_allclose(np.exp(each).sum(0) * 1.0, 1, atol=2e-3)


def test_small_shares_of_student_s_distribution_are_told_by_their_logarithm():
    from scipy import integrate, stats

    t, freedom = np.array([-1.0, -20.0, -45.0, -60.0]), np.array([10.0, 150.0, 170.0, 400.0])
    logs = log_share_below(t, freedom)
    for each, one, of in zip(logs, t, freedom, strict=True):
        at = stats.t.logpdf(one, of)
        area, _ = integrate.quad(
            lambda u, one=one, of=of, at=at: np.exp(stats.t.logpdf(one - u, of) - at), 0, np.inf
        )
        assert each == pytest.approx(at + np.log(area), rel=1e-9)


@pytest.mark.reference
def test_fits_of_labels_are_those_of_statsmodels():
    sm = pytest.importorskip("statsmodels.api", reason="needs statsmodels")

    rng = np.random.default_rng(13)
    labels = rng.integers(0, 2, 80)
    scores = (labels * 1.5 + rng.normal(size=80))[:, None]
    best, _ = LogisticLikelihood(1).best(scores, labels)
    other = sm.Logit(labels, sm.add_constant(scores)).fit(disp=0)
    assert best[0] == pytest.approx(other.llf, abs=1e-9)
    x = np.stack([np.zeros(80), scores[:, 0]], axis=1)[None]
    fits = fit_in_order(x, labels, np.array([[0, 1]]))
    assert fits.log_likelihood[0] == pytest.approx(other.llf, abs=1e-8)


@pytest.mark.reference
def test_fits_of_ages_are_those_of_statsmodels():
    sm = pytest.importorskip("statsmodels.api", reason="needs statsmodels")

    scores, labels = ages(np.random.default_rng(14), 40, [4.0, 4.0])
    best, _ = NormalLikelihood(2).best(scores, labels)
    for column in range(2):
        other = sm.OLS(labels, sm.add_constant(scores[:, column])).fit()
        assert best[column] == pytest.approx(other.llf, rel=1e-12)


def classes(rng, people, noise):
    """Draw labels of four classes, and log-probabilities of which class 2 is label 0, and so on."""
    labels = rng.integers(0, 4, people)
    eta = 2.5 * np.eye(4)[labels] + rng.normal(size=(people, 4))
    outputs = [eta, *(eta + each * rng.normal(size=(people, 4)) for each in noise)]
    order = np.array([2, 0, 3, 1])
    logs = np.stack(outputs, axis=1)
    logs = logs - np.log(np.exp(logs).sum(2, keepdims=True))
    return logs[:, :, np.argsort(order)], labels, order


def test_the_best_order_of_labels_is_found_by_assignment():
    rng = np.random.default_rng(15)
    orders = np.array(list(itertools.permutations(range(4))))
    for _ in range(10):
        scores, labels, _ = classes(rng, 40, [])
        x = np.swapaxes(scores, 0, 1)
        found = fit_best_order(x, labels)
        each = fit_in_order(np.repeat(x, 24, axis=0), labels, orders)
        assert found.log_likelihood[0] == pytest.approx(each.log_likelihood.max(), abs=1e-6)


def test_a_race_of_several_classes_drops_the_worse_in_whatever_order_their_labels_are():
    scores, labels, _ = classes(np.random.default_rng(16), 100, [2.5])
    shown = ScoredOutput("grade", "categorical", np.arange(2), None, 4, any_order=True)
    race = raced([shown], 100, grade=(scores, labels))
    assert race.alive.tolist() == [True, False]
    assert race.signal() == "signal"
    scaled = raced([shown], 100, grade=(scores * [[[1], [100]]], labels))
    np.testing.assert_allclose(scaled.log_e(), race.log_e(), rtol=1e-5)


def test_an_order_of_labels_is_settled_and_a_wrong_one_contradicted():
    scores, labels, order = classes(np.random.default_rng(17), 60, [])
    told = order_of_labels(scores[:, 0], labels, stated=order)
    assert told.order == tuple(order)
    assert told.settled() == (True,) * 4
    assert not told.contradicted()
    assert order_of_labels(scores[:, 0], labels, stated=order[[1, 0, 2, 3]]).contradicted()


def test_how_many_more_people_are_needed_is_told_where_it_can_be():
    scores, labels = cohort(np.random.default_rng(18), 400, [0.55, 0.05])
    race, told = Tournament([ScoredOutput("sex", "binary", np.arange(3))]), []
    for start in range(0, 400, 5):
        race.add({"sex": (scores[start : start + 5], labels[start : start + 5])})
        if race.people == 80:
            told = [race.evidence["sex"].people_needed(0, each, race.threshold) for each in (1, 2)]
    assert race.alive.tolist() == [True, False, True]
    assert told[0] == pytest.approx(race.dropped_at[1], rel=0.5)
    assert told[1] == float("inf")


def test_a_single_candidate_has_nothing_against_it_but_no_signal():
    scores, labels = cohort(np.random.default_rng(19), 60, [])
    race = raced([ScoredOutput("sex", "binary", np.arange(1))], 60, sex=(scores, labels))
    assert race.log_e().tolist() == [0]
    assert race.signal() == "signal"


def test_odd_outputs_and_labels_stop_nothing():
    rng = np.random.default_rng(20)
    scores, labels = cohort(rng, 40, [1.0, 1.0, 1.0])
    scores[:, 1] = 3.3
    scores[:20, 2] = -1e6
    scores[:, 3] = np.where(labels, 1e3, -1e3)
    for told in (labels, np.zeros_like(labels), np.sort(labels)):
        race = raced([both_orders(4)], 40, sex=(scores, told))
        assert np.isfinite(race.log_e()).all()
    flat = ScoredOutput("age", "regression", np.arange(4))
    for years in (np.full(40, 50.0), scores[:, 0], 50 + 1e-3 * labels):
        assert np.isfinite(raced([flat], 40, age=(scores, years)).log_e()).all()


def test_the_e_value_of_the_truth_seldom_reaches_ten_at_any_look():
    reached = {"sex": 0, "age": 0}
    for seed in range(60):
        rng = np.random.default_rng((21, seed))
        sex = raced([both_orders(3)], 40, sex=cohort(rng, 40, [0.3, 1.0]))
        plain = ScoredOutput("age", "regression", np.arange(3))
        age = raced([plain], 40, age=ages(rng, 40, [4.0, 1.0, 3.0]))
        for name, race in (("sex", sex), ("age", age)):
            reached[name] += max(log_e[0] for _, log_e in race.history) >= np.log(10)
    assert max(reached.values()) <= 6
