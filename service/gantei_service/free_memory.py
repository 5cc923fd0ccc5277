"""How much memory this process may still take, by the machine and its control groups (Linux)."""

from collections.abc import Iterator
from pathlib import Path

from gantei.system.memory_limit import groups_around

_FILES = {
    1: ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    2: ("memory.max", "memory.current", "inactive_file"),
}
"""By version of control groups: files of limit and usage, and what of it can be let go."""


def free_memory(machine: Path = Path("/proc/meminfo")) -> int | None:
    """Tell the bytes that are free for this process; None where that cannot be known."""
    free = [*_of_groups()]
    if (available := _table(machine).get("MemAvailable:")) is not None:
        free.append(1024 * available)
    return max(0, min(free)) if free else None


def _of_groups() -> Iterator[int]:
    """Give what each group leaves, this process's and those around it."""
    for version, folder in groups_around():
        limit, usage, reclaimable = _FILES[version]
        try:
            most = int((folder / limit).read_text())
            used = int((folder / usage).read_text())
        except (OSError, ValueError):  # "max", or no such group here
            continue
        yield most - used + _table(folder / "memory.stat").get(reclaimable, 0)


def _table(path: Path) -> dict[str, int]:
    try:
        rows = [line.split() for line in path.read_text().splitlines()]
    except OSError:
        return {}
    return {row[0]: int(row[1]) for row in rows if len(row) > 1 and row[1].isdecimal()}
