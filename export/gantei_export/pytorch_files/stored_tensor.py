"""A tensor that stands in a file and is read when it is asked for, one at a time."""

import io
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gantei.errors import ConversionError

from .records import ITEM_SIZES, BytesPlace, TensorView

_CHUNK = 1 << 20
_STORED: dict[str, str] = {
    **{"float64": "<f8", "float32": "<f4", "float16": "<f2", "bfloat16": "<u2"},
    **{"int64": "<i8", "int32": "<i4", "int16": "<i2", "int8": "i1", "uint8": "u1", "bool": "u1"},
}
"""How NumPy reads each dtype; it has no bfloat16, which is the upper half of a float32."""


@dataclass
class OpenFile:
    """A file that tensors are read from."""

    file: io.BufferedReader
    path: Path
    size: int
    checked: set[int] = field(default_factory=set)
    """Where the storages start whose checksum was compared."""

    def at(self, start: int, size: int) -> bytes:
        """Read so many bytes.

        Raises:
            ConversionError: the file has fewer.
        """
        if start < 0 or start + size > self.size:
            raise self.truncated()
        self.file.seek(start)
        data = self.file.read(size)
        if len(data) != size:
            raise self.truncated()
        return data

    def fill(self, array: NDArray[Any], start: int) -> None:
        """Fill a contiguous array with the bytes from `start`."""
        self.file.seek(start)
        if self.file.readinto(array.data.cast("B")) != array.nbytes:
            raise self.truncated()

    def check(self, place: BytesPlace, where: str) -> None:
        """Compare a storage's checksum, once."""
        if place.checksum is None or place.start in self.checked:
            return
        checksum, done = 0, 0
        while done < place.size:
            part = self.at(place.start + done, min(_CHUNK, place.size - done))
            checksum, done = zlib.crc32(part, checksum), done + len(part)
        if checksum != place.checksum:
            raise ConversionError(
                f"{where}: damaged (its checksum is another): fetch the file again, or, if it was "
                "saved with set_crc32_options(False), save it again without"
            )
        self.checked.add(place.start)

    def truncated(self) -> ConversionError:
        """Return the error of a file that ends too early."""
        return ConversionError(f"{self.path.name}: truncated: fetch it again")


@dataclass(frozen=True)
class StoredTensor:
    """An array of numbers in an open file; `where` names it in messages.

    `shape` is that of the tensor; `dtype` its name in PyTorch, such as "float32" or "bfloat16".
    """

    where: str
    tensor: TensorView
    place: BytesPlace
    file: OpenFile = field(repr=False)

    @property
    def shape(self) -> tuple[int, ...]:
        """Its sides."""
        return self.tensor.shape

    @property
    def dtype(self) -> str:
        """Its numbers' kind; `read` gives every float kind as float32."""
        return self.tensor.storage.dtype

    def read(self) -> NDArray[Any]:
        """Read the values: floats as float32, integers and bool as they are.

        Raises:
            ConversionError: the file is damaged, or it holds NaN, infinity, or a float64 beyond
                float32.
        """
        tensor, kind = self.tensor, np.dtype(_STORED[self.dtype])
        self.file.check(self.place, self.where)
        values: NDArray[Any] = np.empty(tensor.extent, kind)
        first = tensor.storage.start + tensor.offset
        if tensor.extent:
            self.file.fill(values, self.place.start + first * kind.itemsize)
        strides = tuple(stride * kind.itemsize for stride in tensor.strides)
        if tensor.extent:
            view = np.lib.stride_tricks.as_strided(values, tensor.shape, strides, writeable=False)
        else:
            view = values.reshape(tensor.shape)
        array = _CONVERSIONS.get(self.dtype, np.ascontiguousarray)(view)
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ConversionError(
                f"{self.where}: holds NaN, infinity or a number beyond float32; no network to "
                "convert"
            )
        shaped: NDArray[Any] = array.reshape(tensor.shape)
        return shaped


def _floats(values: NDArray[Any]) -> NDArray[np.float32]:
    with np.errstate(over="ignore"):  # what becomes infinite is refused
        return np.ascontiguousarray(values, np.float32)


def _upper_halves(values: NDArray[Any]) -> NDArray[np.float32]:
    return (np.ascontiguousarray(values, np.uint32) << np.uint32(16)).view(np.float32)


_CONVERSIONS: dict[str, Callable[[NDArray[Any]], NDArray[Any]]] = {
    **dict.fromkeys(("float64", "float32", "float16"), _floats),
    "bfloat16": _upper_halves,
    "bool": lambda values: np.ascontiguousarray(values != 0),
}


def check_view(tensor: TensorView, place: BytesPlace, where: str) -> None:
    """See that a tensor lies in its storage, and the storage in its place.

    Raises:
        ConversionError: it would read what is not its own.
    """
    storage = tensor.storage
    size = storage.count * ITEM_SIZES[storage.dtype]
    if size != place.size:
        raise ConversionError(
            f"{where}: its storage claims {size:,} bytes, and the file holds {place.size:,} of it"
        )
    if tensor.offset + tensor.extent > storage.numbers:
        raise ConversionError(
            f"{where}: shape {tensor.shape}, strides {tensor.strides} and offset {tensor.offset:,} "
            f"reach beyond the {storage.numbers:,} numbers of its storage"
        )
