"""A stranger's zip archive: no member leaves its folder or unpacks beyond its claim."""

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path, PurePosixPath

from gantei.errors import ConversionError
from gantei.system.archive import CHUNK, DAMAGE, MOST_MEMBERS, is_zip_bomb, open_zip

LARGEST = 4 * 1024**3
"""Bytes of an unpacked weights file: eight times EfficientNet-B7's with optimizer state."""


class ZipArchive:
    """An open archive whose members all lie inside it and differ in their names."""

    def __init__(self, archive: zipfile.ZipFile, path: Path) -> None:
        self._archive = archive
        self._path = path
        members = archive.infolist()
        if len(members) > MOST_MEMBERS:
            raise ConversionError(f"{path}: holds more than {MOST_MEMBERS:,} members; refused")
        self._members: dict[str, zipfile.ZipInfo] = {}
        for info in members:
            # Some programs of Windows write its own separator, against the format.
            name = info.filename.replace("\\", "/")
            parts = PurePosixPath(name)
            if parts.is_absolute() or ".." in parts.parts or ":" in name:
                raise ConversionError(
                    f"{path}: member {info.filename!r} would lie outside the archive"
                )
            if name in self._members:
                raise ConversionError(f"{path}: two members are named {name!r}")
            self._members[name] = info

    @property
    def names(self) -> list[str]:
        """The members' names, with `/` between folders; a folder's own name ends in one."""
        return list(self._members)

    def head(self, name: str, size: int) -> bytes:
        """Read a member's first bytes; none where they are damaged."""
        with suppress(*DAMAGE, OSError), self._archive.open(self._members[name]) as packed:
            return packed.read(size)
        return b""

    def read(self, name: str, largest: int) -> bytes:
        """Read a member of at most so many bytes."""
        return b"".join(self._chunks(self._member(name, largest)))

    @contextmanager
    def unpacked(self, name: str) -> Iterator[Path]:
        """Unpack a member into a file that is gone when the block ends."""
        member = self._member(name, LARGEST)
        with tempfile.TemporaryDirectory(prefix="gantei-") as folder:
            # A name of our own: the archive's never reaches the disk.
            file = Path(folder, f"unpacked{PurePosixPath(name).suffix}")
            with _told(self._path), file.open("wb") as out:
                for chunk in self._chunks(member):
                    out.write(chunk)
            yield file

    def unpack_all(self, folder: Path) -> None:
        """Unpack every member below a folder, under the names that were checked."""
        names = [name for name in self.names if not name.endswith("/")]
        if sum(self._members[name].file_size for name in names) > LARGEST:
            raise ConversionError(f"{self._path}: claims more than {LARGEST} bytes unpacked")
        for name in names:
            target = folder.joinpath(*PurePosixPath(name).parts)
            with _told(self._path):
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("xb") as out:
                    for chunk in self._chunks(self._member(name, LARGEST)):
                        out.write(chunk)

    def _member(self, name: str, largest: int) -> zipfile.ZipInfo:
        if name not in self._members:
            held = ", ".join(self.names[:10]) or "nothing"
            raise ConversionError(f"{self._path}: holds no {name}; it holds {held}")
        member = self._members[name]
        if member.file_size > largest or is_zip_bomb(member):
            raise ConversionError(
                f"{self._path}: {name} claims {member.file_size} bytes unpacked from "
                f"{member.compress_size}; unpack it yourself if you trust it"
            )
        return member

    def _chunks(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        """Unpack at most the bytes that were claimed."""
        left = member.file_size
        with _told(self._path), self._archive.open(member) as packed:
            while chunk := packed.read(min(CHUNK, left + 1)):
                left -= len(chunk)
                if left < 0:
                    raise ConversionError(
                        f"{self._path}: {member.filename} is longer than it claims"
                    )
                yield chunk


def is_rubbish(name: str) -> bool:
    """Whether a system puts such a file into archives on its own."""
    parts = PurePosixPath(name).parts
    return "__MACOSX" in parts or any(part.startswith("._") for part in parts)


@contextmanager
def open_zip_archive(path: Path) -> Iterator[ZipArchive]:
    """Open a zip archive.

    Raises:
        ConversionError: it is damaged, has two members of one name, or one that would lie
            outside it; and while a member is read: it is dense as a bomb, or longer than it says.
    """
    with ExitStack() as stack:
        with _told(path):
            opened = stack.enter_context(open_zip(path))
        yield ZipArchive(opened, path)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except ConversionError:
        raise
    except (*DAMAGE, OSError) as error:
        raise ConversionError(f"{path}: cannot be unpacked: {error!s:.200}") from error
