"""Query strings of photographs of a web server, of which a table shows none."""

import pytest

import gantei
from gantei.errors import OutputError
from gantei.storage import query_strings
from gantei.storage.address import parse_address
from gantei.storage.given_places import given_place
from gantei.system import stored_texts

from .below_address import SECRET
from .object_stores import without_clouds
from .studies import refused

BASE = "http://127.0.0.1:1/study/"


@pytest.fixture(autouse=True)
def direct(monkeypatch, own_store):
    """No proxy is asked."""
    without_clouds(monkeypatch, own_store)


AMBIGUOUS = [
    [f"wado?id={SECRET}1", f"wado?id={SECRET}2"],
    [f"{BASE}wado?id={SECRET}1", f"wado?id={SECRET}2"],
    [f"wado?id={SECRET}1", "wado"],
    ["wado", f"wado?id={SECRET}1"],
    ["wado?", f"wado?id={SECRET}1"],
]


@pytest.mark.parametrize("lines", AMBIGUOUS)
@pytest.mark.parametrize("form", ["list.txt", "list.csv"])
def test_photographs_that_differ_behind_the_question_mark_alone_are_not_lost(
    lines, form, make_estimator, tmp_path, capsys
):
    listed, out = tmp_path / form, tmp_path / "t.csv"
    heading = ["photograph"] if form == "list.csv" else []
    listed.write_text("\n".join([*heading, *lines]), "utf-8")
    with_estimator = ("--with", make_estimator("made-age"), "--out", out)
    said = refused(capsys, "predict", "--root", BASE, "--from", listed, *with_estimator)
    assert "wado: is named twice" in said
    assert SECRET not in said
    assert not out.exists()


@pytest.mark.parametrize("lines", AMBIGUOUS)
def test_python_is_refused_them_too(lines):
    with pytest.raises(OutputError, match="is named twice"):
        gantei.photographs_at(BASE, lines)


def test_so_are_photographs_that_are_given_by_themselves():
    given = [f"{BASE}a.jpg?id=1", f"{BASE}a.jpg?id=2"]
    with pytest.raises(OutputError, match=r"a\.jpg: is named twice"):
        given_place([*map(parse_address, given)])


@pytest.mark.parametrize("line", ["a.jpg", "a.jpg?id=2"])
def test_so_are_those_of_which_one_is_given_and_the_other_listed(line):
    place = given_place([parse_address(f"{BASE}a.jpg?id=1")])
    with pytest.raises(OutputError, match="is named twice"):
        [*place.names_of_list([line], "list")]


def test_a_photograph_may_be_named_again_with_the_same_query_string():
    lines = ["a.jpg?id=1", f"{BASE}a.jpg?id=1", "b.jpg", "b.jpg", "c.jpg?id=1"]
    found = gantei.photographs_at(BASE, lines)
    assert [each.name for each in found] == ["a.jpg", "b.jpg", "c.jpg"]


def test_names_that_no_table_can_hold_are_told_apart():
    lines = ["a\\n1.jpg", "a\\n1.jpg?id=1"]
    with pytest.raises(OutputError, match=r"a\\n1\.jpg: is named twice"):
        gantei.photographs_at(BASE, lines)


def test_names_that_memory_does_not_hold_are_compared_too(monkeypatch):
    monkeypatch.setattr(stored_texts, "RUN_TEXTS", 1_000)
    queries = query_strings.QueryStrings()
    for number in range(10_000):
        queries.add(f"{number}.jpg", "")
    assert queries.of_names == {}
    queries.check()
    queries.add("1.jpg", "id=1")
    with pytest.raises(OutputError, match=r"1\.jpg: is named twice"):
        queries.check()
