"""`gantei evaluate`: from photographs or results, and labels, to a folder that is printed."""

import csv
import json

import pytest

from gantei.command_line import main
from gantei.statistics import study_extra

from .evaluated import AGE, SEX, people, write_labels, write_results

sklearn_metrics = pytest.importorskip("sklearn.metrics", reason="needs the extra study")
pytest.importorskip("matplotlib", reason="needs the extra study")
PEOPLE = 12


def run(*arguments):
    return main(["evaluate", *map(str, arguments)])


def records_of(path):
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def figure(report, level, metric, **others):
    """Give one figure of `metrics.csv`."""
    wanted = {"level": level, "metric": metric, "variable": "", "compared_with": "", **others}
    (found,) = [
        row
        for row in records_of(report / "metrics.csv")
        if all(row[key] == cell for key, cell in wanted.items())
    ]
    return found


@pytest.fixture(scope="module")
def photographs(tmp_path_factory):
    """Drawn photographs of another seed than the demo estimators were trained on."""
    folder = tmp_path_factory.mktemp("photographs") / "demo"
    drawn = ["--people", str(PEOPLE), "--seed", "7", "--scale", "0.3"]
    assert main(["demo-photos", str(folder), *drawn]) == 0
    return folder


@pytest.fixture(scope="module")
def report(photographs, tmp_path_factory):
    out = tmp_path_factory.mktemp("reports") / "report"
    labels = photographs / "labels.csv"
    options = ("--with", "demo-sex", "--with", "demo-age", "--by", "camera")
    assert run(photographs, "--labels", labels, *options, "--out", out) == 0
    return out


@pytest.fixture
def tables(tmp_path):
    drawn = people(40)
    results = write_results(tmp_path / "results.csv", drawn, (SEX, AGE))
    return results, write_labels(tmp_path / "labels.csv", drawn)


@pytest.fixture
def without_page(monkeypatch):
    """Leave page and figures undrawn, which take longest."""
    from gantei.report import report_writing

    monkeypatch.setattr(report_writing, "write_report", lambda *_: ())


def test_figures_in_the_table_are_those_of_scikit_learn_on_the_same_rows(report, photographs):
    labels = {row["photograph"]: row for row in records_of(photographs / "labels.csv")}
    rows = records_of(report / "results.csv")
    truth = [labels[row["photograph"]]["sex"] == "male" for row in rows]
    age = [float(labels[row["photograph"]]["age"]) for row in rows]
    male = [float(row["demo-sex.male"]) for row in rows]
    years = [float(row["demo-age.age"]) for row in rows]
    found = figure(report, "photograph", "auc")
    assert float(found["value"]) == pytest.approx(sklearn_metrics.roc_auc_score(truth, male))
    assert (found["units"], found["people"]) == (str(len(rows)), str(PEOPLE))
    found = figure(report, "photograph", "mae")
    assert float(found["value"]) == pytest.approx(sklearn_metrics.mean_absolute_error(age, years))
    assert (found["unit"], found["name_ja"]) == ("years", "平均絶対誤差")


def test_the_results_stand_in_the_report_with_all_that_predict_writes(report):
    run_manifest = json.loads((report / "results.csv.run.json").read_text("utf-8"))
    assert run_manifest["summary"]["failed"] == 0
    assert (report / "results.csv.skipped.csv").exists()  # labels.csv and README.txt
    assert not [path.name for path in report.parent.iterdir() if path != report]


def test_the_json_names_neither_photographs_nor_persons(report, photographs):
    text = (report / "metrics.json").read_text("utf-8")
    for row in records_of(photographs / "labels.csv"):
        assert row["photograph"] not in text
    told = json.loads(text)
    assert {each["name"] for each in told["files"]} == {"results.csv", "labels.csv"}
    assert all(len(each["sha256"]) == 64 for each in told["files"])
    assert all(len(each["weights_sha256"]) == 64 for each in told["outputs"])


def test_every_column_of_the_tables_is_explained_in_both_languages(report):
    dictionary = records_of(report / "dictionary.csv")
    explained = [row["column"] for row in dictionary if row["table"] == "metrics"]
    assert explained == [*records_of(report / "metrics.csv")[0]]
    assert all(row["meaning"] and not row["meaning_ja"].isascii() for row in dictionary)


def test_reported_figures_stand_beside_and_not_among_those_measured(report):
    told = json.loads((report / "metrics.json").read_text("utf-8"))
    assert {each["metric"] for each in told["reported_elsewhere"]} >= {"AUC", "accuracy"}
    assert "500 drawn" not in (report / "metrics.csv").read_text("utf-8")


def test_the_terminal_has_the_main_figures_by_person(tables, tmp_path, capsys):
    assert run(tables[0], "--labels", tables[1], "--out", tmp_path / "report") == 0
    said = capsys.readouterr()
    lines = [line for line in said.out.splitlines() if line.startswith("net.sex  AUC")]
    assert len(lines) == 1
    assert lines[0].endswith("40     40")
    assert "net.sex  accuracy at 0.5 " in said.out
    assert "average precision" not in said.out + said.err
    assert "calibration_slope" not in said.err
    assert "net.sex calibration intercept: fewer than 150 persons" in said.err
    assert "report.html" in said.err


@pytest.mark.usefixtures("without_page")
def test_without_persons_the_terminal_says_how_to_get_intervals(tmp_path, capsys):
    drawn = people(20)
    results = write_results(tmp_path / "r.csv", drawn)
    labels = write_labels(tmp_path / "l.csv", drawn, ("photograph", "age", "sex"))
    assert run(results, "--labels", labels, "--out", tmp_path / "report") == 0
    said = capsys.readouterr().err
    assert "--person" in said
    assert "--one-photograph-per-person" in said


@pytest.mark.usefixtures("without_page")
def test_what_was_left_out_is_counted_and_listed_and_is_in_the_exit_code(tmp_path, capsys):
    drawn = people(30)
    results = write_results(
        tmp_path / "r.csv", [{**drawn[0], "error_code": "black-picture"}, *drawn[1:]]
    )
    labels = write_labels(tmp_path / "l.csv", drawn[:-2])
    assert run(results, "--labels", labels, "--out", tmp_path / "report") == 1
    said = capsys.readouterr().err
    assert "left out: 1 photograph without an estimate, because of an error (no-estimate)" in said
    assert "left out: 2 photographs not in the table of labels (no-label-row)" in said
    excluded = records_of(tmp_path / "report" / "excluded.csv")
    codes = {row["name"]: row["code"] for row in excluded}
    assert codes == {
        "0-right.jpg": "no-estimate", "29-right.jpg": "no-label-row", "29-left.jpg": "no-label-row",
    }  # fmt: skip
    assert all(row["reason"] and row["reason_ja"] and row["text"] for row in excluded)


@pytest.mark.usefixtures("without_page")
def test_a_photograph_without_one_label_is_in_the_list_and_the_exit_code(tmp_path):
    drawn = people(30)
    results = write_results(tmp_path / "r.csv", drawn)
    labels = write_labels(tmp_path / "l.csv", [{**drawn[0], "age": ""}, *drawn[1:]])
    assert run(results, "--labels", labels, "--out", tmp_path / "report") == 1
    (row,) = records_of(tmp_path / "report" / "excluded.csv")
    assert (row["output"], row["name"], row["code"]) == ("net.age", "0-right.jpg", "no-label")


def test_an_output_that_nobody_is_left_for_is_told_and_listed_and_drawn_without_a_figure(
    tmp_path, capsys
):
    drawn = [
        {**each, "age": 40 + 20 * (each["eye"] == "left"), "q": each["eye"]} for each in people(20)
    ]
    quality = {**SEX, "name": "q", "classes": ["left", "right"], "columns": ["net.male"]}
    results = write_results(tmp_path / "r.csv", drawn, (AGE, quality))
    labels = write_labels(tmp_path / "l.csv", drawn, ("photograph", "person", "age", "q"))
    assert run(results, "--labels", labels, "--out", tmp_path / "report") == 1
    said = capsys.readouterr()
    assert "net.age: nobody is left by person: 40 of a person whose ages" in said.err
    assert "name their column by --visit" in said.err
    assert "net.q: nobody is left by person: 20 whose photographs have different" in said.err
    assert "; so its figures are by eye" in said.err
    assert not [line for line in said.out.splitlines() if line.startswith("net.age")]
    assert {line.split()[-2:] == ["40", "20"] for line in said.out.splitlines()[1:]} == {True}
    codes = [row["code"] for row in records_of(tmp_path / "report" / "excluded.csv")]
    assert codes == ["ages-unexplained"] * 40 + ["labels-differ"] * 20
    assert figure(tmp_path / "report", "eye", "auc", output="q")["value"]


@pytest.mark.usefixtures("without_page")
def test_groups_at_another_level_are_told_on_the_terminal_with_why(tmp_path, capsys):
    drawn = [
        {**each, "net.age": each["net.age"] + 20 * (each["eye"] == "left")} for each in people(40)
    ]
    results = write_results(tmp_path / "r.csv", drawn)
    labels = write_labels(tmp_path / "l.csv", drawn)
    assert run(results, "--labels", labels, "--by", "eye", "--out", tmp_path / "report") == 0
    said = capsys.readouterr().err
    assert "net.age, groups of eye: per eye, because photographs differ in it in" in said
    assert "net.age, eye left against all others: bias +" in said
    meaning = {
        row["column"]: row["meaning"] for row in records_of(tmp_path / "report/dictionary.csv")
    }
    assert "photographs are of several groups" in meaning["group"]


@pytest.mark.usefixtures("without_page")
def test_a_group_that_differs_is_named_on_the_terminal(tmp_path, capsys):
    drawn = [
        {**each, "net.age": each["net.age"] + 20 * (each["camera"] == "B")} for each in people(60)
    ]
    results = write_results(tmp_path / "r.csv", drawn)
    labels = write_labels(tmp_path / "l.csv", drawn)
    assert run(results, "--labels", labels, "--by", "camera", "--out", tmp_path / "report") == 0
    said = capsys.readouterr().err
    assert "net.age, camera B against all others: bias +" in said
    assert "net.sex, camera B" not in said


@pytest.mark.usefixtures("without_page")
def test_labels_of_another_output_and_coded_sexes_are_named_by_options(tmp_path):
    coded = [
        {**each, "SEX": int(each["sex"] == "male"), "Alter": each["age"]} for each in people(30)
    ]
    results = write_results(tmp_path / "r.csv", coded)
    labels = write_labels(tmp_path / "l.csv", coded, ("photograph", "person", "SEX", "Alter"))
    options = ("--sex", "SEX", "--sex-coding", "1=male,0=female", "--label", "age=Alter")
    assert run(results, "--labels", labels, *options, "--out", tmp_path / "report") == 0
    assert float(figure(tmp_path / "report", "person", "auc")["value"]) > 0.9
    assert figure(tmp_path / "report", "person", "mae")["value"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--threshold", "best"), "sensitivity:0.95"),
        (("--by", "kamera"), "known: "),
        (("--by", "age"), "age:10"),
        (("--sample-size", "auc"), "KEY=VALUE"),
        (("--sample-size", "auk=0.1"), "no such figure"),
        (("--label", "stage=no-such"), "no-such"),
        (("--compare", "net.sex", "net.age"), "do not estimate the same"),
        (("--with", "demo-sex"), "leave --with out"),
        (("--from", "list.txt"), "--from: for photographs"),
        (("--root", ".", "--workers", "2"), "--root, --workers: for photographs"),
        (("--persons", "names"), "by --person"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused_and_nothing_is_left(
    options, said, tables, tmp_path, capsys
):
    assert run(tables[0], "--labels", tables[1], "--out", tmp_path / "report", *options) == 2
    assert said in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "labels.csv", "results.csv", "results.csv.run.json",
    ]  # fmt: skip


def test_photographs_beside_results_are_refused(tables, photographs, tmp_path, capsys):
    options = ("--labels", tables[1], "--out", tmp_path / "report")
    assert run(tables[0], photographs, *options) == 2
    assert "not both" in capsys.readouterr().err


@pytest.mark.usefixtures("without_page")
def test_names_of_photographs_tell_persons_where_labels_do_not(photographs, tmp_path):
    labels = tmp_path / "labels.csv"
    rows = records_of(photographs / "labels.csv")
    write_labels(labels, rows, ("photograph", "age", "sex"))
    options = ("--with", "demo-age", "--persons", "names", "--out", tmp_path / "report")
    assert run(photographs, "--labels", labels, *options) == 0
    assert figure(tmp_path / "report", "person", "mae")["people"] == str(PEOPLE)


def test_photographs_need_estimators(photographs, tmp_path, capsys):
    labels = photographs / "labels.csv"
    assert run(photographs, "--labels", labels, "--out", tmp_path / "report") == 2
    assert "--with" in capsys.readouterr().err


def test_wrong_labels_are_refused_before_any_photograph_is_estimated(
    photographs, tmp_path, capsys, monkeypatch
):
    from gantei.study import run as study_run

    def refuse(*_, **__):
        raise AssertionError("a photograph was estimated")

    monkeypatch.setattr(study_run, "run_study", refuse)
    labels = tmp_path / "labels.csv"
    labels.write_text("photograph,age\na.jpg,old\n")
    options = ("--with", "demo-age", "--out", tmp_path / "report")
    assert run(photographs, "--labels", labels, *options) == 2
    assert "labels.csv, line 2" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--by", "camra"), "--by camra: nothing is called so; known: camera, age:10, sex, eye"),
        (("--compare", "demo-age", "demo-sex"), "do not estimate the same"),
        (("--label", "stage=camera"), "no estimator here has an output stage"),
        (("--label", "sex=camera"), "is none of the classes of demo-sex.sex"),
        (("--labels", "other.csv"), "other.csv"),
        (("--labels", "people.csv"), "add --persons names (or folders)"),
        (("--labels", "people.csv", "--persons", "names"), "no row is of a person in the list"),
        (("--labels", "nothing.csv"), "says nothing of what is to be estimated (sex, age)"),
    ],
)
def test_what_can_be_known_is_refused_before_any_photograph_is_estimated(
    options, said, photographs, tmp_path, capsys, monkeypatch
):
    from gantei.study import run as study_run

    def refuse(*_, **__):
        raise AssertionError("a photograph was estimated")

    monkeypatch.setattr(study_run, "run_study", refuse)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other.csv").write_text("photograph,age,sex\nno-such.jpg,40,male\n")
    (tmp_path / "people.csv").write_text("person,age,sex\nno-such,40,male\n")
    (tmp_path / "nothing.csv").write_text("photograph,camera\nno-such.jpg,A\n")
    usual = ("--labels", photographs / "labels.csv", "--with", "demo-sex", "--with", "demo-age")
    assert run(photographs, *usual, "--out", tmp_path / "report", *options) == 2
    assert said in capsys.readouterr().err
    assert not list(tmp_path.glob("*report*"))


def test_a_report_among_the_photographs_is_refused(photographs, capsys):
    options = ("--labels", photographs / "labels.csv", "--with", "demo-sex")
    assert run(photographs, *options, "--out", photographs / "report") == 2
    assert "read as photographs" in capsys.readouterr().err


@pytest.mark.usefixtures("without_page")
def test_estimates_survive_an_error_and_are_not_made_again(
    photographs, tmp_path, monkeypatch, capsys
):
    from gantei.evaluation import evaluated_figures

    def fail(*_):
        raise KeyboardInterrupt

    options = ("--labels", photographs / "labels.csv", "--with", "demo-sex")
    with monkeypatch.context() as patch:
        patch.setattr(evaluated_figures, "pairs_to_compare", fail)
        assert run(photographs, *options, "--out", tmp_path / "report") > 2
    assert [path.name for path in tmp_path.iterdir()] == [".report.unfinished"]
    before = (tmp_path / ".report.unfinished/results.csv").stat().st_mtime_ns
    assert run(photographs, *options, "--out", tmp_path / "report") == 0
    assert (tmp_path / "report/results.csv").stat().st_mtime_ns == before
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


@pytest.mark.usefixtures("without_page")
def test_a_card_that_cannot_take_the_figures_is_told_with_why(tables, tmp_path, capsys):
    out = ("--out", tmp_path / "report")
    assert run(tables[0], "--labels", tables[1], "--into-card", *out) == 1
    *_, why, last = capsys.readouterr().err.splitlines()
    assert why.startswith("card of net: not installed here")
    assert last == "--into-card: no figures in the card of net"


@pytest.mark.usefixtures("without_page")
def test_an_existing_report_is_replaced_only_by_overwrite(tables, tmp_path, capsys):
    options = ("--labels", tables[1], "--out", tmp_path / "report")
    assert run(tables[0], *options) == 0
    assert run(tables[0], *options) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert run(tables[0], *options, "--overwrite", "--threshold", "youden") == 0
    assert figure(tmp_path / "report", "person", "accuracy")["notes"] == "optimistic-threshold"


@pytest.mark.usefixtures("without_page")
def test_groups_are_added_to_a_report_of_photographs_without_losing_its_estimates(
    photographs, tmp_path, capsys
):
    out = tmp_path / "report"
    options = ("--labels", photographs / "labels.csv", "--out", out)
    assert run(photographs, "--with", "demo-sex", *options) == 0
    before = (out / "results.csv").stat().st_mtime_ns
    run_manifest = (out / "results.csv.run.json").read_bytes()
    added = ("--overwrite", "--by", "camera")
    assert run(photographs, "--with", "demo-sex", *options, *added) == 0
    assert (out / "results.csv").stat().st_mtime_ns == before
    assert run(out / "results.csv", *options, *added) == 0
    assert (out / "results.csv").stat().st_mtime_ns == before
    assert (out / "results.csv.run.json").read_bytes() == run_manifest
    assert any(row["variable"] == "camera" for row in records_of(out / "metrics.csv"))
    (out / "labels.csv").write_bytes((photographs / "labels.csv").read_bytes())
    inside = ("--labels", out / "labels.csv", "--out", out, "--overwrite")
    assert run(out / "results.csv", *inside) == 2
    assert "holds labels.csv" in capsys.readouterr().err
    assert (out / "labels.csv").exists()


def test_a_missing_extra_is_said_before_any_work(tables, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(study_extra, "LIBRARIES", ("no_such_library",))
    assert run(tables[0], "--labels", tables[1], "--out", tmp_path / "report") == 2
    assert '[study]"' in capsys.readouterr().err
