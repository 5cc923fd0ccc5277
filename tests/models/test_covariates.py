"""Covariates: texts are categories, numbers are numbers, and nothing is guessed."""

import numpy as np
import pytest

import gantei
from gantei.errors import SettingError

from .gapped import gap_tables, gapped

pytest.importorskip("scipy", reason="needs the extra study")
HEALTHY = {"group": "group", "reference_group": "healthy"}


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    return gap_tables(tmp_path_factory.mktemp("tables"), gapped(60, 60))


def terms(gap):
    return [each.term for each in gap.figures if each.measure.metric == "model_term"][2:]


def kinds(tables, *covariates):
    gap = gantei.gap(*tables, **HEALTHY, covariates=covariates)
    return {each.name: each.kind for each in gap.covariates}, terms(gap)


def test_texts_are_categories_beside_their_most_frequent_and_numbers_are_numbers(tables):
    found, named = kinds(tables, "sex", "bmi")
    assert found == {"sex": "category", "bmi": "number"}
    assert len(named) == 2
    assert named[0] in ("sex male", "sex female")
    assert named[1] == "bmi"


def test_whole_numbers_that_may_be_codes_are_what_the_user_says(tables):
    with pytest.raises(SettingError, match=r"3 whole numbers \(0, 1, 2 …\) may be codes"):
        kinds(tables, "stage")
    assert kinds(tables, "stage:number") == ({"stage:number": "number"}, ["stage:number"])
    found, named = kinds(tables, "stage:category")
    assert found == {"stage:category": "category"}
    assert len(named) == 2


def test_a_number_in_steps_is_a_category(tables):
    found, named = kinds(tables, "bmi:5")
    assert found == {"bmi:5": "category"}
    assert all(each.startswith("bmi:5 ") for each in named)


def test_a_category_as_a_number_is_refused(tables):
    with pytest.raises(SettingError, match=r"--covariates camera:number: '[AB]' is no number"):
        kinds(tables, "camera:number")


def test_one_value_for_everybody_is_refused(tmp_path):
    tables = gap_tables(tmp_path, [{**each, "camera": "A"} for each in gapped(20, 20)])
    with pytest.raises(SettingError, match="--covariates camera: is A for everybody"):
        kinds(tables, "camera")


def test_names_of_persons_are_no_categories(tmp_path):
    records = [{**each, "camera": f"of {each['person']}"} for each in gapped(20, 20)]
    with pytest.raises(SettingError, match="has 40 categories, more than 30"):
        kinds(gap_tables(tmp_path, records), "camera")


def test_numbers_of_a_visit_are_averaged_and_categories_have_their_share(tmp_path):
    records = gapped(30, 30)
    two = next(each["person"] for each in records if each["eye"] == "left")
    for each in records:
        if each["person"] == two:
            each["bmi"] = "20" if each["eye"] == "left" else "30"
            each["camera"] = "A" if each["eye"] == "left" else "B"
    gap = gantei.gap(*gap_tables(tmp_path, records), **HEALTHY, covariates=["bmi", "camera"])
    place = [person for person, _ in gap.people.visits.visits].index(two)
    assert gap.covariates[0].values[place] == 25
    assert gap.covariates[1].values[place] == {"A": 0.5, "B": 0.5}
    assert gap.covariates[1].mixed == 1
    assert not gap.left_out_of_model


def test_unknown_is_no_category(tmp_path):
    records = gapped(30, 30)
    for each in records:
        if each["person"] in ("p3", "p40"):
            each["camera"] = "unknown"
    gap = gantei.gap(*gap_tables(tmp_path, records), **HEALTHY, covariates=["camera"])
    assert {each.person for _, each in gap.left_out_of_model} == {"p3", "p40"}
    assert len(terms(gap)) == 1


def test_a_camera_per_photograph_is_held_constant_as_if_photographs_were_rows(tmp_path):
    """Cameras shift estimates by 4 years, and more cases were photographed by that one."""
    random = np.random.default_rng(6)
    records = gapped(200, 200, effect=1.5, repeats=2)
    for each in records:
        each["camera"] = "B" if random.random() < 0.3 + 0.4 * (each["group"] == "case") else "A"
        each["net.age"] = f"{float(each['net.age']) + 4 * (each['camera'] == 'B'):.4f}"
    tables = gap_tables(tmp_path, records)
    without = gantei.gap(*tables, **HEALTHY).figure("group_difference", "case").measure
    found = gantei.gap(*tables, **HEALTHY, covariates=["camera"])
    measure = found.figure("group_difference", "case").measure
    assert without.value > 2.3
    assert measure.low < 1.5 < measure.high
    assert not found.left_out_of_model
    (term,) = [each for each in found.figures if each.term.startswith("camera ")]
    assert abs(term.measure.value) == pytest.approx(4, abs=1)
