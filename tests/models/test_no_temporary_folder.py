"""Without a folder for temporary files, as on a read-only file system: what is said, what works."""

import io
import re
import sys
import tempfile

import pytest

from gantei.command_line import main
from gantei.system import stored_texts
from gantei.table_files import text_lines

from .studies import refused, rows, run


@pytest.fixture(autouse=True)
def _no_temporary_folder(monkeypatch):
    """None that can be written; and what is kept goes to disk from the first names on."""
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: ["/none"])
    monkeypatch.setattr(stored_texts, "IN_MEMORY", 10)
    monkeypatch.setattr(stored_texts, "RUN_TEXTS", 2)
    monkeypatch.setattr(text_lines, "_IN_MEMORY", 10)


def listed(photographs):
    return "\n".join(map(str, sorted(photographs.rglob("*.png")))).encode()


@pytest.mark.parametrize("is_piped", [False, True], ids=["folder", "list from a pipe"])
def test_nothing_is_run_and_it_is_said_what_to_do(
    is_piped, photographs, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(listed(photographs))))
    given = ["--from", "-", "--root", photographs] if is_piped else [photographs]
    out = tmp_path / "results.csv"
    said = refused(capsys, "predict", *given, "--with", "demo-age", "--out", out)
    assert re.search(r"No usable temporary directory .*; name a folder .* by TMPDIR", said)
    assert not out.exists()


def test_merging_needs_none_beside_the_folder_of_the_table(photographs, tmp_path, monkeypatch):
    shards = [tmp_path / f"shard-{number}.csv" for number in (1, 2)]
    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(tmp_path))
        for number, out in enumerate(shards, 1):
            shard = ("--persons", "(?P<person>[0-9])", "--shard", f"{number}/2", "--out", out)
            assert run(photographs, "--with", "demo-age", *shard) in (0, 1)
    assert main(["merge", *map(str, shards), "--out", str(tmp_path / "all.csv")]) == 1
    assert len(rows(tmp_path / "all.csv")) == 6
    assert len(rows(tmp_path / "all.csv.persons.csv")) == 6
