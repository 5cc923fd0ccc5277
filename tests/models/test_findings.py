"""Findings: codes and values in the code, words in one file per language."""

import ast
import json
import pickle
from pathlib import Path
from string import Formatter

import pytest

from gantei.errors import GanteiError, PhotographError
from gantei.findings.finding import Finding
from gantei.findings.wording import FOLDER, short_text, wording

from ..sources import TOP, tree_of

ROOMS = ("photographs", "storage", "inference", "calibrations", "study")
"""What finds something on photographs."""
PACKAGES = ("models/gantei", "export/gantei_export", "service/gantei_service")


def found_in_code(packages=PACKAGES) -> dict[str, set[str]]:
    """The codes of every `Finding(...)` in these folders, with the names of their values."""
    codes: dict[str, set[str]] = {}
    for package in packages:
        for path in (TOP / package).rglob("*.py"):
            for node in ast.walk(tree_of(path)):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Finding":
                    first = node.args[0] if node.args else None
                    if isinstance(first, ast.Constant):
                        names = {keyword.arg or "**" for keyword in node.keywords}
                        codes[first.value] = codes.get(first.value, set()) | names
    return codes


def named_in(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_word_the_same_codes():
    english, japanese = wording("en"), wording("ja")
    assert english["texts"].keys() == japanese["texts"].keys()
    assert english["advice"].keys() == japanese["advice"].keys()
    assert english["short"].keys() == japanese["short"].keys()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_photographs_are_counted_by_has_a_short_text_without_values(language):
    short, texts = wording(language)["short"], wording(language)["texts"]
    rooms = [Path("models/gantei", room) for room in ROOMS]
    for code in found_in_code(rooms):
        assert code in short, f"findings/{language}.json has nothing short for {code!r}"
    assert short.keys() <= texts.keys()
    assert not [code for code, text in short.items() if named_in(text) or "." in text]


def test_a_code_without_a_short_text_is_called_by_its_title_or_stands_for_itself():
    assert short_text("no-disc") == "no round field of view found"
    assert short_text("unusable-photograph") == "The photograph cannot be estimated"
    assert short_text("from-later") == "from-later"


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_finding_of_the_code_has_a_text_which_names_only_its_values(language):
    texts = wording(language)["texts"]
    for code, values in found_in_code().items():
        assert code in texts, f"findings/{language}.json has no text for {code!r}"
        assert "**" in values or named_in(texts[code]) <= values, code


def test_every_text_belongs_to_a_finding_of_the_code():
    codes = found_in_code()
    unused = {code for code in wording("en")["texts"] if code.removesuffix(".item") not in codes}
    assert unused == set()
    assert wording("en")["advice"].keys() <= codes.keys()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_files_are_in_order_so_that_two_changes_seldom_meet(language):
    table = json.loads((FOLDER / f"{language}.json").read_text("utf-8"))
    for part in ("texts", "advice", "short"):
        assert list(table[part]) == sorted(table[part])


def test_an_error_says_its_finding_and_keeps_it():
    error = PhotographError(Finding("grey-picture", mode="L"), "eye.png", "ab")
    assert str(error).startswith("eye.png: a grey picture (mode L); ")
    assert str(error).endswith("allow_grey=True (--allow-grey) reads it all the same")
    assert (error.code, error.source, error.sha256) == ("grey-picture", "eye.png", "ab")
    assert error.worded(source="p1.png").startswith("p1.png: a grey picture")
    assert error.worded("ja").startswith("eye.png: 白黒の画像です（モード L）")
    assert "; " not in error.worded("ja")


def test_an_error_without_a_finding_has_the_code_of_its_class():
    assert GanteiError("no").code == "error"
    assert GanteiError("no").findings == ()


def test_every_error_tells_its_photograph_and_is_the_same_from_another_process():
    kinds = [GanteiError, *all_below(GanteiError)]
    for kind in kinds:
        error = kind(Finding("grey-picture", mode="L"))
        error.source = "eye.png"
        same = pickle.loads(pickle.dumps(error))
        assert (same.finding, same.source, str(same)) == (error.finding, "eye.png", str(error))
        assert error.worded("ja", source="p1").startswith("p1: 白黒の画像です")
    assert PhotographError in kinds
    assert GanteiError("no").worded(source="p1") == "no"


def all_below(kind):
    own = [each for each in kind.__subclasses__() if each.__module__ == kind.__module__]
    return [*own, *(below for each in own for below in all_below(each))]


def test_a_kind_of_problem_without_values_is_said_by_its_title():
    assert Finding("internal-error").text() == wording("en")["titles"]["internal-error"]
    assert Finding("internal-error").text("ja") == wording("ja")["titles"]["internal-error"]


def test_no_code_has_both_a_text_and_a_title():
    for language in ("en", "ja"):
        assert not wording(language)["texts"].keys() & wording(language)["titles"].keys()


def test_a_code_of_another_version_is_said_with_its_values():
    assert Finding("from-later", much=3).text() == "from-later (much 3)"
    assert Finding("from-later").text("ja") == "from-later"


def test_findings_can_be_counted_and_put_into_sets_whatever_their_values():
    listed = Finding("unknown-format", formats=["JPEG", "PNG"])
    assert {listed, Finding("unknown-format", formats=["JPEG", "PNG"])} == {listed}
    assert len({listed, Finding("unknown-format", formats=["JPEG"])}) == 2
