"""docs/storage.md, run as it stands: archives as they are, stores by places in memory."""

import contextlib
import csv
import io
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gantei.command_line import main
from gantei.storage import given_places
from gantei.storage.place_of_address import place_of

from .models.stored import PlaceInMemory

TOP = Path(__file__).parent.parent
PAGE = (TOP / "docs/storage.md").read_text("utf-8")
ARCHIVES, SEVERAL, COLUMNS, STORES, SIGNED = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
(PYTHON,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def run(block):
    for line in block.splitlines():
        name, *arguments = shlex.split(line)
        if name == "python3":
            subprocess.run([sys.executable, *arguments], check=True)
        elif name == "cp":
            shutil.copyfile(*arguments)
        else:
            assert name == "gantei"
            assert main(arguments) == 0, line


def names(path):
    with Path(path).open(newline="", encoding="utf-8-sig") as file:
        return [row["photograph"] for row in csv.DictReader(file)]


def values(path):
    with Path(path).open(newline="", encoding="utf-8-sig") as file:
        return [row["demo-age.age"] for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """The folder in which the page has run, where drawn photographs lie in every store."""
    folder = tmp_path_factory.mktemp("storage")

    def opened(address, *, queries, **options):
        if not address.is_remote:
            return place_of(address, **options)
        return PlaceInMemory.of_folder(folder / "photographs", address=address.shown)

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("GANTEI_HOME", str(folder / "home"))
        patch.setattr(given_places, "place_of", lambda address, queries=None, **options: opened(
            address, queries=queries, **options))  # fmt: skip
        run(ARCHIVES)
        first, second, *_ = names("results.csv")
        listed = [name.removeprefix("photographs/") for name in (first, second)]
        Path("list.csv").write_text(
            f"photograph\n{listed[0]}\ns3://bucket/eyes/{listed[1]}\n", "utf-8"
        )
        Path("signed.csv").write_text(
            f"photograph\nhttps://eyes.example/study/{listed[0]}?signature=secret\n", "utf-8"
        )
        Path("results.csv").rename("archive.csv")
        for path in Path().glob("results.csv.*"):
            path.unlink()
        run(STORES)
        run(SIGNED)
        yield folder


def test_the_commands_of_the_page_give_the_same_values_wherever_photographs_lie(here):
    assert values("results.csv") == values("archive.csv")
    assert [f"photographs/{name}" for name in names("results.csv")] == names("archive.csv")
    assert values("listed.csv") == values("results.csv")[:2]
    assert values("signed-results.csv") == values("results.csv")[:1]


def test_several_archives_are_folders_of_their_names(here, monkeypatch):
    monkeypatch.chdir(here)
    run(SEVERAL)
    first = re.search(r"first name in `tars.csv` is `(.*?)`", PAGE)[1]
    assert names("tars.csv")[0] == first
    assert names("shard-1.csv") == [
        name for name in names("tars.csv") if name in names("shard-1.csv")
    ]
    assert 0 < len(names("shard-1.csv")) < len(names("tars.csv"))


def test_parquet_files_give_the_same_values(here, monkeypatch):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    monkeypatch.chdir(here)
    paths = [Path(name) for name in names("archive.csv")]
    rows = [{"bytes": path.read_bytes(), "path": path.name} for path in paths]
    parquet.write_table(pyarrow.table({"image": rows}), "train-00000.parquet")
    pictures = [row["bytes"] for row in rows]
    parquet.write_table(pyarrow.table({"photograph": pictures}), "plain.parquet")
    run(COLUMNS)
    assert names("rows.csv") == [path.name for path in paths]
    assert names("plain.csv") == [f"{row:06}" for row in range(len(rows))]
    assert values("rows.csv") == values("plain.csv") == values("archive.csv")


def test_no_signature_is_written(here):
    for path in here.glob("signed-results.csv*"):
        assert b"secret" not in path.read_bytes()


def test_the_python_of_the_page_runs(here):
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(PYTHON, "storage.md", "exec"), {})
    assert f"# {printed.getvalue().strip()}" in PYTHON
