"""`gantei predict --memory`: what does not fit together waits, what never fits has an error."""

import csv
import io

import pytest
from PIL import Image

from gantei.command_line import main
from gantei.inference import pipeline
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
    made = []

    def left(size):
        def budget(*_):
            made.append(memory_budget.MemoryBudget(size))
            return made[-1]

        monkeypatch.setattr("gantei.inference.memory_left.memory_left", budget)
        return made

    return left


def test_one_that_never_fits_has_an_error_and_the_others_their_values(photographs, room, capsys):
    room(100_000_000)
    status, (first, large, last), _ = rows(capsys, photographs)
    assert status == 1
    assert (first["error_code"], large["error_code"], last["error_code"]) == (
        "", "exceeds-memory", "",
    )  # fmt: skip
    assert "5500 x 5500 pixels may take" in large["error"]
    assert "100 MB are there for a photograph" in large["error"]


def test_what_does_not_fit_together_waits(photographs, room, capsys, monkeypatch):
    (budgets, most) = room(200_000_000), []
    prepare = pipeline.prepare

    def watched(*arguments):
        most.append(budgets[0].in_use)
        return prepare(*arguments)

    monkeypatch.setattr(pipeline, "prepare", watched)
    status, table, _ = rows(capsys, photographs, "--workers", "3")
    assert status == 0
    assert [row["error_code"] for row in table] == ["", "", ""]
    assert len(most) == 3
    assert 0 < max(most) <= 200_000_000
    assert budgets[0].in_use == 0


def test_too_little_memory_is_said_at_once(photographs, capsys):
    assert main(["predict", str(photographs), "--with", "demo-age", "--out", "-",
                 "--memory", "20"]) == 2  # fmt: skip
    assert "20 MB of memory (--memory) are too few" in capsys.readouterr().err
