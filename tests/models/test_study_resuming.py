"""`gantei predict` after a kill, and where a table is there already."""

import json
import shutil
import signal
import subprocess
import sys
import time

import pytest

from gantei.command_line import main

from ..conftest import SEX
from ..explained import explained_network
from .studies import interrupted_after, rows, run


@pytest.fixture
def age(make_estimator):
    return make_estimator("made-age")


@pytest.fixture
def sex(make_estimator):
    return make_estimator("made-sex", output="sex", factor=1 / 255, spec=SEX)


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


def test_another_table_is_not_overwritten_unasked(photographs, age, tmp_path, capsys):
    out = tmp_path / "results.csv"
    out.write_text("a year of work")
    assert run(photographs, "--with", age, "--out", out) == 2
    assert out.read_text() == "a year of work"
    assert "--overwrite" in capsys.readouterr().err
    assert run(photographs, "--with", age, "--out", out, "--overwrite") == 1
    assert len(rows(out)) == 6


@pytest.mark.parametrize(
    "ending",
    ["dictionary.csv", "run.json", "persons.csv", "skipped.csv", "photographs.csv",
     "photographs.partial", "embeddings.partial"],
)  # fmt: skip
def test_somebodys_file_where_one_beside_the_table_goes_is_kept_unless_overwrite_is_said(
    ending, photographs, age, tmp_path, capsys
):
    out, theirs = tmp_path / "t.csv", tmp_path / f"t.csv.{ending}"
    theirs.write_text("a year of work")
    assert run(photographs, "--with", age, "--out", out) == 2
    assert f"t.csv.{ending} exists" in (said := capsys.readouterr().err)
    assert "--overwrite" in said
    assert [path.name for path in tmp_path.glob("t.csv*")] == [theirs.name]
    assert theirs.read_text() == "a year of work"
    assert run(photographs, "--with", age, "--out", out, "--overwrite") == 1
    assert not theirs.exists() or theirs.read_text("utf-8-sig") != "a year of work"


def test_a_run_that_died_between_the_files_beside_the_table_and_the_table_is_finished(
    photographs, age, tmp_path, monkeypatch
):
    from gantei.study import run as study_run

    out, options = tmp_path / "t.csv", ("--persons", "names", "--with", age)
    (photographs / "letter.pdf").write_bytes(b"%PDF-1.7")

    class KilledError(BaseException):
        pass

    def die(*_, **__):
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(study_run, "_run_manifest", die)
        with pytest.raises(KilledError):
            run(photographs, *options, "--out", out)
    beside = {path.name for path in tmp_path.glob("t.csv.*.csv")}
    assert beside == {f"t.csv.{name}.csv" for name in
                      ("dictionary", "persons", "photographs", "skipped")}  # fmt: skip
    assert not out.exists()
    for _ in range(2):
        assert run(photographs, *options, "--out", out) == 1
    assert len(rows(out)) == 6


def test_the_same_command_again_says_that_its_table_is_finished(photographs, age, tmp_path, capsys):
    out = tmp_path / "results.csv"
    run(photographs, "--with", age, "--out", out)
    before = out.stat().st_mtime_ns
    assert "finished" not in capsys.readouterr().err
    assert run(photographs, "--with", age, "--out", out) == 1
    assert "6 photographs, already finished: " in capsys.readouterr().err
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
    assert "run: its photographs are others (`gantei verify-table" in said(
        "--with", age, paths=(one,)
    )
    content = manifest.read_text("utf-8")
    told = json.loads(content)
    manifest.write_text(json.dumps(told | {"run": "", "gantei": "0.0"}), "utf-8")
    assert "run: gantei was 0.0, now " in said("--with", age)
    manifest.write_text(json.dumps(told | {"run": "", "columns": ["photograph"]}), "utf-8")
    assert (
        "run: its columns are others (without sha256, person, person_from, eye, eye_from …); choose"
        in said("--with", age)
    )
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
    interrupted_after(4, photographs, age, out, monkeypatch, "--overwrite")
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


def changed(photographs):
    (photographs / "left/5.png").write_bytes((photographs / "right/0.png").read_bytes())


def added(photographs):
    shutil.copy(photographs / "left/1.png", photographs / "left/2.png")


def removed(photographs):
    for name in ("right/0.png", "right/2.png", "right/4.png"):
        (photographs / name).unlink()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            changed,
            "finished rows 3 to 4 are dropped, and the run goes on at row 3: the photograph of",
        ),
        (
            added,
            "finished rows 2 to 4 are dropped, and the run goes on at row 2: photographs were",
        ),
        (removed, "finished row 4 is dropped, and the run goes on at row 4: photographs were"),
    ],
)
def test_photographs_that_changed_meanwhile_are_estimated_again_and_it_is_said(
    change, said, photographs, age, tmp_path, monkeypatch, capsys
):
    out = tmp_path / "results.csv"
    interrupted_after(4, photographs, age, out, monkeypatch)
    change(photographs)
    run(photographs, "--with", age, "--out", out)
    assert capsys.readouterr().err.startswith(said)
    whole = tmp_path / "whole.csv"
    run(photographs, "--with", age, "--out", whole)
    assert out.read_bytes() == whole.read_bytes()


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (
            "--maps",
            "finished rows 3 to 4 are dropped, and the run goes on at row 3: the map, embedding",
        ),
        (None, "finished rows 3 to 4 are dropped, and the run goes on at row 3: row 3 is damaged"),
    ],
)
def test_rows_that_lost_something_are_estimated_again_and_it_is_said(
    option, said, photographs, make_estimator, tmp_path, monkeypatch, capsys
):
    age, out = make_estimator("mapped", network=explained_network()), tmp_path / "results.csv"
    options = (option, tmp_path / "maps") if option else ()
    interrupted_after(4, photographs, age, out, monkeypatch, *options)
    if option:
        (drawn,) = (tmp_path / "maps").glob("left/5.png.*")
        drawn.unlink()
    else:
        journal = tmp_path / "results.csv.partial"
        lines = journal.read_bytes().splitlines(keepends=True)
        journal.write_bytes(b"".join([*lines[:3], b"[1]\n", *lines[4:]]))
    run(photographs, "--with", age, "--out", out, *options)
    assert capsys.readouterr().err.startswith(said)


def test_a_run_that_goes_on_after_its_last_row_says_nothing_of_rows(
    photographs, age, tmp_path, monkeypatch, capsys
):
    out = tmp_path / "results.csv"
    interrupted_after(4, photographs, age, out, monkeypatch)
    with (tmp_path / "results.csv.partial").open("ab") as journal:
        journal.write(b'{"file": "12')  # where it was killed
    run(photographs, "--with", age, "--out", out)
    assert capsys.readouterr().err.startswith("6 photographs, 4 of them in an earlier run")


def test_whoever_interrupts_a_run_is_told_that_the_same_command_resumes(
    photographs, age, tmp_path, monkeypatch, capsys
):
    def interrupt(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("gantei.study.journal.Journal.append", interrupt)
        assert run(photographs, "--with", age, "--out", tmp_path / "t.csv") == 128 + signal.SIGINT
    assert capsys.readouterr().err == "gantei: interrupted: the same command resumes\n"
    assert main(["verify-table", str(tmp_path / "t.csv"), str(photographs)]) == 2
    assert "is not finished; the command of gantei predict that began it" in capsys.readouterr().err


def test_rows_of_another_estimator_are_not_mixed_in(
    photographs, age, sex, tmp_path, monkeypatch, capsys
):
    out = tmp_path / "results.csv"
    interrupted_after(4, photographs, age, out, monkeypatch)
    assert run(photographs, "--with", sex, "--out", out) == 2
    said = capsys.readouterr().err
    assert "rows of another run (it is of made-age, this run of made-sex)" in said
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


@pytest.mark.parametrize("content", [b"[" * 200_000, b'{"a": NaN, "table_sha256": ""}', b"5"])
def test_a_table_beside_which_a_manifest_stands_that_no_run_wrote_is_kept(
    content, photographs, age, tmp_path, capsys
):
    out = tmp_path / "results.csv"
    out.write_text("a year of work")
    out.with_name("results.csv.run.json").write_bytes(content)
    assert run(photographs, "--with", age, "--out", out) == 2
    assert "there is no results.csv.run.json that could tell" in capsys.readouterr().err
    assert out.read_text() == "a year of work"
