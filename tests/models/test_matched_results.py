"""Whoever estimates and loses or confuses results: no row has those of another photograph."""

import pytest

from gantei.study.backends import LocalBackend

from .studies import NAMES, run

WRONG = {
    "loses one": (lambda results: results[:3] + results[4:], 3),
    "loses the last": (lambda results: results[:-1], len(NAMES) - 1),
    "confuses two": (lambda results: [*results[:2], results[3], results[2], *results[4:]], 2),
    "gives one twice": (lambda results: results[:5] + results[4:], 5),
    "gives one too many": (lambda results: [*results, results[-1]], len(NAMES)),
}


def estimating(wrongly, patch):
    inner = LocalBackend.results

    def results(self, *asked):
        yield from wrongly([*inner(self, *asked)])

    patch.setattr(LocalBackend, "results", results)


@pytest.mark.parametrize(("wrongly", "right"), WRONG.values(), ids=WRONG)
def test_a_run_stops_before_the_first_wrong_row_and_goes_on_from_there(
    wrongly, right, photographs, make_estimator, tmp_path, monkeypatch, capsys
):
    made, whole, out = make_estimator(), tmp_path / "whole.csv", tmp_path / "results.csv"
    assert run(photographs, "--with", made, "--out", whole) == 1
    with monkeypatch.context() as patch:
        estimating(wrongly, patch)
        assert run(photographs, "--with", made, "--out", out) == 2
    assert f"result {right + 1} of this run is missing" in capsys.readouterr().err
    _, *kept = out.with_name("results.csv.partial").read_text("utf-8").splitlines()
    assert len(kept) == right
    assert run(photographs, "--with", made, "--out", out) == 1
    assert out.read_bytes() == whole.read_bytes()


def test_a_table_on_standard_output_stops_there_too(
    photographs, make_estimator, monkeypatch, capsys
):
    estimating(WRONG["confuses two"][0], monkeypatch)
    assert run(photographs, "--with", make_estimator(), "--out", "-") == 2
    said = capsys.readouterr()
    assert said.out.count("\n") <= 1 + 2
    assert "result 3 of this run is missing, or is that of another photograph" in said.err
