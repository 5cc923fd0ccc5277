"""Whether a DICOM file says that its pixels are square, as everything takes them to be."""

import math

from ...findings.finding import Finding
from .elements import DataSet

_SAID_BY = {
    "Pixel Aspect Ratio": 0x00280034,
    "Pixel Spacing": 0x00280030,
    "Imager Pixel Spacing": 0x00181164,
    "Nominal Scanned Pixel Spacing": 0x00182010,
}
"""Each has two numbers: the height of a pixel, or what stands for it, and its width."""
_NEARLY_SQUARE = 0.01  # of the ratio; spacings are measured


def pixel_shape_in(found: DataSet) -> tuple[Finding, ...]:
    """Say that pixels are not square, by the first attribute that tells their shape."""
    for attribute, tag in _SAID_BY.items():
        ratio = _ratio(found.text(tag))
        if ratio is None:
            continue
        if abs(ratio - 1) <= _NEARLY_SQUARE:
            return ()
        return (Finding("dicom-pixel-shape", ratio=round(ratio, 4), attribute=attribute),)
    return ()


def _ratio(text: str) -> float | None:
    """Height by width; None where there are no two positive numbers."""
    try:
        height, width = (float(each) for each in text.split("\\"))
    except ValueError:
        return None
    if not (0 < height < math.inf and 0 < width < math.inf):
        return None
    ratio = height / width
    return ratio if 0 < ratio < math.inf else None
