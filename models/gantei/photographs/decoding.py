"""Decoding pictures: size, orientation and scale."""

from PIL import Image, ImageFile

from ..errors import PhotographError
from ..manifests.fields import Decoder
from .file_formats import check_whole, kind_of, open_file
from .jpeg_files import LARGEST_EXIF
from .pillow_errors import PILLOW_ERRORS, pillow_errors
from .tensorflow_jpeg import decode_jpeg

LARGEST_PICTURE = 200_000_000
"""Pixels: 1.5 times those of the largest camera sensor in use."""

SCALES = (8, 4, 2, 1)
"""The reductions that libjpeg offers while decoding."""

DECODED_AT_ONCE = 8_000_000
"""Bytes of a file that its decoder gets in one piece: nearly every photograph whole."""

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


def check_size(name: str, size: tuple[int, int]) -> None:
    """Refuse a picture of more than `LARGEST_PICTURE` pixels; `size` is (width, height)."""
    width, height = size
    if width * height > LARGEST_PICTURE:
        raise PhotographError(
            f"{name}: {width} x {height} pixels; at most {LARGEST_PICTURE // 10**6} megapixels "
            "are read, so scale it down first"
        )


def orientation_of(image: Image.Image) -> int:
    """The EXIF (or XMP) orientation, 1 to 8; 1 where there is none or it is unreadable.

    Damaged metadata do not make a picture worse: what they say is ignored.

    Raises:
        OSError: EXIF of more than `LARGEST_EXIF` bytes.
    """
    if len(image.info.get("exif") or b"") > LARGEST_EXIF:
        raise OSError(f"more than {LARGEST_EXIF // 10**6} MB of EXIF")
    try:
        value = Image.Image.getexif(image).get(_ORIENTATION, 1)
    except PILLOW_ERRORS:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def turned_upright(image: Image.Image, orientation: int) -> Image.Image:
    """The image turned as its EXIF orientation asks; the image itself where that is 1."""
    method = _UPRIGHT.get(orientation)
    return image if method is None else image.transpose(method)


class EncodedPicture:
    """A picture file in memory: header read, frames, size and completeness checked, not decoded."""

    def __init__(self, data: bytes, name: str) -> None:
        self.data = data
        self.name = name
        self.kind = kind_of(data, name)
        with pillow_errors(name, self.kind):
            image = open_file(self.kind, data)
            width, height = self._stored_size = image.size
            check_size(name, image.size)
            self.mode = image.mode
            check_whole(self.kind, data, image, name)
            self.orientation = orientation_of(image)
        # Of a JPEG nothing but the header has been touched: the first decoding goes on from there.
        self._opened = [image] if self.kind == "JPEG" else []
        # Pillow's TIFF reader turns the picture itself, and says the upright size.
        self._turn = 1 if self.kind == "TIFF" else self.orientation
        self.size = (width, height) if self._turn >= 5 else (height, width)

    def decode(self, scale: int = 1, decoder: Decoder = "pillow") -> Image.Image:
        """Decode, upright, in a mode that `as_rgb` takes.

        `scale`, one of `SCALES`, divides both sides (rounded up) while decoding: of a JPEG, by
        Pillow. `decoder`: whose pixels a JPEG gets; other files have the same pixels everywhere.
        """
        with pillow_errors(self.name, self.kind):
            image = self._open()
            if decoder == "tensorflow" and self.kind == "JPEG":
                return turned_upright(decode_jpeg(self.data, self.name, image), self._turn)
            if scale > 1:
                width, height = self._stored_size
                image.draft(None, (width // scale, height // scale))
            if self.kind == "TIFF":
                # A canvas of our own: where Pillow makes one, it applies its global pixel limit.
                canvas = image.size[::-1] if self.orientation >= 5 else image.size
                image.im = Image.new(image.mode, canvas).im
            if self.kind == "JPEG":
                # Pillow's 64 kB at a time mean to wait for Python in between, which others hold.
                # Of a TIFF it reads that much for each strip, however short.
                image.decodermaxblock = DECODED_AT_ONCE
            image.load()
        return turned_upright(image, self._turn)

    def _open(self) -> ImageFile.ImageFile:
        try:
            return self._opened.pop()  # whichever thread is first
        except IndexError:
            return open_file(self.kind, self.data)

    def frame(self, scale: int) -> tuple[float, float, float, float]:
        """Where the whole picture lies in one decoded at `scale`: left, top, right, bottom.

        A side that is no multiple of `scale` gets a last pixel that is only partly picture.
        """
        width, height = (-(-side // scale) for side in reversed(self.size))
        beyond_x = width - self.size[1] / scale
        beyond_y = height - self.size[0] / scale
        left = beyond_x if self._turn in (2, 3, 6, 7) else 0.0
        top = beyond_y if self._turn in (3, 4, 7, 8) else 0.0
        return left, top, left + self.size[1] / scale, top + self.size[0] / scale
