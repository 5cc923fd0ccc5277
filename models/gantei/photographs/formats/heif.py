"""HEIF files, HEIC among them; libheif decodes them in a helper process."""

import re
from functools import cache
from importlib.util import find_spec

from PIL import Image, ImageFile

from ...errors import PhotographError
from ...findings.finding import Finding
from ..decoder_process import decode_apart
from ..deep_values import Depth
from ..helper_memory import helper_bytes
from .apart import DECODERS, image_of
from .media_items import media_head
from .picture_format import PictureFormat
from .undecoded_image import UndecodedImage, put_pixels

MODULE = "pi_heif"
"""What the extra `heif` brings."""


@cache
def is_installed() -> bool:
    """Whether the extra `heif` is."""
    return find_spec(MODULE) is not None


def _opened(data: bytes) -> ImageFile.ImageFile:
    if not is_installed():
        raise PhotographError(Finding("heif-needs-extra"))
    head = media_head(data)
    width, height = head.upright
    job = f"{DECODERS}.heif_decoding:decode"
    helper = helper_bytes(job, width * height, len(data))

    def decode() -> tuple[Image.Image, Depth]:
        answer = decode_apart(job, {}, data, size=(height, width), format="HEIF")
        return image_of(answer, head.upright, "HEIF")

    # libheif turns the picture as the container says; EXIF, which may say it again, does not count.
    mode = "L" if head.channels == 1 else "RGB"
    return UndecodedImage(
        head.upright,
        mode,
        decode,
        frames=head.pictures,
        helper=helper,
    )


FORMAT = PictureFormat(
    name="HEIF",
    magic=re.compile(rb".{4}ftyp(?:hei[cxms]|hev[cxms]|m[is]f1)", re.DOTALL),
    suffixes=(".heic", ".heif", ".hif"),
    media_type="image/heic",
    open=_opened,
    is_whole=lambda data, image: media_head(data).is_whole,
    load=put_pixels,
)
