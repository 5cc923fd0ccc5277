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

from .errors import GanteiError
from .manifest_file import FILE_NAME

INCOMING = ".incoming-"
REPLACED = ".replaced-"


def home() -> Path:
    """Folder of everything gantei keeps: `GANTEI_HOME`, else the user's data folder."""
    if chosen := os.environ.get("GANTEI_HOME"):
        return Path(chosen).expanduser()
    import platformdirs

    return Path(platformdirs.user_data_dir("gantei", appauthor=False))


def installed() -> dict[str, Path]:
    """Map each installed estimator's name to its folder, in the order of names."""
    folder = home() / "estimators"
    if not folder.is_dir():
        return {}
    return {
        entry.name: entry
        for entry in sorted(folder.iterdir())
        if not entry.name.startswith(".") and (entry / FILE_NAME).is_file()
    }


@contextmanager
def installing(name: str, *, replace: bool = False) -> Iterator[Path]:
    """Give an empty folder to fill; when the block ends well, it becomes the estimator `name`.

    On an error inside the block nothing is installed and an estimator of that name stays as it is.

    Raises:
        GanteiError: an estimator of that name is installed and `replace` is not set, or another
            process is installing.
    """
    folder = home() / "estimators"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / name
    with _only_one(folder):
        _sweep(folder)
        if target.exists() and not replace:
            raise GanteiError(
                f"estimator {name!r} is installed in {target}; --replace puts another in its place"
            )
        incoming = Path(tempfile.mkdtemp(prefix=INCOMING, dir=folder))
        try:
            yield incoming
            incoming.chmod(0o755)
            if target.exists():
                target.rename(folder / f"{REPLACED}{name}")
            incoming.rename(target)
        finally:
            _sweep(folder)


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout

    lock = FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=60)
    except Timeout as error:
        raise GanteiError(f"another process is installing into {folder}; try again") from error
    try:
        yield
    finally:
        lock.release()


def _sweep(folder: Path) -> None:
    """Put back an estimator whose replacement never arrived; remove what nobody will finish."""
    for entry in folder.glob(f"{REPLACED}*"):
        target = folder / entry.name.removeprefix(REPLACED)
        if target.exists():
            shutil.rmtree(entry)
        else:
            entry.rename(target)
    for entry in folder.glob(f"{INCOMING}*"):
        shutil.rmtree(entry)
