"""The page on imputing: its snippets of Python and R combine the sets to what the table says."""

import csv
import re
import subprocess
from pathlib import Path

import pytest

from gantei.command_line import main

from .evaluated import SEX, write_labels, write_results
from .sexless import people

pytest.importorskip("scipy", reason="needs the extra study")
pytest.importorskip("matplotlib", reason="needs the extra study")
PAGE = (Path(__file__).parents[2] / "docs/impute.md").read_text("utf-8")
COLUMNS = ("photograph", "person", "age", "sex", "hba1c", "camera")


def block(language):
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return found


@pytest.fixture(scope="module")
def adjusted(tmp_path_factory):
    """Run the command of the page, and give its folder and the adjusted estimate of the sets."""
    folder = tmp_path_factory.mktemp("page")
    records = [{**each, "camera": each["site"]} for each in people(300, seed=3)]
    write_results(folder / "results.csv", records, (SEX,))
    write_labels(folder / "labels.csv", records, COLUMNS)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(block("sh").split()[1:]) == 0
    with (folder / "imputed/combined.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    wanted = ("age, camera", "imputed", "0.0")
    (row,) = [r for r in rows if (r["adjusted_for"], r["method"], r["shift"]) == wanted]
    return folder, row


@pytest.mark.reference
def test_the_snippet_of_python_gives_estimate_and_standard_error(adjusted, monkeypatch, capsys):
    pytest.importorskip("statsmodels")
    pytest.importorskip("pandas")
    folder, row = adjusted
    monkeypatch.chdir(folder)
    exec(compile(block("python"), "impute.md", "exec"), {})
    value, error = float(row["estimate"]), float(row["error"])
    assert capsys.readouterr().out == f"{value:.3f}, standard error {error:.3f}\n"


@pytest.mark.reference
def test_the_snippet_of_r_gives_the_interval_and_the_degrees_of_freedom(adjusted):
    there = ["Rscript", "-e", 'quit(status = !requireNamespace("mice", quietly = TRUE))']
    try:
        subprocess.run(there, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no R with mice here")
    folder, row = adjusted
    code = f"options(digits = 12, width = 200)\n{block('r')}"
    done = subprocess.run(
        ["Rscript", "-e", code], capture_output=True, text=True, check=True, cwd=folder
    )
    (line,) = [each for each in done.stdout.splitlines() if "sexmale" in each]
    _, _, estimate, error, _, freedom, _, low, high, *_ = line.split()
    told = [float(each) for each in (estimate, error, freedom, low, high)]
    expected = [float(row[key]) for key in ("estimate", "error", "freedom", "low", "high")]
    assert told == pytest.approx(expected, rel=1e-5)
