"""The folder of a report appears whole or not at all, and replaces nothing but a report."""

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
    assert sorted(path.name for path in out.iterdir()) == ["figures", METRICS_JSON, "report.html"]
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
