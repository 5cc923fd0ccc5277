"""The kinds of sources that `--from` takes, and how they are told apart."""

from typing import Literal
from urllib.parse import urlsplit

from ..errors import SettingError

KINDS = (
    "hf:ORG/REPO@COMMIT, the address of a folder, a .zip or an estimator.toml (https://…), that of "
    "a machine where gantei serves (http://HOST:PORT), or a folder or .zip on this disk"
)
"""The sources that `--from` takes."""

SourceKind = Literal["hub", "service", "address", "disk"]


def kind_of_source(text: str) -> SourceKind:
    """Tell of which kind a source is, by its name alone.

    Raises:
        SettingError: it is of no known kind, or an address that makes no sense.
    """
    if text.startswith("hf:"):
        return "hub"
    if text.startswith(("http://", "https://")):
        _check_address(text)
        return "service" if _is_service(text) else "address"
    if "://" in text:
        raise SettingError(f"{text}: not a source; known: {KINDS}")
    return "disk"


def _check_address(text: str) -> None:
    try:
        parts = urlsplit(text)
        host, login = parts.hostname, parts.username or parts.password
        _ = parts.port
    except ValueError as error:
        raise SettingError(f"--from names no address: {error}") from error
    if login:
        raise SettingError(
            "a password in an address ends in logs: put a token into a file, --token-file FILE"
        )
    if not host:
        raise SettingError("--from names no address: there is no machine in it")


def _is_service(address: str) -> bool:
    """Whether an address is that of a machine where gantei serves: it names no folder on it."""
    path = urlsplit(address).path.rstrip("/")
    return not path or path.endswith("/v1/estimators")
