"""Which eye each photograph of a study shows: by tables, by names with folders, by the picture."""

import csv
import json

import pytest
from PIL import Image

from gantei.command_line import main
from gantei.errors import OutputError
from gantei.photographs.eyes import Eye
from gantei.photographs.listing import list_photographs
from gantei.study.eye_tables import StatedEyes, eye_statements, with_eyes
from gantei.study.photograph_tables import photograph_table
from gantei.table_files.csv_reading import read_csv

from ..conftest import made_picture


def mirrors(tables):
    tables["input"]["mirror"] = "left-eyes"


def listing(tmp_path, *names):
    for name in names:
        path = tmp_path / "photographs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(made_picture(len(name))).save(path)
    return list_photographs([tmp_path / "photographs"])


def stated(tmp_path, *lines, file="eyes.csv", origin="stated"):
    name = str(tmp_path / file)
    table = read_csv("\n".join(["photograph,eye", *lines]), name)
    return eye_statements(photograph_table(table, name).rows, origin)


def eyes(listing):
    return {
        each.name: each.eye.side if isinstance(each.eye, Eye) else each.eye
        for each in listing.photographs
    }


def test_a_table_names_photographs_as_results_do_or_by_paths(tmp_path, monkeypatch):
    found = listing(tmp_path, "a/1.png", "a/2.png", "3.png", "4-left.png")
    monkeypatch.chdir(tmp_path)
    lines = ["a/1.png,R", f"{tmp_path}/photographs/a/2.png,左", "photographs/3.png,OS"]
    found = with_eyes(found, StatedEyes(tuple(stated(tmp_path, *lines))))
    assert eyes(found) == {
        "a/1.png": "right", "a/2.png": "left", "3.png": "left", "4-left.png": "left"
    }  # fmt: skip
    assert found.strays == ()


def test_a_statement_wins_over_the_name_and_says_so(tmp_path):
    found = with_eyes(
        listing(tmp_path, "1-left.png"), StatedEyes(tuple(stated(tmp_path, "1-left.png,right")))
    )
    (one,) = found.photographs
    assert one.eye.side == "right"
    assert one.eye.findings[0].code == "eye-contradicts-name"


def test_statements_that_contradict_each_other_are_refused_with_both_places(tmp_path):
    found = listing(tmp_path, "1.png")
    rows = stated(tmp_path, "1.png,right", "1.png,L")
    with pytest.raises(OutputError, match=r"line 3: states 1.png as left, but .* line 2 as right"):
        with_eyes(found, StatedEyes(tuple(rows)))
    both = stated(tmp_path, "1.png,left", file="list.csv", origin="list")
    with pytest.raises(OutputError, match=r"eyes.csv, line 2: .*list.csv, line 2 as left"):
        with_eyes(found, StatedEyes((*both, *stated(tmp_path, "1.png,right"))))
    same = (*both, *stated(tmp_path, "1.png,OS"))
    assert eyes(with_eyes(found, StatedEyes(same))) == {"1.png": "left"}


def test_rows_of_other_photographs_are_counted_and_refused_where_there_are_no_others(tmp_path):
    found = listing(tmp_path, "1.png")
    rows = stated(tmp_path, "1.png,right", "9.png,right")
    assert with_eyes(found, StatedEyes(tuple(rows))).strays == ("9.png",)
    with pytest.raises(OutputError, match=r"9.png is none of the photographs"):
        with_eyes(found, StatedEyes(tuple(rows[1:])))


def run(*words):
    return main(["predict", *map(str, words)])


def rows(path):
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def test_what_is_odd_about_a_photograph_stands_beside_the_error_that_its_eye_is_needed(
    make_estimator, tmp_path
):
    Image.fromarray(made_picture(2)[..., ::-1]).save(tmp_path / "unsaid.png")
    (tmp_path / "broken.png").write_bytes((tmp_path / "unsaid.png").read_bytes()[:3000])
    estimator, out = make_estimator(change=mirrors), tmp_path / "results.csv"
    assert run(tmp_path, "--with", estimator, "--out", out) == 1
    broken, unsaid = rows(out)
    assert (broken["error_code"], broken["warning_codes"]) == ("cut-off-file", "")
    assert unsaid["error_code"] == "eye-needed"
    assert "red-below-blue" in unsaid["warning_codes"].split()
    assert "red is weaker than blue" in unsaid["warnings"]
    looks = rows(tmp_path / "results.csv.photographs.csv")
    assert float(looks[1]["red_to_blue"]) < 1


def test_a_study_has_eyes_from_table_list_and_names(make_estimator, tmp_path, capsys):
    listing(tmp_path, "1.png", "2-right.png", "3.png", "x_L.png", "x_R.png")
    folder = tmp_path / "photographs"
    table, names = tmp_path / "eyes.csv", tmp_path / "list.csv"
    table.write_text("photograph,eye\n1.png,左\nother.png,R\n", "utf-8-sig")
    names.write_text(f'eye,photograph\nOD,"{folder}/3.png"\n', "utf-8-sig")
    estimator, out = make_estimator(change=mirrors), tmp_path / "results.csv"
    words = (folder, "--from", names, "--with", estimator, "--out", out)
    assert run(*words, "--eyes", table) == 0
    assert [(row["photograph"], row["eye"], row["eye_from"]) for row in rows(out)] == [
        ("1.png", "left", "stated"),
        ("2-right.png", "right", "file name"),
        ("3.png", "right", "list"),
        ("x_L.png", "left", "file name"),
        ("x_R.png", "right", "file name"),
    ]
    assert "rows that state the eye of no photograph here: 1, such as other.png" in (
        capsys.readouterr().err
    )
    manifest = json.loads((tmp_path / "results.csv.run.json").read_text("utf-8"))
    assert manifest["eyes_of_other_photographs"] == 1
    assert len(manifest["eyes"]["stated_sha256"]) == 64
    assert run(*words, "--eyes", table) == 0
    table.write_text("photograph,eye\n1.png,right\n", "utf-8")
    assert run(*words, "--eyes", table) == 2
    assert "other eyes were stated" in capsys.readouterr().err


def test_names_of_folders_and_files_that_disagree_leave_the_eye_to_the_picture(
    make_estimator, tmp_path
):
    listing(tmp_path, "left/1-right.png", "right-handed/2.png", "left/3.png")
    estimator, out = make_estimator(change=mirrors), tmp_path / "results.csv"
    words = (tmp_path / "photographs", "--with", estimator, "--out", out, "--eyes", "detect")
    assert run(*words) == 1
    found = {row["photograph"]: (row["eye_from"], row["error"]) for row in rows(out)}
    assert "the optic disc does not tell" in found["left/1-right.png"][1]
    assert "the optic disc does not tell" in found["right-handed/2.png"][1]
    assert found["left/3.png"] == ("file name", "")


def test_what_is_odd_about_a_photograph_stands_once_in_its_row_whatever_the_estimators(
    make_estimator, tmp_path
):
    listing(tmp_path, "1-left.png", "2-left.png")
    (tmp_path / "eyes.csv").write_text("photograph,eye\n1-left.png,right\n", "utf-8")
    made = [make_estimator(f"made-{number}", change=mirrors) for number in (1, 2)]
    out = tmp_path / "results.csv"
    words = (tmp_path / "photographs", "--eyes", tmp_path / "eyes.csv", "--out", out)
    assert run(*words, "--with", made[0], "--with", made[1]) == 0
    contradicted, other = rows(out)
    assert contradicted["warning_codes"].split().count("eye-contradicts-name") == 1
    said = "its eye is stated as right, though its name says left."
    assert contradicted["warnings"].count(said) == 1
    assert f"made-1: {said}" not in contradicted["warnings"]
    assert "eye-contradicts-name" not in other["warning_codes"]


def test_a_row_without_an_eye_fails_alone_and_detect_cannot_tell_it(make_estimator, tmp_path):
    listing(tmp_path, "1.png", "2-right.png")
    estimator, out = make_estimator(change=mirrors), tmp_path / "results.csv"
    words = (tmp_path / "photographs", "--with", estimator, "--out", out)
    assert run(*words) == 1
    bad, good = rows(out)
    assert bad["error"].startswith("1.png: right or left eye?")
    assert good["made.age"]
    assert run(*words, "--eyes", "detect", "--overwrite") == 1
    assert "the optic disc does not tell" in rows(out)[0]["error"]
