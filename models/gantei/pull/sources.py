"""What `--from` names: a source is of one kind, and its folder is opened the same way whichever."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from ..errors import SettingError
from ..estimator.folder_files import FolderFile
from . import KINDS
from .http_session import Reach, Wire
from .transfer import Transfer

Tell = Callable[[str], None]
"""Takes a line for the user."""


class Folder(Protocol):
    """An estimator's folder, wherever it is."""

    @property
    def key(self) -> str:
        """What the record of first sights calls it; empty for a disk, which needs no record."""

    @property
    def asked(self) -> str:
        """What the user asked for, where the key is more exact."""

    @property
    def vouched(self) -> bool:
        """Whether no first sight is needed: the source says the digest of each of its files."""

    def fetch(self, file: FolderFile, target: Path, bar: Any) -> bool:
        """Put a file into `target`; False: the folder has none of that name."""


@dataclass(frozen=True)
class HttpFolder:
    """A folder whose files each have an address."""

    wire: Wire
    base: str
    key: str
    asked: str = ""
    known: dict[str, tuple[int, str]] | None = None
    """Size and sha256 of every file, where the source tells them."""

    @property
    def vouched(self) -> bool:
        """Whether the source tells the digests of its files."""
        return self.known is not None

    def fetch(self, file: FolderFile, target: Path, bar: Any) -> bool:
        """Fetch a file, as `Transfer.run`."""
        url = f"{self.base}{quote(file.name)}"
        if self.known is not None:
            if file.name not in self.known:
                return False
            size, digest = self.known[file.name]
            expected = (file.bytes or size, file.sha256 or digest)
            if size > file.largest or expected != (size, digest):
                raise self.wire.failure(
                    url, f"is listed with {size} bytes and the sha256 {digest}, which do not fit"
                )
            file = replace(file, bytes=size, sha256=digest)
        return Transfer(self.wire, url, file, target, bar).run()


@dataclass(frozen=True)
class Source:
    """A source as it was named, and the estimator that is wanted of it."""

    text: str
    name: str
    reach: Reach
    tell: Tell

    @contextmanager
    def opened(self, work: Path) -> Iterator[Folder]:
        """Open the estimator's folder there; `work` is the folder for what has to be unpacked.

        Raises:
            SettingError: the source is of no kind that is known.
            OfflineError: it is on another machine, and `GANTEI_OFFLINE` is set.
            TransferError: it cannot be reached, or does not have the estimator.
        """
        if self.text.startswith("hf:"):
            from .hub import hub_folder as opening
        elif self.text.startswith(("http://", "https://")):
            self._check_address()
            if is_service(self.text):
                from .service import served_folder as opening
            else:
                from .address import addressed_folder as opening
        elif "://" in self.text:
            raise SettingError(f"{self.text}: not a source; known: {KINDS}")
        else:
            from .disk import disk_folder as opening
        with opening(self, work) as folder:
            yield folder

    def _check_address(self) -> None:
        try:
            parts = urlsplit(self.text)
            host, named = parts.hostname, parts.username or parts.password
            _ = parts.port
        except ValueError as error:
            raise SettingError(f"--from names no address: {error}") from error
        if named:
            raise SettingError(
                "a password in an address ends in logs: put a token into a file, --token-file FILE"
            )
        if not host:
            raise SettingError("--from names no address: there is no machine in it")


def is_service(address: str) -> bool:
    """Whether an address is that of a machine where gantei serves: it names no folder of it."""
    path = urlsplit(address).path.rstrip("/")
    return not path or path.endswith("/v1/estimators")
