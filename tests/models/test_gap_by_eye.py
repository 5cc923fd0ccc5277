"""`gantei.gap` where a group or a covariate differs between the eyes of a person."""

import numpy as np
import pytest

import gantei
from gantei.age_gap.gap_report import gap_report

from .gapped import gap_tables, gapped

pytest.importorskip("scipy", reason="needs the extra study")
HEALTHY = {"group": "group", "reference_group": "healthy"}
SHIFT = 2.0
"""Years by which camera B moves an estimate."""


def by_eye(healthy=60, cases=60, **options):
    """Draw people whose right eye camera A took, and whose left eye mostly camera B."""
    random = np.random.default_rng(3)
    records = gapped(healthy, cases, **options)
    for each in records:
        each["camera"] = "B" if each["eye"] == "left" and random.random() < 0.8 else "A"
        each["net.age"] = f"{float(each['net.age']) + SHIFT * (each['camera'] == 'B'):.4f}"
    return records


def test_a_covariate_that_differs_between_eyes_leaves_nobody_out(tmp_path):
    gap = gantei.gap(*gap_tables(tmp_path, by_eye()), **HEALTHY, covariates=["camera"])
    found = gap.figure("group_difference", "case")
    assert (found.level, found.measure.units) == ("visit", 120)
    assert not gap.left_out_of_model
    assert found.measure.low < 1.5 < found.measure.high


def test_groups_of_eyes_are_compared_by_eye_within_the_people_of_both(tmp_path):
    records = by_eye(100, 100, effect=0.0)
    gap = gantei.gap(*gap_tables(tmp_path, records), group="camera", reference_group="A")
    found = gap.figure("group_difference", "B")
    assert (found.level, found.measure.units) == ("eye", len(records))
    assert found.measure.people == 200  # of either camera, each person once
    assert found.measure.low < SHIFT < found.measure.high
    assert gap.figure("slope_of_estimate", "B").level == "eye"
    assert all(row["compared"] == "yes" for row in persons(gap))


@pytest.mark.reference
def test_rows_of_eyes_are_compared_as_statsmodels_does_with_persons_as_clusters(tmp_path):
    api = pytest.importorskip("statsmodels.api")
    records = by_eye()
    tables = gap_tables(tmp_path, records)
    gap = gantei.gap(*tables, group="camera", reference_group="A", covariates=["sex"])
    age = np.array([float(each["age"]) for each in records])
    camera = [each["camera"] == "B" for each in records]
    female = [each["sex"] == "female" for each in records]
    design = np.column_stack((np.ones(len(age)), camera, age, age**2, female)).astype(float)
    people = np.unique([each["person"] for each in records], return_inverse=True)[1]
    gaps = np.array([float(each["net.age"]) for each in records]) - age
    judge = api.OLS(gaps, design).fit(cov_type="cluster", cov_kwds={"groups": people}, use_t=True)
    usual = gap.figure("group_difference_cr1", "B").measure
    assert usual.value == pytest.approx(judge.params[1], rel=1e-9)
    assert (usual.low, usual.high) == pytest.approx(tuple(judge.conf_int()[1]), rel=1e-9)


def test_groups_of_photographs_are_compared_by_photograph(tmp_path):
    records = by_eye(30, 30, repeats=2)
    for each in records:
        each["camera"] = "B" if each["photograph"].endswith("1.jpg") else "A"
    gap = gantei.gap(*gap_tables(tmp_path, records), group="camera", reference_group="A")
    found = gap.figure("group_difference", "B")
    assert (found.level, found.measure.units) == ("photograph", len(records))


def test_page_methods_and_terminal_say_why_a_row_is_an_eye(tmp_path):
    records = by_eye()
    gap = gantei.gap(*gap_tables(tmp_path, records), group="camera", reference_group="A")
    report = gap_report(gap)
    visits = len({each["person"] for each in records if each["camera"] == "B"})
    said = " ".join(each[0] for each in report.cautions)
    assert f"camera differs between the photographs of {visits} of 120 visits" in said
    assert "different cameras" not in said  # that is what is compared
    assert f"over {len(records)} eyes, because camera differed" in report.methods[0]
    assert f"眼 {len(records)} 件" in report.methods[1]


def test_few_visits_of_several_groups_are_left_out_and_listed_as_such(tmp_path):
    records = gapped(60, 60)
    left = next(each for each in records if each["eye"] == "left")
    left["group"] = "case"
    gap = gantei.gap(*gap_tables(tmp_path, records), **HEALTHY)
    assert gap.figure("group_difference", "case").level == "visit"
    ((_, left_out),) = gap.left_out_of_model
    assert left_out.code == "groups-differ"


def test_a_diagnosis_in_one_row_of_a_person_holds_for_both_eyes(tmp_path):
    records = by_eye()
    for each in records:
        if each["eye"] == "left":
            each["group"] = ""
    gap = gantei.gap(*gap_tables(tmp_path, records), **HEALTHY)
    assert gap.figure("raw_gap", "case", "eye").measure.units == sum(
        int(each["person"][1:]) >= 60 for each in records
    )


def persons(gap):
    table = next(each for each in gap_report(gap).tables if each.name == "persons.csv")
    names = [each.name for each in table.columns]
    return [dict(zip(names, row, strict=True)) for row in table.rows]


def test_repeated_photographs_count_as_of_one_visit_only_where_that_is_said(tmp_path):
    tables = gap_tables(tmp_path, gapped(30, 30, repeats=2))
    said = " ".join(each[0] for each in gap_report(gantei.gap(*tables, **HEALTHY)).found)
    assert "Two photographs of one eye at one visit differ by at most" in said
    records = [{**each, "visit": ""} for each in gapped(30, 30, repeats=2)]
    tables = gap_tables(tmp_path, records, name="other")
    said = " ".join(each[0] for each in gap_report(gantei.gap(*tables, **HEALTHY)).found)
    assert "Two photographs of one eye differ by at most" in said
    assert "Nothing tells visits apart (--visit)" in said
