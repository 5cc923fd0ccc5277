"""Cohorts: which units an output has, what is true of them, and how their values are averaged."""

import numpy as np
import pytest

from gantei.errors import OutputError, SettingError
from gantei.labels.joining import join_results
from gantei.labels.results_table import read_results
from gantei.labels.units_of import cohorts_of

from ..conftest import SEX as SEX_SPEC
from .labelled import GRADE, SEX, labels_of, result, results_of
from .studies import rows as rows_of
from .studies import run

AGED = [
    result("1.jpg", "p", "right", (60, 0.9, 0.2, 0.3, 0.5)),
    result("2.jpg", "p", "right", (62, 0.8, 0.1, 0.1, 0.8)),
    result("3.jpg", "p", "left", (50, 0.1, 0.3, 0.3, 0.4)),
    result("4.jpg", "q", "left", (40, 0.2, 0.6, 0.3, 0.1)),
    result("5.jpg", "q", "", (99, 0.5, 0.4, 0.3, 0.3)),
]
TEXT = """photograph,age,sex,grade,camera
1.jpg,57,M,mild,A
2.jpg,57,M,mild,B
3.jpg,57,M,mild,A
4.jpg,42.5,F,severe,A
5.jpg,42.5,F,severe,C
"""


def cohorts(tmp_path, rows=AGED, text=TEXT, key="a.age", by=(), run=None, **options):
    one = options.pop("one_photograph_per_person", False)
    results = results_of(tmp_path, rows, **(run or {}))
    found = join_results(results, labels_of(tmp_path, text, **options))
    return cohorts_of(found, results.output(key), by=by, one_photograph_per_person=one)


def logit(p):
    return np.log(p) - np.log1p(-np.asarray(p))


def expit(x):
    return 1 / (1 + np.exp(-x))


def test_ages_are_averaged_over_the_photographs_of_an_eye_and_then_over_the_eyes(tmp_path):
    found = cohorts(tmp_path)
    assert found["photograph"].units.estimates.tolist() == [60, 62, 50, 40, 99]
    assert found["eye"].units.estimates.tolist() == [61, 50, 40]
    assert found["person"].units.estimates.tolist() == [(61 + 50) / 2, 40]
    assert found["person"].units.truths.tolist() == [57, 42.5]
    assert found["eye"].names == ("p, right", "p, left", "q, left")
    assert [each.code for each in found["eye"].exclusions] == ["eye-unknown"]
    assert found["person"].excluded() == {"eye-unknown": 1}
    assert (found["person"].photographs, len(found["person"].units)) == (4, 2)


def test_a_person_whose_eyes_are_unknown_has_no_eye_but_a_mean(tmp_path):
    rows = [each | {"eye": "" if each["person"] == "q" else each["eye"]} for each in AGED]
    found = cohorts(tmp_path, rows)
    assert found["eye"].names == ("p, right", "p, left")
    assert found["eye"].excluded() == {"eye-unknown": 2}
    assert found["person"].units.estimates.tolist() == [(61 + 50) / 2, (40 + 99) / 2]
    assert found["person"].excluded() == {}


def test_probabilities_are_averaged_as_logits_and_those_of_classes_as_logarithms(tmp_path):
    sex = cohorts(tmp_path, key="s.sex")["person"].units
    right = (logit(0.9) + logit(0.8)) / 2
    np.testing.assert_allclose(sex.estimates, [expit((right + logit(0.1)) / 2), 0.2], rtol=1e-12)
    assert sex.truths.tolist() == [1, 0]
    assert sex.kind == "binary"
    grade = cohorts(tmp_path, key="g.grade")["person"].units
    right = np.log([[0.2, 0.3, 0.5], [0.1, 0.1, 0.8]]).mean(0)
    mean = np.exp((right + np.log([0.3, 0.3, 0.4])) / 2)
    np.testing.assert_allclose(grade.estimates[0], mean / mean.sum(), rtol=1e-12)
    assert grade.truths.tolist() == [1, 2]
    np.testing.assert_allclose(grade.estimates.sum(axis=1), 1, rtol=1e-12)


def test_persons_come_to_what_the_table_of_persons_says(photographs, make_estimator, tmp_path):
    age = make_estimator("made-age")
    sex = make_estimator("made-sex", output="sex", factor=1 / 255, spec=SEX_SPEC)
    out = tmp_path / "results.csv"
    persons = zip(("right/0", "left/1", "right/2", "right/4", "left/5"), "pppqq", strict=True)
    listed = tmp_path / "list.csv"
    listed.write_text("photograph,person\n" + "".join(
        f"{photographs}/{name}.png,{person}\n" for name, person in persons
    ))  # fmt: skip
    run("--from", listed, "--with", age, "--with", sex, "--out", out)
    results = read_results(out)
    lines = "".join(f"{row.photograph},50,M\n" for row in results.rows)
    found = join_results(results, labels_of(tmp_path, f"photograph,age,sex\n{lines}"))
    written = {row["person"]: row for row in rows_of(tmp_path / "results.csv.persons.csv")}
    assert [*written] == ["p", "q"]
    for output in results.outputs:
        cohort = cohorts_of(found, output)["person"]
        expected = [float(written[name][output.columns[0]]) for name in cohort.names]
        np.testing.assert_allclose(cohort.units.estimates, expected, rtol=1e-8)


def test_persons_have_the_same_numbers_in_every_cohort(tmp_path):
    text = TEXT.replace("1.jpg,57", "1.jpg,").replace("2.jpg,57", "2.jpg,").replace(
        "3.jpg,57", "3.jpg,"
    )  # fmt: skip
    found = cohorts(tmp_path, text=text)
    assert found["person"].units.persons.tolist() == [1]
    assert found["person"].units.people == 2
    assert found["photograph"].excluded() == {"no-label": 3}
    assert cohorts(tmp_path, text=text, key="s.sex")["person"].units.persons.tolist() == [0, 1]


def test_without_persons_there_are_photographs_alone(tmp_path):
    rows = [each | {"person": ""} for each in AGED]
    found = cohorts(tmp_path, rows)
    assert [*found] == ["photograph"]
    assert found["photograph"].units.persons is None
    assert found["photograph"].units.people == 0


def test_one_photograph_per_person_is_believed_unless_persons_say_otherwise(tmp_path):
    rows = [each | {"person": ""} for each in AGED]
    found = cohorts(tmp_path, rows, one_photograph_per_person=True)
    assert found["person"].units.people == 5
    assert found["photograph"].units.persons.tolist() == [0, 1, 2, 3, 4]
    with pytest.raises(SettingError, match="5 photographs are of 2 persons"):
        cohorts(tmp_path, one_photograph_per_person=True)


def test_visits_of_a_person_are_units_of_their_own_in_one_cluster(tmp_path):
    text = "photograph,age,day\n1.jpg,57,2020-01-01\n2.jpg,60,2023-01-01\n3.jpg,60,2023-01-01\n"
    found = cohorts(tmp_path, text=text, visit="day")
    assert found["person"].names == ("p, 2020-01-01", "p, 2023-01-01")
    assert found["person"].units.persons.tolist() == [0, 0]
    assert found["person"].units.truths.tolist() == [57, 60]


@pytest.mark.parametrize(
    ("ages", "days", "visit", "explained"),
    [
        ((57, 57), ("", ""), None, True),
        ((57, 58), ("", ""), None, False),
        ((57, 58), ("2020-01-01", "2020-12-31"), "day", True),
        ((57, 57), ("2020-01-01", "2020-12-31"), "day", True),
        ((57, 59), ("2020-01-01", "2020-12-31"), "day", True),  # rounded, not cut off
        ((57, 60), ("2020-01-01", "2020-12-31"), "day", False),
        ((57, 56), ("2020-01-01", "2023-01-01"), "day", False),
        ((57, 75), ("2020-01-01", "2020-06-01"), "day", False),
        ((57, 62), ("first", "second"), "day", True),
        ((57, 62), ("2020-01-01", "second"), "day", True),
    ],
)
def test_ages_of_a_person_are_left_out_where_nothing_explains_them(
    tmp_path, ages, days, visit, explained
):
    text = "photograph,age,sex,day\n" + "".join(
        f"{n}.jpg,{age},M,{day}\n" for n, age, day in zip((1, 3), ages, days, strict=True)
    )
    text += "4.jpg,42,F,2020-01-01\n"
    found = cohorts(tmp_path, text=text, visit=visit, by=("age:10",))
    expected = {} if explained else {"ages-unexplained": 2}
    assert found["photograph"].excluded() == expected
    sex = cohorts(tmp_path, text=text, visit=visit, key="s.sex", by=("age:10",))
    assert len(sex["photograph"].units) == 3  # the sex is known all the same
    assert (sex["photograph"].groups["age:10"][0] == "") is not explained


def test_a_unit_whose_photographs_have_different_labels_is_left_out_at_its_level(tmp_path):
    text = TEXT.replace("3.jpg,57,M,mild", "3.jpg,57,M,none")
    found = cohorts(tmp_path, text=text, key="g.grade")
    assert len(found["photograph"].units) == 5
    assert len(found["eye"].units) == 3  # each eye by itself
    assert found["person"].names == ("q",)
    assert found["person"].excluded() == {"labels-differ": 1, "eye-unknown": 1}


def test_labels_of_classes_are_their_names_in_any_case_and_others_are_errors(tmp_path):
    text = TEXT.replace("mild", "MILD").replace("4.jpg,42.5,F,severe", "4.jpg,42.5,F,")
    found = cohorts(tmp_path, text=text, key="g.grade")["photograph"]
    assert found.units.truths.tolist() == [1, 1, 1, 2]
    wrong = TEXT.replace("severe", "bad")
    with pytest.raises(OutputError, match=r"line 5: 'bad' is none .*: none, mild, severe.*1 more"):
        cohorts(tmp_path, text=wrong, key="g.grade")


def test_labels_stand_where_the_option_says_by_name_or_key(tmp_path):
    text = TEXT.replace("grade", "DR").replace("sex", "gender")
    for name in ("grade", "g.grade"):
        found = cohorts(tmp_path, text=text, key="g.grade", labels={name: "DR"})
        assert found["photograph"].units.truths.tolist() == [1, 1, 1, 2, 2]
    with pytest.raises(OutputError, match=r"labels of g\.grade; name it by --label grade=COLUMN"):
        cohorts(tmp_path, text=text, key="g.grade")
    with pytest.raises(OutputError, match=r"labels of s\.sex; name it by --sex COLUMN or --label"):
        cohorts(tmp_path, text=text, key="s.sex")
    by_words = cohorts(tmp_path, text=text, key="s.sex", labels={"sex": "gender"})
    assert by_words["photograph"].units.truths.tolist() == [1, 1, 1, 0, 0]


def test_classes_that_are_sexes_take_the_sexes_in_whatever_order_they_stand(tmp_path):
    sex = SEX | {"classes": ["Male", "F"], "columns": ["s.male"]}
    found = cohorts(tmp_path, key="s.sex", run={"outputs": [sex]})
    assert found["photograph"].units.truths.tolist() == [0, 0, 0, 1, 1]
    three = GRADE | {"classes": ["1", "2", "3"]}
    text = "photograph,grade\n1.jpg,1\n2.jpg,2.0\n3.jpg,3\n"
    found = cohorts(tmp_path, text=text, key="g.grade", run={"outputs": [three]})
    assert found["photograph"].units.truths.tolist() == [0, 1, 2]


def test_groups_are_texts_and_empty_where_photographs_differ(tmp_path):
    found = cohorts(tmp_path, by=("camera", "age:10", "sex", "eye", "age:5"))
    groups = {key: value.tolist() for key, value in found["photograph"].groups.items()}
    assert groups == {
        "camera": ["A", "B", "A", "A", "C"],
        "age:10": ["50–59"] * 3 + ["40–49"] * 2,
        "sex": ["male"] * 3 + ["female"] * 2,
        "eye": ["right", "right", "left", "left", ""],
        "age:5": ["55–59"] * 3 + ["40–44"] * 2,
    }
    groups = {key: value.tolist() for key, value in found["person"].groups.items()}
    assert groups["camera"] == ["", "A"]
    assert groups["sex"] == ["male", "female"]
    assert groups["eye"] == ["", "left"]


def test_variables_stand_in_the_labels_the_results_or_what_photographs_look_like(tmp_path):
    rows = [each | {"site": site} for each, site in zip(AGED, "KKTTT", strict=True)]
    lines = "".join(f"{n}.jpg,{'disc' if n < 3 else 'picture'},{n * 10}\n" for n in range(1, 6))
    (tmp_path / "results.csv.photographs.csv").write_text(f"photograph,field,brightness\n{lines}")
    found = cohorts(tmp_path, rows, by=("site", "field", "brightness:25"))["photograph"]
    assert found.groups["site"].tolist() == [*"KKTTT"]
    assert found.groups["field"].tolist() == ["disc"] * 2 + ["picture"] * 3
    assert found.groups["brightness:25"].tolist()[:3] == ["0 to below 25"] * 2 + ["25 to below 50"]


def test_a_variable_that_nothing_tells_is_refused_with_what_there_is(tmp_path):
    with pytest.raises(
        SettingError,
        match=r"--by colour-scheme: .*known: grade, camera, age:10, sex, eye;",
    ):
        cohorts(tmp_path, by=("colour-scheme",))
    with pytest.raises(OutputError, match=r"results\.csv\.photographs\.csv: is not there"):
        cohorts(tmp_path, by=("field",))
    with pytest.raises(OutputError, match=r"line 2: --by camera:5: 'A' is no number"):
        cohorts(tmp_path, by=("camera:5",))


@pytest.mark.parametrize(
    ("by", "where"),
    [
        ("sex:2", r"labels\.csv, line 2"),
        ("eye:2", r"results\.csv, line 3"),
        ("site:2", r"results\.csv, line 3"),
        ("brightness:2", r"results\.csv\.photographs\.csv, line 2"),
    ],
)
def test_a_value_that_is_no_number_is_found_where_it_stands(tmp_path, by, where):
    rows = [each | {"site": "Kyoto"} for each in (result("unknown.jpg", "p"), AGED[0])]
    (tmp_path / "results.csv.photographs.csv").write_text("photograph,brightness\n1.jpg,dark\n")
    with pytest.raises(OutputError, match=rf"{where}: --by {by}: .* is no number; leave the width"):
        cohorts(tmp_path, rows, by=(by,))


@pytest.mark.parametrize("by", ["age:1e-320", "age:1e-5", "size:0.001", "size:5e-324"])
def test_groups_too_narrow_to_be_told_apart_are_refused(tmp_path, by):
    rows = [each | {"size": "1e14"} for each in AGED]
    with pytest.raises(SettingError, match=rf"--by {by}: groups .* are too narrow for"):
        cohorts(tmp_path, rows, by=(by,))


def test_a_number_that_no_computer_holds_is_refused_with_the_line(tmp_path):
    text = TEXT.replace(",A", ",1e999")
    with pytest.raises(OutputError, match=r"line 2: --by camera:1: '1e999' is too large"):
        cohorts(tmp_path, text=text, by=("camera:1",))
