"""Who may ask: bearer tokens, of which the server keeps sha256 digests only."""

import hashlib
import hmac
import logging
import re
from pathlib import Path

from gantei.errors import SettingError

from .logs import log

_LINE = re.compile(r"^([0-9a-f]{64})((?:\s.*)?)$")


class Tokens:
    """The digests of a file, read again when the file changes.

    A line is the sha256 of a token in hexadecimal, as `sha256sum` writes it, and whose token it is,
    for the log. Empty lines and lines that begin with # are remarks.
    """

    def __init__(self, path: Path) -> None:
        """Read the file.

        Raises:
            SettingError: it cannot be read, holds another kind of line, or no token at all.
        """
        self._path = path
        self._seen = _version(path)
        self._owners = _read(path)

    def owner(self, authorization: str | None) -> str | None:
        """Tell whose token an `Authorization` header carries; None: no token of the file."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        digest = hashlib.sha256(token.strip().encode("latin-1", "replace")).hexdigest()
        # Every digest is compared, in constant time, whichever fits.
        found = [owner for known, owner in self._current() if hmac.compare_digest(digest, known)]
        return found[0] if found else None

    def _current(self) -> tuple[tuple[str, str], ...]:
        version = _version(self._path)
        if version != self._seen:
            self._seen = version
            try:
                self._owners = _read(self._path)
                log("tokens read", tokens=len(self._owners))
            except SettingError as error:
                self._owners = ()  # whoever was to be shut out must not come in
                log("token file cannot be used: nobody is let in", logging.ERROR, why=str(error))
        return self._owners


def _version(path: Path) -> tuple[int, ...]:
    try:
        stat = path.stat()
    except OSError:
        return ()
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def _read(path: Path) -> tuple[tuple[str, str], ...]:
    """Read a digest and whose token it is from each line."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{path}: cannot be read as a token file: {error}") from error
    owners = []
    for number, line in enumerate(map(str.strip, lines), 1):
        if not line or line.startswith("#"):
            continue
        if not (found := _LINE.match(line)):
            raise SettingError(
                f"{path}, line {number}: not the sha256 of a token, 64 hexadecimal digits; "
                "printf %s TOKEN | sha256sum writes it"
            )
        owners.append((found[1], found[2].strip().removeprefix("-").strip()))  # - is sha256sum's
    if not owners:
        raise SettingError(f"{path}: holds no token")
    return tuple(owners)
