"""Who is left out of an evaluation is told, and units of two results are paired."""

import pytest

import gantei
from gantei.errors import OutputError

from .evaluated import AGE, SEX, STAGE, people, write_labels, write_results

pytest.importorskip("sklearn", reason="needs the extra study")


@pytest.fixture(scope="module")
def records():
    return people(60)


def value(evaluation, key, level, metric):
    return evaluation.figure(key, level, metric).value


def with_other_eyes(records, column, values):
    """Give the second photograph of each person another label than the first."""
    return [
        {**record, column: values[place % 2]} if values else {**record, column: ""}
        for place, record in enumerate(records)
    ]


def test_an_output_that_nobody_is_left_for_keeps_its_exclusions_beside_the_others(
    records, tmp_path
):
    results = write_results(tmp_path / "r.csv", records)
    labels = write_labels(tmp_path / "l.csv", with_other_eyes(records, "age", ("40", "60")))
    evaluation = gantei.evaluate(results, labels, by=["camera", "age:10"], threshold="youden")
    assert [output.key for output in evaluation.outputs] == ["net.sex", "net.age"]
    assert not evaluation.unlabelled
    cohort = evaluation.cohorts["net.age", "person"]
    assert (len(cohort.units), cohort.excluded()) == (0, {"ages-unexplained": 120})
    assert evaluation.figure("net.age", "person", "mae").value is None
    assert value(evaluation, "net.sex", "person", "auc") is not None
    assert evaluation.leaves_out


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            ("40", "60"),
            r"net\.age: nobody is left: 120 of a person whose ages .*name .* by --visit",
        ),
        ((), r"net\.age: nobody is left: 120 without a label of this output"),
    ],
)
def test_where_nobody_is_left_at_all_the_error_says_why(records, tmp_path, values, said):
    results = write_results(tmp_path / "r.csv", records, (AGE,))
    labels = write_labels(tmp_path / "l.csv", with_other_eyes(records, "age", values))
    with pytest.raises(OutputError, match=said):
        gantei.evaluate(results, labels)


def test_a_label_that_differs_between_eyes_has_figures_by_eye_and_the_others_by_person(
    records, tmp_path
):
    differing = with_other_eyes(records, "stage", ("none", "mild"))
    results = write_results(tmp_path / "r.csv", records, (SEX, STAGE))
    evaluation = gantei.evaluate(results, write_labels(tmp_path / "l.csv", differing))
    assert evaluation.main_level == "person"
    assert value(evaluation, "net.stage", "eye", "accuracy") is not None
    assert evaluation.cohorts["net.stage", "person"].excluded() == {"labels-differ": 60}


def test_without_known_eyes_there_is_no_level_of_eyes(records, tmp_path):
    results = write_results(tmp_path / "r.csv", [{**each, "eye": ""} for each in records])
    evaluation = gantei.evaluate(results, write_labels(tmp_path / "l.csv", records))
    assert {level for _, level in evaluation.cohorts} == {"photograph", "person"}
    assert not evaluation.leaves_out


def compared(records, tmp_path, others):
    """Compare an age with itself plus 3 years, by what `others` makes of each record."""
    worse = [{**record, "net.age": record["net.age"] + 3, **others(record)} for record in records]
    labels = write_labels(tmp_path / "labels.csv", records)
    first = write_results(tmp_path / "first.csv", records, (AGE,))
    second = write_results(tmp_path / "second.csv", worse, (AGE,))
    return {
        row.level: row.measure
        for row in gantei.evaluate([first, second], labels).table
        if row.is_difference and row.measure.metric == "bias"
    }


def test_photographs_under_other_folders_are_paired_by_their_files(records, tmp_path):
    found = compared(
        records,
        tmp_path,
        lambda record: {
            "photograph": f"site/{record['photograph']}", "file": record["photograph"],
        },
    )  # fmt: skip
    assert [(level, each.units) for level, each in found.items()] == [
        ("photograph", 120), ("eye", 120), ("person", 60),
    ]  # fmt: skip
    assert {round(each.value, 9) for each in found.values()} == {-3}


def test_photographs_of_other_files_are_paired_by_their_names(records, tmp_path):
    found = compared(records, tmp_path, lambda record: {"file": f"cut {record['photograph']}"})
    assert found["photograph"].units == 120
    assert found["photograph"].value == pytest.approx(-3)


def test_persons_and_visits_are_paired_whatever_commas_they_have(tmp_path):
    records = [
        {**each, "person": "a, b" if each["person"] == "p1" else "a", "visit": visit, "age": age}
        for each, visit, age in zip(people(2), "bb  ", (30, 30, 60, 60), strict=True)
    ]
    columns = ("photograph", "person", "visit", "age")
    labels = write_labels(tmp_path / "labels.csv", records, columns)
    both = [write_results(tmp_path / name, records, (AGE,)) for name in ("a.csv", "b.csv")]
    evaluation = gantei.evaluate(both, labels)
    cohort = evaluation.cohorts["a:net.age", "person"]
    assert cohort.names == ("a, b", "a, b")
    assert cohort.keys == (("a", "b", ""), ("a, b", "", ""))
    assert cohort.units.truths.tolist() == [30, 60]
