"""A picture file whose header is read here, and whose pixels come from elsewhere."""

from collections.abc import Callable

from PIL import Image, ImageFile

from ..deep_values import Depth

Decode = Callable[[], tuple[Image.Image, Depth]]


class UndecodedImage(ImageFile.ImageFile):
    """Size and mode of a file; the pixels are put in place when its format's `load` asks.

    Args:
        size: (width, height).
        mode: as Pillow names it.
        decode: makes the image of 8 bits a value, and tells how many the file uses.
        orientation: in which the file stores its picture, as EXIF counts them, 1 to 8.
        frames: how many pictures it holds.
        helper: bytes that its decoder takes in a process of its own.
    """

    def __init__(
        self,
        size: tuple[int, int],
        mode: str,
        decode: Decode,
        *,
        orientation: int = 1,
        frames: int = 1,
        helper: int = 0,
    ) -> None:
        Image.Image.__init__(self)
        self._size = size
        self._mode = mode
        self._decode = decode
        self.tile = []
        self.n_frames = frames
        self.helper = helper
        self.depth = Depth()
        if orientation != 1:
            exif = Image.Exif()
            exif[0x0112] = orientation
            self.info["exif"] = exif.tobytes()

    def _open(self) -> None:
        """Do nothing: the header has been read."""

    def put_pixels(self) -> None:
        """Decode."""
        image, self.depth = self._decode()
        image.load()
        self.im = image.im
        self._mode = image.mode
        self._size = image.size


def put_pixels(
    data: bytes, image: ImageFile.ImageFile, orientation: int, scale: int
) -> Image.Image:
    """Load what an opener gave as an `UndecodedImage`; the `load` of such formats."""
    assert isinstance(image, UndecodedImage)  # noqa: S101 - what their openers give
    image.put_pixels()
    return image
