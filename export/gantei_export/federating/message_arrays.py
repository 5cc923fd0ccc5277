"""The arrays of a message: raw little-endian numbers whose names and shapes stand in its JSON.

No format that could hold anything else, such as pickled objects, names or times: the file is as
long as its shapes say, to the byte, or it is refused before a number of it is read.
"""

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, StringConstraints

from gantei.manifests.record import Record

from .federation_errors import FederationError

MOST_ARRAYS = 2_000
"""Arrays of a message; an EfficientNet-B7 has 1,000 of weights."""
LARGEST_ARRAYS = 1 << 30
"""Bytes of all arrays of a message; the weights of the largest network in use take 350 MB."""
NumberType = Literal["<f4", "<f8", "<i8", "<u8"]
ArrayName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]


class ArrayDescription(Record):
    """Name, type and shape of one array.

    Attributes:
        name: in small letters, once per message.
        type: as numpy writes it: 4 or 8 bytes, float, signed or unsigned.
        shape: empty for one number.
    """

    name: ArrayName
    type: NumberType
    shape: Annotated[
        tuple[Annotated[int, Field(ge=0, le=LARGEST_ARRAYS)], ...], Field(max_length=6)
    ]

    @property
    def size(self) -> int:
        """Bytes that it takes."""
        return math.prod(self.shape) * int(self.type[-1])


def describe_arrays(arrays: Mapping[str, NDArray[Any]]) -> tuple[ArrayDescription, ...]:
    """Describe arrays as they are written, in the order of their names.

    Raises:
        FederationError: a type is none that a message holds.

    >>> import numpy as np
    >>> from gantei_export.federating.message_arrays import describe_arrays
    >>> describe_arrays({"moments": np.zeros((2, 3))})
    (ArrayDescription(name='moments', type='<f8', shape=(2, 3)),)
    """
    known: dict[str, NumberType] = {"f4": "<f4", "f8": "<f8", "i8": "<i8", "u8": "<u8"}
    described = []
    for name, array in sorted(arrays.items()):
        kind = known.get(f"{array.dtype.kind}{array.dtype.itemsize}")
        if kind is None:
            raise FederationError(f"array {name}: {array.dtype} is no type that a message holds")
        described.append(ArrayDescription(name=name, type=kind, shape=array.shape))
    return tuple(described)


def array_bytes(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Write arrays one after the other, in the order of their names."""
    return b"".join(
        np.ascontiguousarray(arrays[each.name], each.type).tobytes()
        for each in describe_arrays(arrays)
    )


def arrays_size(described: tuple[ArrayDescription, ...], where: str) -> int:
    """Give the bytes that described arrays take, before any of them is read.

    Raises:
        FederationError: two have one name, they stand in another order than written, or are larger
            than any message's.
    """
    names = [each.name for each in described]
    if names != sorted(set(names)):
        raise FederationError(f"{where}: its arrays are not in the order of their names, each once")
    size = sum(each.size for each in described)
    if size > LARGEST_ARRAYS:
        raise FederationError(f"{where}: arrays of {size} bytes; at most {LARGEST_ARRAYS} are read")
    return size


def arrays_of(
    content: bytes, described: tuple[ArrayDescription, ...], where: str
) -> dict[str, NDArray[Any]]:
    """Read arrays as they were described.

    Args:
        content: what `array_bytes` wrote.
        described: names, types and shapes, from the message's JSON.
        where: the file's name, for messages.

    Returns:
        Each array by its name, read-only.

    Raises:
        FederationError: the bytes are more or fewer than described, or a number is NaN or infinite.
    """
    if len(content) != (size := arrays_size(described, where)):
        raise FederationError(f"{where}: {len(content)} bytes, where its message says {size}")
    found: dict[str, NDArray[Any]] = {}
    at = 0
    for each in described:
        count = each.size // int(each.type[-1])
        array = np.frombuffer(content, each.type, count, at).reshape(each.shape)
        if each.type.startswith("<f") and not np.isfinite(array).all():
            raise FederationError(f"{where}: array {each.name} holds NaN or an infinite number")
        found[each.name] = array
        at += each.size
    return found
