"""A folder that appears whole, as `atomic_write` makes a file appear."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import OutputError


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """Fill a folder that appears under its name only once it is whole, or not at all.

    Meanwhile it is in a hidden one beside it, which `remove_partial_files` deletes after a kill.

    Args:
        path: where it appears; the file or folder that is there is replaced.

    Returns:
        The folder to fill, which has that name already.

    Raises:
        OutputError: it cannot be written; what was there still is.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        new = unfinished / path.name
        new.mkdir()
        yield new
        _replace(path, new, unfinished / f"{path.name}.replaced")
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _replace(path: Path, new: Path, replaced: Path) -> None:
    # No system renames a folder onto another that holds files.
    was_there = os.path.lexists(path)
    if was_there:
        path.rename(replaced)
    try:
        new.rename(path)
    except BaseException:
        if was_there:
            replaced.rename(path)
        raise
