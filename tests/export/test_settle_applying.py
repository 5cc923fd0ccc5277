"""`gantei settle --apply`: what it refuses to write, and what it says instead."""

import pytest

pytest.importorskip("scipy", reason="needs the extra study")
pytest.importorskip("sklearn", reason="needs the extra study")
pytest.importorskip("matplotlib", reason="needs the extra study")

from gantei.catalogue.entries import find
from gantei.command_line import main

from .settling_cases import cohort, install


def command(people, *more, name="hidden"):
    return main(["settle", name, str(people.folder), "--labels", str(people.labels), *more])


@pytest.fixture(scope="module")
def sixty(tmp_path_factory):
    return cohort(tmp_path_factory.mktemp("sixty"))


def fitted(tables):
    tables["basis"]["output.sex.positive"] = {"origin": "fitted", "evidence": "on others"}


def test_a_fact_that_was_settled_before_is_contradicted_rather_than_reversed(tmp_path, capsys):
    folder = install(hidden=("input.scale", "input.colour"), change=fitted)
    before = (folder / "estimator.toml").read_bytes()
    assert command(cohort(tmp_path, flipped=True), "--apply") == 1
    said = capsys.readouterr()
    assert "contradiction: male was settled before" in " ".join(said.out.split())
    assert "gantei set hidden output.sex.positive=female --because" in said.err
    assert (folder / "estimator.toml").read_bytes() == before


def test_a_fact_that_was_settled_before_is_settled_again(sixty):
    install(hidden=("input.scale", "input.colour"), change=fitted)
    assert command(sixty, "--apply") == 0
    basis = find("hidden").manifest.basis["output.sex.positive"]
    assert (basis.origin, "60 people" in basis.evidence) == ("fitted", True)


def test_one_value_alone_is_compared_with_nothing_and_not_written(sixty, tmp_path, capsys):
    install()
    file = tmp_path / "candidates.toml"
    file.write_text('"input.colour" = ["rgb"]\n', "utf-8")
    assert command(sixty, "--candidates", str(file), "--apply") == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "not compared with another value: only rgb was tried" in said
    manifest = find("hidden").manifest
    assert manifest.input.colour == "unknown"
    assert manifest.basis["input.scale"].origin == "fitted"
