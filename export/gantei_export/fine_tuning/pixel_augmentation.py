"""Prepared photographs a little changed, so that a network does not learn each by heart.

Turned, brightened or darkened, and blurred: what differs between two photographs of one eye. Never
mirrored: mirrored, a right eye is a left one, and the two are not alike
(doi 10.1038/s41598-021-04323-3).
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

MOST_TURNED = 15.0
"""Degrees, to either side."""
MOST_BRIGHTENED = 0.15
"""Share by which grey levels are raised or lowered."""
SHARE_BLURRED, MOST_BLURRED = 0.3, 0.006
"""How many are blurred, and by which deviation at most: a share of the picture's width."""


def changed(pixels: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """Turn, brighten and blur one picture at random: uint8 (height, width, 3), as it came.

    What comes into the picture when it is turned is black.

    >>> import numpy as np
    >>> from gantei_export.fine_tuning.pixel_augmentation import changed
    >>> changed(np.full((8, 8, 3), 100, np.uint8), np.random.default_rng(1)).shape
    (8, 8, 3)
    """
    degrees = random.uniform(-MOST_TURNED, MOST_TURNED)
    factor = 1 + random.uniform(-MOST_BRIGHTENED, MOST_BRIGHTENED)
    blurred, deviation = random.uniform(), random.uniform(0, MOST_BLURRED)
    image = Image.fromarray(pixels).rotate(degrees, Image.Resampling.BILINEAR)
    if blurred < SHARE_BLURRED:
        image = image.filter(ImageFilter.GaussianBlur(deviation * image.width))
    levels = np.clip(np.rint(np.arange(256) * factor), 0, 255).astype(np.uint8)
    brightened: NDArray[np.uint8] = levels[np.asarray(image)]
    return brightened
