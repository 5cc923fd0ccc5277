"""What stands for PyTorch's objects: records of what a file says, and nothing that it names."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from gantei.errors import ConversionError

LARGEST_WEIGHTS = 2 << 30
"""Bytes of the tensors of a state dict: ONNX files end at 2 GiB (protobuf's limit)."""
LARGEST_FILE = 4 * LARGEST_WEIGHTS
"""Bytes of a file: a training checkpoint holds the weights, an average and Adam's two moments."""
MOST_TENSORS = 10_000
"""Tensors of a state dict: Swin large has about 500."""
MOST_DIMENSIONS = 8
LONGEST_NAME = 300
"""Characters of a tensor's name."""

ITEM_SIZES: Mapping[str, int] = {
    **{"float64": 8, "float32": 4, "float16": 2, "bfloat16": 2},
    **{"int64": 8, "int32": 4, "int16": 2, "int8": 1, "uint8": 1, "bool": 1},
}
"""Bytes of one number, by dtype; other dtypes are not read."""


@dataclass(frozen=True)
class Global:
    """A class or function by its name, never looked up."""

    name: str


@dataclass(frozen=True)
class Opaque:
    """An object that is not built; `what` is the name of what would have built it."""

    what: str


@dataclass(frozen=True)
class Storage:
    """A part of a flat array of numbers, which the file keeps under `key`."""

    key: str
    dtype: str
    """Of `ITEM_SIZES`, or the name of a kind of storage that is not read."""
    count: int
    """Numbers in the whole array."""
    start: int = 0
    """First number of this part; other than 0 only in old files."""
    length: int = -1
    """Numbers in this part; -1: all behind the first."""

    @property
    def numbers(self) -> int:
        """Numbers in this part."""
        return self.count - self.start if self.length < 0 else self.length


@dataclass(frozen=True)
class TensorView:
    """A view of a storage: strides and offset count numbers, not bytes."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    @property
    def extent(self) -> int:
        """Numbers from the first to the last that the view touches; 0 where it is empty."""
        if 0 in self.shape:
            return 0
        steps = zip(self.shape, self.strides, strict=True)
        return 1 + sum((side - 1) * stride for side, stride in steps)


@dataclass(frozen=True)
class BytesPlace:
    """Where a storage's bytes stand in the file."""

    start: int
    size: int
    checksum: int | None = None
    """CRC-32 of these bytes, where the form has one."""


@dataclass
class Budget:
    """How many bytes of tensors may still be claimed: repeated views could claim any number."""

    left: int

    def take(self, tensor: TensorView, where: str) -> None:
        """Count a tensor.

        Raises:
            ConversionError: it is more than the file can mean.
        """
        size = math.prod(max(side, 1) for side in tensor.shape) * ITEM_SIZES[tensor.storage.dtype]
        if size > self.left:
            raise ConversionError(
                f"{where}: claims {shown(size)} bytes (shape {tensor.shape}), more than a file of "
                "this size can mean; refused"
            )
        self.left -= size


def shown(value: object, longest: int = 80) -> str:
    """Write a word or number of the file for a message: short, in one line, printable."""
    if type(value) is int:
        return f"{value:,}" if abs(value) < 1 << 64 else "a number beyond 64 bits"
    if type(value) is Opaque:
        value = value.what
    if type(value) is not str:
        return f"a {type(value).__name__}"
    cut = value if len(value) <= longest else f"{value[:longest]}…"
    return cut if cut.isprintable() else ascii(cut)[1:-1]
