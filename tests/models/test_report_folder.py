"""The folder of a report appears whole or not at all, and replaces nothing but a report."""

import hashlib
from pathlib import Path

import pytest

from gantei.errors import OutputError
from gantei.evaluation.report_folder import FORMAT, METRICS_JSON, RESULTS, report_folder


def write(folder, text="new"):
    (folder / METRICS_JSON).write_text(f'{{"format": "{FORMAT}"}}')
    (folder / "report.html").write_text(text)
    (folder / "figures").mkdir()


def beside(out):
    return sorted(path.name for path in out.parent.iterdir())


def test_a_report_appears_at_the_end_and_leaves_nothing_beside(tmp_path):
    out = tmp_path / "report"
    with report_folder(out) as folder:
        write(folder)
        assert not out.exists()
    assert sorted(path.name for path in out.iterdir()) == [
        "SHA256SUMS", "figures", METRICS_JSON, "report.html",
    ]  # fmt: skip
    assert beside(out) == ["report"]


def test_an_error_leaves_nothing(tmp_path):
    out = tmp_path / "report"
    with pytest.raises(ZeroDivisionError), report_folder(out) as folder:
        write(folder)
        raise ZeroDivisionError
    assert beside(out) == []


def test_an_error_keeps_the_results_of_photographs_for_the_next_call(tmp_path):
    out = tmp_path / "report"
    with pytest.raises(ZeroDivisionError), report_folder(out) as folder:
        write(folder)
        (folder / f"{RESULTS}.partial").write_text("rows")
        raise ZeroDivisionError
    assert not out.exists()
    with report_folder(out) as folder:
        assert not (folder / "report.html").exists()
        assert (folder / f"{RESULTS}.partial").read_text() == "rows"
        write(folder)
    assert beside(out) == ["report"]


def test_an_existing_report_is_replaced_only_when_asked(tmp_path):
    out = tmp_path / "report"
    with report_folder(out) as folder:
        write(folder, "old")
    with pytest.raises(OutputError, match="--overwrite"), report_folder(out):
        pass
    with report_folder(out, overwrite=True) as folder:
        write(folder)
    assert (out / "report.html").read_text() == "new"
    assert beside(out) == ["report"]


def test_an_error_while_a_report_is_replaced_keeps_the_old_one(tmp_path):
    out = tmp_path / "report"
    with report_folder(out) as folder:
        write(folder, "old")
    with pytest.raises(ZeroDivisionError), report_folder(out, overwrite=True):
        raise ZeroDivisionError
    assert (out / "report.html").read_text() == "old"


@pytest.mark.parametrize("content", ["photo.jpg", METRICS_JSON])
def test_a_folder_of_somebody_else_is_never_replaced(tmp_path, content):
    out = tmp_path / "photographs"
    out.mkdir()
    (out / content).write_text("{}")
    with (
        pytest.raises(OutputError, match="something else than a report"),
        report_folder(out, overwrite=True),
    ):
        pass
    assert (out / content).read_text() == "{}"


def test_an_empty_folder_is_taken(tmp_path):
    (tmp_path / "report").mkdir()
    with report_folder(tmp_path / "report") as folder:
        write(folder)
    assert (tmp_path / "report" / METRICS_JSON).exists()


def test_a_folder_that_has_the_hidden_name_and_is_not_ours_stays(tmp_path):
    hidden = tmp_path / ".report.unfinished"
    hidden.mkdir()
    (hidden / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match="move it"), report_folder(tmp_path / "report"):
        pass
    assert (hidden / "mine.txt").read_text() == "mine"


def test_a_report_that_was_killed_before_its_last_rename_is_made_anew(tmp_path):
    hidden = tmp_path / ".report.unfinished"
    hidden.mkdir()
    write(hidden, "old")
    with report_folder(tmp_path / "report") as folder:
        assert [path.name for path in folder.iterdir()] == [".unfinished-report"]
        write(folder)
    assert beside(tmp_path / "report") == ["report"]


def test_a_place_in_no_folder_is_refused(tmp_path):
    with pytest.raises(OutputError, match="one that exists"), report_folder(tmp_path / "a/report"):
        pass


def test_a_file_is_refused(tmp_path):
    (tmp_path / "report").write_text("")
    with pytest.raises(OutputError, match="no folder"), report_folder(tmp_path / "report"):
        pass


def made(out, text="old"):
    with report_folder(out) as folder:
        write(folder, text)
    return out


def test_the_sums_are_those_that_sha256sum_checks(tmp_path):
    out = made(tmp_path / "report")
    (out / "figures").rmdir()
    lines = (out / "SHA256SUMS").read_text().splitlines()
    assert lines == [
        f"{hashlib.sha256((out / name).read_bytes()).hexdigest()}  {name}"
        for name in (METRICS_JSON, "report.html")
    ]


@pytest.mark.parametrize(
    "name", ["thesis.docx", "figures/mine.png", "labels.csv", "report.html", METRICS_JSON]
)
def test_what_was_put_or_changed_in_a_report_is_never_deleted(tmp_path, name):
    out = made(tmp_path / "report")
    mine = f'{{"format": "{FORMAT}", "mine": 1}}'
    (out / name).write_text(mine)
    with (
        pytest.raises(OutputError, match=f"holds {name}, which gantei evaluate has not written"),
        report_folder(out, overwrite=True),
    ):
        pass
    assert (out / name).read_text() == mine
    assert beside(out) == ["report"]


def test_what_is_put_into_a_report_while_another_is_made_stays(tmp_path):
    out = made(tmp_path / "report")
    with (
        pytest.raises(OutputError, match="holds thesis"),
        report_folder(out, overwrite=True) as folder,
    ):
        write(folder)
        (out / "thesis.docx").write_text("mine")
    assert (out / "thesis.docx").read_text() == "mine"
    assert (out / "report.html").read_text() == "old"


def test_a_folder_that_only_says_that_it_is_a_report_is_not_deleted(tmp_path):
    out = tmp_path / "report"
    out.mkdir()
    (out / METRICS_JSON).write_text(f'{{"format": "{FORMAT}"}}')
    with pytest.raises(OutputError, match="holds metrics"), report_folder(out, overwrite=True):
        pass
    assert (out / METRICS_JSON).exists()


def test_what_file_managers_leave_is_in_nobodys_way(tmp_path):
    out = made(tmp_path / "report")
    (out / "figures/.DS_Store").write_text("")
    with report_folder(out, overwrite=True) as folder:
        write(folder)
    assert (out / "report.html").read_text() == "new"


def test_a_folder_that_has_the_name_of_a_replaced_report_and_is_not_ours_stays(tmp_path):
    out = made(tmp_path / "report")
    hidden = tmp_path / ".report.replaced"
    hidden.mkdir()
    (hidden / "keep.txt").write_text("thesis")
    with pytest.raises(OutputError, match="move it"), report_folder(out, overwrite=True):
        pass
    assert (hidden / "keep.txt").read_text() == "thesis"


def test_a_report_whose_replacing_was_killed_is_removed_with_the_next(tmp_path):
    out = made(tmp_path / "report")
    out.rename(tmp_path / ".report.replaced")
    made(out, "new")
    assert beside(out) == ["report"]


def test_results_that_the_report_holds_and_the_next_one_is_made_of_are_kept(tmp_path):
    out = tmp_path / "report"
    with report_folder(out) as folder:
        write(folder)
        for name in (RESULTS, f"{RESULTS}.run.json"):
            (folder / name).write_text("hours")
    with pytest.raises(ZeroDivisionError), report_folder(out, overwrite=True, results="kept"):
        raise ZeroDivisionError
    assert beside(out) == ["report"]
    with report_folder(out, overwrite=True, results="kept") as folder:
        write(folder)
        assert not (folder / RESULTS).exists()
    assert (out / f"{RESULTS}.run.json").read_text() == "hours"
    with report_folder(out, overwrite=True) as folder:
        assert (folder / RESULTS).read_text() == "hours"
        write(folder)
    with (
        pytest.raises(OutputError, match=r"holds results\.csv"),
        report_folder(out, overwrite=True, results="none"),
    ):
        pass
    assert (out / RESULTS).read_text() == "hours"


def test_estimates_of_an_unfinished_evaluation_get_into_no_report_of_other_results(tmp_path):
    out = tmp_path / "report"
    with pytest.raises(ZeroDivisionError), report_folder(out) as folder:
        (folder / RESULTS).write_text("hours")
        raise ZeroDivisionError
    with pytest.raises(OutputError, match="did not end"), report_folder(out, results="none"):
        pass
    assert (tmp_path / ".report.unfinished" / RESULTS).read_text() == "hours"


@pytest.mark.parametrize("name", ["x" * 256, "x" * 250])
def test_a_name_that_no_disk_takes_is_an_error_of_the_place(tmp_path, name):
    with (
        pytest.raises(OutputError, match="cannot be written: File name too long"),
        report_folder(tmp_path / name),
    ):
        pass


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that nobody can write")
def test_a_folder_that_nobody_can_write_is_not_said_to_be_busy():
    with pytest.raises(OutputError, match="cannot be written"), report_folder(Path("/proc/report")):
        pass
