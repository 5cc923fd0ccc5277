"""The store: the folder on this machine that holds installed estimators.

It stands in the user's data folder, or where `GANTEI_HOME` says. An estimator appears there only
complete and by one rename; what a killed process left behind is swept away by the next install.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import AlreadyInstalledError, NotInstalledError, OutputError
from ..manifests.file import FILE_NAME
from ..system.files import ensure_folder, exclusive_lock

LONGEST_INSTALL = 300.0
"""Seconds to wait for another process that installs."""
INCOMING = ".incoming-"
REPLACED = ".replaced-"


def home() -> Path:
    """Folder of everything gantei keeps: `GANTEI_HOME`, else the user's data folder."""
    if chosen := os.environ.get("GANTEI_HOME"):
        return Path(chosen).expanduser()
    import platformdirs

    return Path(platformdirs.user_data_dir("gantei", appauthor=False))


def folder() -> Path:
    """Folder of the installed estimators."""
    return home() / "estimators"


def installed() -> dict[str, Path]:
    """Map each installed estimator's name to its folder, in the order of names."""
    try:
        entries = sorted(folder().iterdir())
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise OutputError(f"{folder()}: cannot be read: {error.strerror}") from error
    found = {entry.name.removeprefix(REPLACED): entry for entry in entries}
    found |= {entry.name: entry for entry in entries}  # a replacement that arrived comes first
    return {
        name: entry
        for name, entry in sorted(found.items())
        if not name.startswith(".") and (entry / FILE_NAME).is_file()
    }


@contextmanager
def installing(name: str, *, replace: bool = False) -> Iterator[Path]:
    """Give an empty folder to fill; when the block ends well, it becomes the estimator `name`.

    On an error inside the block nothing is installed and an estimator of that name stays as it is.

    Raises:
        AlreadyInstalledError: an estimator of that name is installed and `replace` is not set.
        OutputError: another process is installing, or the store cannot be written.
    """
    into = ensure_folder(folder())
    target = into / name
    with _locked(into):
        refuse_taken(name, replace=replace)
        incoming = Path(tempfile.mkdtemp(prefix=INCOMING, dir=into))
        try:
            yield incoming
            incoming.chmod(0o755)
            if os.path.lexists(target):
                target.rename(into / f"{REPLACED}{name}")
            incoming.rename(target)
        finally:
            _sweep(into)


def remove(name: str) -> None:
    """Remove an installed estimator: it is gone by one rename, and then its files are.

    Raises:
        NotInstalledError: none of that name is installed.
        OutputError: another process is installing, or the store cannot be written.
    """
    into = folder()
    if name not in installed():
        raise NotInstalledError(f"estimator {name!r} is not installed in {into}")
    with _locked(into):
        target = into / name
        if os.path.lexists(target):
            target.rename(into / f"{INCOMING}removed-{name}")
        _sweep(into)


def refuse_taken(name: str, *, replace: bool) -> None:
    """See that an estimator `name` may be installed; long work asks before it begins.

    Raises:
        AlreadyInstalledError: as `installing`.
    """
    target = folder() / name
    if os.path.lexists(target) and not replace:
        raise AlreadyInstalledError(
            f"estimator {name!r} is installed in {target}; --replace puts another in its place"
        )


@contextmanager
def _locked(into: Path) -> Iterator[None]:
    busy = f"another process is installing into {into}; try again"
    with exclusive_lock(into / ".lock", LONGEST_INSTALL, busy):
        _sweep(into)
        yield


def _remove(entry: Path) -> None:
    if entry.is_symlink() or not entry.is_dir():
        entry.unlink()
    else:
        shutil.rmtree(entry)


def _sweep(into: Path) -> None:
    """Put back an estimator whose replacement never arrived; remove what nobody will finish."""
    for entry in into.glob(f"{REPLACED}*"):
        target = into / entry.name.removeprefix(REPLACED)
        if os.path.lexists(target):
            _remove(entry)
        else:
            entry.rename(target)
    for entry in into.glob(f"{INCOMING}*"):
        _remove(entry)
