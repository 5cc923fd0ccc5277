"""What `gantei settle` leaves open: named with its best value and cost, and what to do about it."""

import json
import shlex

import pytest

pytest.importorskip("scipy", reason="needs the extra study")
pytest.importorskip("sklearn", reason="needs the extra study")
pytest.importorskip("matplotlib", reason="needs the extra study")

import gantei
from gantei.catalogue.entries import find
from gantei.command_line import main
from gantei.errors import UnsettledError

from .settling_cases import cohort, install

LOOP = "about 100 people with known"


def command(people, *more):
    given = ["settle", "hidden", str(people.folder), "--labels", str(people.labels)]
    return main([*given, *more])


@pytest.fixture(scope="module")
def sixty(tmp_path_factory):
    """They tell the order of the labels, and red from blue only where these differ enough."""
    return cohort(tmp_path_factory.mktemp("sixty"))


def network(name="hidden", **more):
    """A network whose colour 60 people settle, or do not: where it sees red and blue alike."""
    return install(name, hidden=("input.colour", "output.sex.positive"), **more)


BOTH_COLOURS = {"weights": (20.0, 0.0, 17.0), "bias": -11.76}


def test_what_is_left_after_apply_is_named_with_its_best_value_and_cost(sixty, capsys):
    network(**BOTH_COLOURS)
    assert command(sixty, "--apply") == 0
    said = capsys.readouterr()
    manifest = find("hidden").manifest
    assert [fact.key for fact in manifest.unsettled()] == ["input.colour"]
    basis = manifest.basis["input.colour"]
    assert (basis.origin, basis.so_far) in {("unknown", "rgb"), ("unknown", "bgr")}
    assert "on average, among 60 people" in basis.evidence
    state = f'gantei set hidden input.colour={basis.so_far} --because "…"'
    for text in (said.out, said.err):
        assert state in text
        assert LOOP not in text
    assert f"input.colour: {basis.so_far} is the best so far" in said.err
    assert "on average, among 60 people" in said.err


def test_predict_says_what_is_left_and_does_not_send_back_to_where_one_was(sixty):
    network(**BOTH_COLOURS)
    with pytest.raises(UnsettledError, match=LOOP):
        gantei.load("hidden")
    command(sixty, "--apply")
    with pytest.raises(UnsettledError, match=r"more people .*gantei set hidden input.colour=") as e:
        gantei.load("hidden")
    assert LOOP not in str(e.value)


def test_the_command_that_is_given_is_one_that_works(sixty, capsys):
    network(**BOTH_COLOURS)
    command(sixty, "--apply")
    given = find("hidden").manifest.settling_command()
    assert main([*shlex.split(given)[1:-1], "for a test"]) == 0
    manifest = find("hidden").manifest
    assert find("hidden").state == "ready"
    assert manifest.basis["input.colour"].so_far is None
    assert gantei.load("hidden").predict(sixty.folder)


@pytest.mark.parametrize(
    ("people", "said", "said_ja"),
    [(40, "about 100 in all", "約100人"), (110, "check that the labels", "次の確認")],
)
def test_what_settles_nothing_says_what_to_do_next(tmp_path, people, said, said_ja, capsys):
    install()
    command(cohort(tmp_path, people, shuffled=True), "--out", str(tmp_path / "out"))
    assert said in capsys.readouterr().out
    page = (tmp_path / "out" / "settled.html").read_text("utf-8")
    assert said in page
    assert said_ja in page
    record = json.loads((tmp_path / "out" / "settled.json").read_text("utf-8"))
    assert said in record["next"][0]


def test_without_a_figure_to_compare_with_it_is_the_best_of_those_tried_alone(sixty, capsys):
    network()
    command(sixty)
    assert "whether the true values are among those tried" in capsys.readouterr().out


def test_where_no_fact_of_the_input_is_settled_the_truth_may_be_none_of_those_tried(sixty, capsys):
    network(**BOTH_COLOURS)
    command(sixty)
    assert "No fact of the input is settled" in capsys.readouterr().out
