"""Persons of a study: who tells them, and what their photographs come to, by formulas of numpy."""

import json
from itertools import count
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gantei.errors import SettingError
from gantei.manifests.input_output import Binary, Categorical, Regression
from gantei.photographs.persons import person_rule
from gantei.study.averaging import SMALLEST
from gantei.study.person_photographs import PersonPhotographs
from gantei.study.persons_table import PersonValues, person_columns

from ..conftest import SEX, made_picture
from .studies import interrupted_after, rows, run

AGE = Regression(kind="regression", unit="years", scale=1, offset=0, range=(0, 100))
MALE = Binary(**SEX)
GRADE = Categorical(kind="categorical", classes=("none", "mild", "severe"), transform="none")
ESTIMATORS = [
    SimpleNamespace(
        name=name,
        manifest=SimpleNamespace(output={output: spec}, weights=None),
        findings=(),
        calibration=None,
    )
    for name, output, spec in (("a", "age", AGE), ("s", "sex", MALE), ("g", "grade", GRADE))
]
VALUES = ("a.age", "s.male", "g.none", "g.mild", "g.severe")


DIGESTS = (f"{number:064x}" for number in count())


def table_row(person, eye, values, error=None, sha256=None):
    """A row of another photograph than all others, unless `sha256` says which."""
    leading = ["x.jpg", sha256 or next(DIGESTS), person, person and "list", eye, eye and "list"]
    return [*leading, *(values if error is None else [None] * 5), None, None, error, error]


def persons_of(lines):
    values = PersonValues.of(ESTIMATORS)
    names = [column.name for column in person_columns(values)]
    photographs, lines = PersonPhotographs(values), [*lines]
    assert [*photographs.noted(lines)] == lines
    return [dict(zip(names, line, strict=True)) for line in photographs.rows()]


def logit(p):
    p = np.clip(np.asarray(p, float), SMALLEST, 1 - SMALLEST)
    return np.log(p / (1 - p))


def averaged(values):
    """The mean of rows of values, a table of (photographs, 5): each column as it is averaged."""
    values = np.asarray(values, float)
    grades = np.exp(np.log(np.clip(values[:, 2:], SMALLEST, None)).mean(0))
    male = 1 / (1 + np.exp(-logit(values[:, 1]).mean()))
    return np.array([values[:, 0].mean(), male, *(grades / grades.sum())])


probabilities = st.floats(0, 1, width=32)
shares = st.floats(1 / 64, 1, width=32)
photographs_of_eyes = st.lists(
    st.tuples(
        st.sampled_from(["right", "left", None]),
        st.tuples(st.floats(0, 100, width=32), probabilities, *[shares] * 3),
    ),
    min_size=1,
    max_size=8,
)


@settings(deadline=None)
@given(photographs_of_eyes)
def test_a_person_is_the_mean_of_the_eyes_and_an_eye_that_of_its_photographs(taken):
    taken = [(eye, (*v[:2], *(np.array(v[2:]) / sum(v[2:])).tolist())) for eye, v in taken]
    (person,) = persons_of(table_row("p", eye, values) for eye, values in taken)
    eyes = {
        side: averaged([values for eye, values in taken if eye == side])
        for side in {eye for eye, _ in taken}
    }
    known = [eyes[side] for side in ("right", "left") if side in eyes]
    expected = averaged(known) if known else eyes[None]
    np.testing.assert_allclose([person[name] for name in VALUES], expected, rtol=1e-6)
    for side in ("right", "left"):
        found = [person[f"{name}.{side}"] for name in VALUES]
        if side in eyes:
            np.testing.assert_allclose(found, eyes[side], rtol=1e-6)
        else:
            assert found == [None] * 5
    difference = [person[f"{name}.right_minus_left"] for name in VALUES]
    if len(known) == 2:
        np.testing.assert_allclose(difference, eyes["right"] - eyes["left"], atol=1e-6)
    else:
        assert difference == [None] * 5
    counts = [sum(eye == side for eye, _ in taken) for side in ("right", "left", None)]
    assert [person["right"], person["left"], person["eye_unknown"]] == counts


def test_three_photographs_of_one_eye_weigh_as_much_as_one_of_the_other():
    grades = (0.2, 0.3, 0.5)
    taken = [("right", 60), ("right", 62), ("right", 64), ("left", 50)]
    (person,) = persons_of(table_row("p", eye, (age, 0.5, *grades)) for eye, age in taken)
    assert person["a.age"] == (62 + 50) / 2
    assert person["a.age.right_minus_left"] == 12


def test_the_same_bytes_count_once_for_an_eye_of_a_person_and_for_each_other_eye_and_person():
    rest, same = (0.5, 0.2, 0.3, 0.5), "ab" * 32
    taken = [("p", "right", 60, same), ("p", "right", 60, same), ("p", "right", 90, None),
             ("p", "left", 50, same), ("q", "right", 40, same), ("q", "right", 40, same),
             ("q", None, 7, same)]  # fmt: skip
    p, q = persons_of(
        table_row(person, eye, (age, *rest), sha256=sha256) for person, eye, age, sha256 in taken
    )
    assert (p["a.age.right"], p["a.age.left"], q["a.age"]) == (75, 50, 40)
    keys = ("photographs", "failed", "right", "left", "eye_unknown")
    assert [p[key] for key in keys] == [4, 0, 2, 1, 0]
    assert [q[key] for key in keys] == [3, 0, 1, 0, 1]


def test_probabilities_are_averaged_as_logits():
    even = (1 / 3,) * 3
    (person,) = persons_of(
        [table_row("p", "right", (50, 0.9, *even)), table_row("p", "left", (50, 0.5, *even))]
    )
    assert person["s.male"] == pytest.approx(0.75)  # odds 9 and 1: their geometric mean is 3
    assert person["s.male.right_minus_left"] == pytest.approx(0.4)


def test_rows_with_errors_are_counted_and_no_person_is_lost():
    lines = [
        table_row("b", "right", None, "it is broken"),
        table_row("a", None, (50, 0.5, 0.2, 0.3, 0.5)),
        table_row("a", "left", None, "it is broken"),
        table_row(None, "left", (10, 0.5, 0.2, 0.3, 0.5)),
    ]
    first, second = persons_of(lines)
    assert (first["person"], first["photographs"], first["failed"]) == ("a", 2, 1)
    assert (first["right"], first["left"], first["eye_unknown"], first["a.age"]) == (0, 0, 1, 50)
    assert (second["person"], second["photographs"], second["failed"]) == ("b", 1, 1)
    assert [second[name] for name in VALUES] == [None] * 5


@settings(deadline=None, max_examples=50)
@given(st.lists(st.text("\0\1\n\x0b0a右", min_size=1), min_size=1, unique=True))
def test_persons_come_in_the_order_of_their_names_whatever_these_hold(names):
    lines = [table_row(name, "left", (50, 0.5, 0.2, 0.3, 0.5)) for name in names]
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr("gantei.system.stored_texts.RUN_TEXTS", 2)
        changed.setattr("gantei.study.person_photographs.AT_ONCE", 2)
        assert [person["person"] for person in persons_of(lines)] == sorted(names)


@pytest.mark.parametrize(
    ("rule", "name", "person"),
    [
        ("names", "p1_OD.jpg", "p1"),
        ("names", "site/p1-left.jpg", "site/p1"),
        ("names", "right/p1.jpg", "p1"),
        ("names", "山田右眼.jpg", "山田"),
        ("names", "left.jpg", "."),
        ("names", "p2.jpg", "p2"),
        ("names", "1.2.392.200036.9125.4.0.101", "1.2.392.200036.9125.4.0.101"),
        ("names", "X.001", "X.001"),
        ("names", "12.5_OD.DCM", "12.5"),
        ("folders", "site/p1/right eye/3.jpg", "site/p1"),
        ("folders", "p1/3.jpg", "p1"),
        ("folders", "right/3.jpg", None),
        ("folders", "3.jpg", None),
        ("folders", "か\u3099/3.jpg", "が"),
        (r"(?P<person>\d{4})", "x/0012_3.jpg", "0012"),
        (r"(?P<person>\d{4})", "x/3.jpg", None),
        (r"^x(?P<person>\d*)", "x/3.jpg", None),
    ],
)
def test_names_tell_persons_as_they_are_asked_to(rule, name, person):
    found = person_rule(rule)(name)
    assert (found and found.name) == person


@pytest.mark.parametrize(
    ("rule", "said"), [("people", "a group"), (r"(\d+)", "a group"), ("(", "not a regular")]
)
def test_a_rule_that_is_none_is_refused(rule, said):
    with pytest.raises(SettingError, match=said):
        person_rule(rule)


@pytest.fixture
def study(tmp_path, monkeypatch, make_estimator):
    monkeypatch.chdir(tmp_path)
    for number, name in enumerate(["p1_OD", "p1_OS", "p2_OD", "p2_OS"]):
        path = tmp_path / "photographs" / f"{name}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(made_picture(number + 20)).save(path)
    (tmp_path / "photographs/p2_OS.png").write_bytes(b"none")
    age = make_estimator("made-age")
    sex = make_estimator("made-sex", output="sex", factor=1 / 255, spec=SEX)
    return ("photographs", "--with", age, "--with", sex)


def test_a_study_writes_its_persons_beside_the_table(study, tmp_path, capsys):
    words = (*study, "--persons", "names", "--out", "t.csv")
    assert run(*words) == 1
    assert "t.csv.dictionary.csv, t.csv.run.json, t.csv.persons.csv" in (capsys.readouterr().err)
    table = rows(tmp_path / "t.csv")
    assert {(row["person"], row["person_from"]) for row in table} == {
        ("p1", "file name"), ("p2", "file name")
    }  # fmt: skip
    first, second = rows(tmp_path / "t.csv.persons.csv")
    ages = [float(row["made-age.age"] or "nan") for row in table]
    male = [float(row["made-sex.male"] or "nan") for row in table]
    assert float(first["made-age.age"]) == pytest.approx(np.mean(ages[:2]))
    odds = np.sqrt(male[0] / (1 - male[0]) * male[1] / (1 - male[1]))
    assert float(first["made-sex.male"]) == pytest.approx(odds / (1 + odds))
    assert float(first["made-age.age.right_minus_left"]) == pytest.approx(ages[0] - ages[1], 1e-4)
    counts = ("photographs", "failed", "right", "left", "eye_unknown")
    assert [second[key] for key in counts] == ["2", "1", "1", "0", "0"]
    assert float(second["made-age.age"]) == ages[2]
    assert not {"sex", "age", "male"} & first.keys()
    told = json.loads((tmp_path / "t.csv.run.json").read_text("utf-8"))["persons"]
    assert (told["count"], told["file"]) == (2, "t.csv.persons.csv")


def test_the_dictionary_explains_the_columns_of_persons_too(study, tmp_path):
    run(*study, "--persons", "names", "--out", "t.csv")
    described = [
        row for row in rows(tmp_path / "t.csv.dictionary.csv") if row["table"] == "persons"
    ]
    assert [row["column"] for row in described] == list(rows(tmp_path / "t.csv.persons.csv")[0])
    assert all(row["meaning"] and row["meaning_ja"] for row in described)
    meaning = {row["column"]: row["meaning_ja"] for row in described}
    assert meaning["made-sex.male"] == (
        "男性である確率の対象者ごとの平均。眼ごとに写真を平均し、次に両眼を平均（ロジットで平均）"
    )


def test_without_persons_there_is_no_table_of_them_nor_an_old_one(study, tmp_path):
    run(*study, "--persons", "names", "--out", "t.csv")
    assert run(*study, "--out", "t.csv", "--overwrite") == 1
    assert not (tmp_path / "t.csv.persons.csv").exists()
    assert "persons" not in json.loads((tmp_path / "t.csv.run.json").read_text("utf-8"))


def test_a_finished_run_whose_persons_are_gone_is_not_called_finished(study, tmp_path, capsys):
    words = (*study, "--persons", "names", "--out", "t.csv")
    run(*words)
    assert run(*words) == 1
    (tmp_path / "t.csv.persons.csv").unlink()
    assert run(*words) == 2
    assert "persons" in capsys.readouterr().err


def test_a_killed_run_ends_with_the_same_persons(study, tmp_path, monkeypatch):
    words = (*study[3:], "--persons", "names")
    run(*study, "--persons", "names", "--out", "whole.csv")
    interrupted_after(3, study[0], study[2], "t.csv", monkeypatch, *words)
    assert run(*study, "--persons", "names", "--out", "t.csv") == 1
    whole, resumed = (tmp_path / f"{name}.csv.persons.csv" for name in ("whole", "t"))
    assert resumed.read_bytes() == whole.read_bytes()


def test_a_killed_run_goes_on_where_a_person_is_another_by_now(study, tmp_path, monkeypatch):
    def list_of(last):
        names = ["p1_OD", "p1_OS", "p2_OD", "p2_OS"]
        lines = [f"photographs/{name}.png,{name[:2]}" for name in names]
        lines[2] = f"photographs/p2_OD.png,{last}"
        (tmp_path / "list.csv").write_text("\n".join(["photograph,person", *lines]), "utf-8")

    list_of("p2")
    words = ("--from", "list.csv", *study[1:], "--out", "t.csv")
    interrupted_after(3, "photographs", study[2], "t.csv", monkeypatch, *words[:2], *study[3:])
    list_of("p3")
    assert run(*words) == 1
    told = json.loads((tmp_path / "t.csv.run.json").read_text("utf-8"))
    assert told["summary"]["resumed"] == 2
    assert [row["person"] for row in rows(tmp_path / "t.csv")] == ["p1", "p1", "p3", "p2"]
    list_of("p2")
    assert run(*words) == 2


def test_what_a_list_says_wins_over_names(study, tmp_path):
    lines = "photograph,person\nphotographs/p1_OD.png,か\u3099\nphotographs/p2_OD.png,\n"
    (tmp_path / "list.csv").write_text(lines, "utf-8")
    words = ("--from", "list.csv", *study[1:], "--persons", "names", "--out", "t.csv")
    assert run(*words) == 0
    assert [(row["person"], row["person_from"]) for row in rows(tmp_path / "t.csv")] == [
        ("が", "list"), ("p2", "file name"),
    ]  # fmt: skip
