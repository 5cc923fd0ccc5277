"""The estimators that the service has loaded, and whether each has passed its check."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gantei.calibrations.chosen_sites import chosen_sites
from gantei.catalogue.entries import Entry, estimators, find
from gantei.errors import GanteiError, NotInstalledError, SettingError
from gantei.estimator.estimator import Estimator, load
from gantei.estimator.folder_files import files_of
from gantei.estimator.golden_answers import check_golden
from gantei.inference.session import Device
from gantei.system.cores import cores
from gantei.system.files import sha256_of

CheckState = Literal["checking", "ready", "failed"]


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
class LoadedEstimator:
    """One estimator, loaded, with its files.

    `all_cores` is the same estimator on all cores, for a photograph with no other beside it: its
    answer comes sooner, to the last bit the same. None where `estimator` has them all anyway.
    """

    entry: Entry
    estimator: Estimator
    all_cores: Estimator | None
    files: dict[str, ServedFile]
    state: CheckState = "checking"
    golden: int = 0

    def check(self) -> None:
        """Answer the golden photographs of the manifest; it is ready when all answers are right.

        Raises:
            GanteiError: it cannot be run, or answers another number.
        """
        self.golden = check_golden(self.estimator, self.entry.folder)
        if self.all_cores:
            check_golden(self.all_cores, self.entry.folder)
        self.state = "ready"


def load_all(
    names: Sequence[str],
    device: Device,
    batch: int | None = None,
    *,
    calibrations: Sequence[str] = (),
    all_cores: bool = True,
) -> dict[str, LoadedEstimator]:
    """Load the estimators to serve, by name; no names stand for all that are ready here.

    Args:
        names: names or folders.
        device: as `gantei.load` takes it.
        batch: as in `Settings`.
        calibrations: as `chosen_sites` takes them; every estimator has the one of a site that is
            for all.
        all_cores: whether they are also loaded for a photograph with no other beside it.

    Raises:
        GanteiError: one of them cannot be loaded; there are none; two have one name.
    """
    wanted = list(dict.fromkeys(names))
    if not wanted:
        wanted = [entry.name for entry in estimators() if entry.state == "ready"]
    if not wanted:
        raise NotInstalledError("no estimator is ready on this machine; gantei list shows them")
    called = {each: find(each).name for each in wanted}
    sites = chosen_sites(calibrations, [*called.values()])
    loaded: dict[str, LoadedEstimator] = {}
    for name in wanted:
        # Without batches as many inferences as there are workers run at once, each on one thread;
        # batches go one after the other, each on all cores.
        one_by_one = batch in (None, 1)
        site = sites.get(called[name])
        estimator = load(name, device, threads=1 if one_by_one else None, calibration=site)
        if estimator.name in loaded:
            raise SettingError(f"two estimators of one name ({estimator.name}): serve one of them")
        entry = Entry(estimator.manifest, find(name).folder)  # the manifest that was admitted
        divided = all_cores and one_by_one and estimator.device == "cpu" and cores() > 1
        undivided = load(entry.folder, device, calibration=site) if divided else None
        loaded[estimator.name] = LoadedEstimator(entry, estimator, undivided, _files(entry))
    return loaded


def check_all(
    loaded: Sequence[LoadedEstimator], warm_up: Callable[[Estimator], None] | None = None
) -> list[GanteiError]:
    """Warm up and check every estimator; give what went wrong."""
    errors = []
    for each in loaded:
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
