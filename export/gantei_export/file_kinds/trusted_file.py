"""Files that TensorFlow has to open because they hold code, and the words that allow it."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gantei.errors import ConversionError, SettingError
from gantei.system.files import sha256_of

from ..untrusted.zip_archive import is_rubbish, open_zip_archive
from .kind import (
    HDF5,
    KERAS_ARCHIVE,
    KERAS_SUFFIXES,
    SAVED_MODEL,
    SAVED_MODEL_FILES,
    ZIP,
    kind_of_file,
    refused,
)


def check_trust(*, with_tensorflow: bool, trusted: bool) -> None:
    """See that both words were said, or none.

    Raises:
        SettingError: only one was.
    """
    if with_tensorflow and not trusted:
        raise SettingError(
            "--with-tensorflow runs the code that is in a SavedModel or a Lambda, with your "
            "rights: it can read, change and send away what you can. If you know and trust who "
            "made this file, add --trust-this-file"
        )
    if trusted and not with_tensorflow:
        raise SettingError(
            "--trust-this-file goes with --with-tensorflow; without it nothing in a file is run, "
            "and no trust is needed"
        )


@contextmanager
def trusted_file(path: Path) -> Iterator[Path]:
    """Give a SavedModel's folder or a whole model's file, unpacked where it is in a `.zip`.

    Raises:
        ConversionError: it is none of these, or a damaged or deceiving archive.
    """
    kind = kind_of_file(path)
    if kind == SAVED_MODEL:
        yield _saved_model(path, path)
    elif kind in (HDF5, KERAS_ARCHIVE):
        yield path
    elif kind == ZIP:
        with (
            open_zip_archive(path) as archive,
            tempfile.TemporaryDirectory(prefix="gantei-") as folder,
        ):
            archive.unpack_all(Path(folder))
            yield _unpacked(Path(folder), path)
    elif path.name in SAVED_MODEL_FILES and kind_of_file(path.parent) == SAVED_MODEL:
        yield path.parent
    else:
        raise refused(path, kind)


def digest_and_size(path: Path) -> tuple[str, int]:
    """Return the sha256 and bytes of a file, or of a folder's files with their names."""
    if path.is_file():
        return sha256_of(path), path.stat().st_size
    files = sorted(one for one in path.rglob("*") if one.is_file())
    names = (f"{sha256_of(one)}  {one.relative_to(path).as_posix()}\n" for one in files)
    digest = hashlib.sha256("".join(names).encode("utf-8")).hexdigest()
    return digest, sum(one.stat().st_size for one in files)


def _unpacked(folder: Path, path: Path) -> Path:
    files = [
        file
        for file in sorted(folder.rglob("*"))
        if file.is_file()
        and not is_rubbish(file.relative_to(folder).as_posix())
        and kind_of_file(file) in (HDF5, KERAS_ARCHIVE)
    ]
    named = [file for file in files if file.suffix.lower() in KERAS_SUFFIXES]
    files = named if len(named) == 1 else files
    if len(files) == 1 and kind_of_file(folder) != SAVED_MODEL:
        return files[0]
    return _saved_model(folder, path)


def _saved_model(folder: Path, path: Path) -> Path:
    found = [
        file
        for name in SAVED_MODEL_FILES
        for file in sorted(folder.rglob(name))
        if not is_rubbish(file.relative_to(folder).as_posix())
    ]
    if len(found) != 1:
        raise ConversionError(
            f"{path}: must hold exactly one {SAVED_MODEL_FILES[0]}, or one Keras file instead; "
            f"it holds {len(found)}"
        )
    return found[0].parent
