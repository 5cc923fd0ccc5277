"""Reference line, repeats, right and left, overlap of ages, change within persons."""

import numpy as np
import pytest

from gantei.statistics.age_overlap import age_overlap
from gantei.statistics.clustered_regression import clustered_fit
from gantei.statistics.draws import PersonDraws
from gantei.statistics.eye_agreement import eye_differences, intraclass_correlation
from gantei.statistics.reference_line import adjusted_mean, drawn_line
from gantei.statistics.repeated_measurements import repeats
from gantei.statistics.student_intervals import figure_of
from gantei.statistics.within_persons import within_persons

stats = pytest.importorskip("scipy.stats", reason="needs the extra study")
PEOPLE = 200


@pytest.fixture
def people():
    """Ages, estimates, persons with one or two rows, and whether they are of the reference."""
    random = np.random.default_rng(4)
    persons = np.repeat(np.arange(PEOPLE), 1 + np.arange(PEOPLE) % 2)
    is_reference = persons < 120
    age = (random.normal(55, 10, PEOPLE) + 10 * (np.arange(PEOPLE) >= 120))[persons]
    estimates = 10 + 0.8 * age + random.normal(0, 4, PEOPLE)[persons]
    return age, estimates, persons, is_reference


def test_each_draw_has_the_line_that_numpy_fits_with_its_weights(people):
    age, estimates, persons, is_reference = people
    draws = PersonDraws(PEOPLE, draws=5)
    known = drawn_line(estimates, age, persons, is_reference, draws)
    found = adjusted_mean(
        known, estimates[~is_reference], age[~is_reference], persons[~is_reference], draws
    )
    means = []
    for weights in draws.weights(0, 5):
        each = weights[persons].astype(float)
        inside, outside = each * is_reference, each * ~is_reference
        slope, intercept = np.polyfit(age, estimates, 1, w=np.sqrt(inside))
        means.append(np.average(estimates - intercept - slope * age, weights=outside))
    slope, intercept = np.polyfit(age[is_reference], estimates[is_reference], 1)
    away = estimates - intercept - slope * age
    assert known.line.slope == pytest.approx(slope, rel=1e-9)
    assert found.value == pytest.approx(away[~is_reference].mean(), rel=1e-9)
    correction = np.sqrt(80 / 79)
    assert found.error == pytest.approx(np.std(means, ddof=1) * correction, rel=1e-9)
    assert found.freedom == 79


def test_the_interval_of_an_adjusted_gap_knows_how_uncertain_the_line_is(people):
    age, estimates, persons, is_reference = people
    draws = PersonDraws(PEOPLE)
    known = drawn_line(estimates, age, persons, is_reference, draws)
    cases = ~is_reference
    found = adjusted_mean(known, estimates[cases], age[cases], persons[cases], draws)
    away = estimates[cases] - known.line.expected(age[cases])
    naive = clustered_fit(np.ones((len(away), 1)), away, persons[cases]).of(0)
    assert found.error > 1.2 * naive.error


def test_repeatability_is_the_root_of_the_mean_square_within_groups():
    random = np.random.default_rng(8)
    groups = np.repeat(np.arange(40), [1, 2, 3, 4] * 10)
    values = 50 + random.normal(size=len(groups))
    persons = groups // 2
    found = repeats(values, groups, persons, PersonDraws(20))
    several = [values[groups == each] for each in range(40) if (groups == each).sum() > 1]
    square = sum(((each - each.mean()) ** 2).sum() for each in several)
    freedom = sum(len(each) - 1 for each in several)
    assert found.spread.value == pytest.approx(np.sqrt(square / freedom), rel=1e-12)
    assert (found.groups, found.people, len(found.values)) == (30, 20, 90)
    measure = figure_of("s", found.spread, units=30, people=20, is_log=True)
    assert measure.low < found.spread.value < measure.high
    assert measure.low * measure.high == pytest.approx(found.spread.value**2)


@pytest.mark.reference
def test_the_intraclass_correlation_has_the_f_test_and_the_interval_of_scipy():
    random = np.random.default_rng(9)
    pairs = random.normal(size=(60, 1)) + 0.7 * random.normal(size=(60, 2))
    value, low, high = intraclass_correlation(pairs)
    ratio = stats.f_oneway(*pairs).statistic
    assert value == pytest.approx((ratio - 1) / (ratio + 1), rel=1e-9)
    bounds = [ratio / stats.f.ppf(each, 59, 60) for each in (0.975, 0.025)]
    assert [low, high] == pytest.approx([(each - 1) / (each + 1) for each in bounds], rel=1e-9)


def test_the_intraclass_correlation_knows_what_was_fitted_before():
    random = np.random.default_rng(4)
    people, rounds, held = 12, 400, {0: 0, 2: 0}
    ages = np.linspace(-1, 1, people)
    design = np.column_stack((np.ones(people), ages, ages**2))
    away = np.eye(people) - design @ np.linalg.pinv(design)
    for _ in range(rounds):
        person, eye = random.normal(size=(people, 1)), random.normal(size=(people, 2))
        pairs = 0.8**0.5 * person + 0.2**0.5 * eye
        left = pairs - ((np.eye(people) - away) @ pairs.mean(axis=1))[:, None]
        for fitted in held:
            _, low, high = intraclass_correlation(left, fitted=fitted)
            held[fitted] += low <= 0.8 <= high
    assert held[2] / rounds > 0.93
    assert held[2] > held[0]


@pytest.mark.reference
def test_of_equally_many_eyes_the_intraclass_correlation_is_that_of_a_mixed_model():
    api = pytest.importorskip("statsmodels.api")
    random = np.random.default_rng(10)
    pairs = random.normal(size=(80, 1)) + 0.7 * random.normal(size=(80, 2))
    fit = api.MixedLM(pairs.ravel(), np.ones(160), np.repeat(np.arange(80), 2)).fit(reml=True)
    shared = float(np.asarray(fit.cov_re)[0, 0])
    assert intraclass_correlation(pairs)[0] == pytest.approx(
        shared / (shared + fit.scale), abs=1e-4
    )


def test_right_minus_left_has_limits_of_agreement_that_hold_its_mean():
    random = np.random.default_rng(12)
    differences = random.normal(0.5, 2, 100)
    found = eye_differences(differences, np.arange(100), PersonDraws(100))
    assert found.mean.value == pytest.approx(differences.mean())
    assert found.mean.error == pytest.approx(stats.sem(differences), rel=1e-9)
    assert found.spread.value == pytest.approx(differences.std(ddof=1))
    middle = (found.low.value + found.high.value) / 2
    assert middle == pytest.approx(found.mean.value)
    # Bland and Altman: the error of a limit is about the root of 3 s² / n.
    assert found.low.error == pytest.approx(np.sqrt(3 / 100) * found.spread.value, rel=0.15)


def test_groups_ten_years_apart_share_most_ages_and_thirty_years_apart_few():
    ages = stats.norm.ppf(np.linspace(0.001, 0.999, 400), 55, 10)
    assert age_overlap(ages + 10, ages).least > 0.8
    assert age_overlap(ages + 30, ages).least < 0.2


@pytest.mark.reference
def test_change_within_persons_is_that_of_a_regression_with_a_level_for_each():
    api = pytest.importorskip("statsmodels.api")
    random = np.random.default_rng(13)
    persons = np.repeat(np.arange(50), random.integers(1, 5, 50))
    times = random.uniform(0, 6, len(persons))
    values = random.normal(size=50)[persons] - 0.3 * times + random.normal(size=len(persons))
    found = within_persons(times, values[:, None], persons)
    fit = clustered_fit(found.times[:, None], found.values[:, 0], persons[found.rows])
    levels = (persons[:, None] == np.arange(50)).astype(float)
    judge = api.OLS(values, np.column_stack((times, levels))).fit()
    assert fit.of(0).value == pytest.approx(judge.params[0], rel=1e-9)
    assert len(found.rows) == sum(
        (persons == persons[each]).sum() > 1 for each in range(len(times))
    )


def test_who_has_no_second_time_or_none_at_all_is_left_out():
    times = np.array([0.0, 1.0, 3.0, 3.0, np.nan, 2.0])
    found = within_persons(times, np.arange(6.0)[:, None], np.array([0, 0, 1, 1, 2, 2]))
    assert found.rows.tolist() == [0, 1]
    assert not len(within_persons(np.full(3, np.nan), np.ones((3, 1)), np.arange(3)).rows)
