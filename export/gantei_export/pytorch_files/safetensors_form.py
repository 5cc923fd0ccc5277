"""A `.safetensors` file: the length of a JSON head (8 bytes), the head, and the tensors' bytes.

Read here and not by the `safetensors` package: its NumPy loader knows no bfloat16 and reads what it
is told to, and the format is small.
"""

import json
import math
from typing import Any

from gantei.errors import ConversionError

from .records import (
    ITEM_SIZES,
    MOST_DIMENSIONS,
    MOST_TENSORS,
    BytesPlace,
    Storage,
    TensorView,
    shown,
)
from .stored_tensor import OpenFile

LARGEST_HEAD = 4 << 20
"""Bytes: 400 for each of the most tensors; the format itself allows 100 MB."""
_DTYPES = {
    **{"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16"},
    **{"I64": "int64", "I32": "int32", "I16": "int16", "I8": "int8", "U8": "uint8", "BOOL": "bool"},
}
_FIELDS = {"dtype", "shape", "data_offsets"}
_METADATA = "__metadata__"


class SafetensorsForm:
    """An open file of this form; `value` is a dictionary of tensors by name."""

    form = "safetensors"

    def __init__(self, file: OpenFile) -> None:
        self._name = file.path.name
        length = int.from_bytes(file.at(0, 8), "little")
        if length > LARGEST_HEAD:
            raise self._damaged(f"its head claims {shown(length)} bytes; refused")
        head = self._head(file.at(8, length))
        metadata = head.pop(_METADATA, {})
        if type(metadata) is not dict or not all(type(text) is str for text in metadata.values()):
            raise self._damaged(f"its {_METADATA} are not texts")
        if len(head) > MOST_TENSORS:
            raise self._damaged(f"more than {MOST_TENSORS:,} tensors; refused")
        self._places: dict[str, BytesPlace] = {}
        self.value: Any = {key: self._tensor(key, entry, 8 + length) for key, entry in head.items()}
        self._check_order(8 + length, file.size)

    def place(self, storage: Storage) -> BytesPlace:
        """Return where a tensor's bytes stand."""
        return self._places[storage.key]

    def _damaged(self, what: str) -> ConversionError:
        return ConversionError(f"{self._name}: damaged, or not safetensors: {what}")

    def _head(self, data: bytes) -> dict[str, Any]:
        if not data.startswith(b"{"):
            raise self._damaged("its head is no JSON object")
        try:
            head = json.loads(data.decode("utf-8"), object_pairs_hook=_without_repeats)
        except RecursionError as error:
            raise self._damaged("its head is nested too deeply") from error
        except ValueError as error:
            raise self._damaged(f"its head is no JSON: {shown(str(error))}") from error
        if type(head) is not dict:
            raise self._damaged("its head is no JSON object")
        return head

    def _tensor(self, key: str, entry: Any, body: int) -> TensorView:
        where = f"the tensor {shown(key)}"
        if type(entry) is not dict or set(entry) != _FIELDS:
            raise self._damaged(f"{where} has other facts than {', '.join(sorted(_FIELDS))}")
        dtype = entry["dtype"]
        if type(dtype) is not str or dtype not in _DTYPES:
            known = ", ".join(_DTYPES)
            raise ConversionError(
                f"{self._name}: {where} is of {shown(dtype)}, which is not read; known: {known}"
            )
        shape = self._numbers(entry["shape"], MOST_DIMENSIONS, where)
        offsets = self._numbers(entry["data_offsets"], 2, where)
        count = math.prod(shape)
        storage = Storage(key, _DTYPES[dtype], count)
        size = count * ITEM_SIZES[storage.dtype]
        if len(offsets) != 2 or offsets[1] - offsets[0] != size:
            raise self._damaged(f"{where} has not the bytes that its shape needs")
        self._places[key] = BytesPlace(body + offsets[0], size)
        strides = [math.prod(shape[axis + 1 :]) for axis in range(len(shape))]
        return TensorView(storage, 0, shape, tuple(strides))

    def _numbers(self, values: Any, most: int, where: str) -> tuple[int, ...]:
        if type(values) is not list or len(values) > most:
            raise self._damaged(f"{where} has no list of at most {most} numbers")
        if not all(type(value) is int and 0 <= value < 1 << 40 for value in values):
            raise self._damaged(f"{where} has a number that is none of a size")
        return tuple(values)

    def _check_order(self, body: int, end: int) -> None:
        """See that the tensors follow on each other without holes, from the head to the end."""
        for place in sorted(self._places.values(), key=lambda place: (place.start, place.size)):
            if place.start != body:
                raise self._damaged("its tensors overlap or leave holes")
            body += place.size
        if body != end:
            raise self._damaged(f"it has {end:,} bytes where its tensors end at {body:,}")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in it")
    return found
