"""Frequencies by sex of a table: corrected, naive and of recorded sexes; and what is refused."""

from itertools import product

import numpy as np
import pytest

from gantei.errors import SettingError
from gantei.misclassification.description import describe
from gantei.misclassification.description_words import cautions
from gantei.misclassification.description_words import found as sentences
from gantei.statistics.differential_range import frequency_range
from gantei.statistics.misclassified_frequencies import (
    AccuracyCounts,
    OutcomeCounts,
    corrected_frequencies,
)

from .evaluated import SEX, write_labels, write_results
from .sexless import LABELS, people

pytest.importorskip("scipy", reason="needs the extra study")


@pytest.fixture(scope="module")
def records():
    """Estimates that are often wrong, half of the sexes missing."""
    return people(1200, seed=11, missing=0.5, apart=1.8)


@pytest.fixture(scope="module")
def tables(records, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    return write_results(folder / "r.csv", records, (SEX,)), write_labels(
        folder / "l.csv", records, LABELS
    )


@pytest.fixture(scope="module")
def description(tables):
    return describe(*tables, outcome="retinopathy")


def figure(description, method, kind, sex=None, who="everybody", category="yes"):
    (row,) = [
        row
        for row in description.rows()
        if (row["who"], row["method"], row["figure"]) == (who, method, kind)
        and row["category"] == category
        and (sex is None or row["sex"] == sex)
    ]
    return row


def test_the_corrected_frequencies_hold_what_was_planted(description):
    for sex, planted in (("female", 0.15), ("male", 0.3)):
        row = figure(description, "corrected", "share", sex)
        assert row["low"] < planted < row["high"]
    difference = figure(description, "corrected", "difference")
    assert difference["low"] < 0.15 < difference["high"]
    assert difference["sex"] == "male minus female"
    ratio = figure(description, "corrected", "ratio")
    assert ratio["low"] < 2 < ratio["high"]


def test_the_naive_difference_is_smaller_and_stands_beside_it(description):
    who = "sex-not-recorded"
    naive = figure(description, "naive", "difference", who=who)["value"]
    corrected = figure(description, "corrected", "difference", who=who)["value"]
    assert 0 < naive < corrected
    alone = figure(description, "recorded-only", "difference")
    assert alone["low"] < 0.15 < alone["high"]


def test_sensitivity_and_specificity_are_counted_within_each_category(description, records):
    rows = description.accuracies()
    assert {(row["figure"], row["category"]) for row in rows} == {
        (figure, category)
        for figure in ("sensitivity", "specificity")
        for category in ("no", "yes")
    }
    recorded = {each["person"] for each in records if each["sex"]}
    assert sum(row["people"] for row in rows) == len(recorded)
    assert not description.accuracy.is_assumed


def test_what_was_measured_elsewhere_takes_the_place_of_the_recorded_people(tables):
    found = describe(*tables, outcome="retinopathy", sensitivity="85/100", specificity="80/100")
    assert {(row["category"], row["source"]) for row in found.accuracies()} == {(None, "elsewhere")}
    assert found.accuracy.is_assumed
    row = figure(found, "corrected", "difference")
    assert row["least"] < row["value"] < row["greatest"]


def test_shares_by_category_are_taken_as_they_are(tables):
    given = {"yes": 0.75, "no": 0.85}
    found = describe(
        *tables, outcome="retinopathy", sensitivity=given, specificity="yes=0.7,no=0.8"
    )
    told = {(row["figure"], row["category"]): row["value"] for row in found.accuracies()}
    assert told == {
        ("sensitivity", "yes"): 0.75, ("sensitivity", "no"): 0.85,
        ("specificity", "yes"): pytest.approx(0.7), ("specificity", "no"): pytest.approx(0.8),
    }  # fmt: skip
    assert not found.accuracy.is_assumed
    assert figure(found, "corrected", "difference")["least"] is None


def test_what_is_known_only_overall_is_named_where_it_is_one_of_both(tables):
    found = describe(
        *tables, outcome="retinopathy", sensitivity="yes=0.75,no=0.85", specificity=0.75
    )
    assert found.accuracy.is_assumed
    difference = figure(found, "corrected", "difference")
    least, greatest = (f"{100 * difference[each]:.1f}" for each in ("least", "greatest"))
    told = " ".join(each[0] for each in sentences(found)).replace("−", "-")
    assert f"{least} to {greatest} if accuracy differs between the categories" in told
    said = " ".join(each[0] for each in cautions(found))
    assert "Assumed non-differential: specificity is known only overall" in said


def test_labels_without_a_column_of_sexes_need_an_accuracy_of_elsewhere(records, tables, tmp_path):
    columns = [each for each in LABELS if each != "sex"]
    labels = write_labels(tmp_path / "l.csv", records, columns)
    found = describe(
        tables[0], labels, outcome="retinopathy", sensitivity="85/100", specificity="80/100"
    )
    assert {row["who"] for row in found.rows()} == {"sex-not-recorded"}
    assert {row["method"] for row in found.rows()} == {"corrected", "naive"}


def test_a_category_with_few_recorded_people_takes_the_overall_accuracy_and_says_so(
    records, tables, tmp_path
):
    lost = [
        {**each, "sex": "" if each["retinopathy"] == "yes" else each["sex"]} for each in records
    ]
    labels = write_labels(tmp_path / "l.csv", lost, LABELS)
    found = describe(tables[0], labels, outcome="retinopathy")
    assert found.accuracy.is_assumed
    assert found.accuracy.too_few == "yes"


def test_people_without_the_outcome_are_listed(records, tables, tmp_path):
    lost = {each["person"] for each in records[:30]}
    changed = [
        {**each, "retinopathy": "" if each["person"] in lost else each["retinopathy"]}
        for each in records
    ]
    labels = write_labels(tmp_path / "l.csv", changed, LABELS)
    found = describe(tables[0], labels, outcome="retinopathy")
    assert {each.person for each in found.exclusions} == lost
    assert found.counts.recorded.sum() + found.counts.estimated.sum() == 1200 - len(lost)


@pytest.mark.parametrize(
    ("changed", "given", "said"),
    [
        ({}, {"outcome": "hba1c"}, "is a number of .* write it in steps"),
        ({"site": "Kyoto"}, {"outcome": "site"}, "is Kyoto throughout"),
        ({"sex": "male"}, {"outcome": "site"}, "every person's sex is recorded"),
        ({"sex": ""}, {"outcome": "site"}, "needs 20 of each"),
        ({}, {"outcome": "sex"}, "is the sex itself"),
        ({}, {"outcome": "site", "sensitivity": 0.9}, "--specificity is missing"),
        ({}, {"outcome": "site", "sensitivity": 0.6, "specificity": 0.6}, "add up to 1.20"),
        ({}, {"outcome": "site", "sensitivity": "x", "specificity": 0.6}, "neither a share"),
        ({}, {"outcome": "site", "sensitivity": "9/8", "specificity": 0.6}, "neither a share"),
        ({}, {"outcome": "site", "sensitivity": "9/10", "specificity": 0.9}, "all as counts"),
        (
            {},
            {"outcome": "site", "sensitivity": {"Kyoto": 0.9}, "specificity": 0.9},
            "says nothing of Osaka",
        ),
        (
            {},
            {"outcome": "site", "sensitivity": "Kyoto=1,Osaka=1,Nara=1", "specificity": 0.9},
            "nobody is of the category Nara",
        ),
        ({}, {"outcome": "site", "vary": 0.5}, "--vary 0.5"),
        ({}, {"outcome": "site", "threshold": 1.0}, "--threshold 1"),
    ],
)
def test_what_makes_no_sense_is_refused(records, tables, tmp_path, changed, given, said):
    labels = write_labels(tmp_path / "l.csv", [{**each, **changed} for each in records], LABELS)
    with pytest.raises(SettingError, match=said):
        describe(tables[0], labels, **given)


def test_an_accuracy_that_may_be_too_poor_gives_no_interval(tables):
    found = describe(*tables, outcome="retinopathy", sensitivity="14/20", specificity="14/20")
    rows = [row for row in found.rows() if row["method"] == "corrected"]
    assert {row["low"] for row in rows} == {None}
    assert {row["why"] for row in rows} <= {"unstable-accuracy", "beyond-errors"}


def test_the_range_holds_every_accuracy_within_it_and_reaches_its_ends():
    recorded, estimated = np.full((3, 2), 20.0), np.array([[60.0, 80], [30, 20], [20, 40]])
    right = np.array([[0.85, 0.15]])
    told = OutcomeCounts(
        recorded, estimated, np.zeros((3, 2, 2)), AccuracyCounts(right, right, is_exact=True)
    )
    found = frequency_range(told, 0.05, everybody=True)
    differences = []
    for off in product((-0.05, 0.0, 0.05), repeat=6):
        moved = 0.85 + np.reshape(off, (2, 3))
        one, other = (np.column_stack((each, 1 - each)) for each in moved)
        accuracy = AccuracyCounts(one, other, is_exact=True)
        each = OutcomeCounts(recorded, estimated, told.validated, accuracy)
        new = corrected_frequencies(each, everybody=True)
        assert (found.least <= new.shares + 1e-12).all()
        assert (new.shares <= found.greatest + 1e-12).all()
        differences.append(new.differences)
    assert found.least_difference == pytest.approx(np.min(differences, axis=0), abs=1e-9)
    assert found.greatest_difference == pytest.approx(np.max(differences, axis=0), abs=1e-9)
