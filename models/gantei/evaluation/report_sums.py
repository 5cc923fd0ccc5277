"""`SHA256SUMS` of a report: which files an evaluation has written; `sha256sum --check` reads it."""

from pathlib import Path

from ..errors import OutputError
from ..system.files import atomic_write, read_bounded, sha256_of

SUMS = "SHA256SUMS"
_LARGEST = 10_000_000
_OF_SYSTEMS = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
"""Names of files that file managers leave wherever they look."""


def write_sums(folder: Path) -> None:
    """List every file of a folder with its digest, by its path from there.

    Raises:
        OutputError: a file cannot be read, or the list cannot be written.
    """
    names = sorted(_names(folder) - {SUMS})
    with atomic_write(folder / SUMS) as file:
        for name in names:
            file.write(f"{sha256_of(folder / name)}  {name}\n".encode())


def not_written(folder: Path) -> list[str]:
    """Name what stands in a folder and is not listed there, or is other than it was listed.

    A folder is what its files are: an empty one is nothing, a link is a file that is not listed.

    Raises:
        OSError: the folder cannot be read.
    """
    try:
        lines = read_bounded(folder / SUMS, _LARGEST, OutputError).decode().splitlines()
    except (OutputError, ValueError):
        lines = []
    listed = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    return sorted(
        name
        for name in _names(folder)
        if not _is_nobodys(name, listed) and not _is_listed(folder / name, listed.get(name))
    )


def _is_nobodys(name: str, listed: dict[str, str]) -> bool:
    return Path(name).name in _OF_SYSTEMS or (name == SUMS and bool(listed))


def _is_listed(path: Path, digest: str | None) -> bool:
    return digest is not None and not path.is_symlink() and sha256_of(path) == digest


def _names(folder: Path) -> set[str]:
    """Give the paths of all files and links below a folder, from there, with slashes."""
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_symlink() or not path.is_dir()
    }
