"""Reading photographs: a path, bytes, a Pillow image or an array becomes upright RGB."""

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import PhotographError
from ..findings.finding import Finding
from ..manifests.fields import Decoder
from .colour import as_rgb, check_light, check_mode
from .decoded_picture import DecodedPicture, image_of_array
from .decoding import EncodedPicture
from .eyes import DETECT, Eye, Told, known_eye
from .formats.pillow_errors import pillow_errors
from .optic_disc import SIDE, detected_eye

Source = str | os.PathLike[str] | bytes | Image.Image | NDArray[Any]

LARGEST_FILE = 1_000_000_000
"""Bytes; 200 megapixels of uncompressed 8-bit RGB are 600 million."""


@contextmanager
def errors_of(source: str, sha256: str | None = None) -> Iterator[None]:
    """Say of which photograph the errors are that are raised within."""
    try:
        yield
    except PhotographError as error:
        error.source = error.source or source
        error.sha256 = error.sha256 or sha256
        raise


class Photograph:
    """A photograph, opened and checked; its pixels are decoded when asked for, once a scale.

    Attributes:
        name: the path as given, or `<bytes>`, `<image>`, `<array>`.
        sha256: of the encoded bytes, the very ones that are decoded; None for image and array.
        format: such as `JPEG`, as `formats.known_formats` names it, or `image`.
        size: (height, width) in pixels, upright.
        orientation: as EXIF says it, 1 to 8; `size` and pixels are already turned by it.
    """

    def __init__(
        self,
        name: str,
        picture: EncodedPicture | DecodedPicture,
        sha256: str | None,
        *,
        allow_grey: bool,
        eye: Told = None,
    ) -> None:
        check_mode(picture.mode, allow_grey=allow_grey)
        self.name = name
        self.sha256 = sha256
        self.format: str = picture.kind
        self.size: tuple[int, int] = picture.size
        self.orientation: int = picture.orientation
        self._picture = picture
        self._allow_grey = allow_grey
        self._decoded: dict[tuple[int, Decoder], Image.Image] = {}
        self._told = eye

    def __repr__(self) -> str:
        height, width = self.size
        return f"Photograph({self.name!r}, {self.format}, {width} x {height})"

    @cached_property
    def eye_or_finding(self) -> Eye | Finding:
        """Which eye it shows, or why that is not known; sought in the picture where so asked.

        Raises:
            PhotographError: as `picture`, where it is sought.
        """
        if isinstance(self._told, Eye):
            return self._told
        if self._told != DETECT:
            return Finding("eye-needed")
        found = detected_eye(self.picture(self.scale(2 * SIDE, 2 * SIDE)))
        return found or Finding("eye-not-found")

    @property
    def eye(self) -> Eye | None:
        """Which eye it shows, as far as that is known.

        Raises:
            PhotographError: as `eye_or_finding`.
        """
        eye = self.eye_or_finding
        return eye if isinstance(eye, Eye) else None

    @property
    def megapixels(self) -> float:
        """Millions of pixels at full size."""
        return self.size[0] * self.size[1] / 1e6

    def scale(self, height: int, width: int) -> int:
        """The largest reduction at which the photograph is at least that many pixels."""
        most = min(self.size[0] // height, self.size[1] // width)
        return next((scale for scale in self.scales if scale <= most), 1)

    @property
    def scales(self) -> tuple[int, ...]:
        """The reductions at which it can be decoded, largest first."""
        return self._picture.scales

    def picture(self, scale: int = 1, decoder: Decoder = "pillow") -> Image.Image:
        """The upright RGB image at a reduction that `scale` gave; shared, not to be altered.

        `decoder`: whose pixels a JPEG gets. TensorFlow decodes at full size only.

        Raises:
            PhotographError: the file is damaged, black, or without colour.
        """
        key = scale, decoder if decoder in self._picture.decoders else "pillow"
        image = self._decoded.get(key)
        if image is None:
            with errors_of(self.name, self.sha256):
                image = self._picture.decode(scale, decoder)
                with pillow_errors(self.format):
                    image = as_rgb(image)
                check_light(image, allow_grey=self._allow_grey)
            self._decoded[key] = image
        return image

    def frame(self, scale: int = 1) -> tuple[float, float, float, float]:
        """Where the photograph lies in `picture(scale)`, in pixels: left, top, right, bottom."""
        return self._picture.frame(scale)

    def pixels(self, shortest: int | None = None, decoder: Decoder = "pillow") -> NDArray[np.uint8]:
        """The pixels, uint8 (height, width, 3), RGB, upright, read-only.

        With `shortest`, a JPEG may come at 1/2, 1/4 or 1/8 of its size, as long as its shorter
        side keeps that many pixels. `decoder` as for `picture`.

        Raises:
            PhotographError: as `picture`.
        """
        scale = 1 if shortest is None else self.scale(shortest, shortest)
        return np.asarray(self.picture(scale, decoder))


def open_photograph(source: Source, *, allow_grey: bool = False, eye: Told = None) -> Photograph:
    """Open a photograph: read and hash its file once, check all that its header says.

    Arrays are (height, width, 3) RGB or (height, width, 4) RGBA, uint8 or uint16; with
    `allow_grey` also (height, width). `allow_grey` accepts pictures without colour, whose grey
    values then stand in all three channels. `eye` is what is known of the side: without it the
    file's name tells, where it does, unless it is `unknown`; `detect` looks for the optic disc
    where the name does not tell.

    Raises:
        SettingError: `eye` is something else.
        PhotographError: not a picture, cut off, several frames, too large, grey, or unreadable.
        TypeError: a source of another type.
    """
    return open_told(source, eye_of(source, eye), allow_grey=allow_grey)


def open_told(source: Source, eye: Told, *, allow_grey: bool = False) -> Photograph:
    """As `open_photograph`, where all that names tell is in `eye`: an `Eye`, or what to do else.

    A study's names, which have folders and pairs, may tell otherwise than the file's own.
    """
    name = source_name(source)
    if isinstance(source, str | os.PathLike):
        source = read_encoded(source)
    digest = hashlib.sha256(source).hexdigest() if isinstance(source, bytes) else None
    with errors_of(name, digest):
        return Photograph(name, _picture_of(source), digest, allow_grey=allow_grey, eye=eye)


def _picture_of(source: bytes | Image.Image | NDArray[Any]) -> EncodedPicture | DecodedPicture:
    match source:
        case bytes():
            return EncodedPicture(source)
        case Image.Image():
            return DecodedPicture(source)
    return DecodedPicture(image_of_array(source))


def eye_of(source: Source, told: object) -> Told:
    """Put what is said of a photograph's eye and what its file's name tells together.

    `detect` stays where the name does not tell.

    Raises:
        SettingError: `told` is no side, no `Eye`, not `detect`, not `unknown` and not None.
    """
    return known_eye(told, Path(source).name if isinstance(source, str | os.PathLike) else "")


def read(
    source: Source, *, allow_grey: bool = False, decoder: Decoder = "pillow"
) -> NDArray[np.uint8]:
    """Read a photograph at full size: uint8 (height, width, 3), RGB, upright.

    `decoder`: whose pixels a JPEG gets, `pillow` or `tensorflow`, as `[input]` of a manifest says.

    Raises:
        PhotographError, TypeError: as `open_photograph`; also where decoding shows damage.
    """
    return np.array(open_photograph(source, allow_grey=allow_grey).pixels(decoder=decoder))


def read_encoded(path: str | os.PathLike[str]) -> bytes:
    """Read a photograph's file, of at most `LARGEST_FILE` bytes.

    Raises:
        PhotographError: missing, unreadable, too large, or no regular file.
    """
    with errors_of(os.fspath(path)):
        try:
            # Asked before opening: opening a pipe would wait for its writer.
            is_file = stat.S_ISREG(Path(path).stat().st_mode)
            data = _read_bounded(path) if is_file else b""
        except OSError as error:
            why = error.strerror or str(error)
            raise PhotographError(Finding("unreadable-file", why=why)) from error
        except ValueError as error:  # a null character, or one that no file system can write
            raise PhotographError(Finding("not-a-path", why=str(error))) from error
        if not is_file:
            raise PhotographError(Finding("not-a-file"))
        if len(data) > LARGEST_FILE:
            raise PhotographError(Finding("large-file", most=LARGEST_FILE // 10**6))
    return data


def _read_bounded(path: str | os.PathLike[str]) -> bytes:
    with Path(path).open("rb") as file:
        return file.read(LARGEST_FILE + 1)


def source_name(source: Source) -> str:
    """What messages and results call a source: its path as given, `<bytes>`, `<image>`, `<array>`.

    Raises:
        TypeError: a source of another type.
    """
    match source:
        case bytes():
            return "<bytes>"
        case Image.Image():
            return "<image>"
        case np.ndarray():
            return "<array>"
        case str() | os.PathLike() if isinstance(path := os.fspath(source), str):
            return path
    raise TypeError(
        f"a photograph is a path, bytes, a Pillow image or an array, not {type(source).__name__}"
    )


def as_list(photographs: Source | Iterable[Source]) -> list[Source]:
    """One photograph alone, or several, as a list."""
    if isinstance(photographs, str | bytes | os.PathLike | Image.Image | np.ndarray):
        return [photographs]
    return list(photographs)
