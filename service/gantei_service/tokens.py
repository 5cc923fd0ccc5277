"""Who may ask: bearer tokens, of which the server keeps sha256 digests only."""

import hashlib
import hmac
import logging
import re
from pathlib import Path
from typing import NamedTuple

from gantei.errors import SettingError

from .logs import log

_LINE = re.compile(r"^(reload\s+)?([0-9a-f]{64})((?:\s.*)?)$")


class TokenOwner(NamedTuple):
    """Whose token it is, for the log, and whether the server may be reloaded with it."""

    name: str
    may_reload: bool


class ReadTokens(NamedTuple):
    """A token file as it was read: its version, and each digest with whose token it is."""

    version: tuple[int, ...]
    owners: tuple[tuple[str, TokenOwner], ...]


class Tokens:
    """The digests of a file, read again when the file changes.

    A line is the sha256 of a token in hexadecimal, as `sha256sum` writes it, and whose token it is,
    for the log; `reload` before the digest lets it reload the server. Empty lines and lines that
    begin with # are remarks.
    """

    def __init__(self, path: Path) -> None:
        """Read the file.

        Raises:
            SettingError: as `read`.
        """
        self._path = path
        self._why: str | None = None
        """Why the file could not be used when it was last read."""
        self.use(self.read())

    def read(self) -> ReadTokens:
        """Read the file, and change nothing yet.

        Raises:
            SettingError: it cannot be read, holds another kind of line, or no token at all.
        """
        version = _version(self._path)
        return ReadTokens(version, _read(self._path))

    def use(self, read: ReadTokens) -> None:
        """Let in who stands there, and nobody else."""
        self._seen: tuple[int, ...] | None
        self._seen, self._owners = read
        self._why = None

    def owner(self, authorization: str | None) -> TokenOwner | None:
        """Tell whose token an `Authorization` header carries; None: no token of the file."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        digest = hashlib.sha256(token.strip().encode("latin-1", "replace")).hexdigest()
        # Every digest is compared, in constant time, whichever fits.
        found = [owner for known, owner in self._current() if hmac.compare_digest(digest, known)]
        return found[0] if found else None

    def _current(self) -> tuple[tuple[str, TokenOwner], ...]:
        version = _version(self._path)
        if version != self._seen:
            try:
                self.use(ReadTokens(version, _read(self._path)))
                log("tokens read", tokens=len(self._owners))
            except SettingError as error:
                # Whoever was to be shut out must not come in; read again for the next request:
                # what mends it may leave size and time as they are.
                self._seen, self._owners = None, ()
                if self._why != (why := str(error)):
                    self._why = why
                    log("token file cannot be used: nobody is let in", logging.ERROR, why=why)
        return self._owners


def _version(path: Path) -> tuple[int, ...]:
    try:
        stat = path.stat()
    except OSError:
        return ()
    return stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


def _read(path: Path) -> tuple[tuple[str, TokenOwner], ...]:
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
                "printf %s TOKEN | sha256sum writes it; before it stands reload, or nothing"
            )
        name = found[3].strip().removeprefix("-").strip()  # - is sha256sum's
        owners.append((found[2], TokenOwner(name, may_reload=bool(found[1]))))
    if not owners:
        raise SettingError(f"{path}: holds no token")
    return tuple(owners)
