"""Reads HDF5 files from strangers: plain strings and numbers, bounded, nothing outside the file.

A hostile file may point elsewhere (soft and external links, external storage, virtual datasets)
or claim far more than it holds (unwritten arrays, inflating chunks). Both are refused before any
memory is taken.
"""

import itertools
import math
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from gantei.errors import ConversionError

LARGEST_TEXT = 16 << 20
"""The largest attribute read (bytes): 20 times EfficientNet-B7's configuration."""
MOST_NAMES = 100_000
DEEPEST = 64
"""Groups in groups, as far as `tree` follows them: hard links can make a ring."""
SMALL = 16 << 20
"""Compressed arrays up to this many bytes are read whatever their compression ratio."""
MOST_INFLATED = 4
"""Larger ones may inflate to this many times the file's size."""
LARGEST_FILE = 2 << 30
"""ONNX files end at 2 GiB (protobuf's limit), so a larger source cannot become one."""

# What h5py raises when a file is damaged or made to deceive.
_BROKEN = (OSError, RuntimeError, KeyError, ValueError, TypeError, OverflowError, MemoryError)


@contextmanager
def _reading(where: str) -> Iterator[None]:
    try:
        yield
    except ConversionError:
        raise
    except _BROKEN as error:
        raise ConversionError(f"{where}: damaged HDF5 ({error})") from error


@dataclass(frozen=True)
class HDF5Array:
    """An array of numbers that stands in the file and is read when needed."""

    where: str
    shape: tuple[int, ...]
    dataset: Any

    def read(self) -> NDArray[np.float32]:
        """Read the values as float32; NaN and infinity are refused."""
        with _reading(self.where):
            chunked = self.dataset.chunks is not None
            values = _read_chunks(self) if chunked else self.dataset[()]
            array = np.asarray(values, dtype=np.float32)
        if not np.isfinite(array).all():
            raise ConversionError(f"{self.where}: holds NaN or infinity; no network to convert")
        return array


class Container:
    """An open HDF5 file; `where` in messages is the file and the path inside it."""

    def __init__(self, file: Any, name: str, size: int) -> None:
        self.name = name
        self._file = file
        self._size = size

    def has(self, *parts: str) -> bool:
        """Whether the group or dataset exists."""
        return self._find(parts) is not None

    def text(self, attribute: str, *group: str) -> str | None:
        """Read an attribute that is one string; None where there is none."""
        texts = self._texts(attribute, group)
        if texts is None:
            return None
        if len(texts) != 1:
            raise ConversionError(f"{self._where(group)}: attribute {attribute!r} is not one text")
        return texts[0]

    def texts(self, attribute: str, *group: str) -> list[str] | None:
        """Read a list of strings, also one that Keras split into `name0`, `name1` and so on."""
        texts = self._texts(attribute, group)
        if texts is not None:
            return texts
        parts: list[str] = []
        for number in itertools.count():
            part = self._texts(f"{attribute}{number}", group)
            if part is None:
                return parts if number else None
            parts.extend(part)
        return None

    def array(self, *parts: str) -> HDF5Array:
        """Find an array of numbers; its size is checked here, before a value is read."""
        where = self._where(parts)
        found = self._find(parts)
        if not isinstance(found, h5py.Dataset):
            raise ConversionError(f"{where}: no such array")
        with _reading(where):
            self._check(found, where)
            return HDF5Array(where, tuple(int(side) for side in found.shape), found)

    def tree(self) -> dict[str, Any]:
        r"""Return all arrays as nested dicts by group; an empty group is an empty dict.

        On Windows, Keras up to 3.0 wrote paths with backslashes, each as one group's name:
        `layers\conv2d` is read as `layers/conv2d`.
        """
        found: dict[str, Any] = {}
        waiting: list[tuple[str, ...]] = [()]
        seen = 0
        while waiting:
            path, seen = waiting.pop(), seen + 1
            keys = [key for part in path for key in part.split("\\") if key]
            if seen > MOST_NAMES or len(keys) > DEEPEST:
                raise ConversionError(
                    f"{self._where(path)}: more than {MOST_NAMES:,} groups and arrays, or nested "
                    f"more than {DEEPEST} deep; refused"
                )
            here = self._find(path)
            if isinstance(here, h5py.Group):
                self._branch(found, keys, path)
                with _reading(self._where(path)):
                    names = list(here)
                if not all(isinstance(name, str) for name in names):  # h5py gives such as bytes
                    raise ConversionError(f"{self._where(path)}: holds a name that is not text")
                waiting.extend((*path, name) for name in names)
                continue
            branch = self._branch(found, keys[:-1], path)
            if not keys or keys[-1] in branch:
                raise ConversionError(f"{self._where(path)}: two arrays or groups of this name")
            branch[keys[-1]] = self.array(*path)
        return found

    def _branch(self, tree: dict[str, Any], keys: list[str], path: tuple[str, ...]) -> Any:
        """Find or make a group in the tree."""
        branch: Any = tree
        for key in keys:
            branch = branch.setdefault(key, {})
            if not isinstance(branch, dict):
                raise ConversionError(f"{self._where(path)}: two arrays or groups of this name")
        return branch

    def _where(self, parts: tuple[str, ...]) -> str:
        return f"{self.name}: /{'/'.join(parts)}"

    def _find(self, parts: tuple[str, ...]) -> Any:
        """Follow hard links only, one component after the other."""
        here: Any = self._file
        where = self._where(parts)
        with _reading(where):
            for name in (name for part in parts for name in part.split("/") if name):
                if not isinstance(here, h5py.Group) or not here.id.links.exists(name.encode()):
                    return None
                if here.id.links.get_info(name.encode()).type != h5py.h5l.TYPE_HARD:
                    raise ConversionError(f"{where}: {name!r} is a soft or external link; refused")
                here = here[name]
        return here

    def _texts(self, attribute: str, parts: tuple[str, ...]) -> list[str] | None:
        group = self._find(parts)
        where = f"{self._where(parts)}: attribute {attribute!r}"
        with _reading(where):
            if group is None or attribute not in group.attrs:
                return None
            stored = group.attrs.get_id(attribute)
            count = math.prod(stored.shape)
            if count == 0:
                return []
            if stored.get_storage_size() > LARGEST_TEXT or count > MOST_NAMES:
                raise ConversionError(f"{where}: larger than {LARGEST_TEXT} bytes; refused")
            texts = [_decode(text) for text in np.ravel(group.attrs[attribute]).tolist()]
        if any(len(text) > LARGEST_TEXT for text in texts):
            raise ConversionError(f"{where}: longer than {LARGEST_TEXT} characters; refused")
        return texts

    def _check(self, dataset: Any, where: str) -> None:
        layout = dataset.id.get_create_plist().get_layout()
        if layout == h5py.h5d.VIRTUAL or dataset.external:
            raise ConversionError(f"{where}: its values stand in another file; refused")
        if dataset.shape is None or dataset.dtype.kind not in "fiu" or dataset.dtype.itemsize > 8:
            raise ConversionError(f"{where}: holds {dataset.dtype}, not numbers")
        claimed = math.prod(dataset.shape) * dataset.dtype.itemsize
        if layout == h5py.h5d.CHUNKED:
            limit = max(SMALL, MOST_INFLATED * self._size)
            chunk = math.prod(dataset.chunks) * dataset.dtype.itemsize
            _filters(dataset, where)
        else:
            limit = min(dataset.id.get_storage_size(), self._size)
            chunk = 0
        if max(claimed, chunk) > limit:
            raise ConversionError(
                f"{where}: claims {max(claimed, chunk):,} bytes (shape {dataset.shape}), "
                f"but the file can hold at most {limit:,} of them"
            )


@contextmanager
def open_hdf5(path: Path, name: str | None = None) -> Iterator[Container]:
    """Open an HDF5 file; anything else is a `ConversionError` that says what it is instead.

    Messages call the file `name`, where it is not to be called by its path.
    """
    name = name or path.name
    if not path.is_file():
        raise ConversionError(f"{path}: no such file")
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise ConversionError(f"{name}: {size:,} bytes; at most {LARGEST_FILE:,} can become ONNX")
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise ConversionError(f"{name}: {_what_instead(path, size)}") from error
    with file:
        yield Container(file, name, size)


def _what_instead(path: Path, size: int) -> str:
    if h5py.is_hdf5(path):
        return f"a truncated or damaged HDF5 file ({size:,} bytes)"
    return f"not an HDF5 file ({size:,} bytes); a Keras .h5, .hdf5 or .keras file is needed"


def _decode(text: object) -> str:
    if isinstance(text, bytes):
        return text.decode("utf-8")
    if isinstance(text, str):
        return text
    raise TypeError(f"expected text, found {type(text).__name__}")


def _filters(dataset: Any, where: str) -> list[int]:
    """Return the numbers of the filters in use; only shuffle and gzip are read."""
    plist = dataset.id.get_create_plist()
    filters = [plist.get_filter(number)[0] for number in range(plist.get_nfilters())]
    shuffle, deflate = h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_DEFLATE
    if filters not in ([], [shuffle], [deflate], [shuffle, deflate]):
        raise ConversionError(f"{where}: HDF5 filters {filters}; only gzip and shuffle are read")
    return filters


def _read_chunks(array: HDF5Array) -> NDArray[Any]:
    """Read a chunked array, each chunk inflated here: HDF5's own gzip has no upper bound."""
    dataset, shape, chunks = array.dataset, array.shape, array.dataset.chunks
    filters = _filters(dataset, array.where)
    grid = [range(0, side, chunk) for side, chunk in zip(shape, chunks, strict=True)]
    if math.prod(len(steps) for steps in grid) > MOST_NAMES:
        raise ConversionError(f"{array.where}: more than {MOST_NAMES:,} chunks; refused")
    size = math.prod(chunks) * dataset.dtype.itemsize
    values = np.empty(shape, dataset.dtype)
    for corner in itertools.product(*grid):
        stored = dataset.id.get_chunk_info_by_coord(corner)
        if stored.byte_offset is None:
            raise ConversionError(f"{array.where}: chunk {corner} was never written; refused")
        skipped, data = dataset.id.read_direct_chunk(corner)
        if skipped:
            raise ConversionError(f"{array.where}: chunk {corner} skips its filters; refused")
        if h5py.h5z.FILTER_DEFLATE in filters:
            data = _inflate(data, size, array.where)
        if h5py.h5z.FILTER_SHUFFLE in filters:
            data = np.frombuffer(data, np.uint8).reshape(dataset.dtype.itemsize, -1).T.tobytes()
        chunk = np.frombuffer(data, dataset.dtype).reshape(chunks)
        here = tuple(slice(start, start + step) for start, step in zip(corner, chunks, strict=True))
        inside = tuple(slice(0, part) for part in values[here].shape)
        values[here] = chunk[inside]
    return values


def _inflate(data: bytes, size: int, where: str) -> bytes:
    decompressor = zlib.decompressobj()
    try:
        inflated = decompressor.decompress(data, size)
    except zlib.error as error:
        raise ConversionError(f"{where}: a damaged gzip chunk ({error})") from error
    if len(inflated) != size or decompressor.decompress(decompressor.unconsumed_tail, 1):
        raise ConversionError(f"{where}: a gzip chunk does not inflate to its {size:,} bytes")
    return inflated
