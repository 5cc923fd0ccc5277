"""Serialises an ONNX model without holding its weights twice.

protobuf would copy every weight into the message and again into the bytes. Here the message
carries all but the weights' values, and those are written straight from their arrays. The bytes
depend on the model alone: fields and weights stand in a fixed order.
"""

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from gantei.errors import ConversionError

_LENGTH_DELIMITED = 2
_Message = onnx.ModelProto | onnx.GraphProto | onnx.TensorProto


@dataclass(frozen=True)
class Weight:
    """A named array of the graph, contiguous and little-endian."""

    name: str
    values: NDArray[Any]


def encode(model: onnx.ModelProto, weights: Sequence[Weight]) -> Iterator[bytes | memoryview]:
    """Yield the bytes of the model with these weights as initializers of its graph."""
    shell = onnx.ModelProto()
    shell.CopyFrom(model)
    shell.ClearField("graph")
    heads = [_tensor_head(weight) for weight in weights]
    graph = _serialised(model.graph)
    size = len(graph) + sum(
        len(head) + weight.values.nbytes for head, weight in zip(heads, weights, strict=True)
    )
    yield _serialised(shell) + _field(onnx.ModelProto, "graph", size) + graph
    for head, weight in zip(heads, weights, strict=True):
        yield head
        yield weight.values.reshape(-1).view(np.uint8).data


def write_atomically(path: Path, parts: Iterable[bytes | memoryview]) -> str:
    """Write beside `path`, then rename; return the sha256 of what was written.

    Raises:
        ConversionError: the file cannot be written; nothing is left behind.
    """
    digest = hashlib.sha256()
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            for data in parts:
                digest.update(data)
                file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise ConversionError(f"{path}: cannot be written ({error})") from error
    finally:
        part.unlink(missing_ok=True)
    return digest.hexdigest()


def _tensor_head(weight: Weight) -> bytes:
    """Return the initializer up to where its values begin."""
    tensor = onnx.TensorProto(
        dims=weight.values.shape,
        data_type=onnx.helper.np_dtype_to_tensor_dtype(weight.values.dtype),
        name=weight.name,
    )
    values = _field(onnx.TensorProto, "raw_data", weight.values.nbytes)
    head = _serialised(tensor) + values
    return _field(onnx.GraphProto, "initializer", len(head) + weight.values.nbytes) + head


def _field(message: type[_Message], name: str, size: int) -> bytes:
    """Return the key and length that stand before a field of bytes in protobuf's encoding."""
    number = message.DESCRIPTOR.fields_by_name[name].number
    return _varint(number << 3 | _LENGTH_DELIMITED) + _varint(size)


def _varint(number: int) -> bytes:
    data = bytearray()
    while number > 0x7F:
        data.append(number & 0x7F | 0x80)
        number >>= 7
    data.append(number)
    return bytes(data)


def _serialised(message: _Message) -> bytes:
    data: bytes = message.SerializeToString(deterministic=True)
    return data


def contiguous(values: NDArray[Any]) -> NDArray[Any]:
    """Return an array as `Weight` needs it, read-only."""
    values = np.ascontiguousarray(values, values.dtype.newbyteorder("<"))
    values.setflags(write=False)
    return values
