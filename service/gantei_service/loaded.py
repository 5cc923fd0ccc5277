"""The estimators that the service has loaded, and whether each has passed its check."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gantei.calibrations.chosen_sites import chosen_sites
from gantei.catalogue.entries import Entry, estimators, find, find_installed
from gantei.errors import GanteiError, NotInstalledError, SettingError
from gantei.estimator.estimator import Estimator, load
from gantei.estimator.folder_files import files_of
from gantei.estimator.golden_answers import check_golden
from gantei.inference.batches import black
from gantei.inference.session import Device
from gantei.system.cores import cores
from gantei.system.files import sha256_of

CheckState = Literal["checking", "ready", "failed"]

# A network of 95 MB, six convolutions and a matrix: each session kept 131 to 134 MB, and while it
# was opened there were up to 302 MB and its file more (ONNX Runtime 1.31.1, CPU).
KEPT_BY_SESSION = 1.5
OPENING_SESSION = 3.0
"""Bytes per byte of weights: that a session keeps, and that are needed while one is opened."""


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
    wanted = find_all(names, calibrations)
    loaded: dict[str, LoadedEstimator] = {}
    for name, site in wanted.items():
        # Without batches as many inferences as there are workers run at once, each on one thread;
        # batches go one after the other, each on all cores.
        one_by_one = batch in (None, 1)
        estimator = load(name, device, threads=1 if one_by_one else None, calibration=site)
        if estimator.name in loaded:
            raise SettingError(f"two estimators of one name ({estimator.name}): serve one of them")
        entry = Entry(estimator.manifest, find(name).folder)  # the manifest that was admitted
        divided = all_cores and one_by_one and estimator.device == "cpu" and cores() > 1
        undivided = load(entry.folder, device, calibration=site) if divided else None
        loaded[estimator.name] = LoadedEstimator(entry, estimator, undivided, _files(entry))
    return loaded


def find_all(names: Sequence[str], calibrations: Sequence[str]) -> dict[str, str | None]:
    """Find the estimators to serve, each with the site of its calibration; nothing is opened.

    Args:
        names: as `load_all` takes them.
        calibrations: likewise.

    Raises:
        GanteiError: one of them is not here; there are none.
    """
    called = {each: find(each).name for each in _wanted(names)}
    sites = chosen_sites(calibrations, [*called.values()])
    return {each: sites.get(name) for each, name in called.items()}


def memory_to_load(names: Sequence[str], batch: int | None, *, on_gpu: bool = False) -> int:
    """Estimate the bytes that it takes to load estimators: their weights, not their photographs.

    Args:
        names: as `load_all` takes them.
        batch: as in `Settings`.
        on_gpu: whether they run on a GPU, with one session each; what it keeps in the GPU's own
            memory is counted all the same, as nobody has measured how much that is.

    Raises:
        GanteiError: one of them is not here; there are none.
    """
    weights = []
    for name in _wanted(names):
        entry, stated = find_installed(name)
        weights.append((entry.folder / stated.file).stat().st_size)
    sessions = 2 if batch in (None, 1) and cores() > 1 and not on_gpu else 1
    return int(KEPT_BY_SESSION * sessions * sum(weights) + OPENING_SESSION * max(weights))


def _wanted(names: Sequence[str]) -> list[str]:
    if wanted := list(dict.fromkeys(names)):
        return wanted
    if ready := [entry.name for entry in estimators() if entry.state == "ready"]:
        return ready
    raise NotInstalledError("no estimator is ready on this machine; gantei list shows them")


def run_at_once(loaded: Sequence[LoadedEstimator], times: int, batch: int) -> None:
    """Run each network as often at once as it ever will be: ONNX Runtime keeps what that takes.

    What goes wrong is left to the check, which says so.
    """
    with ThreadPoolExecutor(times) as threads:
        for each in loaded:
            if each.estimator.device == "cuda":
                continue  # the memory is the GPU's, and the check runs every size there
            inputs = black(each.estimator, batch)
            wait([threads.submit(each.estimator.run, inputs) for _ in range(times)])
            if each.all_cores:
                wait([threads.submit(each.all_cores.run, inputs)])


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
