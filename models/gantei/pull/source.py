"""A source as the user named it, and the folder that it opens as, wherever that is."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from ..estimator.folder_files import FolderFile
from .http_session import NetworkOptions

Reporter = Callable[[str], None]
"""Takes a line for the user."""


@dataclass(frozen=True)
class PullSource:
    """A source as the user named it, and the name of the estimator to pull from it."""

    text: str
    name: str
    network: NetworkOptions
    report: Reporter


class EstimatorFolder(Protocol):
    """An estimator's folder, wherever it is."""

    @property
    def key(self) -> str:
        """Its name in the record of first use; empty for a disk, which needs no record."""

    @property
    def requested_as(self) -> str:
        """What the user asked for, where the key is more exact."""

    @property
    def has_digests(self) -> bool:
        """Whether the source gives the digest of each file, so that first use needs no trust."""

    def fetch(self, file: FolderFile, target: Path, bar: Any) -> bool:
        """Put a file into `target`; False: the folder has no file of that name."""
