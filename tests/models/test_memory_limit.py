"""How much memory may be planned for, as control groups of both versions and the machine say it."""

import pytest

from gantei.system import memory_limit as room

MACHINE = 16 * 2**30


@pytest.fixture
def groups(tmp_path, monkeypatch):
    """Write files of control groups, as below /sys/fs/cgroup, and say which one this is."""
    monkeypatch.setattr(room, "_MOUNT", tmp_path)
    monkeypatch.setattr(room, "_GROUPS", tmp_path / "own")
    monkeypatch.setattr(room, "_memory_of_machine", lambda: MACHINE)

    def written(own, **files):
        (tmp_path / "own").write_text(own)
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/").replace("_DOT_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    return written


def test_without_a_limit_it_is_three_quarters_of_the_machine(groups):
    groups("0::/\n", memory_DOT_max="max\n", memory_DOT_stat="anon 5\n")
    assert room.memory_limit() == (12 * 2**30, "machine")
    assert room.held_in_group() == 0


def test_version_2_is_read_in_a_container(groups):
    groups("0::/\n", memory_DOT_max="1000000000\n", memory_DOT_stat="anon 123\nfile 7\n")
    assert room.memory_limit() == (900_000_000, "control group")
    assert room.held_in_group() == 123


def test_the_narrowest_group_above_counts(groups):
    groups(
        "0::/kube/pod/one\n",
        kube__memory_DOT_max="4000000000\n", kube__memory_DOT_stat="anon 900\n",
        kube__pod__memory_DOT_max="1000000000\n", kube__pod__memory_DOT_stat="anon 700\n",
        kube__pod__one__memory_DOT_max="max\n", kube__pod__one__memory_DOT_stat="anon 500\n",
    )  # fmt: skip
    assert room.memory_limit().bytes == 900_000_000


def test_version_1_is_read(groups):
    groups(
        "5:cpu:/\n4:memory:/docker/x\n0::/\n",
        memory__docker__x__memory_DOT_limit_in_bytes="3000000000\n",
        memory__docker__x__memory_DOT_stat="total_rss 77\ntotal_cache 5\n",
        memory__memory_DOT_limit_in_bytes="9223372036854771712\n",
        memory__memory_DOT_stat="total_rss 99\n",
    )
    assert room.memory_limit() == (2_700_000_000, "control group")
    assert room.held_in_group() == 77


def test_a_group_that_cannot_be_seen_from_inside_is_the_mount(groups):
    groups(
        "4:memory:/docker/unseen\n",
        memory__memory_DOT_limit_in_bytes="2000000000\n",
        memory__memory_DOT_stat="total_rss 1\n",
    )
    assert room.memory_limit().bytes == 1_800_000_000


def test_what_was_chosen_holds_before_all(groups):
    groups("0::/\n", memory_DOT_max="1000000000\n", memory_DOT_stat="anon 123\n")
    assert room.memory_limit(5) == (5, "--memory")


def test_this_process_holds_memory():
    assert 10 * 2**20 < room.memory_held() < 2**40
