"""Lists and tables of addresses: which photographs they may name, and what of them is shown."""

import pytest

from ..explained import explained_network
from .below_address import ADDRESS, SECRET, written_below
from .studies import NAMES, manifest_of, refused, rows, run


@pytest.fixture
def age(make_estimator):
    return make_estimator("made-age", network=explained_network())


def test_a_list_names_photographs_by_addresses_or_relative_to_the_root(place, age, tmp_path):
    listed = tmp_path / "list.csv"
    listed.write_text(
        f"photograph,person,eye\n{ADDRESS}left/1.png,ann,left\nright/0.png,ann,right\n", "utf-8"
    )
    out = tmp_path / "t.csv"
    assert run("--root", ADDRESS, "--from", listed, "--with", age, "--out", out) == 0
    found = [(each["photograph"], each["person"], each["eye"]) for each in rows(out)]
    assert found == [("left/1.png", "ann", "left"), ("right/0.png", "ann", "right")]
    assert ("list",) not in place.asked


def test_a_name_that_is_missing_has_a_row_that_says_so(place, age, tmp_path):
    listed = tmp_path / "list.txt"
    listed.write_text("left/1.png\nnone.png\n", "utf-8")
    out = tmp_path / "t.csv"
    assert run("--root", ADDRESS, "--from", listed, "--with", age, "--out", out) == 1
    assert [bool(each["error"]) for each in rows(out)] == [False, True]


@pytest.mark.parametrize(
    "line", [f"https://evil.example/{SECRET}?{SECRET}", "../left/1.png", "/etc/passwd",
             "file:///etc/passwd"]
)  # fmt: skip
def test_a_list_names_nothing_outside_of_the_place(line, place, age, tmp_path, capsys):
    listed = tmp_path / "list.txt"
    listed.write_text(f"left/1.png\n{line}\n", "utf-8")
    out = tmp_path / "t.csv"
    said = refused(
        capsys, "predict", "--root", ADDRESS, "--from", listed, "--with", age, "--out", out
    )
    assert "list.txt: " in said
    assert f"?{SECRET}" not in said
    assert not out.exists()


def test_a_list_of_addresses_is_refused_where_no_place_was_given(age, tmp_path, capsys):
    listed = tmp_path / "list.txt"
    listed.write_text(f"https://h/a.png?{SECRET}\n", "utf-8")
    said = refused(capsys, "predict", "--from", listed, "--with", age, "--out", tmp_path / "t.csv")
    assert "https://h/a.png" in said
    assert "--root" in said
    assert SECRET not in said


def test_signatures_reach_the_place_and_no_file_or_message(
    place, age, tmp_path, capsys, monkeypatch
):
    listed, out = tmp_path / "in" / "list.csv", tmp_path / "out" / "t.csv"
    listed.parent.mkdir()
    out.parent.mkdir()
    base = "https://eyes.example/study/"
    listed.write_text(
        f"photograph,eye,note\n{base}left/1.png?sig={SECRET}1,left,a\n"
        f"{base}left/3.png?sig={SECRET}3,left,b\n{base}none.png?sig={SECRET}4,left,c\n",
        "utf-8",
    )
    given = ("--root", f"{base}?sig={SECRET}", "--from", listed, "--with", age, "--out", out,
             "--maps", out.parent / "maps")  # fmt: skip
    assert run(*given) == 1
    assert place.queries == {
        "left/1.png": f"sig={SECRET}1",
        "left/3.png": f"sig={SECRET}3",
        "none.png": f"sig={SECRET}4",
    }
    assert SECRET.encode() not in written_below(out.parent)
    written = capsys.readouterr()
    assert SECRET not in written.err + written.out
    assert manifest_of(out)["place"] == base


def test_tables_of_eyes_and_labels_may_have_signed_addresses_which_no_message_shows(
    place, age, tmp_path, capsys
):
    eyes, out = tmp_path / "eyes.csv", tmp_path / "t.csv"
    base = "https://eyes.example/study/"
    signed = [f"{base}{name}?sig={SECRET}" for name in (NAMES[0], "none.png")]
    eyes.write_text(f"photograph,eye\n{signed[0]},right\n{signed[1]},left\n", "utf-8")
    listed = tmp_path / "list.txt"
    listed.write_text(NAMES[0], "utf-8")
    run("--root", base, "--from", listed, "--eyes", eyes, "--with", age, "--out", out)
    assert [(each["eye"], each["eye_from"]) for each in rows(out)] == [("right", "stated")]
    said = capsys.readouterr().err
    assert f"such as {base}none.png" in said
    assert SECRET not in said
    pytest.importorskip("scipy")
    labels = tmp_path / "labels.csv"
    labels.write_text(f"photograph,age\n{signed[1]},50\n", "utf-8")
    said = refused(capsys, "evaluate", out, "--labels", labels, "--out", tmp_path / "report")
    assert "none.png" in said
    assert SECRET not in said
