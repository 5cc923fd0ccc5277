"""A folder on another machine: each of its files has an address."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..estimator.folder_files import FolderFile
from .http_session import HttpSession
from .transfer import Transfer


@dataclass(frozen=True)
class HttpFolder:
    """A folder whose files each have an address."""

    session: HttpSession
    base: str
    key: str
    requested_as: str = ""
    known: dict[str, tuple[int, str]] | None = None
    """Size and sha256 of every file, where the source lists them."""

    @property
    def has_digests(self) -> bool:
        """Whether the source lists the digests of its files."""
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
                raise self.session.failure(
                    url, f"is listed with {size} bytes and the sha256 {digest}, which do not fit"
                )
            file = replace(file, bytes=size, sha256=digest)
        return Transfer(self.session, url, file, target, bar).run()
