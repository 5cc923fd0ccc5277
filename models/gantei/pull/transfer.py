"""One file from an address onto the disk; the next call continues from what has arrived."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from errno import EDQUOT, ENOSPC
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import OutputError
from ..estimator.folder_files import FolderFile
from ..system.files import sha256_of
from .http_session import HttpSession

if TYPE_CHECKING:
    import httpx

SPARE = 20_000_000
"""Bytes that a download leaves free on the disk."""


def need_space(folder: Path, size: int) -> None:
    """See that so many bytes fit into a folder's disk.

    Raises:
        OutputError: they do not; the message says what to do.
    """
    free = shutil.disk_usage(folder).free
    if free < size + SPARE:
        raise OutputError(
            f"{folder}: {free / 1e6:.0f} MB are free, {(size + SPARE) / 1e6:.0f} MB are needed. "
            "Make room, or name a folder on another disk as GANTEI_HOME, and run the same again"
        )


@contextmanager
def write_errors_explained(path: Path) -> Iterator[None]:
    """Explain a failed write, and what to do about it.

    Raises:
        OutputError: the disk is full, or the file cannot be written.
    """
    try:
        yield
    except OSError as error:
        if isinstance(error, OutputError) or error.errno is None:
            raise
        if error.errno in (ENOSPC, EDQUOT):
            raise OutputError(
                f"{path.parent}: the disk is full. Make room, or name a folder on another disk as "
                "GANTEI_HOME; the same command goes on from here"
            ) from error
        raise OutputError(f"{path}: cannot be written: {error.strerror}") from error


@dataclass(frozen=True)
class Transfer:
    """A file at an address that becomes `target`; its part stands beside the folder of `target`."""

    session: HttpSession
    url: str
    file: FolderFile
    target: Path
    bar: Any

    def run(self) -> bool:
        """Fetch the file, from where an earlier call left off; False: nothing is at the address.

        Where its digest is known, what is on the disk counts only if the whole has that digest.

        Raises:
            TransferError: it cannot be fetched, or is another one than is known.
            OutputError: it cannot be written.
        """
        if self._has_digest(self.target):
            self.bar.update(self.target.stat().st_size)
            return True
        while True:
            start = self._resumable_bytes()
            self.bar.update(start)
            if start != self.file.bytes and not self._fetch(start):
                return False
            if self.file.sha256 is None or self._has_digest(self._part):
                break
            with write_errors_explained(self._part):
                self.bar.update(-self._part.stat().st_size)
                self._discard_part()
            if not start:
                raise self.session.failure(
                    self.url,
                    f"has another sha256 than {self.file.sha256}: the file was changed or damaged, "
                    "there or on the way; nothing of it is kept. Tell whoever offers it",
                )
        with write_errors_explained(self.target):
            self._part.replace(self.target)
            self._tag.unlink(missing_ok=True)
        return True

    @property
    def _part(self) -> Path:
        return self.target.parent.with_name(f"{self.target.name}.part")

    @property
    def _tag(self) -> Path:
        """Where the server's name of the version stands that the part is of."""
        return self.target.parent.with_name(f"{self.target.name}.tag")

    def _has_digest(self, path: Path) -> bool:
        return bool(self.file.sha256) and path.is_file() and sha256_of(path) == self.file.sha256

    def _discard_part(self) -> None:
        self._part.unlink(missing_ok=True)
        self._tag.unlink(missing_ok=True)

    def _resumable_bytes(self) -> int:
        """Bytes of the part that the transfer can continue from."""
        try:
            size = self._part.stat().st_size
        except FileNotFoundError:
            return 0
        whole = self.file.bytes if self.file.bytes is not None else self.file.largest
        if size <= whole and (self.file.sha256 or self._tag.is_file()):
            return size
        with write_errors_explained(self._part):
            self._discard_part()
        return 0

    def _fetch(self, start: int) -> bool:
        headers = {}
        if start:
            headers["range"] = f"bytes={start}-"
            with suppress(OSError):
                headers["if-range"] = self._tag.read_text("utf-8")
        with self.session.stream(self.url, headers) as response:
            if response.status_code == 404:
                return False
            if response.status_code == 416 and start:  # another file than the part is of
                self.bar.update(-start)
                with write_errors_explained(self._part):
                    self._discard_part()
                return self._fetch(0)
            self.session.check_status(self.url, response)
            if response.status_code == 200 and start:
                self.bar.update(-start)
                start = 0
            self._check_announced(response, start)
            self._write(response, start)
        return True

    def _check_announced(self, response: "httpx.Response", start: int) -> None:
        given = response.headers.get("content-range", "")
        if response.status_code == 206 and not given.startswith(f"bytes {start}-"):
            raise self.session.failure(
                self.url, f"gives {given or 'an unknown part'}, not the rest"
            )
        length = response.headers.get("content-length", "")
        if not length.isdigit():
            return
        whole = start + int(length)
        if self.file.bytes is not None and whole != self.file.bytes:
            with write_errors_explained(self._part):
                self._discard_part()
            raise self.session.failure(
                self.url, f"has {whole} bytes where {self.file.bytes} are expected"
            )
        if whole > self.file.largest:
            raise self._too_large()
        if self.file.bytes is None:  # else there was room for it before the transfer began
            self.bar.total += whole
            need_space(self.target.parent, int(length))

    def _write(self, response: "httpx.Response", start: int) -> None:
        size = start
        with write_errors_explained(self._part), self._part.open("ab" if start else "wb") as part:
            if not start:
                self._remember_version(response)
            for piece in self.session.chunks(self.url, response):
                size += len(piece)
                if size > self.file.largest:
                    raise self._too_large()
                part.write(piece)
                self.bar.update(len(piece))
            part.flush()
            os.fsync(part.fileno())
        if self.file.bytes is not None and size != self.file.bytes:
            raise self.session.failure(
                self.url,
                f"was cut off after {size} of {self.file.bytes} bytes; the same command goes on "
                "from there",
            )

    def _remember_version(self, response: "httpx.Response") -> None:
        tag = response.headers.get("etag", "")
        tag = tag if tag and not tag.startswith("W/") else response.headers.get("last-modified", "")
        self._tag.unlink(missing_ok=True)
        if tag and tag.isascii():  # no header can carry another back
            self._tag.write_text(tag, "utf-8")

    def _too_large(self) -> Exception:
        return self.session.failure(self.url, f"is larger than {self.file.largest} bytes")
