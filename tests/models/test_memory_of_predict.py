"""`gantei predict --memory`: what does not fit together waits, what never fits has an error."""

import csv
import io
import shutil
import zipfile

import pytest
from PIL import Image

from gantei.command_line import main
from gantei.inference import large_files, pipeline
from gantei.system import memory_budget

from ..conftest import made_picture


@pytest.fixture
def photographs(tmp_path):
    """Three of them, the second with 30 megapixels."""
    folder = tmp_path / "photographs"
    folder.mkdir()
    for number, side in enumerate((200, 5500, 200)):
        picture = Image.fromarray(made_picture(number, 200)).resize((side, side))
        picture.save(folder / f"{number}.png", compress_level=1)
    return folder


def rows(capsys, *arguments):
    status = main(["predict", *map(str, arguments), "--with", "demo-age", "--out", "-"])
    out, err = capsys.readouterr()
    return status, list(csv.DictReader(io.StringIO(out))), err


@pytest.fixture
def room(monkeypatch):
    """Say how much memory is left, whatever this process has."""

    def left(size):
        budget = memory_budget.MemoryBudget(size)
        monkeypatch.setattr("gantei.inference.memory_left.memory_left", lambda *_: budget)

    return left


def kept(budgets, total):
    budgets.append(memory_budget.MemoryBudget(total))
    return budgets[-1]


def test_one_that_never_fits_has_an_error_and_the_others_their_values(photographs, room, capsys):
    room(100_000_000)
    status, (first, large, last), _ = rows(capsys, photographs)
    assert status == 1
    assert (first["error_code"], large["error_code"], last["error_code"]) == (
        "", "exceeds-memory", "",
    )  # fmt: skip
    assert "5500 x 5500 pixels may take" in large["error"]
    assert "87 MB are there for a photograph" in large["error"]


def test_what_does_not_fit_together_waits(photographs, room, capsys, monkeypatch):
    room(200_000_000)
    budgets, most, prepare = [], [], pipeline.prepare
    monkeypatch.setattr(large_files, "MemoryBudget", lambda total: kept(budgets, total))

    def watched(*arguments):
        most.append(budgets[1].in_use)
        return prepare(*arguments)

    monkeypatch.setattr(pipeline, "prepare", watched)
    status, table, _ = rows(capsys, photographs, "--workers", "3")
    assert status == 0
    assert [row["error_code"] for row in table] == ["", "", ""]
    assert len(most) == 3
    assert 0 < max(most) <= 175_000_000
    assert [each.total for each in budgets] == [25_000_000, 175_000_000]
    assert [each.in_use for each in budgets] == [0, 0]


def test_too_little_memory_is_said_at_once(photographs, capsys):
    assert main(["predict", str(photographs), "--with", "demo-age", "--out", "-",
                 "--memory", "20"]) == 2  # fmt: skip
    assert "20 MB of memory (--memory) are too few" in capsys.readouterr().err


@pytest.fixture
def padded(photographs):
    """The folder, and an archive of it: the second file is 13 MB, most of which are zeros."""
    file = photographs / "1.png"
    Image.fromarray(made_picture(1, 200)).save(file)
    with file.open("ab") as opened:
        opened.truncate(13_000_000)
    archive = photographs.with_name("photographs.zip")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(photographs.iterdir()):
            packed.write(path, path.name)
    assert archive.stat().st_size < 1_000_000
    (photographs.parent / "list.txt").write_text("0.png\n1.png\n2.png\n", "utf-8")
    return {
        "folder": (photographs,),
        "archive": (archive,),
        # Which does not tell the sizes.
        "list": ("--from", photographs.parent / "list.txt", "--root", f"zip://{archive}"),
    }


@pytest.mark.parametrize("given", ["folder", "archive", "list"])
def test_a_file_larger_than_there_is_memory_for_has_an_error_and_the_others_their_values(
    given, padded, room, capsys
):
    room(100_000_000)
    status, table, _ = rows(capsys, *padded[given])
    assert status == 1
    assert [row["error_code"] for row in table] == ["", "large-for-memory", ""]
    assert "larger than the 12 MB of memory that there are for it" in table[1]["error"]
    room(110_000_000)
    assert rows(capsys, *padded[given])[0] == 0


def test_large_files_are_in_memory_one_after_the_other(padded, room, capsys, monkeypatch):
    (photographs,) = padded["folder"]
    for number in range(6):
        shutil.copy(photographs / "1.png", photographs / f"1{number}.png")
    room(110_000_000)
    prepare, at_once, most = pipeline.prepare, [], []

    def watched(photograph, *arguments):
        if "1" in photograph.name.rpartition("/")[2]:
            at_once.append(photograph.name)
            most.append(len(at_once))
        try:
            return prepare(photograph, *arguments)
        finally:
            if photograph.name in at_once:
                at_once.remove(photograph.name)

    monkeypatch.setattr(pipeline, "prepare", watched)
    assert rows(capsys, photographs, "--workers", "4")[0] == 0
    assert most == [1] * 7
