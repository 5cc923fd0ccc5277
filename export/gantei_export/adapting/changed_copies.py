"""Copies of a photograph as it might have been taken: turned, shifted, lighter, blurred, repacked.

Nothing is mirrored: which eye a photograph shows would change with it. What a copy looks like
depends on the photograph's digest and the copy's number alone.
"""

import hashlib
import io

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

COPIES = 4
"""Of each photograph."""
MOST_TURNED = 10.0
"""Degrees, either way."""
MOST_SHIFTED = 0.03
"""Of the shorter side, either way, along both axes."""
LIGHT, CONTRAST, COLOUR = 0.25, 0.15, 0.15
"""Shares by which light, contrast and saturation become more or less, at most."""
MOST_BLURRED = 0.002
"""Standard deviation of the blur, of the shorter side, at most."""
QUALITIES = 40, 90
"""Of JPEG."""
_SEED = b"gantei adapt: changed copies\n"


def changed_copy(picture: Image.Image, sha256: str, number: int) -> Image.Image:
    """Make a changed copy of a photograph.

    Args:
        picture: RGB, upright; it is left as it is.
        sha256: of the photograph's file.
        number: of the copy, from 0.

    Returns:
        RGB, of the same size; the same for the same photograph and number.

    >>> from PIL import Image
    >>> from gantei_export.adapting.changed_copies import changed_copy
    >>> picture = Image.new("RGB", (60, 40), "maroon")
    >>> changed_copy(picture, "ab", 0).size
    (60, 40)
    """
    random = _random(sha256, number)
    turned, right, down = random.uniform(-1, 1, 3)
    shortest = min(picture.size)
    changed = picture.rotate(
        float(turned) * MOST_TURNED,
        Image.Resampling.BILINEAR,
        translate=(round(right * MOST_SHIFTED * shortest), round(down * MOST_SHIFTED * shortest)),
    )
    light, contrast, colour = 1 + random.uniform(-1, 1, 3) * (LIGHT, CONTRAST, COLOUR)
    changed = ImageEnhance.Brightness(changed).enhance(float(light))
    changed = ImageEnhance.Contrast(changed).enhance(float(contrast))
    changed = ImageEnhance.Color(changed).enhance(float(colour))
    radius = float(random.uniform(0, MOST_BLURRED)) * shortest
    changed = changed.filter(ImageFilter.GaussianBlur(radius))
    packed = io.BytesIO()
    changed.save(packed, "JPEG", quality=int(random.integers(QUALITIES[0], QUALITIES[1] + 1)))
    with Image.open(packed) as unpacked:
        return unpacked.convert("RGB")


def _random(sha256: str, number: int) -> np.random.Generator:
    digest = hashlib.sha256(_SEED + sha256.encode() + b" " + str(number).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))
