"""A folder or a `.zip` on this disk: an estimator's own, or one that holds it, as a bundle does."""

import os
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from ..errors import TransferError
from ..estimator.folder_files import FolderFile
from ..manifests.file import FILE_NAME
from ..system.archive import CHUNK, DAMAGE, DENSEST, MOST_MEMBERS, is_zip_bomb, open_zip
from ..system.files import sha256_of
from .source import EstimatorFolder, PullSource
from .source_kinds import KINDS
from .transfer import write_errors_explained

DEEPEST = 4
"""Folders around an estimator's, in an archive."""


@contextmanager
def disk_folder(source: PullSource, work: Path) -> Iterator[EstimatorFolder]:
    """Open a folder or a `.zip`.

    Raises:
        TransferError: it is neither, or does not hold the estimator.
    """
    path = Path(source.text).expanduser()
    if path.is_file():
        with zip_folder(path, source.name) as folder:
            yield folder
        return
    if not path.is_dir():
        raise TransferError(f"{path}: no such folder or file; --from takes {KINDS}")
    for inner in (path, path / source.name, path / "estimators" / source.name):
        if (inner / FILE_NAME).is_file():
            yield DiskFolder(inner)
            return
    raise TransferError(
        f"{path}: holds no {FILE_NAME}, nor {source.name}/{FILE_NAME}: name the estimator's folder"
    )


@dataclass(frozen=True)
class DiskFolder:
    """A folder on this disk; a link in it is not followed."""

    folder: Path
    key: str = ""
    requested_as: str = ""
    has_digests: bool = True

    def fetch(self, file: FolderFile, target: Path, bar: Any) -> bool:
        """Copy a file."""
        path = self.folder / file.name
        if not os.path.lexists(path):
            return False
        if path.is_symlink() or not path.is_file():
            raise TransferError(f"{path}: not a plain file; put the file itself there")
        try:
            with path.open("rb") as content:
                size = os.fstat(content.fileno()).st_size
                _copy(content, size, file, target, bar, str(path))
        except OSError as error:
            if isinstance(error, TransferError) or error.errno is None:
                raise
            raise TransferError(f"{path}: cannot be read: {error.strerror}") from error
        return True


@contextmanager
def zip_folder(path: Path, name: str) -> "Iterator[ZipFolder]":
    """Open the estimator `name` in an archive.

    Raises:
        TransferError: it is no zip, is damaged, holds too much, or not that estimator.
    """
    with ExitStack() as stack:
        with _damage_reported(path):
            opened = stack.enter_context(open_zip(path))
        yield ZipFolder(opened, path, _inner(opened, path, name))


@dataclass(frozen=True)
class ZipFolder:
    """A folder in an archive; only the members that are fetched are unpacked."""

    archive: zipfile.ZipFile
    path: Path
    inner: PurePosixPath
    key: str = ""
    requested_as: str = ""

    @property
    def has_digests(self) -> bool:
        """Whether no record is needed: for an archive of this disk's own."""
        return not self.key

    def fetch(self, file: FolderFile, target: Path, bar: Any) -> bool:
        """Unpack a file."""
        try:
            member = self.archive.getinfo(str(self.inner / file.name))
        except KeyError:
            return False
        where = f"{self.path}: {member.filename}"
        if is_zip_bomb(member):
            raise TransferError(
                f"{where} would unpack to more than {DENSEST} times its size; unpack it yourself "
                "if you trust it"
            )
        with _damage_reported(self.path), self.archive.open(member) as content:
            _copy(content, member.file_size, file, target, bar, where)
        return True


def _inner(archive: zipfile.ZipFile, path: Path, name: str) -> PurePosixPath:
    """Find the folder of the estimator: the only one, or the one of its name."""
    members = archive.namelist()
    if len(members) > MOST_MEMBERS:
        raise TransferError(f"{path}: holds more than {MOST_MEMBERS} files; refused")
    if len(set(members)) < len(members):
        raise TransferError(f"{path}: two of its files have one name; refused")
    manifests = [PurePosixPath(each) for each in members if each.endswith(FILE_NAME)]
    folders = [each.parent for each in manifests if each.name == FILE_NAME]
    folders = [
        each
        for each in folders
        if len(each.parts) <= DEEPEST and ".." not in each.parts and not each.is_absolute()
    ]
    named = [each for each in folders if each.name == name] or folders
    if len(named) != 1:
        found = ", ".join(str(each) for each in named[:10]) or "none"
        raise TransferError(
            f"{path}: must hold one folder {name} with {FILE_NAME}; it holds {found}"
        )
    return named[0]


def _copy(
    content: IO[bytes], size: int, file: FolderFile, target: Path, bar: Any, where: str
) -> None:
    """Copy at most what a file may have, and check it against what is known of it."""
    if file.bytes is not None and size != file.bytes:
        raise TransferError(f"{where} has {size} bytes, the manifest says {file.bytes}")
    if size > file.largest:
        raise TransferError(f"{where} has {size} bytes; at most {file.largest} are taken")
    if file.bytes is None:
        bar.total += size
    left = size
    with write_errors_explained(target):
        out = target.open("wb")
    with out:
        while chunk := content.read(min(CHUNK, left + 1)):
            left -= len(chunk)
            if left < 0:
                raise TransferError(f"{where} is longer than it says")
            with write_errors_explained(target):
                out.write(chunk)
            bar.update(len(chunk))
        with write_errors_explained(target):
            out.flush()
            os.fsync(out.fileno())
    if left:
        raise TransferError(f"{where} ends {left} bytes early")
    if file.sha256 and sha256_of(target) != file.sha256:
        raise TransferError(
            f"{where} has another sha256 than the manifest says: it was changed or damaged; "
            "bring it here again"
        )


@contextmanager
def _damage_reported(path: Path) -> Iterator[None]:
    try:
        yield
    except DAMAGE as error:
        if isinstance(error, TransferError):
            raise
        raise TransferError(
            f"{path}: cannot be unpacked: {error!s:.200}; --from takes a folder or a .zip"
        ) from error
