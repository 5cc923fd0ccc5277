import json
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="needs the extra study")

from scipy.optimize import curve_fit

from gantei.errors import SettingError
from gantei.statistics.draws import PersonDraws
from gantei_export.learning import learning_curve
from gantei_export.learning.curve_errors import CurveErrors, curve_errors
from gantei_export.learning.head_fitting import fit_head
from gantei_export.learning.held_out import rows_of
from gantei_export.learning.learning_curve import LearningCurve, run_curve
from gantei_export.learning.people_split import fewer_people, split_people
from gantei_export.learning.power_law import PowerLaw, fit_power_laws

from .embedding_cohorts import cohort, learning_target

SIZES = np.array([25.0, 50, 100, 200, 400])


def curve_of(law, people, laws=(), why=""):
    return LearningCurve(
        learning_target("regression"), "mae", 0.2, 0, people, (), (), 9.0, law, 0.1, 1.0, why, laws
    )


@pytest.mark.parametrize("kind", ["regression", "binary"])
def test_each_size_is_learnt_from_parts_of_the_next_and_judged_by_the_same_people(kind):
    data = cohort(kind, photographs=120, width=6)
    found = run_curve(data, seed=3, repeats=2, strengths=[10.0])
    assert [size.people for size in found.sizes] == [25, 50, 60]
    errors = np.zeros((2, 3))
    for repeat in range(2):
        chosen, test = split_people(data, seed=3, draw=repeat)
        for place, size in ((2, 60), (1, 50), (0, 25)):
            if size < 60:
                kept = fewer_people(rows_of(data, chosen), size, seed=3, draw=repeat)
                chosen = chosen.copy()
                chosen[np.flatnonzero(chosen)[~kept]] = False
            assert len(set(data.persons[chosen])) == size
            head = fit_head(rows_of(data, chosen), strengths=[10.0]).head
            estimates, truths = head.estimates(data.embeddings[test]), data.truths[test]
            off = estimates - truths if kind == "regression" else (estimates >= 0.5) != truths
            errors[repeat, place] = np.mean(np.abs(off))
    np.testing.assert_allclose([size.error for size in found.sizes], errors.mean(axis=0))
    np.testing.assert_allclose([size.sd for size in found.sizes], errors.std(axis=0, ddof=1))
    assert found.measure == ("mae" if kind == "regression" else "accuracy")
    assert (found.law, found.why) == (None, "too-few-sizes")


def test_drawn_errors_are_those_of_the_drawn_people():
    sums = np.array([[[2.0, 3.0, 0.0]], [[0.0, 1.0, 4.0]]])
    counts = np.array([[1.0, 2.0, 0.0], [0.0, 2.0, 1.0]])
    found = CurveErrors((9,), (9.0,), (), sums, counts, 1.0)
    np.testing.assert_allclose(found.errors(), [[5 / 3], [5 / 3]])
    draws = PersonDraws(3, 20)
    for weights, drawn in zip(draws.weights(0, 20), found.drawn(draws), strict=True):
        for repeat in range(2):
            photographs = weights @ counts[repeat]
            expected = weights @ sums[repeat, 0] / photographs if photographs else np.nan
            np.testing.assert_allclose(drawn[repeat, 0], expected)


@pytest.mark.parametrize(
    ("limit", "factor", "exponent"), [(3.0, 20.0, 0.5), (0.0, 4.0, 0.3), (0.05, 9.0, 1.2)]
)
def test_a_law_without_noise_is_found_again(limit, factor, exponent):
    errors = limit + factor * SIZES**-exponent
    [law] = fit_power_laws(SIZES, errors[None], np.ones(5))
    assert law.exponent == pytest.approx(exponent, abs=0.011)
    assert law.limit == pytest.approx(limit, abs=0.03 * errors[0])
    np.testing.assert_allclose([law.error(size) for size in SIZES], errors, rtol=2e-3)


def test_a_law_with_noise_is_the_one_that_scipy_finds():
    rng = np.random.default_rng(1)
    spread = np.array([0.4, 0.3, 0.2, 0.1, 0.1])
    errors = 3 + 30 * SIZES**-0.6 + spread * rng.normal(size=5)
    [law] = fit_power_laws(SIZES, errors[None], spread**-2)
    expected, _ = curve_fit(
        lambda n, a, b, c: a + b * n**-c, SIZES, errors, (2, 10, 0.5), sigma=spread,
        bounds=(0, [10, 1000, 2]),
    )  # fmt: skip
    assert law.exponent == pytest.approx(expected[2], abs=0.02)
    assert law.error(800) == pytest.approx(
        expected[0] + expected[1] * 800 ** -expected[2], rel=0.01
    )


def test_errors_that_rise_have_an_exponent_below_0_and_equal_ones_of_0():
    rising, equal = fit_power_laws(SIZES, np.stack((np.log(SIZES), np.full(5, 2.0))), np.ones(5))
    assert rising.exponent < 0
    assert (equal.exponent, equal.factor, equal.limit) == (0, 0, 2.0)
    assert rising.people(1.0) == equal.people(1.0) == float("inf")


def test_how_many_more_people_it_takes_is_what_the_law_says_less_those_at_hand():
    law = PowerLaw(3.0, 10.0, 0.5)
    laws = tuple(PowerLaw(3.0, factor, 0.5) for factor in np.linspace(8, 12, 101))
    found = curve_of(law, 150, laws).to_reach(3.5)  # 400 people
    assert (found.people, found.why) == (250, "")
    assert 106 <= found.low <= 120
    assert 410 <= found.high <= 426
    assert curve_of(law, 150, laws).to_reach(4.5).people == 0


def test_nothing_is_said_beyond_four_times_the_people_at_hand():
    law = PowerLaw(3.0, 10.0, 0.5)
    assert curve_of(law, 100, (law,)).to_reach(3.5).people == 300
    assert curve_of(law, 99, (law,)).to_reach(3.5) == learning_curve.MorePeople(
        3.5, None, None, None, "too-far"
    )
    assert curve_of(law, 99, (law,)).to_reach(3.0).why == "never"
    assert curve_of(None, 99, why="not-falling").to_reach(3.5).why == "no-law"
    far = PowerLaw(3.0, 20.0, 0.5)
    assert curve_of(law, 150, (law, far)).to_reach(3.5).high is None
    with pytest.raises(SettingError, match="above 0"):
        curve_of(law, 99).to_reach(0.0)


def made_up(rng, errors, repeats=10, people=300, spread=0.5):
    """Make up errors of a fifth of the people in each repeat, at each size."""
    sums, counts = np.zeros((repeats, len(errors), people)), np.zeros((repeats, people))
    own = np.abs(rng.normal(1, spread, people))
    for repeat in range(repeats):
        held = rng.permutation(people)[: people // 5]
        counts[repeat, held] = 1
        noise = rng.normal(1, 0.3, (len(errors), len(held)))
        training = rng.normal(1, 0.03, (len(errors), 1))
        sums[repeat][:, held] = np.array(errors)[:, None] * own[held] * np.abs(noise) * training
    return CurveErrors((25, 50, 100, 200, 240), (1.0,) * 5, (), sums, counts, 9.0)


def told(monkeypatch, errors, cohorts):
    data = cohort("regression", photographs=480, width=1)
    found = []
    for number in range(cohorts):
        made = made_up(np.random.default_rng(number), errors)
        monkeypatch.setattr(learning_curve, "curve_errors", lambda *_, made=made, **__: made)
        found.append(run_curve(data, number))
    return found


def test_a_law_is_told_where_the_error_falls_and_hardly_ever_where_it_does_not(monkeypatch):
    falling = told(monkeypatch, 3 + 20 * np.array([25, 50, 100, 200, 240]) ** -0.7, 5)
    assert sum(each.law is not None for each in falling) >= 4
    for each in falling:
        if each.law:
            assert each.low > 0
            assert each.law.limit < each.sizes[-1].error
    flat = told(monkeypatch, [4.0] * 5, 12)
    assert sum(each.law is not None for each in flat) <= 1
    assert {each.why for each in flat if each.law is None} == {"not-falling"}


def test_sizes_at_which_a_class_has_too_few_people_are_left_out_and_named():
    data = cohort("binary", photographs=160, width=4)
    rare = replace(data, truths=(data.persons % 10 == 0).astype(np.intp))
    found = run_curve(rare, repeats=2, strengths=[10.0])
    assert found.left_out == (25,)
    assert [size.people for size in found.sizes] == [50, 80]


def test_a_curve_is_told_in_json_and_progress_by_repeat():
    steps = []
    found = run_curve(
        cohort("regression", photographs=60, width=3), repeats=2, advance=steps.append
    )
    assert steps == [1, 1]
    read = json.loads(json.dumps(found.as_json(), allow_nan=False))
    assert read["sizes"][0]["people"] == 25
    assert (read["why"], read["law"], read["people"]) == ("too-few-sizes", None, 37)


def test_curves_that_make_no_sense_are_refused():
    for repeats in (1, 1001):
        with pytest.raises(SettingError, match="repeats"):
            run_curve(cohort("regression"), repeats=repeats)
    data = cohort("binary")
    with pytest.raises(SettingError, match="at least"):
        run_curve(replace(data, truths=(data.persons < 9).astype(np.intp)))
    one = replace(data, truths=(data.persons < 10).astype(np.intp))
    with pytest.raises(SettingError, match="too few people of a class"):
        curve_errors(one, 0, 2, share=0.9, strengths=[1.0], advance=lambda _: None)
