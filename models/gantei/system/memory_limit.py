"""How much memory a process may use, by its control group or by the machine; how much it has."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_OF_GROUP, _OF_MACHINE = 0.9, 0.75
"""The part of either that is planned for; the rest is for what nobody counts, and for others."""
_GROUPS = Path("/proc/self/cgroup")
_MOUNT = Path("/sys/fs/cgroup")
_FILES = {1: ("memory.limit_in_bytes", "total_rss"), 2: ("memory.max", "anon")}
"""By version of control groups: what says the limit, and which line of memory.stat the use."""
_UNLIMITED = 2**60
"""Version 1 of control groups says a number near 2**63 where there is no limit."""


class MemoryLimit(NamedTuple):
    """Bytes to plan for, and whose limit that is."""

    bytes: int
    of: str


def memory_limit(chosen: int | None = None) -> MemoryLimit:
    """Give the bytes that this process and those it starts may plan for.

    Args:
        chosen: what somebody said instead.
    """
    if chosen is not None:
        return MemoryLimit(chosen, "--memory")
    machine = _memory_of_machine()
    group = min((limit for limit, _ in _groups()), default=_UNLIMITED)
    if group < machine:
        return MemoryLimit(int(_OF_GROUP * group), "control group")
    return MemoryLimit(int(_OF_MACHINE * machine), "machine")


def memory_held() -> int:
    """Bytes that this process has in memory now.

    Without Linux it is the most that it ever had; 0 on Windows, where nobody tells.
    """
    if sys.platform == "win32":
        return 0
    import resource

    if sys.platform.startswith("linux"):
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * resource.getpagesize()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else 1024 * most


def held_in_group() -> int:
    """Bytes that all processes of this one's control group have; 0 where none limits it.

    In a container that is everything that counts against its limit, but what is cached of files.
    """
    limited = [used for limit, used in _groups() if limit < _UNLIMITED]
    return max(limited, default=0)


def own_groups() -> Iterator[tuple[int, Path]]:
    """The control groups that this process is in and that may count memory: version, and folder."""
    try:
        lines = _GROUPS.read_text().splitlines()
    except OSError:
        return
    for line in lines:
        number, controllers, path = line.split(":", 2)
        if "memory" in controllers.split(","):
            yield 1, _MOUNT / "memory" / path.lstrip("/")
        elif number == "0" and not controllers:
            for mount in (_MOUNT, _MOUNT / "unified"):
                yield 2, mount / path.lstrip("/")


def groups_around() -> Iterator[tuple[int, Path]]:
    """Those control groups and all around them, from the innermost outwards.

    In a container its own group is the mount itself.
    """
    for version, group in own_groups():
        for each in (group, *group.parents):
            if not each.is_relative_to(_MOUNT):
                break
            yield version, each


def _groups() -> Iterator[tuple[int, int]]:
    """Limit and use of each of them that has a limit."""
    for version, group in groups_around():
        limit, used = _FILES[version]
        try:
            said = (group / limit).read_text().strip()
            stat = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
        except OSError:
            continue
        if said.isdecimal() and int(said) < _UNLIMITED:
            yield int(said), int(stat.get(used, 0))


if sys.platform == "win32":

    def _memory_of_machine() -> int:
        import ctypes

        kilobytes = ctypes.c_ulonglong()
        kernel = ctypes.windll.kernel32
        if not kernel.GetPhysicallyInstalledSystemMemory(ctypes.byref(kilobytes)):
            return _UNLIMITED  # nobody tells: as before, nothing is bounded but by --memory
        return kilobytes.value * 1024

else:

    def _memory_of_machine() -> int:
        import os

        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
