"""Ray for the time of a run: started on this machine, or the one at an address.

A Ray of its own listens on loopback alone, asks for a random token, reports to nobody, and keeps
its files in a folder that no other user can read and that is removed with it.
"""

import ipaddress
import logging
import os
import secrets
import site
import socket
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from urllib.parse import urlsplit

from ..errors import MissingExtraError, SettingError, TransferError
from ..system.install_command import how_to_add
from ..system.offline import refuse_offline

SCHEME = "ray://"
_OBJECT_STORE = 100_000_000
"""Bytes; paths go to the actors and rows come back, so that little is ever in it."""
_PRIVATE_SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",
    # As on macOS: Ray would connect to a public address to learn its own, and listen on all.
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    "RAY_AUTH_MODE": "token",
    # Its monitor would kill actors because of what other programs take.
    "RAY_memory_monitor_refresh_ms": "0",
    "RAY_task_events_report_interval_ms": "0",
}
_LONGEST_CONNECT = 30.0
"""In which a cluster must answer."""
_LONGEST_PATH = 107
"""Bytes of the name of a socket, of which Ray and the names within the folder need the last 83."""


def import_ray() -> ModuleType:
    """Import Ray.

    Raises:
        MissingExtraError: it is not installed.
    """
    # Before the import: Ray reads some of its settings then.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
        import ray.exceptions
    except ImportError as error:
        raise MissingExtraError(f"Ray is not installed: {how_to_add('ray')}") from error
    return ray


@contextmanager
def local_ray(cpus: int) -> Iterator[None]:
    """Start Ray on this machine, on loopback alone, and end it with all that it wrote.

    Nothing is reported, and nobody without its random token is answered. Where this
    process is connected to Ray already, that one is used and left as it is.

    Args:
        cpus: how many of Ray's CPUs there are, whatever the machine has.

    Raises:
        MissingExtraError: Ray is not installed.
        TransferError: it could not be started.

    >>> with gantei.ray.local_ray(cpus=2):
    ...     ray.data.read_csv("labels.csv").count()
    12
    """
    with _environment({**_PRIVATE_SETTINGS, "RAY_AUTH_TOKEN": _token()}):
        ray = import_ray()
        if ray.is_initialized():
            yield
            return
        _settle_internals()
        with _private_folder() as private:
            try:
                for times in (3, 2, 1):
                    if _try_to_start(ray, cpus, private / str(times), last=times == 1):
                        break
                yield
            finally:
                ray.shutdown()


@contextmanager
def _private_folder() -> Iterator[Path]:
    """A folder that others cannot read, removed in the end; in /tmp where TMPDIR is too long."""
    temporary = tempfile.gettempdir()
    chosen = "/tmp" if len(os.fsencode(temporary)) + 83 > _LONGEST_PATH else temporary  # noqa: S108
    with tempfile.TemporaryDirectory("", "gantei-", chosen, ignore_cleanup_errors=True) as private:
        yield Path(private)


def _settle_internals() -> None:
    """Set inside Ray what none of its options sets.

    Ray reads some settings when it is imported, which may have been before they were made. It
    prints that actors ended on standard output, where a table may be.
    """
    raylet, constants, worker = (
        vars(import_module(f"ray.{name}"))
        for name in ("_raylet", "_private.ray_constants", "_private.worker")
    )
    raylet["Config"].initialize("")
    constants["ENABLE_RAY_CLUSTER"] = False
    worker["print_to_stdstream"] = lambda *_, **__: None


def _try_to_start(ray: ModuleType, cpus: int, folder: Path, *, last: bool) -> bool:
    """Start Ray with its files below `folder`, which no other user can read.

    Ray makes its own folder there readable and writable for everybody. It would ask addresses of
    clouds which of them it is in, for reports that are off, unless a file in the user's home says
    that it is in none.

    Returns:
        Whether it started; False only where this is not the `last` time to try. Ray gives two of
        its processes 15 s to begin, which may not suffice on a busy machine.

    Raises:
        TransferError: it did not start the last time.
    """
    home = folder.with_name(f"home-{folder.name}")
    home.mkdir()
    (home / "ray_bootstrap_config.yaml").write_text("none", "utf-8")
    kept = {"HOME": str(Path.home()), "PYTHONUSERBASE": site.getuserbase()}
    with _environment({"HOME": str(home), "PYTHONUSERBASE": kept["PYTHONUSERBASE"]}):
        try:
            ray.init(
                "local",
                num_cpus=cpus,
                object_store_memory=_OBJECT_STORE,
                include_dashboard=False,
                log_to_driver=False,
                logging_level=logging.ERROR,
                runtime_env={"env_vars": kept},
                _temp_dir=str(folder),
            )
        except Exception as error:  # what goes wrong in its start has no class of its own
            if not last:
                return False
            said = str(error).strip().partition("\n")[0]
            raise TransferError(f"Ray could not be started on this machine: {said}") from error
    return True


@contextmanager
def connected_ray(address: str) -> Iterator[None]:
    """Connect to the Ray at an address, and leave it as it is in the end.

    Args:
        address: `ray://HOST:PORT`, of the port for clients.

    Raises:
        SettingError: it is no such address.
        OfflineError: it is another machine's, and `GANTEI_OFFLINE` is set.
        MissingExtraError: Ray is not installed.
        TransferError: nobody answers there, or another version of Ray or Python.
    """
    if not is_on_this_machine(address):
        refuse_offline(f"{address} is another machine; --on ray works on this one")
    ray = import_ray()
    parts = urlsplit(address)
    try:
        # Ray itself would try for half a minute.
        socket.create_connection((parts.hostname or "", parts.port or 0), _LONGEST_CONNECT).close()
        with warnings.catch_warnings(action="ignore"):  # the error says it too
            ray.init(address, log_to_driver=False, logging_level=logging.ERROR)
    except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        said = str(error).strip().partition("\n")[0]
        raise TransferError(
            f"{address}: no connection to Ray: {said or type(error).__name__}. It takes the port "
            "for clients, 10001 unless the cluster was started otherwise, the same versions of Ray "
            "and Python, and RAY_AUTH_TOKEN where the cluster asks for one"
        ) from error
    try:
        yield
    finally:
        ray.shutdown()


def is_on_this_machine(address: str) -> bool:
    """Whether an address is a loopback one.

    Raises:
        SettingError: it is no address of Ray.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not (host and port) or address != f"{SCHEME}{parts.netloc}" or "@" in parts.netloc:
        raise SettingError(f"--on {address}: say ray, or ray://HOST:PORT")
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@cache
def _token() -> str:
    """One for this process, since Ray reads it once."""
    return secrets.token_hex(32)


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Set variables of the environment, and put back what they were."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
