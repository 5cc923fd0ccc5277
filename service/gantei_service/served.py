"""The estimators that the service answers with, and whether each has passed its check."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gantei.catalogue.entries import Entry, estimators, find
from gantei.errors import GanteiError, NotInstalledError, SettingError
from gantei.estimator.estimator import Estimator, load
from gantei.estimator.folder_files import files_of
from gantei.estimator.golden_answers import check_golden
from gantei.inference.pipeline import cores
from gantei.inference.session import Device
from gantei.system.files import sha256_of

State = Literal["checking", "ready", "failed"]


@dataclass(frozen=True)
class ServedFile:
    """A file to download, as it was when the service started."""

    path: Path
    sha256: str
    stat: os.stat_result

    def unchanged(self) -> bool:
        """Whether it is still the file that `sha256` was computed of."""
        try:
            now = self.path.stat()
        except OSError:
            return False
        return all(
            getattr(now, key) == getattr(self.stat, key)
            for key in ("st_ino", "st_dev", "st_size", "st_mtime_ns")
        )


@dataclass
class Served:
    """One estimator, loaded, with its files.

    `lone` is the same on all cores, for a photograph with no other beside it: nobody else needs
    them, and its answer comes sooner, to the last bit the same. None where one has them anyway.
    """

    entry: Entry
    estimator: Estimator
    lone: Estimator | None
    files: dict[str, ServedFile]
    state: State = "checking"
    golden: int = 0

    def check(self) -> None:
        """Answer the golden photographs of the manifest; it is ready when all answers are right.

        Raises:
            GanteiError: it cannot be run, or answers another number.
        """
        self.golden = check_golden(self.estimator, self.entry.folder)
        if self.lone:
            check_golden(self.lone, self.entry.folder)
        self.state = "ready"


def serve_all(
    names: Sequence[str], device: Device, batch: int | None = None, *, lone: bool = True
) -> dict[str, Served]:
    """Load the estimators to serve, by name; no names stand for all that are ready here.

    Args:
        names: names or folders.
        device: as `gantei.load` takes it.
        batch: as in `Settings`.
        lone: whether they are also loaded for a photograph with no other beside it.

    Raises:
        GanteiError: one of them cannot be loaded; there are none; two have one name.
    """
    wanted = list(dict.fromkeys(names))
    if not wanted:
        wanted = [entry.name for entry in estimators() if entry.state == "ready"]
    if not wanted:
        raise NotInstalledError("no estimator is ready on this machine; gantei list shows them")
    served: dict[str, Served] = {}
    for name in wanted:
        # Without batches as many inferences as there are workers run at once, each on one thread;
        # batches go one after the other, each on all cores.
        one_by_one = batch in (None, 1)
        estimator = load(name, device, threads=1 if one_by_one else None)
        if estimator.name in served:
            raise SettingError(f"two estimators of one name ({estimator.name}): serve one of them")
        entry = Entry(estimator.manifest, find(name).folder)  # the manifest that was admitted
        divided = lone and one_by_one and estimator.device == "cpu" and cores() > 1
        undivided = load(entry.folder, device) if divided else None
        served[estimator.name] = Served(entry, estimator, undivided, _files(entry))
    return served


def check_all(
    served: Sequence[Served], warm_up: Callable[[Estimator], None] | None = None
) -> list[GanteiError]:
    """Warm up and check every estimator; give what went wrong."""
    errors = []
    for each in served:
        try:
            if warm_up:
                warm_up(each.estimator)
            each.check()
        except GanteiError as error:
            each.state = "failed"
            errors.append(error)
    return errors


def _files(entry: Entry) -> dict[str, ServedFile]:
    """All that another machine needs to have the same folder, and nothing else that lies there.

    A link is not followed: in a stranger's folder it may lead to a file of this machine's own.
    """
    files = {}
    for file in files_of(entry.manifest):
        path = entry.folder / file.name
        if (
            path.is_file() and not path.is_symlink()
        ):  # a golden photograph that is missing fails the check
            stat = path.stat()
            files[file.name] = ServedFile(path, sha256_of(path), stat)
    return files
