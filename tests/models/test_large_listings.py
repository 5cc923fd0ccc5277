"""Lists and folders of any size: the same photographs as of a few, in memory that does not grow."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gantei.errors import OutputError
from gantei.photographs.eyes import Eye
from gantei.photographs.listing import list_photographs
from gantei.study.collecting import GivenPhotographs, collect
from gantei.study.shard import Shard, in_shard
from gantei.system import stored_texts
from gantei.system.stored_texts import ExternalSort, StoredTexts
from gantei.table_files import text_lines

from .plain_listing import plain_listing

PARTS = ("a", "b-", "B", "右", "L", "p1_R", "p1_L", "p1 OD", "left", "x\\n", "x\ny", "..", ".", "")
NAMES = st.lists(st.sampled_from(PARTS), min_size=1, max_size=3).map("/".join)
BELOW = NAMES.map(lambda name: name.lstrip("/"))
LINES = BELOW | BELOW.map(lambda name: name.replace("/", "\\")) | BELOW.map("/no/1/2/3/{}".format)


@pytest.fixture
def in_small_runs(monkeypatch):
    """Everything that is done in pieces is done in pieces of a few."""
    monkeypatch.setattr(stored_texts, "_TAKEN", 1)
    monkeypatch.setattr(stored_texts, "RUN_TEXTS", 3)
    monkeypatch.setattr(stored_texts, "IN_MEMORY", 10)
    monkeypatch.setattr(stored_texts, "_BLOCK", 2)
    monkeypatch.setattr(stored_texts, "_READ", 7)
    monkeypatch.setattr(text_lines, "_CHUNK", 5)


@given(
    files=st.lists(NAMES, min_size=1, max_size=8),
    lines=st.lists(LINES, max_size=12),
    options=st.tuples(*[st.booleans()] * 3),
)
@example(files=["../../.."], lines=[], options=(False, False, False))
@example(files=["../../.."], lines=["x"], options=(False, True, False))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_lists_and_folders_give_what_a_plain_listing_gives(
    files, lines, options, in_small_runs, monkeypatch
):
    with_root, with_folder, from_folder = options
    with tempfile.TemporaryDirectory() as top:
        work = Path(top, "1/2/3/work")
        Path(work, "photographs").mkdir(parents=True)  # where all files lie beside it
        for name in files:
            path = Path(os.path.normpath(f"{work}/photographs/x/{name}/eye.jpg"))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        monkeypatch.chdir(work)
        lines = [f"photographs/{line}" if from_folder else line for line in lines]
        lines = [line.replace("\n", "\\n") for line in lines]
        lines = [f"{line}/eye.jpg" if number % 3 else line for number, line in enumerate(lines)]
        Path("list.txt").write_text("\n".join(lines), "utf-8")
        paths = [Path("photographs")] if with_folder or not "".join(lines).strip() else []
        root = Path(top) if with_root and not any(line.startswith("/") for line in lines) else None
        given = GivenPhotographs(paths, "list.txt", root=root)
        expected = plain_listing(paths, lines, root)
        if root is not None and any(name.startswith("../") for name, _ in expected):
            with pytest.raises(OutputError, match="lies outside"):
                collect(given)
            return
        if not expected:
            with pytest.raises(OutputError, match="no photographs in photographs"):
                collect(given)
            return
        found = collect(given)
        told = [(each.name, each.eye.side if isinstance(each.eye, Eye) else None)
                for each in found.photographs]  # fmt: skip
        assert told == expected
        base = root or Path(os.path.commonpath([each.source.parent for each in found.photographs]))
        for each in found.photographs:
            assert each.source.is_absolute()
            assert each.source.parent.is_relative_to(base)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"))))
def test_texts_are_sorted_once_each_and_kept_in_order(texts):
    with pytest.MonkeyPatch.context() as changed:
        for name, value in (
            ("_TAKEN", 1),
            ("RUN_TEXTS", 3),
            ("_BLOCK", 2),
            ("_READ", 7),
            ("IN_MEMORY", 10),
        ):
            changed.setattr(stored_texts, name, value)
        sort = ExternalSort()
        for each in texts:
            sort.add(each)
        stored = StoredTexts(sort.sorted())
        assert [*stored] == sorted({*texts})
        assert [stored[number] for number in range(len(stored))] == [*stored]
        assert [*stored.between(1, 4)] == [*stored][1:4]


def test_a_part_of_a_listing_is_that_part_of_all(tmp_path, in_small_runs):
    lines = [f"/none/{number}/p{number}_{'LR'[number % 2]}.jpg" for number in range(50)]
    lines += ["/none/p_L.jpg", "/none/p_R.jpg"]
    (tmp_path / "list.txt").write_text("\n".join(lines), "utf-8")
    listing = collect(GivenPhotographs(list_name=str(tmp_path / "list.txt")))
    photographs, whole = listing.photographs, [*listing.photographs]
    assert [*photographs[7:]] == whole[7:]
    assert [*photographs[40:3:-2]] == whole[40:3:-2]
    assert [*photographs[40:3:-2].names()] == [each.name for each in whole[40:3:-2]]
    assert photographs[-1] == whole[-1]
    shards = [in_shard(listing, Shard(number, 3))[0].photographs for number in (1, 2, 3)]
    parts = [each for shard in shards for each in shard]
    assert sorted(parts, key=lambda each: each.name) == whole
    assert sum(isinstance(each.eye, Eye) for each in parts) == 2
    with pytest.raises(IndexError):
        photographs[len(whole)]


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc which files are open")
def test_no_name_of_a_photograph_stays_in_a_folder_even_while_they_are_listed(tmp_path):
    spool = tmp_path / "spool"
    spool.mkdir()
    lines = "".join(f"/none/{number:06}_{'x' * 60}.jpg\n" for number in range(150_000))
    code = (
        "import os, sys, gantei\n"
        "from gantei.study.collecting import GivenPhotographs, collect\n"
        "listing = collect(GivenPhotographs(list_name='-'))\n"
        f"spool = {str(spool)!r}\n"
        "opened = [os.readlink(f'/proc/self/fd/{each}') for each in os.listdir('/proc/self/fd')"
        " if os.path.islink(f'/proc/self/fd/{each}')]\n"
        "print(len(listing.photographs), os.listdir(spool),"
        " any(each.startswith(spool) for each in opened))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        input=lines, capture_output=True, text=True, check=True,
        env={**os.environ, "TMPDIR": str(spool)},
    )  # fmt: skip
    assert run.stdout.split() == ["150000", "[]", "True"]


def test_a_full_disk_is_said_with_what_to_do(tmp_path, monkeypatch):
    def full(self, text):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(stored_texts, "RUN_TEXTS", 2)
    monkeypatch.setattr(stored_texts, "_TAKEN", 1)
    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "write", full)
    with pytest.raises(OutputError, match=r"No space left on device; name a folder .* by TMPDIR"):
        list_photographs([], ["a.jpg", "b.jpg"])


def test_a_line_without_an_end_is_refused_before_it_fills_the_memory(tmp_path):
    (tmp_path / "list.txt").write_bytes(b"a.jpg\n" + b"x" * 2_000_000)
    with pytest.raises(OutputError, match=r"list.txt: a line has more than 1000000 letters"):
        collect(GivenPhotographs(list_name=str(tmp_path / "list.txt")))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_a_list_may_come_from_a_pipe_as_a_table_too(tmp_path):
    from threading import Thread

    for text in ("a.jpg\nb.jpg\n", "photograph,person\na.jpg,1\nb.jpg,2\n"):
        pipe = tmp_path / f"{len(text)}"
        os.mkfifo(pipe)
        writer = Thread(target=pipe.write_text, args=(text,))
        writer.start()
        listing = collect(GivenPhotographs(list_name=str(pipe)))
        writer.join()
        assert [*listing.names()] == ["a.jpg", "b.jpg"]
