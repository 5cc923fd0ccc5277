"""What is free, by a made machine with control groups."""

import pytest

from gantei.system import memory_limit

pytest.importorskip("fastapi", reason="the service's packages are not installed")


def group(folder, **files):
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(str(content))


def test_free_memory_is_what_the_nearest_bound_leaves(tmp_path, monkeypatch):
    from gantei_service.free_memory import free_memory

    proc, groups = tmp_path / "proc", tmp_path / "groups"
    monkeypatch.setattr(memory_limit, "_GROUPS", proc / "self/cgroup")
    monkeypatch.setattr(memory_limit, "_MOUNT", groups)
    assert free_memory(proc / "meminfo") is None
    group(proc / "self", cgroup="0::/outer/inner\n")
    (proc / "meminfo").write_text("MemTotal: 9000 kB\nMemAvailable:    5000 kB\n")
    assert free_memory(proc / "meminfo") == 5_120_000
    stat = "anon 1\ninactive_file 200000\n"
    group(groups / "outer", memory__max=3_000_000, memory__current=1_500_000, memory__stat=stat)
    group(groups / "outer/inner", memory__max="max", memory__current=1_000_000)
    assert free_memory(proc / "meminfo") == 1_700_000
    (proc / "self/cgroup").write_text("3:cpu:/\n5:memory:/docker/1\n0::/\n")
    group(groups / "memory", memory__limit_in_bytes=900_000, memory__usage_in_bytes=950_000)
    assert free_memory(proc / "meminfo") == 0
