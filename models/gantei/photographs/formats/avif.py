"""AVIF files; libavif decodes them in a helper process."""

import re

from PIL import Image, ImageFile

from ..decoder_process import decode_apart
from ..deep_values import Depth
from ..helper_memory import helper_bytes
from .apart import DECODERS, image_of
from .media_items import media_head
from .picture_format import PictureFormat
from .undecoded_image import UndecodedImage, put_pixels


def _opened(data: bytes) -> ImageFile.ImageFile:
    head = media_head(data)
    width, height = head.stored
    job = f"{DECODERS}.pillow_decoding:decode_avif"
    helper = helper_bytes(job, width * height, len(data))

    def decode() -> tuple[Image.Image, Depth]:
        answer = decode_apart(job, {}, data, size=(height, width), format="AVIF")
        return image_of(answer, head.stored, "AVIF")

    mode = "L" if head.channels == 1 else "RGB"
    # What the container says of the turn counts; its EXIF says the same again, or is wrong.
    return UndecodedImage(
        head.stored,
        mode,
        decode,
        orientation=head.orientation,
        frames=head.pictures,
        helper=helper,
    )


FORMAT = PictureFormat(
    name="AVIF",
    magic=re.compile(rb".{4}ftyp(?:avi[fs]|m[is]f1(?:.{4}){1,20}?avi[fs])", re.DOTALL),
    suffixes=(".avif",),
    media_type="image/avif",
    is_drawn_by_browsers=True,
    open=_opened,
    is_whole=lambda data, image: media_head(data).is_whole,
    load=put_pixels,
)
