"""The file that a user downloaded: a Keras file, or a `.zip` that holds one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gantei.errors import ConversionError

from .packed import open_packed

SUFFIXES = (".h5", ".hdf5", ".keras")


@contextmanager
def weights_file(path: Path) -> Iterator[Path]:
    """Give the Keras file that `path` is or holds; what is unpacked is gone when the block ends.

    Raises:
        ConversionError: it is neither, or the archive is damaged, ambiguous, dense as a bomb, or
            has a member that would lie outside it.
    """
    if path.is_dir():
        raise ConversionError(
            f"{path}: a folder. A SavedModel can only be opened by running what is in it: if you "
            "know and trust who made it, add --with-tensorflow --trust-this-file"
        )
    if not path.is_file():
        raise ConversionError(f"{path}: no such file")
    if path.suffix.lower() in SUFFIXES:
        yield path
        return
    if path.suffix.lower() != ".zip":
        raise ConversionError(
            f"{path}: unknown ending {path.suffix!r}; known: {', '.join(SUFFIXES)}, or a .zip "
            "that holds one"
        )
    with open_packed(path) as archive:
        found = [
            name
            for name in archive.names
            if name.lower().endswith(SUFFIXES) and "__MACOSX" not in name
        ]
        if len(found) != 1:
            names = ", ".join(found[:10]) or "none"
            raise ConversionError(
                f"{path}: must hold exactly one {' or '.join(SUFFIXES)}; it holds {names}"
            )
        with archive.unpacked(found[0]) as file:
            yield file
