"""A journal whose lines no run wrote: rows end before them, and its head is no run's."""

import pytest

from gantei.errors import OutputError
from gantei.study.journal import Journal

DEEP = b"[" * 200_000 + b"\n"


def test_a_line_that_is_nested_too_deep_ends_the_rows(tmp_path):
    path = tmp_path / "r.csv.partial"
    with Journal(path, "run") as journal:
        journal.append(["a.png"], "3:1")
        path.write_bytes(path.read_bytes() + DEEP)
        assert [*journal.stamped_rows()] == [(["a.png"], "3:1")]


def test_a_head_that_is_nested_too_deep_is_of_another_run(tmp_path):
    path = tmp_path / "r.csv.partial"
    path.write_bytes(DEEP)
    with pytest.raises(OutputError, match="rows of another run"):
        Journal(path, "run")
    assert path.read_bytes() == DEEP
