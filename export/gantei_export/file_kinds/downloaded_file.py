"""The file that a user downloaded: of Keras, PyTorch or ONNX, or a `.zip` that holds one."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from gantei.errors import ConversionError

from ..untrusted.zip_archive import open_zip_archive
from .kind import (
    KERAS_SUFFIXES,
    OPENED,
    SAVED_MODEL,
    SUFFIXES,
    UNKNOWN,
    ZIP,
    FileKind,
    kind_of_file,
    kinds_in,
    refused,
)


@contextmanager
def downloaded_file(path: Path) -> Iterator[Path]:
    """Give the file that `path` is or holds; what is unpacked is gone when the block ends.

    Raises:
        ConversionError: it is neither, or the archive is damaged, ambiguous, dense as a bomb, or
            has a member that would lie outside it.
    """
    kind = kind_of_file(path)
    if kind in OPENED:
        yield path
    elif kind == ZIP:
        with open_zip_archive(path) as archive:
            name = only_network(kinds_in(archive), path)
            with archive.unpacked(name) as file:
                if (inner := kind_of_file(file)) == ZIP:
                    raise ConversionError(f"{path}: holds another .zip, {name}: unpack that")
                if inner not in (*OPENED, UNKNOWN):
                    raise refused(path / name, inner)
                yield file
    elif kind == UNKNOWN and path.suffix.lower() in KERAS_SUFFIXES:
        yield path  # damaged: who opens it says more
    else:
        raise refused(path, kind)


def only_network(held: Mapping[str, FileKind], path: Path) -> str:
    """Return the name of the only file of a network among an archive's members.

    Raises:
        ConversionError: there is none, or more than one; it says what there is instead.
    """
    found = [name for name, kind in held.items() if kind in (*OPENED, ZIP)]
    named = [name for name in found if name.lower().endswith(SUFFIXES)]
    found = named if len(named) == 1 else found
    if len(found) == 1:
        return found[0]
    if not found and held:
        name, kind = next(
            (one for one in held.items() if one[1] == SAVED_MODEL), next(iter(held.items()))
        )
        raise ConversionError(f"{path}: holds {name}: {kind.what}. {kind.instead}")
    raise ConversionError(
        f"{path}: must hold exactly one file of a network (.h5, .keras, .pth, .onnx); it holds "
        f"{', '.join(found[:10]) or 'none'}"
    )
