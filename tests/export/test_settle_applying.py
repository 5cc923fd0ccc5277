"""`gantei settle --apply`: what it refuses to write, and what it says instead."""

import pytest

pytest.importorskip("scipy", reason="needs the extra study")
pytest.importorskip("sklearn", reason="needs the extra study")
pytest.importorskip("matplotlib", reason="needs the extra study")

from gantei.catalogue.entries import find
from gantei.command_line import main
from gantei.estimator.folder_files import CARD

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


def test_the_manifest_and_the_card_say_what_was_settled_and_what_it_is_relative_to(sixty):
    folder = install()
    assert command(sixty, "--apply") == 0
    basis = find("hidden").manifest.basis
    assert "settled relative to this table" in basis["output.sex.positive"].evidence
    assert "relative to this table" not in basis["input.scale"].evidence
    card = (folder / CARD).read_text("utf-8")
    assert "3 項目はラベルに基づき決定" in card
    assert "settled on labelled people, and wrong where their labels are" in card


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


HIDDEN_AGE = ("input.colour", "output.age.scale", "output.age.offset")


def an_age(per_year, **options):
    """A network whose number rises by `per_year` in a year, by how green a picture is."""
    hidden, change = options.pop("hidden", HIDDEN_AGE), options.pop("change", None)
    rise = 170.0 * per_year
    network = {"sigmoid": False, "weights": (0.0, rise, 0.0), "bias": -26.0 * per_year, **options}
    return install(task="age", hidden=hidden, change=change, **network)


def test_a_share_of_another_number_of_years_is_not_written_as_hundredths(sixty, capsys):
    an_age(1 / 130)
    command(sixty, "--apply")
    said = " ".join(capsys.readouterr().out.split())
    assert "taken as hundredths of a year; the bias is -" in said
    assert "output.age.scale is doubtful, and is not written" in said
    spec = find("hidden").manifest.output["age"]
    assert (spec.scale, spec.offset) == ("unknown", "unknown")


def test_a_line_is_not_fitted_to_input_that_is_not_settled(sixty, tmp_path, capsys):
    an_age(0.1, hidden=(*HIDDEN_AGE, "input.scale"))
    file = tmp_path / "candidates.toml"
    file.write_text('"input.colour" = ["rgb"]\n', "utf-8")
    assert command(sixty, "--candidates", str(file), "--apply") == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "output.age.scale is not written, since it depends on input.colour" in said
    manifest = find("hidden").manifest
    assert manifest.basis["input.scale"].origin == "fitted"
    assert manifest.output["age"].scale == "unknown"


@pytest.mark.parametrize(("per_year", "scale"), [(1.0, 1.0), (0.1, "unknown")])
def test_years_do_not_depend_on_a_crop_as_a_line_does(sixty, tmp_path, per_year, scale):
    file = tmp_path / "candidates.toml"
    file.write_text('"input.crop" = ["none"]\n', "utf-8")
    an_age(per_year, hidden=(*HIDDEN_AGE, "input.crop"))
    command(sixty, "--candidates", str(file), "--apply")
    assert find("hidden").manifest.output["age"].scale == scale
    assert find("hidden").manifest.input.crop == "unknown"


def test_a_line_that_was_fitted_to_other_input_is_fitted_again(sixty):
    def fitted_line(tables):
        tables["output"]["age"] |= {"scale": 2.5, "offset": -145.0}
        for field in ("scale", "offset"):
            basis = {"origin": "fitted", "evidence": "on others"}
            tables["basis"][f"output.age.{field}"] = basis

    an_age(0.1, hidden=("input.scale",), change=fitted_line)
    assert command(sixty, "--apply") == 0
    spec = find("hidden").manifest.output["age"]
    assert spec.scale == pytest.approx(10, rel=0.1)
    assert abs(spec.offset) < 5


def test_a_number_that_falls_with_age_is_told(sixty, capsys):
    an_age(-0.1, bias=20.0, hidden=("input.scale", *HIDDEN_AGE))
    command(sixty)
    assert "the number falls as age rises" in " ".join(capsys.readouterr().out.split())


def test_a_number_that_rises_is_not_told_to_fall(sixty, capsys):
    an_age(0.1, hidden=("input.scale", *HIDDEN_AGE))
    command(sixty)
    assert "falls" not in capsys.readouterr().out
