"""The pages of a sheet of crops: their names, their links, and what they never replace."""

import pytest

from gantei.sheets import sheet_pages

from .sheet_reading import Page, crops


@pytest.fixture
def age(make_estimator):
    return make_estimator("made-age")


@pytest.fixture
def two_on_a_sheet(monkeypatch):
    monkeypatch.setattr(sheet_pages, "ON_A_SHEET", 2)


def test_many_photographs_make_pages_that_link_to_each_other(
    photographs, age, two_on_a_sheet, tmp_path
):
    out = tmp_path / "my sheet.html"
    crops(photographs, "--with", age, "--out", out)
    names = ["my sheet.html", "my sheet-002.html", "my sheet-003.html"]
    assert sorted(path.name for path in tmp_path.glob("*.html")) == sorted(names)
    pages = [Page(tmp_path / name) for name in names]
    assert [len(page.texts) for page in pages] == [2, 2, 2]
    links = [[link.replace("%20", " ").removeprefix("./") for link in page.all("a", "href")]
             for page in pages]  # fmt: skip
    of_pages = [{link for link in each if "#" not in link} for each in links]
    assert of_pages == [{*names[1:]}, {names[0], names[2]}, {names[0], names[1]}]
    assert "my sheet.html#p2" in links[0], "the one cut off"
    assert not [link for each in links[1:] for link in each if "#" in link]
    assert "p5" in pages[2].all("li", "id")


def test_the_first_page_is_written_when_all_others_are(
    photographs, age, two_on_a_sheet, tmp_path, monkeypatch
):
    written = []
    write = sheet_pages.atomic_write
    monkeypatch.setattr(
        sheet_pages, "atomic_write", lambda path: (written.append(path.name), write(path))[1]
    )
    crops(photographs, "--with", age, "--out", tmp_path / "sheet.html")
    assert written == ["sheet-002.html", "sheet-003.html", "sheet.html"]


@pytest.mark.parametrize("suffix", ["html", "png"])
@pytest.mark.parametrize("before", [".", "left/1.png"])
@pytest.mark.parametrize("death", [2, 3])
def test_a_killed_overwrite_leaves_no_first_page_beside_new_ones(
    death, before, suffix, photographs, age, two_on_a_sheet, tmp_path, monkeypatch
):
    class KilledError(BaseException):
        pass

    out, write = tmp_path / f"sheet.{suffix}", sheet_pages.atomic_write

    def write_or_die(path):
        if path.name == f"sheet-{death:03}.{suffix}":
            raise KilledError
        return write(path)

    crops(photographs / before, "--with", age, "--out", out)
    with monkeypatch.context() as patch:
        patch.setattr(sheet_pages, "atomic_write", write_or_die)
        with pytest.raises(KilledError):
            crops(photographs, "--with", age, "--out", out, "--overwrite")
    assert not out.exists() and not (tmp_path / f"sheet-001.{suffix}").exists()
    assert crops(photographs, "--with", age, "--out", out, "--overwrite") == 1


@pytest.mark.parametrize("existing", ["sheet.html", "sheet-003.html"])
def test_nothing_is_replaced_unasked(existing, photographs, age, two_on_a_sheet, tmp_path, capsys):
    (tmp_path / existing).write_text("a year of work")
    assert crops(photographs, "--with", age, "--out", tmp_path / "sheet.html") == 2
    assert "--overwrite" in capsys.readouterr().err
    assert [path.name for path in tmp_path.glob("*.html")] == [existing]
    assert crops(photographs, "--with", age, "--out", tmp_path / "sheet.html", "--overwrite") == 1
    assert len(Page(tmp_path / "sheet-003.html").texts) == 2


@pytest.mark.parametrize("suffix", ["html", "png"])
def test_pages_that_are_left_of_a_longer_run_are_deleted_and_others_are_not(
    suffix, photographs, age, two_on_a_sheet, tmp_path
):
    out = tmp_path / f"sheet.{suffix}"
    crops(photographs, "--with", age, "--out", out)
    (tmp_path / f"sheet-007.{suffix}").write_text("somebody's own")
    crops(photographs / "left", "--with", age, "--out", out, "--overwrite")
    left = {"sheet-002", "sheet-007"} | ({"sheet"} if suffix == "html" else {"sheet-001"})
    assert {path.stem for path in tmp_path.glob("sheet*")} == left


def test_what_cannot_be_drawn_is_refused_before_any_photograph_is_read(
    photographs, make_estimator, tmp_path, capsys
):
    age = make_estimator("made-age")
    unsettled = make_estimator("unsettled", change=unknown_crop)
    (tmp_path / "folder.html").mkdir()
    for arguments, said in (
        (["--with", age, "--out", tmp_path / "sheet.pdf"], "known: .html, .htm, .png"),
        (["--with", age, "--out", tmp_path / "none/sheet.html"], "no such folder"),
        (["--with", age, "--out", tmp_path / "none/a.html", "--overwrite"], "no such folder"),
        (["--with", age, "--out", tmp_path / "folder.html", "--overwrite"], "is a folder"),
        (["--with", unsettled, "--out", tmp_path / "sheet.html"], "input.crop is unknown"),
        (["--with", "nobody", "--out", tmp_path / "sheet.html"], "unknown estimator"),
    ):
        assert crops(photographs, *arguments) == 2
        assert said in capsys.readouterr().err
    assert not [*tmp_path.glob("sheet*")]


def unknown_crop(tables):
    tables["input"]["crop"] = "unknown"
    tables["basis"]["input.crop"] = {"origin": "unknown", "evidence": "nobody says"}
