"""Atomic writes, exclusive locks, bounded reads, regular files, digests."""

import hashlib
import os
import re
import shutil
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import IO

from ..errors import GanteiError, OutputError

_PARTIAL = re.compile(r"\.(.+)\.([1-9][0-9]{0,9})", re.DOTALL)


@contextmanager
def atomic_write(path: Path, *, mode: int = 0o666) -> Iterator[IO[bytes]]:
    """Write a file that appears under its name only whole, or not at all.

    Args:
        path: where it appears; what is there is replaced.
        mode: who may read and write it, of which the process's own mask is taken.

    Raises:
        OutputError: it cannot be written.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        partial.unlink(missing_ok=True)
        # Not through a link that somebody put there.
        with open(partial, "xb", opener=lambda name, how: os.open(name, how, mode)) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            partial.unlink()


def remove_partial_files(paths: Iterable[Path]) -> None:
    """Delete what `atomic_write` and `atomic_folder` have left of these in killed processes."""
    folders: dict[Path, set[str]] = {}
    for path in paths:
        folders.setdefault(path.parent, set()).add(path.name)
    for folder, names in folders.items():
        with suppress(OSError):  # no folder, no files; what cannot be deleted stays
            for entry in list(os.scandir(folder)):
                found = _PARTIAL.fullmatch(entry.name)
                if not found or found[1] not in names or _is_running(int(found[2])):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path)
                else:
                    Path(entry.path).unlink()


def _is_running(process: int) -> bool:
    if process == os.getpid() or os.name != "posix":  # Windows deletes no file that is open
        return False
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # another user's
        pass
    return True


@contextmanager
def exclusive_lock(path: Path, timeout: float, refusal: str) -> Iterator[None]:
    """Hold the lock file `path` during the block, then remove it.

    Args:
        path: in a folder that exists.
        timeout: seconds to wait for another process.
        refusal: the sentence for the error when it does not let go.

    Raises:
        OutputError: another process holds it, or the file cannot be made.
    """
    from filelock import FileLock, Timeout

    if not path.parent.is_dir():  # the lock would make the folder
        raise OutputError(f"{path.parent}: cannot be written: no such folder")
    lock = FileLock(path)
    try:
        lock.acquire(timeout=timeout)
        while not path.exists():  # the holder before removed the very file that was waited for
            lock.release()
            lock.acquire(timeout=timeout)
    except Timeout as error:
        _check_writable(path)  # where nobody can make the lock, nobody holds it either
        raise OutputError(refusal) from error
    except OSError as error:
        raise OutputError(f"{path.parent}: cannot be written: {error.strerror}") from error
    try:
        yield
    finally:
        with suppress(OSError):  # Windows does not remove an open file; it may stay
            path.unlink()
        lock.release()


def is_locked(path: Path) -> bool:
    """Whether a process holds the lock file `path` now; no file is made, and none is removed."""
    from filelock import FileLock, Timeout

    if not path.is_file():
        return False
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    except OSError:  # who may not write here may not ask
        return False
    lock.release()
    return False


def _check_writable(path: Path) -> None:
    try:
        path.open("ab").close()
    except OSError as error:
        raise OutputError(f"{path.parent}: cannot be written: {error.strerror}") from error


def ensure_folder(folder: Path) -> Path:
    """Create a folder of gantei's own, with those above it, where it is not there yet.

    Raises:
        OutputError: it cannot be created.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made: {error.strerror}") from error
    return folder


def read_bounded(path: Path, largest: int, error: type[GanteiError]) -> bytes:
    """Read a file that has no reason to be larger than so many bytes.

    Raises:
        error: it cannot be read, or is larger.
    """
    try:
        with path.open("rb") as file:
            content = file.read(largest + 1)
    except OSError as cause:
        raise error(f"{path}: cannot be read: {cause.strerror or cause}") from cause
    if len(content) > largest:
        raise error(f"{path}: larger than {largest} bytes, which no such file is")
    return content


def open_regular(path: str | os.PathLike[str]) -> BufferedReader | None:
    """Open a regular file to read its bytes; None for a pipe, a device, a socket or a folder.

    Whatever takes the file's place meanwhile, it waits for nobody who would write to it.

    Raises:
        OSError: it is missing, or cannot be read.
        ValueError: no file can have this name.
    """
    # Asked before opening, which may do something to a device; and after, what was opened.
    if not stat.S_ISREG(Path(path).stat().st_mode):
        return None
    file = open(path, "rb", opener=_without_waiting)  # noqa: SIM115 - the caller closes it
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        return None
    return file


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))  # Windows has no such pipes


def sha256_of(path: Path) -> str:
    """Digest of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


SETTLED = 2_000_000_000
"""Nanoseconds since a file's last change, before which another change may give it the same time:
file systems count time in steps, FAT in the largest, of two seconds."""


def file_state(found: os.stat_result) -> tuple[int, ...]:
    """All that differs where another file came in its place, or it was written and set back."""
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
