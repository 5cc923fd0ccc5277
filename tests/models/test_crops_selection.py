"""Sheets of the photographs of a code, and the command for them that a study ends with."""

import shlex

import pytest
from PIL import Image

from gantei.command_line import main

from ..conftest import REGRESSION, made_picture
from .sheet_reading import Page, changed, crops
from .studies import rows, run


@pytest.fixture
def age(make_estimator):
    return make_estimator("made-age", change=changed(crop="disc"))


@pytest.fixture
def odd(photographs, fundus):
    """Six photographs in two folders, five of them without a disc, one cut off; and one with."""
    fundus.save(photographs / "whole.png")
    return photographs


def shown(path):
    return [text.split(maxsplit=2)[1] for text in map(cell_head, Page(path).texts)]


def identifiers(path):
    return [each[: len("photograph-") + 12] for each in shown(path)]


def cell_head(text):
    return text.replace(".png", ".png ", 1)


def test_only_photographs_of_a_code_are_shown_under_the_numbers_of_the_table(odd, age, tmp_path):
    out = tmp_path / "sheet.html"
    assert crops(odd, "--with", age, "--show", "cut-off-file", "--out", out) == 1
    assert shown(out) == ["left/3.png"]
    assert Page(out).texts[0].startswith("2 left/3.png")
    assert crops(odd, "--with", age, "--show", "no-disc", "--out", out, "--overwrite") == 0
    assert shown(out) == ["left/1.png", "left/5.png", "right/0.png", "right/2.png", "right/4.png"]


def test_a_code_that_nothing_has_is_refused_and_one_that_nobody_has_writes_nothing(
    odd, age, tmp_path, capsys
):
    out = tmp_path / "sheet.html"
    assert crops(odd, "--with", age, "--show", "nodisc", "--out", out) == 2
    assert "no finding on a photograph has that code" in capsys.readouterr().err
    run(odd, "--with", age, "--out", tmp_path / "results.csv")
    table = ("--from", tmp_path / "results.csv", "--root", odd, "--with", age)
    assert crops(*table, "--show", "nodisc", "--out", out) == 2
    assert "no finding on a photograph has that code" in capsys.readouterr().err
    assert crops(odd, "--with", age, "--show", "grey-picture", "--out", out) == 0
    assert "0 of 7 photographs" in capsys.readouterr().err
    assert not out.exists()


@pytest.fixture
def narrow(make_estimator):
    """An estimator that says of nearly all of them that the estimate is out of range."""
    spec = REGRESSION | {"range": [0, 1]}
    return make_estimator("narrow", spec=spec, change=changed(crop="disc"))


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet"])
def test_a_table_of_results_tells_what_no_picture_tells(suffix, odd, narrow, tmp_path):
    pytest.importorskip({"csv": "csv", "xlsx": "openpyxl", "parquet": "pyarrow"}[suffix])
    table, out = tmp_path / f"results.{suffix}", tmp_path / "sheet.html"
    run(odd, "--with", narrow, "--out", table)
    code = "outside-training-range"
    crops("--from", table, "--root", odd, "--with", narrow, "--show", code, "--out", out)
    assert len(shown(out)) == 6
    assert "the table says: estimate outside the range seen in training" in Page(out).texts[0]
    assert "推定値が学習データの範囲外の写真" in Page(out).texts[0]


def test_by_a_table_no_other_photograph_is_opened(odd, age, tmp_path):
    run(odd, "--with", age, "--out", tmp_path / "results.csv")
    for path in odd.rglob("*.png"):
        if path.name != "3.png":
            path.unlink()
    options = ("--from", tmp_path / "results.csv", "--root", odd, "--with", age)
    crops(*options, "--show", "cut-off-file", "--out", tmp_path / "sheet.html")
    assert shown(tmp_path / "sheet.html") == ["left/3.png"]


def suggested(text):
    (line,) = [line for line in text.splitlines() if "gantei crops" in line]
    return shlex.split(line.partition(": ")[2])[1:]


@pytest.mark.parametrize("out", ["results.csv", "results.jsonl", "-"])
def test_the_command_that_a_study_ends_with_shows_what_it_counted(
    out, odd, age, tmp_path, monkeypatch, capsys
):
    folder = odd.rename(odd.with_name("eyes of 2026"))
    monkeypatch.chdir(tmp_path)
    run(folder.name, "--with", age, "--out", out)
    assert main(suggested(capsys.readouterr().err)) in (0, 1)
    (sheet,) = tmp_path.glob("*.html")
    table_knows = out == "results.csv"
    assert (sheet.name, len(shown(sheet))) == (("few-pixels.html", 6) if table_knows else
                                               ("sheet.html", 7))  # fmt: skip


def test_the_command_knows_eyes_that_were_sought_and_names_with_other_signs(
    make_estimator, tmp_path, monkeypatch, capsys
):
    mirrors = make_estimator("mirrors", change=changed(mirror="left-eyes", crop="disc"))
    folder = tmp_path / "it's"
    folder.mkdir()
    for number, name in enumerate(("=1+1.png", "右眼 'a'.png", "b.png")):
        Image.fromarray(made_picture(number)).save(folder / name)
    monkeypatch.chdir(tmp_path)
    run(folder, "--with", mirrors, "--eyes", "detect", "--out", "results.csv")
    text = capsys.readouterr().err
    codes = [row["error_code"] for row in rows(tmp_path / "results.csv")]
    assert codes == ["eye-not-found", "eye-not-found", ""]
    command = suggested(text)
    command[command.index("--show") + 1] = "eye-not-found"
    command[-1] = "sheet.html"
    assert main(command) == 1
    found = Page(tmp_path / "sheet.html").texts
    assert [text.partition(".png")[0] for text in found] == ["1 =1+1", "2 b"]
    assert all("the optic disc does not tell" in text for text in found)


def test_the_command_of_an_anonymous_study_keeps_it_so_and_adds_nothing_to_its_key(
    odd, age, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    run(odd, "--with", age, "--anonymous", "key.csv", "--out", "results.csv")
    key = (tmp_path / "key.csv").read_bytes()
    assert main(suggested(capsys.readouterr().err)) == 0
    assert "copied" not in capsys.readouterr().err
    table = rows(tmp_path / "results.csv")
    few = [row["photograph"] for row in table if "few-pixels" in row["warning_codes"].split()]
    assert (identifiers(tmp_path / "few-pixels.html"), len(few)) == (few, 6)
    text = (tmp_path / "few-pixels.html").read_text("utf-8")
    assert not [path for path in odd.rglob("*.png") if f"/{path.name}" in text]
    assert (tmp_path / "key.csv").read_bytes() == key


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "is an identifier of an anonymous study; name its key by --anonymous"),
        (("--anonymous", "other.csv"), "other.csv has no photograph-"),
        (("--anonymous", "key.csv", "--root", "empty"), "none of its photographs is in --root"),
    ],
)
def test_an_anonymous_table_without_its_key_or_photographs_is_no_list(
    options, said, odd, age, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    run(odd, "--with", age, "--anonymous", "key.csv", "--out", "results.csv")
    key = (tmp_path / "key.csv").read_bytes()
    words = ("--from", "results.csv", "--with", age, "--out", "sheet.html", *options)
    assert crops(*words) == 2
    assert said in capsys.readouterr().err
    assert (tmp_path / "key.csv").read_bytes() == key
    assert not (tmp_path / "other.csv").exists()


def test_a_part_of_an_anonymous_table_is_read_by_its_key_from_any_folder(
    odd, age, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    run(odd, "--with", age, "--anonymous", "key.csv", "--persons", "folders", "--out", "all.csv")
    key = (tmp_path / "key.csv").read_bytes()
    header, *lines = (tmp_path / "all.csv").read_text("utf-8-sig").splitlines()
    left = [line for line in lines if line.split(",")[4] == "left"]
    (odd / "part.csv").write_text("\n".join([header, *left]), "utf-8")
    words = ("--from", odd / "part.csv", "--with", age, "--anonymous", "key.csv")
    crops(*words, "--out", "sheet.html")
    assert identifiers(tmp_path / "sheet.html") == [line.partition(",")[0] for line in left]
    assert (tmp_path / "key.csv").read_bytes() == key


def test_where_nothing_is_odd_there_is_no_command(make_estimator, draw, tmp_path, capsys):
    draw(600, 450).save(tmp_path / "eye.png")
    run(tmp_path / "eye.png", "--with", make_estimator(), "--out", tmp_path / "results.csv")
    assert "gantei crops" not in capsys.readouterr().err
