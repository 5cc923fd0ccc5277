"""A file as Keras itself opens it, where it is to be opened by Keras and not read as data.

Keras goes by the file's ending, and expects in it the separator of the system that it runs on: a
`.keras` that was written on Windows by Keras up to 3.0 opens nowhere else.
"""

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py

from ..file_kinds.kind import (
    HDF5,
    KERAS_ARCHIVE,
    kind_of_file,
)
from ..keras_files.archive_members import KERAS_MEMBERS, keras_folder
from ..keras_files.hdf5 import LARGEST_TEXT
from ..untrusted.zip_archive import open_zip_archive

_ARCHIVE, _HDF5 = ".keras", ".h5"
*_TEXTS, _WEIGHTS = KERAS_MEMBERS


@contextmanager
def for_keras(path: Path) -> Iterator[Path]:
    """Give the file, or a copy that is gone when the block ends, under an ending that fits it.

    Raises:
        ConversionError: it is an archive that is damaged, or made to deceive.
    """
    kind = kind_of_file(path)
    with tempfile.TemporaryDirectory(prefix="gantei-") as folder:
        copy = Path(folder, f"model{_ARCHIVE if kind == KERAS_ARCHIVE else _HDF5}")
        if kind == KERAS_ARCHIVE:
            yield copy if _packed_anew(path, copy) else path
        elif kind == HDF5 and path.suffix not in HDF5.suffixes:
            shutil.copyfile(path, copy)
            yield copy
        else:
            yield path


def _packed_anew(path: Path, copy: Path) -> bool:
    """Write a `.keras` as Keras writes it here, unless it is so already."""
    with open_zip_archive(path) as archive:
        folder = keras_folder(archive.names) or ""
        with archive.unpacked(f"{folder}{_WEIGHTS}") as weights:
            changed = _separated(weights)
            if not changed and not folder and path.suffix == _ARCHIVE:
                return False
            with zipfile.ZipFile(copy, "w") as packed:
                for member in _TEXTS:
                    packed.writestr(member, archive.read(f"{folder}{member}", LARGEST_TEXT))
                packed.write(weights, _WEIGHTS)
    return True


def _separated(weights: Path) -> bool:
    """Make groups in groups of those whose names are paths with backslashes."""
    with h5py.File(weights, "r+") as file:
        # A group's own name comes before those that lie in it.
        paths = sorted(name for name in file if "\\" in name)
        for name in paths:
            file.move(name, name.replace("\\", "/"))
    return bool(paths)
