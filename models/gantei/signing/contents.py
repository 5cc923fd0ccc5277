"""The contents of a folder: the sha256 of every file, and whatever a signature cannot cover."""

import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from io import BufferedReader
from itertools import islice
from pathlib import Path

from ..errors import SignatureError

SIGNATURE_FILE = "model.sig"
MOST_FILES = 1000
"""Files and folders of an estimator's folder; the largest in use has 9."""
LARGEST_FILE = 4 << 30
"""Bytes; ONNX files end at 2 GiB."""
LARGEST_SIGNATURE = 1_000_000
"""Bytes; that of 1000 files with long names."""

FileChange = dict[str, str]
"""A `file` that is not as it was signed, and its `change`: a word of `findings/*.json`."""


@dataclass(frozen=True)
class Contents:
    """A folder, listed and digested.

    Attributes:
        digests: sha256 of each file but the signature, by its name, with `/` between folders.
        others: what no signature covers, by name: `file-link`, `file-empty-folder` or
            `file-special`.
    """

    digests: dict[str, str]
    others: dict[str, str]

    def differences(self, signed: Mapping[str, str]) -> list[FileChange]:
        """List what is not as it was signed, in the order of names."""
        found: list[FileChange] = []
        for name in sorted({*self.digests, *self.others, *signed}):
            if name in self.others:
                found.append({"file": name, "change": self.others[name]})
            elif name not in signed:
                found.append({"file": name, "change": "file-added"})
            elif name not in self.digests:
                found.append({"file": name, "change": "file-missing"})
            elif self.digests[name] != signed[name]:
                found.append({"file": name, "change": "file-changed"})
        return found


def contents(folder: Path, known: Mapping[str, str] | None = None) -> Contents:
    """List a folder and digest its files; nothing is left out, whatever its name.

    Args:
        folder: where to look.
        known: digests of files whose bytes the caller has, or checks, itself; they must be here,
            and are not read again.

    Raises:
        SignatureError: it holds more than `MOST_FILES`, or a file cannot be read.
    """
    files, others = _listed(folder)
    if files.pop(SIGNATURE_FILE, None) is None:
        others.pop(SIGNATURE_FILE, None)  # none, or one that `read_signature` refuses
    known = known or {}
    digests = {name: known.get(name) or _digest(path) for name, path in sorted(files.items())}
    return Contents(digests, others)


def read_signature(folder: Path) -> bytes | None:
    """Read the signature file; None where there is none.

    Raises:
        SignatureError: it is no plain file, too large, or cannot be read.
    """
    path = folder / SIGNATURE_FILE
    if not os.path.lexists(path):
        return None
    with _plain(path) as file:
        content = file.read(LARGEST_SIGNATURE + 1)
    if len(content) > LARGEST_SIGNATURE:
        raise SignatureError(f"it is larger than {LARGEST_SIGNATURE} bytes")
    return content


def _listed(folder: Path) -> tuple[dict[str, Path], dict[str, str]]:
    files: dict[str, Path] = {}
    others: dict[str, str] = {}
    waiting = [("", folder)]
    seen = 0
    while waiting:
        prefix, inner = waiting.pop()
        entries = _scanned(inner)
        seen += len(entries)
        if seen > MOST_FILES:
            raise SignatureError(f"the folder holds more than {MOST_FILES} files")
        if prefix and not entries:
            others[prefix] = "file-empty-folder"
        for entry in entries:
            name = prefix + entry.name
            if entry.is_symlink():
                others[name] = "file-link"
            elif entry.is_dir(follow_symlinks=False):
                waiting.append((f"{name}/", inner / entry.name))
            elif entry.is_file(follow_symlinks=False):
                files[name] = inner / entry.name
            else:
                others[name] = "file-special"
    return files, others


def _scanned(folder: Path) -> list["os.DirEntry[str]"]:
    try:
        with os.scandir(folder) as entries:
            return list(islice(entries, MOST_FILES + 1))
    except OSError as error:
        raise SignatureError(f"{folder} cannot be read: {error.strerror or error}") from error


def _digest(path: Path) -> str:
    with _plain(path) as file:
        if os.fstat(file.fileno()).st_size > LARGEST_FILE:
            raise SignatureError(f"{path.name} is larger than {LARGEST_FILE} bytes")
        try:
            return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise SignatureError(f"{path.name} cannot be read: {error.strerror}") from error


def _plain(path: Path) -> BufferedReader:
    """Open a plain file, and no link, pipe or device that took its place meanwhile."""
    try:
        file = open(path, "rb", opener=_opened)  # noqa: SIM115 - Path.open has no opener
    except OSError as error:
        raise SignatureError(f"{path.name} cannot be read: {error.strerror or error}") from error
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise SignatureError(f"{path.name} is not a plain file")
    return file


def _opened(path: str, flags: int) -> int:
    # Windows has neither; its links need rights that its users lack.
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
