"""What a message says to whoever misspelt a command, an option, an estimator or a column."""

import pytest

from gantei.catalogue.entries import find
from gantei.command_line import main
from gantei.errors import OutputError, UnknownEstimatorError
from gantei.labels.label_columns import place_of
from gantei.system.suggestion import did_you_mean


def test_gantei_alone_prints_its_commands_and_has_done_nothing(capsys):
    assert main([]) == 2
    said = capsys.readouterr()
    assert "predict" in said.out
    assert "usage: gantei" in said.out
    assert said.err == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["predct", "x"], "; did you mean predict?"),
        (["predict", "x", "--with", "demo-sex", "--uot", "r.csv"], " (--uot: did you mean --out?)"),
        (["predict", "x", "--with", "demo-sex", "--out=r", "--overwirte"], "mean --overwrite?"),
        (["predict", "x", "--with", "a", "--out", "r.csv", "--device", "cdua"], "mean cuda?"),
        (["federate", "strat"], "mean start?"),
        (["list", "--jso"], "unrecognized arguments: --jso (--jso: did you mean --json?)"),
    ],
)
def test_a_misspelt_word_is_followed_by_the_one_that_is_most_like_it(words, said, capsys):
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("word", ["xyzzy", "--xyzzy"])
def test_what_is_like_nothing_is_followed_by_nothing(word, capsys):
    with pytest.raises(SystemExit):
        main(["list", word] if word.startswith("-") else [word])
    assert "did you mean" not in capsys.readouterr().err


def test_the_usage_beside_an_unknown_option_is_that_of_its_command(capsys):
    with pytest.raises(SystemExit):
        main(["list", "--jsn"])
    said = capsys.readouterr().err
    assert "usage: gantei list" in said
    assert "--json" in said


def test_an_option_is_never_taken_from_its_first_letters(capsys):
    with pytest.raises(SystemExit):
        main(["list", "--js"])
    assert "unrecognized arguments: --js" in capsys.readouterr().err


def test_estimators_and_columns_that_are_alike_are_named():
    with pytest.raises(UnknownEstimatorError, match=r"did you mean demo-sex\?"):
        find("demo-sx")
    with pytest.raises(OutputError, match=r"found: photograph, diabetes; did you mean diabetes\?"):
        place_of("diabtes", ["photograph", "diabetes"], "labels.csv", "--target")
    assert did_you_mean("age", []) == ""
