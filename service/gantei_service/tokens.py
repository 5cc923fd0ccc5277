"""Who may ask: bearer tokens, of which the server keeps sha256 digests only."""

import hashlib
import hmac
import logging
import re
from pathlib import Path

from gantei.errors import SettingError

from .journal import log

_LINE = re.compile(r"^([0-9a-f]{64})(\s.*)?$")


class Tokens:
    """The digests of a file, read again when the file changes.

    A line is the sha256 of a token in hexadecimal, as `sha256sum` writes it; what follows it, empty
    lines and lines that begin with # are remarks.
    """

    def __init__(self, path: Path) -> None:
        """Read the file.

        Raises:
            SettingError: it cannot be read, holds another kind of line, or no token at all.
        """
        self._path = path
        self._seen = _version(path)
        self._digests = _read(path)

    def accept(self, authorization: str | None) -> bool:
        """Tell whether an `Authorization` header carries a token of the file."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer":
            return False
        digest = hashlib.sha256(token.strip().encode("latin-1", "replace")).hexdigest()
        # Every digest is compared, in constant time, whichever fits.
        return sum(hmac.compare_digest(digest, known) for known in self._current()) > 0

    def _current(self) -> tuple[str, ...]:
        version = _version(self._path)
        if version != self._seen:
            self._seen = version
            try:
                self._digests = _read(self._path)
                log("tokens read", tokens=len(self._digests))
            except SettingError:
                self._digests = ()  # whoever was to be shut out must not come in
                log("token file cannot be used: nobody is let in", logging.ERROR)
        return self._digests


def _version(path: Path) -> tuple[int, ...]:
    try:
        stat = path.stat()
    except OSError:
        return ()
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def _read(path: Path) -> tuple[str, ...]:
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{path}: cannot be read as a token file: {error}") from error
    digests = []
    for number, line in enumerate(map(str.strip, lines), 1):
        if not line or line.startswith("#"):
            continue
        if not (found := _LINE.match(line)):
            raise SettingError(
                f"{path}, line {number}: not the sha256 of a token, 64 hexadecimal digits; "
                "printf %s TOKEN | sha256sum writes it"
            )
        digests.append(found[1])
    if not digests:
        raise SettingError(f"{path}: holds no token")
    return tuple(digests)
