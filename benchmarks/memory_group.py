"""A memory control group of its own for a process: what a container has."""

import os
import sys
import time
from pathlib import Path

from gantei.system.memory_limit import own_groups

_INTO = (
    "import os, sys; open(sys.argv[1], 'w').write(str(os.getpid())); "
    "os.execvp(sys.argv[2], sys.argv[2:])"
)


class MemoryGroup:
    """A group of so many bytes; `PermissionError` or another `OSError` where none can be made.

    Attributes:
        kind: which version of control groups it is of.
    """

    def __init__(self, size, below=None):
        self._path, limit = None, ""
        for version, directory in own_groups():
            name, limit, swap, peak = {
                1: ("memory.limit_in_bytes", size, "memory.memsw.limit_in_bytes",
                    "memory.max_usage_in_bytes"),
                2: ("memory.max", size, "memory.swap.max", "memory.peak"),
            }[version]  # fmt: skip
            parent = Path(below) if below else directory
            if (parent / name).exists() or version == 1:
                break
        else:
            raise OSError("no control group counts memory here")
        self._path = parent / f"gantei-{os.getpid()}"
        self._peak = peak
        self.kind = f"version {version}"
        self._path.mkdir()
        try:
            (self._path / name).write_text(str(limit))
            if (self._path / swap).exists():
                (self._path / swap).write_text(str(size if version == 1 else 0))
        except OSError:
            self._path.rmdir()
            raise

    def command(self, command):
        """The command, to be run within the group."""
        return [sys.executable, "-c", _INTO, str(self._path / "cgroup.procs"), *command]

    def peak(self):
        """The most bytes that it ever had."""
        return int((self._path / self._peak).read_text())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        until = time.monotonic() + 10
        while self._path.exists() and time.monotonic() < until:
            try:
                self._path.rmdir()
            except OSError:  # its last process is still ending
                time.sleep(0.1)
