"""From a source into the store: fetch every file, check them, and install by one rename."""

import hashlib
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from ..catalogue import entries, store
from ..errors import (
    ManifestError,
    NotInstalledError,
    SettingError,
    TransferError,
    UnknownEstimatorError,
    UnsettledError,
    WeightsError,
)
from ..estimator.folder_files import MANIFEST, FolderFile, files_of
from ..manifests.fields import NAME
from ..manifests.file import FILE_NAME, read_manifest
from ..manifests.manifest import Manifest
from ..system.files import ensure_folder, exclusive_lock, sha256_of
from ..system.suggestion import did_you_mean
from ..terminal.progress import progress
from . import first_use
from .http_session import NetworkOptions, shown
from .opening import open_source
from .publisher import how_to_get
from .source import EstimatorFolder, PullSource, Reporter
from .source_kinds import KINDS
from .transfer import need_space

LONGEST_DOWNLOAD = 6 * 3600.0
"""Seconds to wait for another process that pulls the same estimator."""


@dataclass(frozen=True)
class PullResult:
    """The estimator that was pulled, and whether it was on this machine already."""

    entry: entries.Entry
    was_installed: bool


def downloads() -> Path:
    """Folder of unfinished downloads; on the disk of the store, so that one rename installs."""
    return store.home() / "downloads"


def forget_downloads(name: str) -> bool:
    """Remove what was downloaded of an estimator but never installed; return whether there was any.

    Raises:
        OutputError: another process is pulling it now.
    """
    unfinished = downloads().glob(f"{name}.*") if re.fullmatch(NAME, name) else ()
    if not (folders := [path for path in unfinished if path.is_dir()]):
        return False
    with exclusive_lock(_lock(name), 1, f"another process is pulling {name} now; wait for it"):
        for folder in folders:
            shutil.rmtree(folder)
    return True


def pull_estimator(
    name: str,
    source: str | None = None,
    *,
    network: NetworkOptions | None = None,
    replace: bool = False,
    accept_changes: bool = False,
    report: Reporter = lambda line: None,
) -> PullResult:
    """Get an estimator onto this machine, unless it is in the store already.

    What was downloaded stays until the estimator is installed, so the next call continues from it.

    Args:
        name: the estimator's name; one that the source gives another name is refused.
        source: as `KINDS`; None: only the store is looked at.
        network: certificates and token for other machines.
        replace: take the place of an installed estimator of that name.
        accept_changes: take files that differ from what the same source gave at first use.
        report: takes lines for the user.

    Raises:
        NotInstalledError: no source is named and it is not here; the message says where it is.
        UnknownEstimatorError: no source is named and the name is unknown; a service
            serves others.
        SettingError: the name or the source makes no sense.
        OfflineError: the source is another machine and `GANTEI_OFFLINE` is set.
        TransferError: the source cannot be reached, or does not give what it should.
        ManifestError, WeightsError: what came is no estimator, or answers not as its original.
        AlreadyInstalledError: as `gantei.catalogue.store.installing`.
        OutputError: the disk is full.
    """
    _check_name(name, replace=replace)
    if not replace and (entry := _installed(name)):
        return PullResult(entry, was_installed=True)
    if source is None:
        raise NotInstalledError(how_to_get(_known(name)))
    with _one_at_a_time(name, report):
        if not replace and (entry := _installed(name)):  # by the process that this one waited for
            return PullResult(entry, was_installed=True)
        work = downloads() / f"{name}.{hashlib.sha256(source.encode()).hexdigest()[:16]}"
        whole = work / "whole"
        whole.mkdir(parents=True, exist_ok=True)
        wanted = PullSource(source, name, network or NetworkOptions(), report)
        with open_source(wanted, work) as folder:
            manifest = _fetch_all(folder, whole, name)
            try:
                _check(whole, manifest, report)
            except WeightsError:
                shutil.rmtree(work)
                raise
            _record_first_use(folder, name, whole, accept_changes=accept_changes)
        with store.installing(name, replace=replace) as incoming:
            for path in whole.iterdir():
                path.rename(incoming / path.name)
            shutil.rmtree(work)  # before it appears: nothing is left over once it is there
    return PullResult(entries.find(name), was_installed=False)


def _check_name(name: str, *, replace: bool) -> None:
    if not re.fullmatch(NAME, name):
        raise SettingError(f"{name!r}: a name is words of a-z and 0-9 joined by hyphens")
    shipped = {entry.name: entry.manifest for entry in entries.shipped()}
    if replace and name in shipped and shipped[name].weights:
        raise SettingError(f"{name} comes with gantei, nothing takes its place")


def _known(name: str) -> Manifest:
    known = {entry.name: entry.manifest for entry in entries.shipped()}
    if name not in known:
        raise UnknownEstimatorError(
            f"unknown estimator {name!r}; known: {', '.join(known)}"
            f"{did_you_mean(name, known) or '.'} For another, --from names where it is: {KINDS}"
        )
    return known[name]


def _installed(name: str) -> entries.Entry | None:
    """Return the estimator if it is on this machine and undamaged.

    Raises:
        WeightsError, ManifestError: it is here and damaged.
    """
    known = {entry.name for entry in entries.estimators()} | {*entries.broken()}
    if name not in known:
        return None
    damaged = "it is installed and damaged; --replace puts another in its place"
    try:
        entry = entries.find(name)
    except ManifestError as error:
        raise ManifestError(f"{error}\n{damaged}") from error
    if (weights := entry.manifest.weights) is None:
        return None
    path = entry.folder / weights.file
    if not path.is_file() or sha256_of(path) != weights.sha256:
        raise WeightsError(f"{path}: not the weights that its manifest describes: {damaged}")
    return entry


def _lock(name: str) -> Path:
    return downloads() / f".{name}.lock"


@contextmanager
def _one_at_a_time(name: str, report: Reporter) -> Iterator[None]:
    """Let one process pull an estimator; the others wait, and find it there."""
    ensure_folder(downloads())
    lock = _lock(name)
    if lock.exists():
        report(f"if another process pulls {name} now, this one waits for it")
    busy = f"another process has been pulling {name} for hours; end it and run the same again"
    with exclusive_lock(lock, LONGEST_DOWNLOAD, busy):
        yield


def _fetch_all(folder: EstimatorFolder, whole: Path, name: str) -> Manifest:
    with progress(0, "B") as bar:
        _fetch(folder, MANIFEST, whole, bar)
        manifest = read_manifest(whole / FILE_NAME)
        if manifest.name != name:
            raise ManifestError(f"the estimator there is called {manifest.name!r}, not {name!r}")
        files = files_of(manifest)
        weights = next(file.bytes or 0 for file in files if file.sha256)
        bar.total += weights
        need_space(whole, weights - _bytes_here(whole, manifest))
        for file in files[1:]:
            _fetch(folder, file, whole, bar)
    for path in whole.iterdir():  # of an earlier call, when the source had other files
        if path.name not in {file.name for file in files}:
            path.unlink()
    return manifest


def _bytes_here(whole: Path, manifest: Manifest) -> int:
    """Bytes of the weights that are here already."""
    name = manifest.weights.file if manifest.weights else ""
    here = [path for path in (whole / name, whole.with_name(f"{name}.part")) if path.is_file()]
    return max((path.stat().st_size for path in here), default=0)


def _fetch(folder: EstimatorFolder, file: FolderFile, whole: Path, bar: object) -> None:
    target = whole / file.name
    if folder.fetch(file, target, bar):
        return
    target.unlink(missing_ok=True)
    if file.needed:
        what = f"no {file.name}" if file is not MANIFEST else f"no estimator: no {FILE_NAME}"
        raise TransferError(
            f"{shown(folder.key or folder.requested_as) or 'the source'} holds {what}"
        )


def _check(whole: Path, manifest: Manifest, report: Reporter) -> None:
    """Open the estimator as it will be opened, and ask it its golden photographs."""
    from ..estimator.estimator import load
    from ..estimator.golden_answers import check_golden

    if find_spec("onnxruntime") is None:
        report("ONNX Runtime is not installed: the digests are right, the answers are not checked")
        return
    try:
        estimator = load(whole, "cpu")
    except UnsettledError:
        unsettled = ", ".join(fact.key for fact in manifest.unsettled())
        report(f"{manifest.name} does not predict yet: unknown {unsettled}")
        return
    answered = check_golden(estimator, whole)
    report(f"digests right; {answered} golden photographs answered as by the original")


def _record_first_use(
    folder: EstimatorFolder, name: str, whole: Path, *, accept_changes: bool
) -> None:
    if not folder.key:
        return
    digests = {path.name: sha256_of(path) for path in sorted(whole.iterdir())}
    if not folder.has_digests and not accept_changes:
        first_use.refuse_changed(folder.key, digests)
    first_use.record(folder.key, folder.requested_as, name, digests)
