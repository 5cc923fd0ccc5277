"""The constants of a stranger's ONNX file: inside the file, numbers, and as large as they claim."""

import math

import onnx

from gantei.errors import ConversionError

_TYPES = onnx.TensorProto
SIZES: dict[int, tuple[int, str]] = {
    _TYPES.FLOAT: (4, "float_data"),
    _TYPES.DOUBLE: (8, "double_data"),
    _TYPES.FLOAT16: (2, "int32_data"),
    _TYPES.INT8: (1, "int32_data"),
    _TYPES.UINT8: (1, "int32_data"),
    _TYPES.INT32: (4, "int32_data"),
    _TYPES.INT64: (8, "int64_data"),
    _TYPES.BOOL: (1, "int32_data"),
}
"""Bytes a value, and the field that holds them where `raw_data` does not."""
MOST_RANK = 12
_FIELDS = ("float_data", "int32_data", "int64_data", "double_data", "uint64_data", "string_data")


def check_tensor(tensor: onnx.TensorProto, where: str) -> None:
    """See that a tensor is numbers of the file itself, as many as its shape says.

    Raises:
        ConversionError: it lies outside the file, is of another type, or deceives.
    """
    if tensor.data_location == _TYPES.EXTERNAL or tensor.external_data:
        raise ConversionError(
            f"{where}: its values lie in another file, which is never opened. Save all in one "
            "file: torch.onnx.export(..., external_data=False), or onnx.save(onnx.load(FILE), "
            "'whole.onnx')"
        )
    if tensor.data_type not in SIZES:
        known = _TYPES.DataType.values()
        kind = _TYPES.DataType.Name(tensor.data_type) if tensor.data_type in known else "no type"
        raise ConversionError(f"{where}: holds {kind}; taken are floats, whole numbers and bool")
    if (
        tensor.HasField("segment")
        or len(tensor.dims) > MOST_RANK
        or min(tensor.dims, default=0) < 0
    ):
        raise ConversionError(f"{where}: has the shape {list(tensor.dims)[:20]}; damaged")
    size, field = SIZES[tensor.data_type]
    count = math.prod(tensor.dims)
    held = {name: len(getattr(tensor, name)) for name in _FIELDS}
    if tensor.HasField("raw_data"):
        right = len(tensor.raw_data) == count * size and not any(held.values())
    else:
        right = held.pop(field) == count and not any(held.values())
    if not right:
        raise ConversionError(
            f"{where}: has the shape {list(tensor.dims)} and does not hold as many values; damaged"
        )
