"""`gantei predict` as a user meets it: tables, errors, kills and resumptions."""

import hashlib
import io
import json
import os
import re
import subprocess
import sys

import pytest
from PIL import Image

from ..conftest import SEX
from .studies import NAMES, rows, run


@pytest.fixture
def age(make_estimator):
    return make_estimator("made-age")


@pytest.fixture
def sex(make_estimator):
    return make_estimator("made-sex", output="sex", factor=1 / 255, spec=SEX)


def test_a_folder_becomes_a_table_with_one_row_per_photograph(photographs, age, sex, tmp_path):
    out = tmp_path / "results.csv"
    assert run(photographs, "--with", age, "--with", sex, "--out", out) == 1
    table = rows(out)
    assert [row["photograph"] for row in table] == NAMES
    assert list(table[0]) == [
        "photograph",
        "sha256",
        "person",
        "person_from",
        "eye",
        "eye_from",
        "made-age.age",
        "made-sex.male",
        "warnings",
        "warning_codes",
        "error",
        "error_code",
    ]
    for row in table:
        content = (photographs / row["photograph"]).read_bytes()
        assert row["sha256"] == hashlib.sha256(content).hexdigest()


def test_one_bad_photograph_is_a_row_with_its_error_and_touches_no_other(
    photographs, age, tmp_path
):
    run(photographs, "--with", age, "--out", tmp_path / "with.csv")
    (photographs / "left/3.png").unlink()
    assert run(photographs, "--with", age, "--out", tmp_path / "without.csv") == 0
    bad = rows(tmp_path / "with.csv")[1]
    assert bad["made-age.age"] == ""
    assert "3.png" in bad["error"]
    good = [row for row in rows(tmp_path / "with.csv") if not row["error"]]
    assert good == rows(tmp_path / "without.csv")


def test_what_every_row_says_stands_in_it_as_its_code_and_once_in_words(
    photographs, make_estimator, tmp_path, capsys
):
    notice = {"notice": "Demo: knows nothing.", "notice_ja": "デモ:何も知らない。"}
    noticed = make_estimator("made-age", change=lambda each: each.update(notice))
    out = tmp_path / "results.csv"
    run(photographs, "--with", noticed, "--out", out)
    good = [row for row in rows(out) if not row["error"]]
    assert all(row["warning_codes"].split()[0] == "made-age:notice" for row in good)
    assert "Demo" not in out.read_text("utf-8")
    assert "every row (made-age:notice): Demo: knows nothing.\n" in capsys.readouterr().err
    (described,) = [
        row for row in rows(tmp_path / "results.csv.dictionary.csv")
        if row["column"] == "warning_codes"
    ]  # fmt: skip
    assert described["meaning"].endswith(" | made-age:notice: Demo: knows nothing.")
    assert described["meaning_ja"].endswith(" | made-age:notice: デモ:何も知らない。")
    (made,) = json.loads((tmp_path / "results.csv.run.json").read_text("utf-8"))["estimators"]
    assert (made["findings"][0]["code"], made["findings"][0]["text"]) == (
        "notice",
        "Demo: knows nothing.",
    )


def test_an_error_has_its_code_and_its_name_in_the_table_alone(photographs, age, tmp_path):
    Image.new("L", (64, 64), 128).save(photographs / "grey.png")
    run(photographs, "--with", age, "--out", tmp_path / "results.csv")
    (grey,) = [row for row in rows(tmp_path / "results.csv") if row["photograph"] == "grey.png"]
    assert grey["error_code"] == "grey-picture"
    assert grey["error"].startswith("grey.png: a grey picture (mode L)")
    assert str(photographs) not in (tmp_path / "results.csv").read_text("utf-8")


def test_values_equal_those_of_the_library(photographs, age, tmp_path):
    import gantei

    run(photographs, "--with", age, "--out", tmp_path / "results.csv")
    estimator = gantei.load(age)
    for row in rows(tmp_path / "results.csv"):
        if not row["error"]:
            value = estimator.predict(photographs / row["photograph"])[0].values["age"]
            assert float(row["made-age.age"]) == value


def test_every_format_holds_the_same_rows(photographs, age, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    for suffix in ("csv", "jsonl", "parquet"):
        run(photographs, "--with", age, "--out", tmp_path / f"results.{suffix}")
    from_csv = rows(tmp_path / "results.csv")
    lines = (tmp_path / "results.jsonl").read_text("utf-8").splitlines()
    from_json = [json.loads(line) for line in lines]
    from_parquet = parquet.read_table(tmp_path / "results.parquet").to_pylist()
    for each in (from_json, from_parquet):
        assert [row["photograph"] for row in each] == [row["photograph"] for row in from_csv]
        for row, other in zip(each, from_csv, strict=True):
            value = row["made-age.age"]
            assert ("" if value is None else pytest.approx(value)) == (
                other["made-age.age"] and float(other["made-age.age"])
            )


def test_a_data_dictionary_explains_every_column(photographs, age, sex, tmp_path):
    run(photographs, "--with", age, "--with", sex, "--out", tmp_path / "results.csv")
    described = rows(tmp_path / "results.csv.dictionary.csv")
    of_table = [line["column"] for line in described if line["table"] == "results"]
    assert of_table == list(rows(tmp_path / "results.csv")[0])
    assert all(line["meaning"] and line["meaning_ja"] for line in described)
    japanese = {line["column"]: line["meaning_ja"] for line in described}
    assert japanese["made-age.age"] == "年齢の推定値"
    assert japanese["made-sex.male"] == "男性である確率"
    assert not [text for text in japanese.values() if re.search(r"[(),:;] ?[ぁ-ん一-龠]", text)]
    units = {line["column"]: line["unit"] for line in described}
    assert units["made-age.age"] == "years"
    assert units["made-sex.male"] == "probability"


def test_a_run_manifest_tells_what_made_the_table_and_no_name_of_a_photograph(
    photographs, age, tmp_path
):
    out = tmp_path / "results.csv"
    run(photographs, "--with", age, "--out", out)
    text = (tmp_path / "results.csv.run.json").read_text("utf-8")
    manifest = json.loads(text)
    assert manifest["summary"] | {"seconds_of_last_process": 0} == {
        "photographs": 6,
        "failed": 1,
        "resumed": 0,
        "seconds_of_last_process": 0,
        "findings": manifest["summary"]["findings"],
        "errors": {"cut-off-file": 1},
    }
    assert manifest["files_skipped"] == {"hidden-file": 1, "text-file": 1}
    weights = (age / "model.onnx").read_bytes()
    estimator = manifest["estimators"][0]
    assert estimator["weights_sha256"] == hashlib.sha256(weights).hexdigest()
    assert estimator["device"] == "cpu"
    assert manifest["table_sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert ".png" not in text


def test_nothing_else_is_left_beside_the_table(photographs, age, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    run(photographs, "--with", age, "--out", out / "results.csv")
    assert sorted(path.name for path in out.iterdir()) == [
        "results.csv",
        "results.csv.dictionary.csv",
        "results.csv.photographs.csv",
        "results.csv.run.json",
        "results.csv.skipped.csv",
    ]


def test_standard_output_gets_the_same_table_for_programs(photographs, age, tmp_path, capfdbinary):
    (photographs / "right/0.png").rename(photographs / "=1+1.png")
    run(photographs, "--with", age, "--out", tmp_path / "results.csv", "--plain-csv")
    assert run(photographs, "--with", age, "--out", "-") == 1
    assert capfdbinary.readouterr().out == (tmp_path / "results.csv").read_bytes()


def test_a_list_names_photographs_and_a_missing_one_is_a_row(photographs, age, tmp_path):
    listed = tmp_path / "list.txt"
    names = [photographs / "right/0.png", photographs / "right/nowhere.png", ""]
    listed.write_text("\n".join(map(str, names)))
    assert run("--from", listed, "--with", age, "--out", tmp_path / "results.csv") == 1
    table = rows(tmp_path / "results.csv")
    assert [row["photograph"] for row in table] == ["0.png", "nowhere.png"]
    assert "No such file" in table[1]["error"]


def test_a_list_may_come_on_standard_input(photographs, age, tmp_path, monkeypatch):
    name = f"{photographs / 'right/0.png'}\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(name.encode())))
    assert run("--from", "-", "--with", age, "--out", tmp_path / "results.csv") == 0
    assert len(rows(tmp_path / "results.csv")) == 1


def test_a_photograph_that_is_met_twice_counts_once(photographs, age, tmp_path):
    again = photographs / "right/0.png"
    run(photographs, again, "--with", age, "--out", tmp_path / "results.csv")
    assert [row["photograph"] for row in rows(tmp_path / "results.csv")] == NAMES


def test_a_name_that_is_not_unicode_is_spelt_with_escapes(photographs, age, tmp_path):
    name = os.fsdecode(b"caf\xe9.png")
    try:
        (photographs / "right/0.png").rename(photographs / name)
    except (OSError, UnicodeError):
        pytest.skip("this file system takes Unicode names only")
    run(photographs, "--with", age, "--out", tmp_path / "results.csv")
    assert "caf\\udce9.png" in [row["photograph"] for row in rows(tmp_path / "results.csv")]


def test_a_bad_photograph_with_such_a_name_is_a_row_like_any_other(age, tmp_path):
    folder = tmp_path / "odd"
    folder.mkdir()
    try:
        (folder / os.fsdecode(b"caf\xe9\r.png")).write_bytes(b"junk")
    except (OSError, UnicodeError):
        pytest.skip("this file system takes other names only")
    assert run(folder, "--with", age, "--out", tmp_path / "results.csv") == 1
    (row,) = rows(tmp_path / "results.csv")
    assert row["photograph"] == "caf\\udce9\\r.png"
    assert row["error"].startswith(row["photograph"])


def test_an_error_tells_nothing_of_the_folders_around_a_photograph(photographs, age, tmp_path):
    out = tmp_path / "results.csv"
    run(photographs, "--with", age, "--out", out)
    assert str(tmp_path) not in out.read_text("utf-8")


def test_two_files_whose_names_differ_in_an_escape_stay_two_rows(photographs, age, tmp_path):
    source = (photographs / "right/0.png").read_bytes()
    try:
        (photographs / "a\r.png").write_bytes(source)
        (photographs / "a\\r.png").write_bytes(source)
    except OSError:
        pytest.skip("this file system takes other names only")
    run(photographs, "--with", age, "--out", tmp_path / "results.csv")
    names = [row["photograph"] for row in rows(tmp_path / "results.csv")]
    assert {"a\\r.png", "a\\\\r.png"} < set(names)


def test_a_folder_that_cannot_be_read_stops_the_study(photographs, age, tmp_path, capsys):
    locked = photographs / "locked"
    locked.mkdir()
    locked.chmod(0)
    try:
        if os.access(locked, os.R_OK):
            pytest.skip("this user reads everything")
        assert run(photographs, "--with", age, "--out", tmp_path / "results.csv") == 2
    finally:
        locked.chmod(0o755)
    assert "locked: cannot be read" in capsys.readouterr().err


def test_a_list_from_windows_may_begin_with_a_byte_order_mark(photographs, age, tmp_path):
    listed = tmp_path / "list.txt"
    listed.write_text(f"{photographs / 'right/0.png'}\r\n", "utf-8-sig", newline="")
    assert run("--from", listed, "--with", age, "--out", tmp_path / "results.csv") == 0


def test_a_line_that_is_no_path_is_a_row_with_its_error(photographs, age, tmp_path):
    listed = tmp_path / "list.txt"
    listed.write_text(f"{photographs / 'right/0.png'}\n{photographs / ('x' * 300)}.png\n")
    assert run("--from", listed, "--with", age, "--out", tmp_path / "results.csv") == 1
    assert [bool(row["error"]) for row in rows(tmp_path / "results.csv")] == [False, True]


def test_two_estimators_of_one_name_are_refused(photographs, age, tmp_path, capsys):
    import shutil

    copy = shutil.copytree(age, tmp_path / "copy")
    arguments = ["--with", age, "--with", copy, "--out", tmp_path / "results.csv"]
    assert run(photographs, *arguments) == 2
    assert "two estimators of one name" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "no such file or folder"),
        ([], "no photographs: name some"),
        (["scans"], "no photographs in scans: only 1 text file"),
        (["empty"], "no photographs in empty: nothing lies there"),
        (
            ["one.jpg", "--root", "a.zip"],
            "--root a.zip: no such folder; of an archive write zip://a",
        ),
        (["--from", "nowhere.txt"], "nowhere.txt: cannot be read: No such file"),
    ],
)
def test_without_photographs_nothing_is_run(arguments, said, age, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scans").mkdir()
    (tmp_path / "empty").mkdir()
    for name in ("scans/1.txt", "one.jpg", "a.zip"):
        (tmp_path / name).touch()
    out = tmp_path / "results.csv"
    assert run(*arguments, "--with", age, "--out", out) == 2
    assert said in capsys.readouterr().err
    assert not out.exists()


def test_an_unknown_ending_is_refused_before_any_work(photographs, age, tmp_path, capsys):
    assert run(photographs, "--with", age, "--out", tmp_path / "results.ods") == 2
    assert "known: .csv, .xlsx, .jsonl, .parquet" in capsys.readouterr().err


def test_a_folder_that_does_not_exist_is_named(photographs, age, tmp_path, capsys):
    assert run(photographs, "--with", age, "--out", tmp_path / "no/results.csv") == 2
    assert "cannot be written" in capsys.readouterr().err


def test_no_progress_bar_in_a_pipe(photographs, age, tmp_path):
    command = [sys.executable, "-c", "from gantei.command_line import main; exit(main())"]
    command += ["predict", photographs, "--with", age, "--out", tmp_path / "results.csv"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == ""
    assert "\r" not in done.stderr
    said = "6 photographs: 5 estimated, 1 failed\nskipped: 1 hidden file, 1 text file\n"
    assert done.stderr.startswith(said)
