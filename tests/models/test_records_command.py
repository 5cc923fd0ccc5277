"""`gantei records`: lists, page and methods in a folder; nobody is named on the page."""

import csv
import json
import re

import pytest

from gantei.command_line import main

from .recorded import study

pytest.importorskip("sklearn", reason="needs the extra study")
pytest.importorskip("matplotlib", reason="needs the extra study")


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The folder that the command wrote, with a wrong age and three wrong sexes to be found."""
    folder = tmp_path_factory.mktemp("records")
    results, labels = study(folder, slips={9: lambda real: real + 100})
    out = folder / "lists"
    given = ["records", str(results), "--labels", str(labels), "--error-rate", "0.005"]
    assert main([*given, "--out", str(out)]) == 0
    return out


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [*csv.DictReader(file)]


def test_every_column_of_every_table_is_described(written):
    described = {
        (row["table"], row["column"]) for row in rows_of(written / "dictionary.csv")
    }  # fmt: skip
    for name in ("records", "expected"):
        for column in rows_of(written / f"{name}.csv")[0]:
            assert (name, column) in described


def test_the_table_of_expected_errors_is_that_of_the_list(written):
    rows = rows_of(written / "records.csv")
    for row in rows:
        lines = [int(each) for each in re.findall(r"line (\d+)", row["where"])]
        assert lines == sorted(lines)
    expected = {
        row["first"]: row
        for row in rows_of(written / "expected.csv")
        if row["error_rate_from"] == "stated"
    }
    assert [*expected] == ["10", "20", "50", "100", "200", "500"]
    for first, row in expected.items():
        ours = next(each for each in rows if each["output"] == "s.sex" and each["rank"] == first)
        assert float(ours["true_errors"]) == pytest.approx(float(row["true_errors"]), abs=1e-3)
        assert ours["true_errors_high"] == row["true_errors_high"]


def test_page_and_data_name_nobody_and_say_that_a_disagreement_is_no_error(written):
    page = (written / "report.html").read_text("utf-8")
    told = (written / "report.json").read_text("utf-8")
    for text in (page, told, (written / "methods.md").read_text("utf-8")):
        assert "P0003" not in text
        assert "0003_" not in text
    assert "is a disagreement, not an error" in page
    assert "誤りではなく不一致" in page
    assert "stated as 0.50%" in (written / "methods.md").read_text("utf-8")
    assert json.loads(told)["ages"][0]["slips"] == {"hundred-more": 1}


def test_the_same_tables_give_the_same_bytes(written, tmp_path):
    again = tmp_path / "again"
    folder = written.parent
    given = ["records", str(folder / "results.csv"), "--labels", str(folder / "labels.csv")]
    assert main([*given, "--error-rate", "0.005", "--out", str(again)]) == 0
    for name in ("records.csv", "report.html", "expected.csv", "report.json"):
        assert (again / name).read_bytes() == (written / name).read_bytes()


def test_what_is_refused_is_an_error_with_the_way_out_and_no_folder(written, tmp_path, capsys):
    folder = written.parent
    given = ["records", str(folder / "results.csv"), "--labels", str(folder / "labels.csv")]
    assert main([*given, "--output", "sex", "--out", str(tmp_path / "out")]) == 2
    assert "State the share by --error-rate" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([*given, "--error-rate", "2%", "--out", str(tmp_path / "out")])
    assert "2% is no number; write a share such as 0.005" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_numbers_go_to_standard_output_and_what_was_refused_to_standard_error(
    written, tmp_path, capsys
):
    folder = written.parent
    given = ["records", str(folder / "results.csv"), "--labels", str(folder / "labels.csv")]
    assert main([*given, "--out", str(tmp_path / "out")]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "s.sex: how often records are wrong cannot be estimated here" in said.err
    assert "note: A disagreement is not an error" in said.err
