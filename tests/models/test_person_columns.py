"""People with an estimated sex, and what their columns say: numbers, categories, or nothing."""

import numpy as np
import pytest

from gantei.errors import OutputError, SettingError
from gantei.labels.estimated_people import estimated_people, sex_output
from gantei.labels.joining import join_results
from gantei.labels.label_table import LabelOptions, read_labels
from gantei.labels.person_columns import person_column
from gantei.labels.results_table import read_results

from .evaluated import AGE, SEX, write_labels, write_results

COLUMNS = ("photograph", "person", "eye", "age", "sex", "stage", "site", "hba1c")
RECORDS = [
    {"photograph": "1r.jpg", "person": "1", "eye": "right", "age": "50", "sex": "male",
     "stage": "2", "site": "Kyoto", "hba1c": "6.5", "net.male": 0.9, "net.age": 50},
    {"photograph": "1l.jpg", "person": "1", "eye": "left", "age": "50", "sex": "",
     "stage": "2", "site": "Kyoto", "hba1c": "6.5", "net.male": 0.6, "net.age": 50},
    {"photograph": "2r.jpg", "person": "2", "eye": "right", "age": "61", "sex": "",
     "stage": "10", "site": "Osaka", "hba1c": "NA", "net.male": 0.2, "net.age": 50},
    {"photograph": "2r2.jpg", "person": "2", "eye": "right", "age": "61", "sex": "",
     "stage": "10", "site": "Nara", "hba1c": "NA", "net.male": 0.3, "net.age": 50},
    {"photograph": "3u.jpg", "person": "3", "eye": "", "age": "", "sex": "female",
     "stage": "", "site": "", "hba1c": "7", "net.male": 0.4, "net.age": 50},
]  # fmt: skip


@pytest.fixture(scope="module")
def joined(tmp_path_factory):
    folder = tmp_path_factory.mktemp("people")
    results = write_results(folder / "r.csv", RECORDS, (SEX, AGE))
    labels = write_labels(folder / "l.csv", RECORDS, COLUMNS)
    return join_results(read_results(results), read_labels(LabelOptions(str(labels))))


@pytest.fixture(scope="module")
def people(joined):
    return estimated_people(joined, sex_output(joined.results, None))


def logit(chance):
    return np.log(chance / (1 - chance))


def test_estimates_are_averaged_over_the_photographs_of_an_eye_then_over_the_eyes(people):
    assert people.names == ("1", "2", "3")
    assert people.eyes.tolist() == [2, 1, 1]
    expected = [
        (logit(0.9) + logit(0.6)) / 2, (logit(0.2) + logit(0.3)) / 2, logit(0.4),
    ]  # fmt: skip
    assert people.logits == pytest.approx(expected)


def test_a_sex_is_recorded_where_any_row_of_the_person_says_it(people):
    assert people.recorded.tolist() == [1, -1, 0]
    assert people.is_recorded.tolist() == [True, False, True]


def test_numbers_are_numbers_and_unknown_where_the_cell_says_so(joined, people):
    column = person_column(joined, people, "HBA1C", option="--with")
    assert (column.kind, column.known.tolist()) == ("number", [True, False, True])
    assert column.texts() == [6.5, None, 7.0]
    assert person_column(joined, people, "age", option="--with").texts() == [50.0, 61.0, None]


def test_texts_are_categories_and_a_person_with_two_has_none(joined, people):
    column = person_column(joined, people, "site", option="--with")
    assert column.categories == ("Kyoto",)
    assert column.differing.tolist() == [False, True, False]
    assert column.texts() == ["Kyoto", None, None]


def test_a_width_makes_categories_of_numbers_in_the_order_of_the_numbers(joined, people):
    column = person_column(joined, people, "stage:1", option="--with")
    assert (column.kind, column.categories) == ("category", ("2 to below 3", "10 to below 11"))
    assert person_column(joined, people, "age:20", option="--with").categories == (
        "40–59",
        "60–79",
    )


@pytest.mark.parametrize("given", ["sex", "Sex"])
def test_the_sex_is_no_covariate_of_itself(joined, people, given):
    with pytest.raises(SettingError, match="is the sex itself"):
        person_column(joined, people, given, option="--with")


def test_what_nothing_is_called_is_refused_with_what_there_is(joined, people):
    with pytest.raises(SettingError, match="known: age, stage, site, hba1c"):
        person_column(joined, people, "bmi", option="--with")


def test_steps_of_a_text_are_refused_with_the_line(joined, people):
    with pytest.raises(OutputError, match=r"l\.csv, line 2: --with site:2: 'Kyoto' is no number"):
        person_column(joined, people, "site:2", option="--with")


def test_more_texts_than_form_categories_are_refused(joined, people, monkeypatch):
    monkeypatch.setattr("gantei.labels.person_columns.MOST_CATEGORIES", 0)
    with pytest.raises(SettingError, match="1 different texts"):
        person_column(joined, people, "site", option="--with")


def test_a_column_of_names_is_refused_without_naming_anybody(joined, people, monkeypatch):
    monkeypatch.setattr("gantei.labels.person_columns.MOST_CATEGORIES", 0)
    with pytest.raises(SettingError, match="names and days form no categories") as refused:
        person_column(joined, people, "site", option="--with")
    assert "Kyoto" not in str(refused.value)


def changed(folder, **columns):
    """Give the same people with other values in some columns, one per row."""
    records = [
        {**each, **{name: values[place] for name, values in columns.items()}}
        for place, each in enumerate(RECORDS)
    ]
    results = write_results(folder / "r.csv", records, (SEX, AGE))
    labels = write_labels(folder / "l.csv", records, COLUMNS)
    joined = join_results(read_results(results), read_labels(LabelOptions(str(labels))))
    return joined, estimated_people(joined, sex_output(joined.results, None))


def test_whole_numbers_that_may_be_codes_are_refused_until_it_is_told(tmp_path):
    joined, people = changed(tmp_path, stage=("1", "1", "10", "10", "2"))
    with pytest.raises(SettingError, match="say stage:category or stage:number"):
        person_column(joined, people, "stage", option="--with")
    told = person_column(joined, people, "stage:category", option="--with")
    assert (told.given, told.categories) == ("stage", ("1", "2", "10"))
    numbers = person_column(joined, people, "stage:number", option="--with").numbers
    assert numbers.tolist() == [1, 10, 2]
    outcome = person_column(joined, people, "stage", option="--outcome", codes_are_categories=True)
    assert outcome.kind == "number"  # and who asks takes few of them as categories


def test_numbers_among_which_are_texts_are_refused_with_the_line(joined, people):
    with pytest.raises(OutputError, match=r"l\.csv, line 2: --with site:number: has a cell that"):
        person_column(joined, people, "site:number", option="--with")


def test_categories_that_differ_in_spelling_alone_are_refused(tmp_path):
    joined, people = changed(tmp_path, site=("Kyoto", "Kyoto", "kyoto", "kyoto", "Ｎａｒａ"))
    with pytest.raises(SettingError, match="'Kyoto' and 'kyoto' differ in spelling alone"):
        person_column(joined, people, "site", option="--with")


def test_an_output_that_is_no_sex_is_refused_with_those_that_are(joined):
    with pytest.raises(SettingError, match=r"classes are not female and male; known: net\.sex"):
        sex_output(joined.results, "net.age")
