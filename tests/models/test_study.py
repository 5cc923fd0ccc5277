"""`gantei predict` as a user meets it: tables, errors, kills and resumptions."""

import csv
import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import time

import pytest
from PIL import Image

from gantei.command_line import main

from ..conftest import SEX


def run_command(*arguments):
    return main(["predict", *map(str, arguments)])


run = run_command


def rows(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def age(make_estimator):
    return make_estimator("made-age")


@pytest.fixture
def sex(make_estimator):
    return make_estimator("made-sex", output="sex", factor=1 / 255, spec=SEX)


NAMES = ["left/1.png", "left/3.png", "left/5.png", "right/0.png", "right/2.png", "right/4.png"]


def test_a_folder_becomes_a_table_with_one_row_per_photograph(photographs, age, sex, tmp_path):
    out = tmp_path / "results.csv"
    assert run(photographs, "--with", age, "--with", sex, "--out", out) == 1
    table = rows(out)
    assert [row["photograph"] for row in table] == NAMES
    assert list(table[0]) == [
        "photograph",
        "sha256",
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
    assert "every row: made-age:notice: Demo: knows nothing.\n" in capsys.readouterr().err
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
    assert [line["column"] for line in described] == list(rows(tmp_path / "results.csv")[0])
    assert all(line["meaning"] and line["meaning_ja"] for line in described)
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
    }
    assert manifest["files_skipped"] == 1
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
        "results.csv.run.json",
    ]


def test_standard_output_gets_the_same_table(photographs, age, tmp_path, capfdbinary):
    run(photographs, "--with", age, "--out", tmp_path / "results.csv")
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
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{photographs / 'right/0.png'}\n"))
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


@pytest.mark.parametrize("content", [b"precious data", b'{"run": "another"}\n[1]\n', b"[]\n"])
def test_a_file_in_the_journals_place_that_is_not_ours_is_kept(
    content, photographs, age, tmp_path, capsys
):
    journal = tmp_path / "results.csv.partial"
    journal.write_bytes(content)
    assert run(photographs, "--with", age, "--out", tmp_path / "results.csv") == 2
    assert journal.read_bytes() == content
    assert "rows of another run" in capsys.readouterr().err


def test_a_journal_that_a_power_cut_left_with_zeros_is_repaired(
    photographs, age, tmp_path, monkeypatch
):
    whole, out = tmp_path / "whole.csv", tmp_path / "results.csv"
    run(photographs, "--with", age, "--out", whole)
    interrupted_after(4, photographs, age, out, monkeypatch)
    journal = tmp_path / "results.csv.partial"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:3]) + bytes(50) + b"\n" + lines[4])
    run(photographs, "--with", age, "--out", out)
    assert out.read_bytes() == whole.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "no such file or folder"),
        ([], "no photographs: name some"),
        (["scans"], "no photographs in scans: 1 other files, none of which ends in .jpg"),
        (["--from", "nowhere.txt"], "cannot be read as a list"),
    ],
)
def test_without_photographs_nothing_is_run(arguments, said, age, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans/1.dcm").touch()
    out = tmp_path / "results.csv"
    assert run(*arguments, "--with", age, "--out", out) == 2
    assert said in capsys.readouterr().err
    assert not out.exists()


def test_an_unknown_ending_is_refused_before_any_work(photographs, age, tmp_path, capsys):
    assert run(photographs, "--with", age, "--out", tmp_path / "results.xlsx") == 2
    assert "known: .csv, .jsonl, .parquet" in capsys.readouterr().err


def test_a_folder_that_does_not_exist_is_named(photographs, age, tmp_path, capsys):
    assert run(photographs, "--with", age, "--out", tmp_path / "no/results.csv") == 2
    assert "cannot be written" in capsys.readouterr().err


def test_another_table_is_not_overwritten_unasked(photographs, age, tmp_path, capsys):
    out = tmp_path / "results.csv"
    out.write_text("a year of work")
    assert run(photographs, "--with", age, "--out", out) == 2
    assert out.read_text() == "a year of work"
    assert "--overwrite" in capsys.readouterr().err
    assert run(photographs, "--with", age, "--out", out, "--overwrite") == 1
    assert len(rows(out)) == 6


def test_the_same_command_again_finds_its_table_finished(photographs, age, tmp_path):
    out = tmp_path / "results.csv"
    run(photographs, "--with", age, "--out", out)
    before = out.stat().st_mtime_ns
    assert run(photographs, "--with", age, "--out", out) == 1
    assert out.stat().st_mtime_ns == before


def test_the_error_says_how_the_table_that_is_there_differs(
    photographs, age, sex, tmp_path, capsys
):
    out = tmp_path / "t.csv"
    manifest = tmp_path / "t.csv.run.json"

    def said(*options, paths=(photographs,)):
        assert run(*paths, *options, "--out", out) == 2
        return capsys.readouterr().err

    run(photographs, "--with", age, "--out", out)
    capsys.readouterr()
    assert "run: it is of made-age, this run of made-sex; choose" in said("--with", sex)
    assert "run: it was made without --allow-grey; choose" in said("--with", age, "--allow-grey")
    one = photographs / "right/0.png"
    assert "run: its photographs are others; choose" in said("--with", age, paths=(one,))
    content = manifest.read_text("utf-8")
    told = json.loads(content)
    manifest.write_text(json.dumps(told | {"run": "", "gantei": "0.0"}), "utf-8")
    assert "run: gantei was 0.0, now " in said("--with", age)
    manifest.write_text(json.dumps(told | {"run": "", "columns": ["photograph"]}), "utf-8")
    assert "run: its columns are others; choose" in said("--with", age)
    manifest.write_text(content, "utf-8")
    out.write_bytes(out.read_bytes() + b"x")
    assert "run: it was changed since it was written; choose" in said("--with", age)
    manifest.unlink()
    assert "run: there is no t.csv.run.json that could tell" in said("--with", age)


def test_a_finished_table_is_not_mistaken_for_that_of_other_photographs(
    photographs, age, tmp_path, capsys
):
    out = tmp_path / "results.csv"
    run(photographs, "--with", age, "--out", out)
    (photographs / "right/0.png").unlink()
    assert run(photographs, "--with", age, "--out", out) == 2
    assert "not the table of this run" in capsys.readouterr().err


def interrupted_after(count, photographs, estimator, out, monkeypatch):
    """Run until so many rows are in the journal, then die as a killed process does."""
    from gantei.study import journal

    class KilledError(BaseException):
        pass

    append = journal.Journal.append
    written = 0

    def append_or_die(self, row):
        nonlocal written
        if written == count:
            raise KilledError
        append(self, row)
        written += 1

    with monkeypatch.context() as patch:
        patch.setattr(journal.Journal, "append", append_or_die)
        with pytest.raises(KilledError):
            run(photographs, "--with", estimator, "--out", out)


@pytest.mark.parametrize("count", range(6))
def test_the_same_command_goes_on_and_ends_with_the_same_bytes(
    count, photographs, age, tmp_path, monkeypatch
):
    whole, out = tmp_path / "whole.csv", tmp_path / "results.csv"
    run(photographs, "--with", age, "--out", whole)
    interrupted_after(count, photographs, age, out, monkeypatch)
    assert not out.exists()
    assert run(photographs, "--with", age, "--out", out) == 1
    assert out.read_bytes() == whole.read_bytes()
    manifest = json.loads((tmp_path / "results.csv.run.json").read_text("utf-8"))
    assert manifest["summary"]["resumed"] == count


def test_an_interrupted_overwrite_is_finished_by_the_same_command(
    photographs, age, tmp_path, monkeypatch
):
    out = tmp_path / "results.csv"
    out.write_text("a table of another year")
    with monkeypatch.context() as patch:
        patch.setitem(globals(), "run", lambda *arguments: run_command(*arguments, "--overwrite"))
        interrupted_after(4, photographs, age, out, monkeypatch)
    assert out.read_text() == "a table of another year"
    assert run(photographs, "--with", age, "--out", out) == 2
    assert run(photographs, "--with", age, "--out", out, "--overwrite") == 1
    manifest = json.loads((tmp_path / "results.csv.run.json").read_text("utf-8"))
    assert manifest["summary"]["resumed"] == 4


def test_tables_of_one_stem_do_not_disturb_each_other(photographs, age, tmp_path):
    for suffix in ("csv", "jsonl", "csv"):
        assert run(photographs, "--with", age, "--out", tmp_path / f"results.{suffix}") == 1


@pytest.mark.parametrize("cut", [1, 10, 70, 150, 400])
def test_a_journal_cut_at_any_byte_is_repaired(cut, photographs, age, tmp_path, monkeypatch):
    whole, out = tmp_path / "whole.csv", tmp_path / "results.csv"
    run(photographs, "--with", age, "--out", whole)
    interrupted_after(5, photographs, age, out, monkeypatch)
    journal = tmp_path / "results.csv.partial"
    content = journal.read_bytes()
    journal.write_bytes(content[: max(0, len(content) - cut)])
    run(photographs, "--with", age, "--out", out)
    assert out.read_bytes() == whole.read_bytes()


def test_photographs_that_changed_meanwhile_are_estimated_again(
    photographs, age, tmp_path, monkeypatch
):
    out = tmp_path / "results.csv"
    interrupted_after(4, photographs, age, out, monkeypatch)
    (photographs / "left/5.png").write_bytes((photographs / "right/0.png").read_bytes())
    run(photographs, "--with", age, "--out", out)
    whole = tmp_path / "whole.csv"
    run(photographs, "--with", age, "--out", whole)
    assert out.read_bytes() == whole.read_bytes()


def test_rows_of_another_estimator_are_not_mixed_in(
    photographs, age, sex, tmp_path, monkeypatch, capsys
):
    out = tmp_path / "results.csv"
    interrupted_after(4, photographs, age, out, monkeypatch)
    assert run(photographs, "--with", sex, "--out", out) == 2
    assert "rows of another run" in capsys.readouterr().err
    assert run(photographs, "--with", sex, "--out", out, "--overwrite") == 1


def test_killed_for_real_the_same_command_finishes(photographs, age, tmp_path):
    source = (photographs / "right/0.png").read_bytes()
    for number in range(300):
        (photographs / f"{number:03}.png").write_bytes(source)
    out, whole = tmp_path / "results.csv", tmp_path / "whole.csv"
    command = [sys.executable, "-c", "from gantei.command_line import main; exit(main())"]
    command += ["predict", photographs, "--with", age, "--out"]
    kills = 0
    for wait in (0.0, 0.02, 0.05, 0.1):
        process = subprocess.Popen([*command, out], stderr=subprocess.DEVNULL)
        journal = out.with_name("results.csv.partial")
        while process.poll() is None and not journal.exists():
            time.sleep(0.005)
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        kills += process.wait() == -signal.SIGKILL
    assert kills
    assert subprocess.run([*command, out], stderr=subprocess.DEVNULL, check=False).returncode == 1
    assert subprocess.run([*command, whole], stderr=subprocess.DEVNULL, check=False).returncode == 1
    assert out.read_bytes() == whole.read_bytes()


def test_two_at_once_on_one_table_are_refused(photographs, age, tmp_path, capsys):
    from filelock import FileLock

    out = tmp_path / "results.csv"
    with FileLock(tmp_path / ".results.csv.lock"):
        assert run(photographs, "--with", age, "--out", out) == 2
    assert "another process is writing results.csv" in capsys.readouterr().err
    assert not out.exists()


def test_no_progress_bar_in_a_pipe(photographs, age, tmp_path):
    command = [sys.executable, "-c", "from gantei.command_line import main; exit(main())"]
    command += ["predict", photographs, "--with", age, "--out", tmp_path / "results.csv"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == ""
    assert "\r" not in done.stderr
    assert done.stderr.startswith("6 photographs: 5 estimated, 1 failed; other files skipped: 1")
