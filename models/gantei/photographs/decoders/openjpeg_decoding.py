"""Decoding JPEG 2000 of more than 8 bits per colour by OpenJPEG; runs in a helper process."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import openjpeg.utils


def decode(facts: Mapping[str, Any], data: bytes) -> tuple[Mapping[str, Any], bytes]:
    """Decode RGB or RGBA of so many `bits`; each value loses its lowest ones."""
    values = openjpeg.utils.decode(data)
    height, width, samples = values.shape
    if values.dtype.kind == "i":  # signed values lie around zero
        values = values + np.int64(2 ** (facts["bits"] - 1))
    levels = (values >> (facts["bits"] - 8)).astype(np.uint8)
    return {"size": (width, height), "mode": "RGB" if samples == 3 else "RGBA"}, levels.tobytes()
