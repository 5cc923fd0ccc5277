"""Flower itself: whether it is there, which version, and what it must not do behind one's back."""

import importlib.metadata
import os
from collections.abc import Mapping
from pathlib import Path

from gantei.errors import MissingExtraError
from gantei.system.python_command import programs_folder

FLOWER_VERSION = "1.42"
"""What `node_process` and `link_process` hold back stands elsewhere in other versions."""


def require_flower() -> None:
    """See that this environment has Flower, in the version that was tried.

    Raises:
        MissingExtraError: it has none, or another.
    """
    how = (
        "its packages are older than the service's, so it has an environment of its own: "
        "pip install --require-hashes -r requirements/flower.txt"
    )
    try:
        found = importlib.metadata.version("flwr")
    except importlib.metadata.PackageNotFoundError as error:
        raise MissingExtraError(f"Flower is not installed; {how}") from error
    if found.rpartition(".")[0] != FLOWER_VERSION:
        raise MissingExtraError(f"Flower {found} is installed, not {FLOWER_VERSION}; {how}")


def flower_environment(home: Path) -> dict[str, str]:
    """Give the environment in which Flower's programs are started.

    It reports to nobody, does not ask for updates, installs no packages, and keeps what it writes
    in `home` instead of `~/.flwr`.

    >>> from pathlib import Path
    >>> from gantei_export.federating_with_flower.flower_install import flower_environment
    >>> flower_environment(Path("home"))["FLWR_TELEMETRY_ENABLED"]
    '0'
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FLWR_")}
    return {**kept, **_quiet(home), "PATH": _path(os.environ)}


def allow_slow_starts() -> None:
    """Give a program that Flower starts five minutes to answer, instead of 30 seconds.

    On a busy machine importing alone takes longer; Flower then starts it again, and again.
    """
    from flwr.supercore.corestate import in_memory_corestate

    in_memory_corestate.HEARTBEAT_DEFAULT_INTERVAL = 300


def _quiet(home: Path) -> dict[str, str]:
    return {
        "FLWR_TELEMETRY_ENABLED": "0",
        "FLWR_DISABLE_UPDATE_CHECK": "1",
        "FLWR_DISABLE_RUNTIME_DEPENDENCY_INSTALLATION": "1",
        "FLWR_HOME": str(home.absolute()),
    }


def _path(environment: Mapping[str, str]) -> str:
    """Flower starts its own programs by name: those of this environment, whatever else there is."""
    return os.pathsep.join([str(programs_folder()), environment.get("PATH", os.defpath)])
