"""Decoding JPEG 2000 of more than 8 bits per colour by OpenJPEG; runs in a helper process."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import openjpeg.utils

from ..deep_values import Depth, eight_bits


def decode(facts: Mapping[str, Any], data: bytes) -> tuple[Mapping[str, Any], bytes]:
    """Decode RGB or RGBA of so many `bits`; each value keeps the 8 highest in use."""
    values = openjpeg.utils.decode(data)
    height, width, samples = values.shape
    if values.dtype.kind == "i":  # signed values lie around zero
        values = values + np.int64(2 ** (facts["bits"] - 1))
    if facts["bits"] == 16:
        levels, depth = eight_bits(values.astype(np.uint16))
    else:
        levels, depth = (values >> (facts["bits"] - 8)).astype(np.uint8), Depth(facts["bits"])
    mode = "RGB" if samples == 3 else "RGBA"
    return {"size": (width, height), "mode": mode, "depth": depth}, levels.tobytes()
