"""`gantei.gap`: what was planted is found, by persons, and against the reference alone."""

import numpy as np
import pytest

import gantei

from .evaluated import AGE, write_labels, write_results
from .gapped import COLUMNS, gap_tables, gapped

pytest.importorskip("scipy", reason="needs the extra study")
HEALTHY = {"group": "group", "reference_group": "healthy"}


def found(folder, records, **options):
    results, labels = gap_tables(folder, records)
    return gantei.gap(results, labels, **options)


def value(gap, metric, group="", level=""):
    return gap.figure(metric, group, level).measure.value


@pytest.fixture(scope="module")
def drawn():
    return gapped(visits=2, repeats=2)


@pytest.fixture(scope="module")
def gap(drawn, tmp_path_factory):
    return found(tmp_path_factory.mktemp("gap"), drawn, **HEALTHY, covariates=["sex", "camera"])


def by_visit(records):
    """Give mean estimate, age, group, sex, camera by person and visit, eyes first."""
    eyes = {}
    for each in records:
        key = each["person"], each["visit"], each["eye"]
        eyes.setdefault(key, []).append(float(each["net.age"]))
    visits, told = {}, {}
    for each in records:
        key = each["person"], each["visit"]
        visits.setdefault(key, {})[each["eye"]] = np.mean(eyes[(*key, each["eye"])])
        told[key] = each
    return [(np.mean([*visits[key].values()]), told[key]) for key in visits]


@pytest.mark.reference
def test_the_model_is_that_of_statsmodels_on_means_of_visits(gap, drawn):
    api = pytest.importorskip("statsmodels.api")
    rows = by_visit(drawn)
    age = np.array([float(each["age"]) for _, each in rows])
    gaps = np.array([mean for mean, _ in rows]) - age
    design = np.column_stack((
        np.ones(len(age)),
        *[[each[key] == text for _, each in rows]
          for key, text in (("group", "case"), ("sex", "female"), ("camera", "A"))],
        age, age**2,
    )).astype(float)  # fmt: skip
    persons = np.unique([each["person"] for _, each in rows], return_inverse=True)[1]
    judge = api.OLS(gaps, design).fit(cov_type="cluster", cov_kwds={"groups": persons}, use_t=True)
    usual = gap.figure("group_difference_cr1", "case").measure
    assert usual.value == pytest.approx(judge.params[1], rel=1e-9)
    assert (usual.low, usual.high) == pytest.approx(tuple(judge.conf_int()[1]), rel=1e-9)
    assert usual.p == pytest.approx(judge.pvalues[1], rel=1e-6)
    assert value(gap, "group_difference", "case") == pytest.approx(judge.params[1], rel=1e-9)


def test_a_planted_effect_is_found_where_the_raw_gap_shows_the_opposite(tmp_path):
    gap = found(tmp_path, gapped(400, 400, effect=1.5), **HEALTHY)
    measure = gap.figure("group_difference", "case").measure
    assert measure.low < 1.5 < measure.high
    assert measure.p < 0.01
    adjusted = gap.figure("adjusted_gap", "case").measure
    assert adjusted.low < 1.5 < adjusted.high
    raw = value(gap, "raw_gap", "case", "visit") - value(gap, "raw_gap", "healthy", "visit")
    assert raw < 0.5


def test_where_nothing_was_planted_nothing_is_found(tmp_path):
    gap = found(tmp_path, gapped(400, 400, effect=0), **HEALTHY)
    assert gap.figure("group_difference", "case").measure.p > 0.05
    raw = value(gap, "raw_gap", "case", "visit") - value(gap, "raw_gap", "healthy", "visit")
    assert raw < -1.5  # ten years older, slope 0.8


def test_a_reference_in_a_table_of_its_own_gives_the_same(drawn, gap, tmp_path):
    parts = {
        name: gap_tables(tmp_path, [each for each in drawn if each["group"] == name], name=name)
        for name in ("healthy", "case")
    }
    apart = gantei.gap(
        *parts["case"], reference=parts["healthy"][0], reference_labels=parts["healthy"][1],
        covariates=["sex", "camera"],
    )  # fmt: skip
    assert apart.people.groups == ("reference", "cases")
    for metric in ("group_difference", "adjusted_gap", "slope_difference", "change_difference"):
        assert value(apart, metric, "cases") == pytest.approx(value(gap, metric, "case"), rel=1e-9)


def test_repeats_eyes_and_change_have_what_was_planted(gap):
    within = gap.figure("within_eye_sd").measure
    assert within.low < 1 < within.high
    assert value(gap, "repeatability") == pytest.approx(1.96 * 2**0.5 * within.value)
    alike = gap.figure("eye_icc").measure
    assert alike.low < 0.5 < alike.high
    change = gap.figure("adjusted_change_per_year", "case").measure
    assert change.low < 0.5 < change.high
    healthy = gap.figure("change_per_year", "healthy").measure
    assert healthy.low < -0.2 < healthy.high  # the slope less 1: nothing but regression


def test_holm_counts_the_groups_that_are_compared(tmp_path):
    records = gapped(60, 120, effect=2)
    for each in records:
        if each["group"] == "case" and int(each["person"][1:]) % 2:
            each["group"] = "other"
    gap = found(tmp_path, records, **HEALTHY)
    assert gap.people.groups == ("healthy", "case", "other")
    figures = [gap.figure("group_difference", each) for each in ("case", "other")]
    p = sorted(each.measure.p for each in figures)
    adjusted = sorted(each.p_holm for each in figures)
    assert p[0] < 0.1
    assert adjusted == pytest.approx([2 * p[0], max(2 * p[0], p[1])])


def test_rows_are_those_of_the_table_and_frame_is_the_same(gap):
    pandas = pytest.importorskip("pandas")
    rows = gap.rows()
    assert [*rows[0]][:3] == ["metric", "level", "group"]
    assert isinstance(gap.frame(), pandas.DataFrame)
    assert len(gap.frame()) == len(rows)
    assert {row["metric"] for row in rows} >= {"group_difference", "raw_gap", "eye_icc"}
    assert not [row["metric"] for row in rows if row["metric"] in ("mae", "r2", "rmse")]


def test_without_groups_nobody_is_compared_and_nothing_is_adjusted(tmp_path):
    gap = found(tmp_path, gapped(30, 30))
    assert gap.people.groups == ()
    assert gap.figure("group_difference") is None
    assert gap.figure("adjusted_gap") is None
    assert value(gap, "slope_of_estimate") == pytest.approx(0.8, abs=0.15)


def test_a_small_group_has_a_difference_without_an_interval(tmp_path):
    gap = found(tmp_path, gapped(60, 8), **HEALTHY)
    measure = gap.figure("group_difference", "case").measure
    assert measure.value is not None
    assert (measure.low, measure.p, measure.why) == (None, None, "too-few-people")


def test_who_has_no_group_or_covariate_is_left_out_counted_and_listed(tmp_path):
    records = gapped(40, 40)
    records[0]["group"] = ""
    for each in records:
        if each["person"] == "p5":
            each["bmi"] = ""
    gap = found(tmp_path, records, **HEALTHY, covariates=["bmi"])
    codes = {each.person: each.code for _, each in gap.left_out_of_model}
    assert codes == {"p0": "no-group", "p5": "no-covariate"}  # p0 has one eye alone
    assert gap.model.people["healthy"] == 38
    assert gap.leaves_out


def test_photographs_of_a_visit_that_name_two_groups_leave_it_out(tmp_path):
    records = gapped(40, 40)
    both = next(each for each in records if each["eye"] == "left")
    both["group"] = "case"
    gap = found(tmp_path, records, **HEALTHY)
    ((_, one),) = gap.left_out_of_model
    assert (one.person, one.code) == (both["person"], "groups-differ")


def test_a_table_in_memory_and_columns_of_other_names_are_read(tmp_path):
    records = [{**each, "歳": each["age"], "id": each["person"]} for each in gapped(30, 30)]
    results = write_results(tmp_path / "results.csv", records, (AGE,))
    labels = write_labels(
        tmp_path / "labels.csv", records, (*(set(COLUMNS) - {"age", "person"}), "歳", "id")
    )
    one = gantei.gap(results, labels, age="歳", person="id", **HEALTHY)
    keys = ("photograph", "person", "age", "group", "visit")
    kept = [{key: each[key] for key in keys} for each in records]
    other = gantei.gap(results, kept, **HEALTHY)
    assert value(one, "group_difference", "case") == value(other, "group_difference", "case")


def test_labels_of_both_tables_in_one_file_are_all_used(tmp_path):
    records = gapped(30, 30)
    _, labels = gap_tables(tmp_path, [*records, {**records[0], "photograph": "nowhere.jpg"}])
    parts = {
        name: write_results(
            tmp_path / f"{name}.csv", [each for each in records if each["group"] == name], (AGE,)
        )
        for name in ("healthy", "case")
    }
    gap = gantei.gap(parts["case"], labels, reference=parts["healthy"])
    ((_, _, one),) = gap.left_out
    assert (one.name, one.code) == ("nowhere.jpg", "no-photograph")
    assert not gap.leaves_out


def test_where_no_eye_is_known_persons_are_compared_all_the_same(tmp_path):
    records = [{**each, "eye": ""} for each in gapped(30, 30)]
    gap = found(tmp_path, records, **HEALTHY)
    assert gap.figure("group_difference", "case").measure.people == 60
    assert gap.figure("eye_icc").measure.why == "no-pairs"
    assert not gap.leaves_out


def test_a_reference_of_one_age_has_no_line_and_is_compared_all_the_same(tmp_path):
    records = gapped(40, 80)
    for each in records:
        if each["group"] == "healthy":
            each["age"] = "60"
    gap = found(tmp_path, records, **HEALTHY)
    assert gap.line is None
    assert gap.figure("adjusted_gap", "case").measure.why == "no-spread"
    assert gap.figure("group_difference", "case").measure.low is not None
