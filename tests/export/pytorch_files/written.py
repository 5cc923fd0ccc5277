"""Files of PyTorch's forms written opcode by opcode, so that they can lie."""

import io
import json
import pickle
import struct
import zipfile
from pathlib import Path

import numpy as np

MAGIC = 0x1950A86A20F9469CFC6C
STORAGES = {"float32": "FloatStorage", "int64": "LongStorage"}


def text(value):
    """Write the opcode of a text."""
    data = value.encode("utf-8", "surrogatepass")
    return b"X" + struct.pack("<I", len(data)) + data


def number(value):
    """Write the opcode of a number; True and False are others."""
    data = value.to_bytes((value.bit_length() + 8) // 8, "little", signed=True)
    return b"\x8a" + bytes([len(data)]) + data


def numbers(values):
    """Write a tuple of numbers."""
    return b"(" + b"".join(map(number, values)) + b"t"


def name_of(module, name):
    """Write the opcode of a class or function."""
    return f"c{module}\n{name}\n".encode()


def tensor(
    shape, key="0", count=6, strides=None, offset=0, kind="FloatStorage", view=None, old=False
):
    """Write a tensor on a storage."""
    if strides is None:
        strides = [int(np.prod(shape[axis + 1 :])) for axis in range(len(shape))]
    last = b"" if not old else (b"N" if view is None else b"(" + view + b"t")
    return b"".join(
        (
            name_of("torch._utils", "_rebuild_tensor_v2") + b"((",
            *(text("storage"), name_of("torch", kind), text(key), text("cpu"), number(count)),
            *(last, b"tQ", number(offset), numbers(shape), numbers(strides), b"\x89"),
            *(name_of("collections", "OrderedDict"), b")RtR"),
        )
    )


def dictionary(**entries):
    """Write a dictionary of what is written."""
    return b"}(" + b"".join(text(name) + value for name, value in entries.items()) + b"u"


def program(body, protocol=2):
    """Make a pickle."""
    return b"\x80" + bytes([protocol]) + body + b"."


def zip_file(path, body, storages=None, members=None, method=zipfile.ZIP_STORED):
    """Write the zip form: a pickle's body, and storages by key (six float32 without more)."""
    storages = {"0": np.arange(6, dtype="<f4").tobytes()} if storages is None else storages
    held = {"data.pkl": program(body), "byteorder": b"little", "version": b"3\n"}
    held |= {f"data/{key}": data for key, data in storages.items()} | (members or {})
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in held.items():
            if data is not None:
                archive.writestr(f"archive/{name}", data)
    return path


def old_file(path, body, storages=None, *, keys=None, head=None, tail=b"", facts=None):
    """Write the form before 1.6; `storages` are (key, number of items, bytes)."""
    storages = [("0", 6, np.arange(6, dtype="<f4").tobytes())] if storages is None else storages
    facts = {"protocol_version": 1001, "little_endian": True} if facts is None else facts
    keys = [key for key, _, _ in storages] if keys is None else keys
    file = io.BytesIO()
    file.write(head if head is not None else pickle.dumps(MAGIC, 2) + pickle.dumps(1001, 2))
    file.write(pickle.dumps(facts, 2) + program(body) + pickle.dumps(keys, 2))
    for _, count, data in storages:
        file.write(struct.pack("<q", count) + data)
    path.write_bytes(file.getvalue() + tail)
    return path


def safetensors_file(path, head, body=bytes(24), length=None):
    """Write a `.safetensors` file; `head` is what becomes JSON, or bytes."""
    data = head if isinstance(head, bytes) else json.dumps(head).encode()
    path.write_bytes(struct.pack("<Q", len(data) if length is None else length) + data + body)
    return path


def rewritten(path, change):
    """Change a file's bytes in place."""
    data = bytearray(Path(path).read_bytes())
    change(data)
    Path(path).write_bytes(data)
    return path
