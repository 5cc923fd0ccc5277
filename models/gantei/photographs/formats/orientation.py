"""Which way up a picture stands: as its metadata say it, 1 to 8."""

from PIL import Image

from ...errors import PhotographError
from ...findings.finding import Finding
from .pillow_errors import PILLOW_ERRORS

LARGEST_EXIF = 1_000_000
"""Bytes; a million fractions in there are read for seconds, and a camera writes some 10 kB."""

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

_ORIENTATION = 0x0112


def check_exif(size: int) -> None:
    """Refuse EXIF of more than `LARGEST_EXIF` bytes.

    Raises:
        PhotographError: it is larger.
    """
    if size > LARGEST_EXIF:
        raise PhotographError(Finding("much-exif", most=LARGEST_EXIF // 10**6))


def orientation_of(image: Image.Image) -> int:
    """The EXIF (or XMP) orientation, 1 to 8; 1 where there is none or it is unreadable.

    Damaged metadata do not make a picture worse: what they say is ignored.

    Raises:
        PhotographError: EXIF of more than `LARGEST_EXIF` bytes.
    """
    check_exif(len(image.info.get("exif") or b""))
    try:
        value = Image.Image.getexif(image).get(_ORIENTATION, 1)
    except PILLOW_ERRORS:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def turned_upright(image: Image.Image, orientation: int) -> Image.Image:
    """The image turned as its EXIF orientation asks; the image itself where that is 1."""
    method = _UPRIGHT.get(orientation)
    return image if method is None else image.transpose(method)
