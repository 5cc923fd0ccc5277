"""What estimates are worth: figures, groups, comparisons, and what is said where one is missing."""

import math

import numpy as np
import pytest

import gantei
from gantei.errors import OutputError, SettingError
from gantei.evaluation.figure_reasons import FIGURE_REASONS

from .evaluated import AGE, SEX, STAGE, people, write_labels, write_results

sklearn_metrics = pytest.importorskip("sklearn.metrics", reason="needs the extra study")


@pytest.fixture(scope="module")
def records():
    return people(60)


@pytest.fixture(scope="module")
def tables(records, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    results = write_results(folder / "results.csv", records, (SEX, AGE, STAGE))
    return results, write_labels(folder / "labels.csv", records)


@pytest.fixture(scope="module")
def evaluation(tables):
    return gantei.evaluate(*tables, by=("camera", "age:20"))


def value(evaluation, key, level, metric, label=None):
    return evaluation.figure(key, level, metric, label).value


def by_person(records, column, there=lambda x: x, back=lambda x: x):
    """Average two eyes, as the person's visit has them."""
    values = np.array([there(record[column]) for record in records]).reshape(-1, 2)
    return back(values.mean(axis=1))


def logit(p):
    return math.log(p / (1 - p))


def test_figures_of_photographs_are_those_of_scikit_learn(evaluation, records):
    truth = [record["sex"] == "male" for record in records]
    estimate = np.array([record["net.male"] for record in records])
    age = [float(record["age"]) for record in records]
    years = [record["net.age"] for record in records]
    expected = {
        ("net.sex", "auc"): sklearn_metrics.roc_auc_score(truth, estimate),
        ("net.sex", "accuracy"): sklearn_metrics.accuracy_score(truth, estimate >= 0.5),
        ("net.sex", "sensitivity"): sklearn_metrics.recall_score(truth, estimate >= 0.5),
        ("net.sex", "brier"): sklearn_metrics.brier_score_loss(truth, estimate),
        ("net.sex", "log_loss"): sklearn_metrics.log_loss(truth, estimate),
        ("net.age", "mae"): sklearn_metrics.mean_absolute_error(age, years),
        ("net.age", "rmse"): sklearn_metrics.root_mean_squared_error(age, years),
        ("net.age", "r2"): sklearn_metrics.r2_score(age, years),
    }
    found = {
        (key, metric): value(evaluation, key, "photograph", metric) for key, metric in expected
    }
    assert found == pytest.approx(expected, rel=1e-9)


def test_figures_of_persons_are_those_of_their_mean_estimates(evaluation, records):
    truth = [record["sex"] == "male" for record in records[::2]]
    estimate = by_person(records, "net.male", logit, lambda mean: 1 / (1 + np.exp(-mean)))
    age = [float(record["age"]) for record in records[::2]]
    assert value(evaluation, "net.sex", "person", "auc") == pytest.approx(
        sklearn_metrics.roc_auc_score(truth, estimate), rel=1e-9
    )
    assert value(evaluation, "net.age", "person", "mae") == pytest.approx(
        sklearn_metrics.mean_absolute_error(age, by_person(records, "net.age")), rel=1e-9
    )


def test_figures_of_several_classes_are_those_of_scikit_learn(evaluation, records):
    truth = [STAGE["classes"].index(record["stage"]) for record in records]
    estimate = [[record[column] for column in STAGE["columns"]] for record in records]
    assert value(evaluation, "net.stage", "photograph", "macro_auc") == pytest.approx(
        sklearn_metrics.roc_auc_score(truth, estimate, multi_class="ovr"), rel=1e-9
    )
    assert value(evaluation, "net.stage", "photograph", "sensitivity", 2) == pytest.approx(
        sklearn_metrics.recall_score(truth, np.argmax(estimate, axis=1), average=None)[2]
    )


def test_every_level_counts_units_and_persons(evaluation):
    counts = {
        level: (evaluation.figure("net.sex", level, "auc").units,
                evaluation.figure("net.sex", level, "auc").people)
        for level in ("photograph", "eye", "person")
    }  # fmt: skip
    assert counts == {"photograph": (120, 60), "eye": (120, 60), "person": (60, 60)}
    assert evaluation.main_level == "person"


def test_a_group_is_what_evaluating_its_people_alone_gives(evaluation, records, tmp_path):
    alone = [record for record in records if record["camera"] == "B"]
    other = gantei.evaluate(
        write_results(tmp_path / "b.csv", alone), write_labels(tmp_path / "labels.csv", alone)
    )
    for row in evaluation.figures("net.age", "person", "camera", "B"):
        if not row.measure.why:
            expected = value(other, "net.age", "person", row.measure.metric)
            assert row.measure.value == pytest.approx(expected, rel=1e-9)


def test_a_difference_is_the_group_minus_all_others_with_the_p_value_of_its_test(
    evaluation, records
):
    found = [
        row
        for row in evaluation.table
        if (row.output.key, row.level, row.variable, row.compared_with)
        == ("net.age", "person", "camera", "rest")
        and row.measure.metric == "mae"
    ]
    errors = np.abs(by_person(records, "net.age") - [float(each["age"]) for each in records[::2]])
    camera = np.array([record["camera"] for record in records[::2]])
    for row in found:
        inside = camera == row.group
        assert row.measure.value == pytest.approx(errors[inside].mean() - errors[~inside].mean())
        assert row.measure.low <= row.measure.value <= row.measure.high
        assert row.p_holm >= row.measure.p
    assert [row.group for row in found] == ["A", "B", "C"]


def test_a_group_of_fewer_than_ten_people_has_no_figures_and_says_why(records, tmp_path):
    few = [
        {**record, "camera": "rare" if record["person"] in ("p1", "p2") else "A"}
        for record in records
    ]
    evaluation = gantei.evaluate(
        write_results(tmp_path / "r.csv", few), write_labels(tmp_path / "l.csv", few),
        by=["camera"],
    )  # fmt: skip
    rows = [row for row in evaluation.table if row.group == "rare"]
    assert {row.measure.value for row in rows} == {None}
    assert {row.measure.why for row in rows} == {"few-people-in-group"}
    assert {row.measure.people for row in rows if not row.is_difference} == {2}


def test_a_group_of_one_sex_has_an_accuracy_and_no_auc(tables):
    evaluation = gantei.evaluate(*tables, by=["sex"])
    rows = {
        row.measure.metric: row.measure
        for row in evaluation.figures("net.sex", "person", "sex", "male")
    }
    assert rows["auc"].value is None
    assert rows["auc"].why == "few-people-of-a-class-in-group"
    assert rows["accuracy"].value == rows["sensitivity"].value
    assert rows["specificity"].value is None


def test_units_of_an_unknown_group_come_last_and_are_in_no_difference(records, tmp_path):
    some = [
        {**record, "camera": "" if int(record["person"][1:]) % 4 == 0 else record["camera"]}
        for record in records
    ]
    evaluation = gantei.evaluate(
        write_results(tmp_path / "r.csv", some), write_labels(tmp_path / "l.csv", some),
        by=["camera"],
    )  # fmt: skip
    groups = list(dict.fromkeys(row.group for row in evaluation.table if row.variable))
    assert groups == ["A", "B", "C", ""]
    (unknown,) = [
        row for row in evaluation.figures("net.age", "person", "camera", "")
        if row.measure.metric == "mae"
    ]  # fmt: skip
    assert unknown.measure.people == 15
    assert not [row for row in evaluation.table if row.is_difference and not row.group]


def test_the_difference_of_two_groups_is_one_test(records, tmp_path):
    two = [{**record, "camera": "AB"[int(record["person"][1:]) % 2]} for record in records]
    evaluation = gantei.evaluate(
        write_results(tmp_path / "r.csv", two), write_labels(tmp_path / "l.csv", two),
        by=["camera"],
    )  # fmt: skip
    rows = [row for row in evaluation.table if row.is_difference and row.measure.p is not None]
    assert rows
    assert all(row.p_holm == row.measure.p for row in rows)


def test_too_many_groups_are_refused_with_what_to_do(records, tables, tmp_path):
    many = [{**record, "camera": record["person"]} for record in records]
    labels = write_labels(tmp_path / "labels.csv", many)
    with pytest.raises(SettingError, match=r"60 groups.*camera:10"):
        gantei.evaluate(tables[0], labels, by=["camera"])


def test_two_results_are_compared_on_the_same_people(records, tmp_path):
    worse = [{**record, "net.age": record["net.age"] + 3} for record in records]
    labels = write_labels(tmp_path / "labels.csv", records)
    first = write_results(tmp_path / "first.csv", records, (AGE,))
    second = write_results(tmp_path / "second.csv", worse[:-20], (AGE,))
    evaluation = gantei.evaluate([first, second], labels)
    assert [output.key for output in evaluation.outputs] == ["first:net.age", "second:net.age"]
    rows = {
        row.measure.metric: row
        for row in evaluation.table
        if row.level == "person" and row.is_difference
    }
    bias = rows["bias"]
    assert (bias.output.key, bias.compared_with) == ("first:net.age", "second:net.age")
    assert bias.measure.value == pytest.approx(-3)
    assert bias.measure.units == 50
    assert "mae_of_mean" not in rows


def test_the_same_results_twice_do_not_differ(records, tmp_path):
    labels = write_labels(tmp_path / "labels.csv", records)
    both = [write_results(tmp_path / name, records, (SEX,)) for name in ("a.csv", "b.csv")]
    evaluation = gantei.evaluate(both, labels)
    differences = [row.measure for row in evaluation.table if row.is_difference]
    assert {measure.value for measure in differences if measure.value is not None} == {0.0}
    assert {measure.p for measure in differences} == {None}


def test_results_of_one_name_are_told_apart_by_their_folders(records, tmp_path):
    labels = write_labels(tmp_path / "labels.csv", records)
    both = []
    for name in ("before", "after"):
        (tmp_path / name).mkdir()
        both.append(write_results(tmp_path / name / "results.csv", records, (SEX,)))
    evaluation = gantei.evaluate(both, labels, compare=["after", "before"])
    assert [output.key for output in evaluation.outputs] == ["before:net.sex", "after:net.sex"]
    assert {row.compared_with for row in evaluation.table} == {"", "before:net.sex"}


def test_what_does_not_estimate_the_same_is_not_compared(tables):
    with pytest.raises(SettingError, match="do not estimate the same"):
        gantei.evaluate(*tables, compare=["net.sex", "net.age"])
    with pytest.raises(SettingError, match=r"known: net\.sex, net\.age"):
        gantei.evaluate(*tables, compare=["net.sex", "other"])
    with pytest.raises(SettingError, match="two or more"):
        gantei.evaluate(*tables, compare=["net.sex"])


def test_a_threshold_chosen_here_marks_what_depends_on_it(tables):
    evaluation = gantei.evaluate(*tables, threshold="youden")
    marked = {row.measure.metric for row in evaluation.table if "optimistic-threshold" in row.notes}
    assert marked == {
        *("accuracy", "sensitivity", "specificity", "ppv", "npv", "f1", "balanced_accuracy")
    }
    assert all(row.output.kind == "binary" for row in evaluation.table if row.notes)
    written = [row for row in evaluation.rows() if row["notes"]]
    (used,) = {row["threshold"] for row in written if row["level"] == "person"}
    assert used == pytest.approx(evaluation.thresholds["net.sex", "person"].value)
    assert "expect lower values on others" in written[0]["notes_text"]


def test_without_persons_there_are_no_intervals(records, tmp_path):
    results = write_results(tmp_path / "r.csv", records)
    labels = write_labels(tmp_path / "l.csv", records, ("photograph", "age", "sex"))
    evaluation = gantei.evaluate(results, labels)
    assert not evaluation.has_persons
    assert {level for _, level in evaluation.cohorts} == {"photograph"}
    assert {row.measure.low for row in evaluation.table} == {None}
    mae = evaluation.figure("net.age", "photograph", "mae")
    assert (mae.why, mae.people) == ("no-persons", None)
    assert mae.value is not None


def test_one_photograph_per_person_gives_intervals(records, tmp_path):
    results = write_results(tmp_path / "r.csv", records[::2])
    labels = write_labels(tmp_path / "l.csv", records[::2], ("photograph", "age", "sex"))
    evaluation = gantei.evaluate(results, labels, one_photograph_per_person=True)
    assert evaluation.has_persons
    assert evaluation.figure("net.age", "photograph", "mae").low is not None
    assert evaluation.figure("net.age", "photograph", "mae").people == 60


def test_one_photograph_per_person_is_refused_where_the_tables_say_otherwise(tables):
    with pytest.raises(SettingError, match="one-photograph-per-person"):
        gantei.evaluate(*tables, one_photograph_per_person=True)


def test_an_output_without_labels_is_named_and_the_others_are_evaluated(records, tmp_path):
    results = write_results(tmp_path / "r.csv", records, (SEX, STAGE))
    labels = write_labels(tmp_path / "l.csv", records, ("photograph", "person", "sex"))
    evaluation = gantei.evaluate(results, labels)
    assert [output.key for output in evaluation.outputs] == ["net.sex"]
    assert [output.key for output in evaluation.unlabelled] == ["net.stage"]


def test_labels_of_no_output_are_an_error_that_says_how_to_name_them(records, tmp_path):
    results = write_results(tmp_path / "r.csv", records)
    labels = write_labels(tmp_path / "l.csv", records, ("photograph", "person", "camera"))
    with pytest.raises(SettingError, match=r"--age, --sex or --label OUTPUT=COLUMN"):
        gantei.evaluate(results, labels)


def test_labels_that_are_the_results_themselves_are_told_so(tables):
    with pytest.raises(SettingError, match="it is the table of results itself"):
        gantei.evaluate(tables[0], tables[0])


def test_no_results_are_refused(tables):
    with pytest.raises(SettingError, match="there is no table of results"):
        gantei.evaluate([], tables[1])


def test_the_same_tables_give_the_same_figures(tables, evaluation):
    assert gantei.evaluate(*tables, by=("camera", "age:20")).rows() == evaluation.rows()


def test_photographs_with_an_error_are_left_out_and_listed(records, tmp_path):
    some = [{**records[0], "error": "no eye", "error_code": "no-eye"}, *records[1:]]
    evaluation = gantei.evaluate(
        write_results(tmp_path / "r.csv", some), write_labels(tmp_path / "l.csv", some)
    )
    assert evaluation.flow.excluded == {"no-estimate": 1}
    ((results, exclusion),) = evaluation.exclusions
    assert (results, exclusion.name, exclusion.code) == ("r.csv", "0-right.jpg", "no-estimate")


def test_changed_results_are_marked(records, tmp_path):
    results = write_results(tmp_path / "r.csv", records)
    results.write_bytes(results.read_bytes().replace(b"0-right.jpg", b"0-RIGHT.jpg"))
    evaluation = gantei.evaluate(results, write_labels(tmp_path / "l.csv", records))
    assert [each.is_changed for each in evaluation.files] == [True, False]


def test_a_table_that_no_run_wrote_is_refused(records, tmp_path):
    labels = write_labels(tmp_path / "l.csv", records)
    with pytest.raises(OutputError, match=r"run\.json"):
        gantei.evaluate(labels, labels)


def test_every_reason_of_a_figure_has_words_in_both_languages(evaluation):
    used = {row.measure.why for row in evaluation.table} - {""}
    assert used <= {*FIGURE_REASONS}
    for english, japanese in FIGURE_REASONS.values():
        assert english.isascii()
        assert not japanese.isascii()


@pytest.mark.reference
def test_a_frame_holds_the_same_as_the_records(evaluation):
    pandas = pytest.importorskip("pandas")
    frame = evaluation.frame()
    records = frame.astype(object).where(pandas.notna(frame), None).to_dict("records")
    assert records == evaluation.rows()


@pytest.mark.parametrize("size", [1e308, -1e160, 2e15])
def test_numbers_that_nobody_can_compute_with_are_refused_with_their_line(tmp_path, size):
    drawn = people(20)
    results = write_results(tmp_path / "r.csv", [{**drawn[0], "net.age": size}, *drawn[1:]], (AGE,))
    labels = write_labels(tmp_path / "l.csv", drawn)
    with pytest.raises(OutputError, match=r"r\.csv, line 2: a value is beyond 1e\+15"):
        gantei.evaluate(results, labels)
    score = {**AGE, "name": "score", "unit": "points"}
    results = write_results(tmp_path / "r.csv", drawn, (score,))
    scores = [{**each, "score": each["age"]} for each in drawn]
    scores[0]["score"] = size
    labels = write_labels(tmp_path / "l.csv", scores, ("photograph", "person", "score"))
    with pytest.raises(OutputError, match=r"l\.csv, line 2: .*too large a number"):
        gantei.evaluate(results, labels)


def test_one_name_may_be_given_as_a_text(tables):
    found = gantei.evaluate(*tables, by="camera", compare=())
    assert found.options.by == ("camera",)
    with pytest.raises(SettingError, match="--compare net: name two or more"):
        gantei.evaluate(*tables, compare="net")


@pytest.mark.parametrize(
    "wrong",
    [
        {"by": None}, {"by": [1]}, {"compare": 3}, {"label": ["stage"]}, {"label": {"stage": 1}},
        {"sample_size": ["auc=1"]}, {"sample_size": {"auc": None}}, {"sex_coding": [1]},
        {"person": 1}, {"age": ["age"]}, {"by": {"camera": 1}},
    ],
)  # fmt: skip
def test_an_argument_of_a_wrong_type_is_refused_by_its_name(tables, wrong):
    with pytest.raises(SettingError, match=next(iter(wrong)).replace("sample_size", "sample.size")):
        gantei.evaluate(*tables, **wrong)


def test_names_of_persons_form_no_groups(tmp_path):
    drawn = [{**each, "name": f"name {int(each['person'][1:]) % 20}"} for each in people(30)]
    results = write_results(tmp_path / "r.csv", drawn)
    labels = write_labels(tmp_path / "l.csv", drawn, ("photograph", "person", "age", "name"))
    with pytest.raises(SettingError, match="none of its 20 groups has 10 people"):
        gantei.evaluate(results, labels, by=("name",))
