"""States of trainings that were killed: which there are, and how to be rid of them.

`gantei adapt --whole-network` saves where it stands after every epoch, so that the same command
goes on from there. The file is named by the estimator that was to be made.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ..errors import OutputError
from ..system.files import exclusive_lock, is_locked, remove_partial_files
from . import store

_FILE = re.compile(r"(?P<name>.+)-[0-9a-f]{32}\.npz")


@dataclass(frozen=True, slots=True)
class KeptTraining:
    """The state of a training that did not end, or goes on now.

    Attributes:
        name: of the estimator that was to be made.
        path: the file.
        bytes: its size.
        changed: when an epoch was last saved, in local time.
        under_way: whether a process is training now.
    """

    name: str
    path: Path
    bytes: int
    changed: datetime
    under_way: bool

    def text(self) -> str:
        """Say what it is and what to do with it, in a line."""
        saved = f"last saved {self.changed:%Y-%m-%d %H:%M} ({self.bytes / 1e6:,.1f} MB)"
        if self.under_way:
            return f"{self.name}: a training is under way, {saved}"
        return (
            f"{self.name}: a training that did not end, {saved}; the command that began it goes on "
            f"with it, gantei remove {self.name} --training deletes it"
        )


def training_folder() -> Path:
    """Folder of the states."""
    return store.home() / "training"


def training_file(name: str, digest: str) -> Path:
    """Give the file of one training.

    Args:
        name: of the estimator that is to be made.
        digest: of everything that the trained network depends on, at least 32 digits in hex.
    """
    return training_folder() / f"{name}-{digest[:32]}.npz"


def training_lock(path: Path) -> Path:
    """Give the file that is locked while a training goes on."""
    return path.with_name(f".{path.stem}.lock")


def kept_trainings(name: str | None = None) -> tuple[KeptTraining, ...]:
    """List the states, those of one estimator alone where it is named.

    Those of trainings that go on now are among them.

    Raises:
        OutputError: the folder cannot be read.
    """
    try:
        return tuple(each for each in _found() if name in (None, each.name))
    except OSError as error:
        raise OutputError(f"{training_folder()}: cannot be read: {error.strerror}") from error


def training_notes(name: str | None = None) -> list[str]:
    """Say in a line each what `kept_trainings` finds, or why it cannot look."""
    try:
        return [each.text() for each in kept_trainings(name)]
    except OutputError as error:
        return [f"trainings that did not end are left out: {error}"]


def forget_trainings(name: str) -> bool:
    """Delete the states of one estimator's trainings; return whether there were any.

    Raises:
        OutputError: one of them goes on now, or a file cannot be deleted.
    """
    kept = kept_trainings(name)
    busy = f"another process is training {name} now; wait for it, or end it"
    for each in kept:
        with exclusive_lock(training_lock(each.path), 1, busy):
            remove_partial_files([each.path])
            try:
                each.path.unlink(missing_ok=True)
            except OSError as error:
                raise OutputError(f"{each.path}: cannot be deleted: {error.strerror}") from error
    return bool(kept)


def _found() -> Iterator[KeptTraining]:
    folder = training_folder()
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if (found := _FILE.fullmatch(path.name)) and path.is_file():
            told = path.stat()
            changed = datetime.fromtimestamp(told.st_mtime).astimezone()
            under_way = is_locked(training_lock(path))
            yield KeptTraining(found["name"], path, told.st_size, changed, under_way)
