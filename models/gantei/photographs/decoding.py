"""Decoding picture files: size, orientation and scale."""

from PIL import Image, ImageFile

from ..errors import PhotographError
from ..findings.finding import Finding
from ..manifests.fields import Decoder, Side
from .decoding_memory import DecodingMemory
from .deep_values import Depth, give_low_bytes, has_deep_colours, with_low_bytes
from .formats.known_formats import format_of
from .formats.orientation import orientation_of, turned_upright
from .formats.pillow_errors import pillow_errors
from .formats.undecoded_image import UndecodedImage

LARGEST_PICTURE = 200_000_000
"""Pixels: 1.5 times those of the largest camera sensor in use."""


def check_size(size: tuple[int, int]) -> None:
    """Refuse a picture of more than `LARGEST_PICTURE` pixels; `size` is (width, height).

    Raises:
        PhotographError: it has more.
    """
    width, height = size
    if width * height > LARGEST_PICTURE:
        raise PhotographError(
            Finding("many-pixels", width=width, height=height, most=LARGEST_PICTURE // 10**6)
        )


class EncodedPicture:
    """A picture file in memory: header read, frames, size and completeness checked, not decoded.

    Raises:
        PhotographError: it is of no known format, damaged, cut off, too large, or of several
            frames.
    """

    findings: tuple[Finding, ...] = ()
    depth = Depth()
    side: Side | Finding | None = None

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.format = format_of(data)
        with pillow_errors(self.format.name):
            image = self.format.open(data)
            width, height = image.size
            check_size(image.size)
            self.mode = image.mode
            if not self.format.is_whole(data, image):
                raise PhotographError(Finding("cut-off-file", format=self.format.name))
            if self.format.frames(image) > 1:
                raise PhotographError(Finding("several-frames", format=self.format.name))
            self.orientation = orientation_of(image)
            self.memory = DecodingMemory(
                image.mode,
                pixels=width * height,
                decoder=self.format.decoder_memory(data, image),
                decoder_stays=self.format.decoder_stays,
                helper=image.helper if isinstance(image, UndecodedImage) else 0,
                is_deep=has_deep_colours(image),
                is_turned=not self.format.is_turned and self.orientation != 1,
            )
        # Of a JPEG nothing but the header has been touched: the first decoding goes on from there.
        self._opened = [image] if self.format.scales != (1,) else []
        self._turn = 1 if self.format.is_turned else self.orientation
        self.size = (width, height) if self._turn >= 5 else (height, width)

    @property
    def kind(self) -> str:
        """The format's name."""
        return self.format.name

    @property
    def scales(self) -> tuple[int, ...]:
        """The reductions that can be decoded, largest first."""
        return self.format.scales

    @property
    def decoders(self) -> frozenset[Decoder]:
        """Those that give pixels of their own."""
        own = self.format.decode_as_tensorflow is not None
        return frozenset({"pillow", "tensorflow"} if own else {"pillow"})

    def decode(self, scale: int = 1, decoder: Decoder = "pillow") -> Image.Image:
        """Decode, upright, in a mode that `as_rgb` takes.

        `scale`, one of `scales`, divides both sides (rounded up) while decoding, by Pillow.
        `decoder`: whose pixels a JPEG gets; other files have the same pixels everywhere. `depth` is
        known afterwards.
        """
        own = self.format.decode_as_tensorflow
        with pillow_errors(self.kind):
            image = self._open()
            if decoder == "tensorflow" and own is not None:
                return turned_upright(own(self.data, image), self._turn)
            is_deep = has_deep_colours(image)
            stored = self._stored(image, scale)
            if isinstance(image, UndecodedImage):
                self.depth = image.depth
            if is_deep:
                low = self.format.open(self.data)
                give_low_bytes(low)
                stored, self.depth = with_low_bytes(stored, self._stored(low, scale))
        return turned_upright(stored, self._turn)

    def _stored(self, image: ImageFile.ImageFile, scale: int) -> Image.Image:
        return self.format.load(self.data, image, self.orientation, scale)

    def _open(self) -> ImageFile.ImageFile:
        try:
            return self._opened.pop()  # whichever thread is first
        except IndexError:
            return self.format.open(self.data)

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
