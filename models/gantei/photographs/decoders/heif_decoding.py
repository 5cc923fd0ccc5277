"""Decoding by libheif; runs in a helper process."""

from collections.abc import Mapping
from typing import Any

import pi_heif

# Nothing but the picture, by one thread: the caller runs as many as it wants photographs.
pi_heif.options.THUMBNAILS = False
pi_heif.options.DEPTH_IMAGES = False
pi_heif.options.AUX_IMAGES = False
pi_heif.options.DECODE_THREADS = 1


def decode(facts: Mapping[str, Any], data: bytes) -> tuple[Mapping[str, Any], bytes]:
    """Decode the primary picture, upright, of more bits than 8 the highest."""
    image = pi_heif.open_heif(data, convert_hdr_to_8bit=True).to_pillow()
    return {"size": image.size, "mode": image.mode}, image.tobytes()
