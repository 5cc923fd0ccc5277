"""Files that were passed by, counted by kind and told in words."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from ..findings.finding import Finding
from ..terminal.plural import counted

NOUNS = {
    "archive-file": "archive",
    "camera-raw": "camera raw file",
    "data-file": "data file",
    "deleted-file": "deleted file",
    "dicom-directory": "DICOMDIR",
    "document-file": "document",
    "empty-file": "empty file",
    "folder-link": "linked folder",
    "git-lfs-pointer": "Git LFS pointer",
    "hidden-file": "hidden file",
    "html-page": "HTML page",
    "not-a-file": "special file",
    "other-picture": "unsupported picture",
    "pdf-file": "PDF",
    "system-file": "system file",
    "table-file": "table",
    "temporary-file": "temporary file",
    "text-file": "text file",
    "thumbnail": "thumbnail",
    "unknown-format": "unknown file",
    "unopened-file": "unopened file",
    "unsafe-name": "unsafe name",
    "vendor-file": "vendor file",
    "video-file": "video",
}
"""What one file of a kind is called, by its code."""


class PassedBy(NamedTuple):
    """A file in a folder that is no photograph: where it is, its name as photographs have it, why.

    The name of a folder that could not be looked into ends in `/`.
    """

    path: str
    name: str
    why: Finding


def counts_by_kind(reasons: Iterable[Finding]) -> dict[str, int]:
    """Count files by the code of why they were passed by, in the order of the codes."""
    return dict(sorted(Counter(why.code for why in reasons).items()))


def kinds_in_words(reasons: Iterable[Finding]) -> str:
    """Say how many files there are of each kind, the most first: `2 thumbnails, 1 HTML page`."""
    counts = sorted(counts_by_kind(reasons).items(), key=lambda each: -each[1])
    return ", ".join(counted(number, NOUNS.get(code, code)) for code, number in counts)
