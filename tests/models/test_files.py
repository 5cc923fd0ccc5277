import os
import subprocess
import sys

from gantei.system.files import atomic_write, remove_partial_files


def test_what_a_killed_process_left_of_ones_own_files_is_deleted_and_nothing_else(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left = tmp_path / f".table.csv.{ended.pid}"
    others = [
        tmp_path / f".other.csv.{ended.pid}", tmp_path / ".table.csv.lock", tmp_path / "table.csv",
        tmp_path / f"table.csv.{ended.pid}", tmp_path / f".table.csv.{os.getppid()}",
    ]  # fmt: skip
    for path in (left, *others):
        path.write_bytes(b"")
    remove_partial_files([tmp_path / "table.csv", tmp_path / "no folder" / "table.csv"])
    assert set(tmp_path.iterdir()) == set(others)


def test_a_link_in_the_way_is_replaced_and_not_followed(tmp_path, monkeypatch):
    monkeypatch.setattr("os.getpid", lambda: 7)
    mine = tmp_path / "mine"
    mine.write_bytes(b"mine")
    (tmp_path / ".table.csv.7").symlink_to(mine)
    with atomic_write(tmp_path / "table.csv") as file:
        file.write(b"table")
    assert (tmp_path / "table.csv").read_bytes() == b"table"
    assert mine.read_bytes() == b"mine"
