"""Missing sex of a table: probabilities, sets, and what they combine to; and what is refused."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from gantei.errors import SettingError
from gantei.imputation.imputation import impute
from gantei.imputation.imputation_words import cautions

from .evaluated import SEX, write_labels, write_results
from .sexless import LABELS, people

pytest.importorskip("scipy", reason="needs the extra study")


@pytest.fixture(scope="module")
def records():
    return people(400, seed=3)


@pytest.fixture(scope="module")
def tables(records, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    return write_results(folder / "r.csv", records, (SEX,)), write_labels(
        folder / "l.csv", records, LABELS
    )


@pytest.fixture(scope="module")
def imputation(tables):
    return impute(*tables, with_=["hba1c", "age", "site"], sets=10)


def missing_of(records):
    return {each["person"] for each in records if not each["sex"]}


def test_everybody_with_missing_sex_has_a_probability_and_nobody_else(imputation, records):
    rows = imputation.probabilities()
    assert {row["person"] for row in rows} == missing_of(records)
    assert all(row["low"] < row["probability"] < row["high"] for row in rows)
    assert all(row["of"] == "male" for row in rows)


def test_no_table_of_persons_has_a_column_with_a_sex_alone(imputation):
    assert not {"sex", "likelier", "estimated_sex"} & {*imputation.probabilities()[0]}


def test_probabilities_are_calibrated_though_the_estimates_are_too_steep(imputation, records):
    true = {each["person"]: each["true"] == "male" for each in records}
    rows = imputation.probabilities()
    expected = imputation.counts[0].of_class_1
    assert sum(row["probability"] for row in rows) == pytest.approx(expected.value)
    assert expected.low <= sum(true[row["person"]] for row in rows) <= expected.high
    wrong = sum((row["probability"] >= 0.5) != true[row["person"]] for row in rows)
    count = imputation.counts[0].wrong
    assert sum(row["wrong_if_likelier"] for row in rows) == pytest.approx(count.value)
    assert count.low <= wrong <= count.high


def test_every_set_has_the_same_people_and_differs_in_missing_sexes_alone(imputation, records):
    rows = imputation.rows()
    by_set = [[row for row in rows if row[".imp"] == each] for each in range(11)]
    observed = by_set[0]
    assert [row["sex"] is None for row in observed] == [bool(row["imputed"]) for row in observed]
    assert {row["person"] for row in observed if row["imputed"]} == missing_of(records)
    fixed = ("person", ".id", "hba1c", "age", "site", "imputed")
    for rows_of_set in by_set[1:]:
        assert [[row[key] for key in fixed] for row in rows_of_set] == [
            [row[key] for key in fixed] for row in observed
        ]
        assert all(row["sex"] in ("female", "male") for row in rows_of_set)
        known = [row["sex"] for row in rows_of_set if not row["imputed"]]
        assert known == [row["sex"] for row in observed if not row["imputed"]]


@pytest.mark.reference
def test_pandas_and_statsmodels_combine_the_table_to_the_same(imputation):
    pytest.importorskip("pandas")
    models = pytest.importorskip("statsmodels.formula.api")
    frame = imputation.frame()
    fits = [
        models.ols("hba1c ~ sex", data).fit()
        for _, data in frame[frame[".imp"] > 0].groupby(".imp")
    ]
    values = np.array([fit.params["sex[T.male]"] for fit in fits])
    within = np.mean([fit.bse["sex[T.male]"] ** 2 for fit in fits])
    row = next(row for row in imputation.combined() if row["method"] == "imputed")
    assert row["estimate"] == pytest.approx(values.mean(), rel=1e-9)
    total = within + (1 + 1 / len(fits)) * values.var(ddof=1)
    assert row["error"] == pytest.approx(np.sqrt(total), rel=1e-9)


def test_complete_cases_stand_beside_it_and_the_difference_of_both(imputation):
    rows = [row for row in imputation.combined() if not row["adjusted_for"] and not row["shift"]]
    found = {row["method"]: row for row in rows}
    complete, imputed = found["complete-cases"], found["imputed"]
    assert complete["people"] < imputed["people"] == 400
    assert imputed["low"] < 0.8 < imputed["high"]
    assert found["imputed-minus-complete"]["estimate"] == pytest.approx(
        imputed["estimate"] - complete["estimate"]
    )
    assert {row["shift"] for row in imputation.combined()} == {-1.0, -0.5, 0.0, 0.5, 1.0}
    assert {row["adjusted_for"] for row in imputation.combined()} == {None, "age, site"}


def test_two_values_are_compared_by_their_odds(tables):
    found = impute(*tables, with_="retinopathy", sets=5).combined()
    assert {row["scale"] for row in found} == {"log-odds-ratio"}
    assert {row["positive"] for row in found} == {"yes"}
    for row in found:
        assert row["odds_ratio"] == pytest.approx(np.exp(row["estimate"]))


def test_a_seed_gives_the_same_sets_and_another_seed_others(tables):
    one, same, other = (
        impute(*tables, with_="hba1c", sets=3, seed=seed).rows() for seed in (1, 1, 2)
    )
    assert one == same != other


def test_units_make_no_difference(records, tables, imputation, tmp_path):
    seconds = [
        {**each, "age": 1, "hba1c": f"{float(each['hba1c']) + 1e8:.4f}",
         "site": f"{float(each['age']) * 3.156e7 + 1e11:.0f}"}
        for each in records
    ]  # fmt: skip
    labels = write_labels(tmp_path / "l.csv", seconds, LABELS)
    other = impute(tables[0], labels, with_=["hba1c", "site"], sets=5).combined()
    same = impute(*tables, with_=["hba1c", "age"], sets=5).combined()
    for one, two in zip(same, other, strict=True):
        assert one["estimate"] == pytest.approx(two["estimate"], abs=1e-6)


def test_without_an_outcome_nothing_is_imputed(tables):
    found = impute(*tables)
    assert found.imputed is None
    assert found.rows() == found.combined() == []
    assert found.probabilities()


def test_people_without_a_value_are_in_no_set_and_are_listed(records, tables, tmp_path):
    lost = {each["person"] for each in records[:40]}
    changed = [
        {**each, "hba1c": "" if each["person"] in lost else each["hba1c"]} for each in records
    ]
    labels = write_labels(tmp_path / "l.csv", changed, LABELS)
    found = impute(tables[0], labels, with_=["hba1c", "age"], sets=2)
    assert not lost & {row["person"] for row in found.rows()}
    listed = [each for each in found.exclusions if each.code == "no-value"]
    assert {each.person for each in listed} == lost
    assert {row["person"] for row in found.probabilities()} == missing_of(records)


def test_a_category_of_nobody_whose_sex_is_recorded_is_not_imputed(records, tables, tmp_path):
    person = min(missing_of(records))
    changed = [{**each, "site": "Nara"} if each["person"] == person else each for each in records]
    labels = write_labels(tmp_path / "l.csv", changed, LABELS)
    found = impute(tables[0], labels, with_=["hba1c", "site"], sets=2)
    assert [(each.person, each.code) for each in found.exclusions] == [(person, "category-unseen")]


@pytest.mark.parametrize(
    ("changed", "given", "said"),
    [
        ({"sex": "male"}, {}, "every person's sex is recorded"),
        ({"sex": ""}, {}, "calibrating needs 20 of each"),
        ({"hba1c": "5"}, {"with_": "hba1c"}, "has one value only"),
        ({"hba1c": ""}, {"with_": "hba1c"}, "Left out are 400 without a value .* says hba1c"),
        ({}, {"with_": ["hba1c", "HbA1c"]}, "is named twice"),
        ({}, {"with_": "hba1c", "sets": 1}, "give 2 to 1000"),
        ({}, {"with_": "hba1c", "seed": -1}, "--seed -1"),
        ({}, {"with_": "sex"}, "is the sex itself"),
    ],
)
def test_what_makes_no_sense_is_refused(records, tables, tmp_path, changed, given, said):
    labels = write_labels(tmp_path / "l.csv", [{**each, **changed} for each in records], LABELS)
    with pytest.raises(SettingError, match=said):
        impute(tables[0], labels, **given)


def test_a_table_that_tells_no_persons_is_refused_with_what_to_say(records, tables, tmp_path):
    labels = write_labels(tmp_path / "l.csv", records, ("photograph", "sex", "hba1c"))
    with pytest.raises(SettingError, match="--one-photograph-per-person"):
        impute(tables[0], labels)
    found = impute(tables[0], labels, one_photograph_per_person=True)
    assert len(found.read.people) == len(records)


def test_the_long_table_is_read_back_as_it_was(imputation, tmp_path):
    rows = imputation.rows()
    with (tmp_path / "imputed.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    with (tmp_path / "imputed.csv").open(newline="") as file:
        back = list(csv.DictReader(file))
    assert [row["sex"] or None for row in back] == [row["sex"] for row in rows]


@pytest.mark.parametrize(("fraction", "asked"), [(0.2, ""), (0.201, "--sets 21 or more")])
def test_as_many_sets_are_asked_for_as_hundredths_are_missing(tables, fraction, asked):
    found = impute(*tables, with_="hba1c", sets=20)
    first = next(each for each in found.differences if each.method == "imputed")
    estimate = replace(first.estimate, fraction_missing=fraction)
    changed = replace(found, differences=(replace(first, estimate=estimate),))
    said = " ".join(each[0] for each in cautions(changed) if "--sets" in each[0])
    assert said.partition(":")[0].removeprefix("Use ") == asked
