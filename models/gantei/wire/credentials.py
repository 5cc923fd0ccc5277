"""What another machine is shown, and whom it is believed by: bearer tokens and certificates."""

import os
import ssl
from pathlib import Path

from ..errors import SettingError
from ..system.files import read_bounded

VARIABLE = "GANTEI_TOKEN"
"""Holds the token for a `gantei serve`, where no file is named."""
LONGEST_TOKEN = 4096
"""Bytes of a token's file."""


def token_of_file(path: Path) -> str:
    """Read a bearer token from where no other user sees it, unlike a word of a command line.

    Raises:
        SettingError: it cannot be read, or is no token.
    """
    try:
        return checked_token(read_bounded(path, LONGEST_TOKEN, SettingError).decode("utf-8-sig"))
    except (SettingError, UnicodeDecodeError) as error:
        raise SettingError(f"--token-file {path}: no token: {error}") from error


def token_for_service(path: Path | None) -> str | None:
    """Give the token for a `gantei serve`: that of the file, else of `GANTEI_TOKEN`, else none.

    Raises:
        SettingError: as `token_of_file`.
    """
    if path:
        return token_of_file(path)
    try:
        return checked_token(own) if (own := os.environ.get(VARIABLE)) else None
    except SettingError as error:
        raise SettingError(f"{VARIABLE}: {error}") from error


def checked_token(text: str) -> str:
    """Give a token without the space around it; what no header can carry would show in an error.

    Raises:
        SettingError: it is none.
    """
    token = text.strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise SettingError("a token is one word of ASCII letters, digits and signs")
    return token


def trusting(ca: str | os.PathLike[str]) -> ssl.SSLContext:
    """TLS 1.2 or later, trusting the certificate authorities of a PEM file and no others.

    Raises:
        SettingError: it cannot be read, or holds none.
    """
    try:
        return ssl.create_default_context(cafile=ca)
    except OSError as error:  # ssl.SSLError too
        raise SettingError(f"--ca {ca}: cannot be read as certificates (PEM): {error}") from error
