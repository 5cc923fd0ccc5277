"""Reads a state dict as Python's own pickle machine does, with a stub for every name.

Not `pickle.Unpickler` but the one in Python that it has beside (`_Unpickler`), whose memo is a
dictionary; it only sees what the reader has accepted. Where PyTorch and safetensors are installed,
what they read is compared as well, unless they refuse the file.
"""

import io
import json
import math
import pickle
import struct
import warnings
import zipfile
from collections import OrderedDict

import numpy as np

try:
    import torch
    from safetensors.torch import load_file
except ImportError:
    torch = None

from .reference_layers import Unjudged, Unknown

_KINDS = {
    **{"DoubleStorage": "<f8", "FloatStorage": "<f4", "HalfStorage": "<f2"},
    **{"LongStorage": "<i8", "IntStorage": "<i4", "ShortStorage": "<i2", "CharStorage": "i1"},
    **{"ByteStorage": "u1", "UntypedStorage": "u1", "BoolStorage": "?", "BFloat16Storage": "bf"},
}
_SAFETENSORS = {
    **{"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "bf", "I64": "<i8", "I32": "<i4"},
    **{"I16": "<i2", "I8": "i1", "U8": "u1", "BOOL": "?"},
}
LARGEST = 1 << 22


class _Stub:
    """Whatever a name stands for: it can be called, filled and given a state, and does nothing."""

    def __new__(cls, *arguments, **keywords):
        return object.__new__(cls)

    def __init__(self, *arguments, **keywords):
        pass

    def __call__(self, *arguments):
        return _Stub()

    def __setstate__(self, state):
        pass

    def __setitem__(self, key, value):
        pass

    def append(self, item):
        """Take an item, as `extend` and `add` do."""

    extend = add = append


class _Tensor:
    """What a call said of a tensor; an object made otherwise says nothing."""

    def __init__(self, storage, offset, shape, strides, *more):
        self.storage, self.offset, self.shape, self.strides = storage, offset, shape, strides
        self.marked = len(more) > 2 and bool(more[2])


class _Parameter:
    """A call that gives the tensor that it is given."""

    def __new__(cls, data=None, *more):
        return data


class _Machine(pickle._Unpickler):
    def __init__(self, file):
        super().__init__(file)
        self.seen = {}

    def find_class(self, module, name):
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if module == "torch._utils" and name in ("_rebuild_tensor", "_rebuild_tensor_v2"):
            return _Tensor
        if module == "torch._utils" and name.startswith("_rebuild_parameter"):
            return _Parameter
        if name in _KINDS and module in ("torch", "torch.storage"):
            return type(name, (_Stub,), {"kind": _KINDS[name]})
        return _Stub

    def persistent_load(self, identifier):
        if identifier[0] == "module":
            return _Stub
        _, kind, key, _, count, *view = identifier
        self.seen.setdefault(key, kind.kind)
        return (key, kind.kind, count, view[0] if view else None)


def read(path, entry):
    """Return the state dict under a key (None: the file itself) as {name: array}.

    Raises:
        Unknown: it is none by these rules.
    """
    data = path.read_bytes()
    try:
        if data.startswith(b"PK"):
            return _of_zip(data, entry)
        if data.startswith(b"\x80"):
            return _of_old(data, entry)
        return _of_safetensors(data)
    except (Unknown, Unjudged):
        raise
    except Exception as error:
        raise Unknown(f"{type(error).__name__}: {error}") from error


def _of_zip(data, entry):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        (name,) = [
            name for name in archive.namelist() if name.count("/") == 1 and "data.pkl" in name
        ]
        top = name.partition("/")[0]
        machine = _Machine(io.BytesIO(archive.read(name)))
        value = machine.load()
        return {
            name: _array(one, lambda key: archive.read(f"{top}/data/{key}"))
            for name, one in _chosen(value, entry).items()
        }


def _of_old(data, entry):
    file = io.BytesIO(data)
    head = [_Machine(file).load() for _ in range(3)]
    if head[1] != 1001 or not head[2]["little_endian"]:
        raise Unknown(f"a head of {head}")
    machine = _Machine(file)
    value, keys, held = machine.load(), _Machine(file).load(), {}
    for key in keys:
        kind = machine.seen[key]
        (count,) = struct.unpack("<q", file.read(8))
        held[key] = file.read(count * (2 if kind == "bf" else np.dtype(kind).itemsize))
    return {name: _array(one, held.__getitem__) for name, one in _chosen(value, entry).items()}


def _of_safetensors(data):
    (length,) = struct.unpack("<Q", data[:8])
    head = json.loads(data[8 : 8 + length])
    head.pop("__metadata__", None)
    body, found = data[8 + length :], {}
    for name, one in head.items():
        start, end = one["data_offsets"]
        flat = _numbers(body[start:end], _SAFETENSORS[one["dtype"]])
        found[name] = flat.reshape(one["shape"])
    return found


def _chosen(value, entry):
    if entry is not None:
        others = [key for key, one in value.items() if key != entry and _is_state_dict(one)]
        if others:
            raise Unknown(f"{others} are state dicts as well as {entry}")
        value = value[entry]
    if not _is_state_dict(value):
        raise Unknown("its values are not tensors by name")
    return value


def _is_state_dict(value):
    return (
        isinstance(value, dict)
        and len(value) > 0
        and all(isinstance(key, str) for key in value)
        and all(isinstance(one, _Tensor) for one in value.values())
    )


def _array(tensor, storage_of):
    key, kind, count, view = tensor.storage
    data = storage_of(key)
    flat = _numbers(data, kind)
    if tensor.marked or len(flat) != count:
        raise Unknown(f"a storage of {len(flat)} numbers where {count} are said")
    if view is not None:
        flat = flat[view[1] : view[1] + view[2]]
    if math.prod(tensor.shape) > LARGEST:
        raise Unjudged(f"{tensor.shape}")
    places = np.full((1,) * len(tensor.shape), tensor.offset)
    for axis, (side, stride) in enumerate(zip(tensor.shape, tensor.strides, strict=True)):
        steps = np.arange(side) * stride
        places = places + steps.reshape(
            [-1 if one == axis else 1 for one in range(len(tensor.shape))]
        )
    if places.size and not (places.min() >= 0 and places.max() < len(flat)):
        raise Unknown(f"{tensor.shape} by {tensor.strides} from {tensor.offset}")
    return flat[places].reshape(tensor.shape)


def _numbers(data, kind):
    """Return numbers as the reader does: floats as float32."""
    if kind == "bf":
        return np.frombuffer((b"\0\0" + b"\0\0".join(_pairs(data))) if data else b"", "<f4")
    flat = np.frombuffer(data, kind)
    with np.errstate(over="ignore"):
        return flat.astype("f4") if flat.dtype.kind == "f" else flat


def _pairs(data):
    return [data[place : place + 2] for place in range(0, len(data), 2)]


def by_pytorch(path, entry):
    """Return what PyTorch or safetensors reads, and None where they are not here or refuse it."""
    if torch is None:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if path.suffix == ".safetensors":
                found = load_file(path)
            else:
                found = torch.load(path, map_location="cpu", weights_only=True)
                found = found if entry is None else found[entry]
            return {
                name: (one.float() if one.is_floating_point() else one).detach().numpy()
                for name, one in found.items()
            }
    except Exception:  # noqa: BLE001 whatever it says to such a file
        return None
