"""Which files a block opens, as Python's audit events tell it."""

import os
import sys
from contextlib import contextmanager
from pathlib import Path

_watched: dict[Path, set[str]] = {}


def _note(event, arguments):
    if _watched and event == "open" and isinstance(arguments[0], str | os.PathLike):
        path = Path(os.fsdecode(arguments[0])).absolute()
        for folder, opened in _watched.items():
            if path.is_relative_to(folder) and path.is_file():
                opened.add(path.relative_to(folder).as_posix())


sys.addaudithook(_note)  # which stays for good, and does nothing while nothing is watched


@contextmanager
def opened_below(folder):
    """Collect the names of the files below a folder that are opened in the block."""
    _watched[folder] = opened = set()
    try:
        yield opened
    finally:
        del _watched[folder]
