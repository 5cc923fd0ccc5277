"""Reading photographs: a path, bytes, a Pillow image or an array becomes upright RGB."""

import hashlib
import os
from concurrent.futures import Executor

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..findings.finding import Finding
from ..manifests.fields import Decoder
from ..system.cached_without_lock import cached_without_lock
from .any_picture import AnyPicture, picture_of
from .appearance import Appearance, appearance_of
from .colour import as_rgb, check_light, check_mode
from .decoding_memory import DecodingMemory
from .deep_values import Depth, grey_of_16_bits
from .eyes import DETECT, Eye, EyeOption, eye_with_file, known_eye
from .field_of_view import Field
from .field_seeker import FieldSeeker, PictureKey
from .formats.pillow_errors import pillow_errors
from .optic_disc import SIDE, detected_eye
from .photograph_source import (
    PhotographSource,
    errors_of,
    file_name,
    read_versioned,
    source_name,
)
from .stored_photograph import StoredPhotograph

_LOOK = 800
"""Pixels of the shorter side that stay, where it is looked at before any network has."""


class Photograph:
    """A photograph, opened and checked; its pixels are decoded on demand, once per scale.

    Attributes:
        name: the path as given, or `<bytes>`, `<image>`, `<array>`, with a number among several.
        sha256: of the encoded bytes, the very ones that are decoded; None for image and array.
        version: of the encoded bytes, as the place has it where they are stored; else None.
        format: such as `JPEG`, as `formats.known_formats` names it, `DICOM`, or `image`.
        size: (height, width) in pixels, upright.
        orientation: as EXIF says it, 1 to 8; `size` and pixels are already turned by it.
    """

    def __init__(
        self,
        name: str,
        picture: AnyPicture,
        sha256: str | None,
        *,
        allow_grey: bool,
        eye: EyeOption = None,
        version: str | None = None,
    ) -> None:
        check_mode(picture.mode, allow_grey=allow_grey)
        self.name = name
        self.sha256 = sha256
        self.version = version
        self.format: str = picture.kind
        self.size: tuple[int, int] = picture.size
        self.orientation: int = picture.orientation
        self._depth = Depth()
        self._picture = picture
        self._allow_grey = allow_grey
        self._decoded: dict[PictureKey, Image.Image] = {}
        self._fields = FieldSeeker(self.size)
        self._eye_option = eye_with_file(eye, picture.side)

    def __repr__(self) -> str:
        height, width = self.size
        return f"Photograph({self.name!r}, {self.format}, {width} x {height})"

    @cached_without_lock
    def eye_or_finding(self) -> Eye | Finding:
        """Which eye it shows, or why that is not known; sought in the picture where so asked.

        Raises:
            PhotographError: as `picture`, where it is sought.
        """
        if isinstance(self._eye_option, Eye):
            return self._eye_option
        if self._eye_option != DETECT:
            return Finding("eye-needed")
        found = detected_eye(self.picture(self.scale(2 * SIDE, 2 * SIDE)))
        return found or Finding("eye-not-found")

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is odd about the file, whichever estimator looks at it, as far as it was read.

        That only some bits of its values are in use is known once it has been decoded.
        """
        return self._picture.findings + self._depth.findings()

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
    def memory(self) -> DecodingMemory:
        """What decides on the memory that decoding it takes."""
        return self._picture.memory

    @property
    def has_decoders(self) -> bool:
        """Whether another decoder than Pillow gives it pixels of its own."""
        return len(self._picture.decoders) > 1

    @property
    def eye_option(self) -> EyeOption:
        """What is known of its eye before it is decoded, or that it is to be sought."""
        return self._eye_option

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
        key = self._key(scale, decoder)
        image = self._decoded.get(key)
        if image is None:
            with errors_of(self.name, self.sha256):
                image = self._picture.decode(scale, decoder)
                self._depth = self._picture.depth
                with pillow_errors(self.format):
                    if image.mode.startswith("I;16"):
                        image, self._depth = grey_of_16_bits(image)
                    image = as_rgb(image)
                check_light(image, allow_grey=self._allow_grey)
            self._decoded[key] = image
            self._fields.begin(key, image)
        return image

    def _key(self, scale: int, decoder: Decoder) -> PictureKey:
        return scale, decoder if decoder in self._picture.decoders else "pillow"

    def forget(self) -> None:
        """Let go of what has been decoded; it is decoded anew where somebody asks for it."""
        self._fields.drop()
        self._decoded.clear()

    def seek_field_in(self, threads: Executor) -> None:
        """Have idle threads seek the field of view while a decoded picture is resampled.

        Where no thread is free, it is sought when it is asked for. `forget` the photograph in the
        end: the threads have its picture.
        """
        self._fields.threads = threads

    def field(self, scale: int = 1, decoder: Decoder = "pillow") -> Field:
        """The field of view as it is found on `picture(scale, decoder)`; sought once.

        Raises:
            PhotographError: as `picture`.
        """
        key = self._key(scale, decoder)
        if key in self._fields.found:
            return self._fields.found[key]
        with errors_of(self.name, self.sha256):
            return self._fields.field(key, self.picture(scale, decoder))

    @cached_without_lock
    def appearance(self) -> Appearance:
        """What it looks like, measured on what has been decoded already.

        Raises:
            PhotographError: as `picture`.
        """
        known = self._fields.found or self._decoded
        scale, decoder = max(known, default=(self.scale(_LOOK, _LOOK), "pillow"))
        return appearance_of(
            self.field(scale, decoder), self.picture(scale, decoder), self.size,
            self.frame(scale), self._depth,
        )  # fmt: skip

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


def open_photograph(
    source: PhotographSource, *, allow_grey: bool = False, eye: EyeOption = None
) -> Photograph:
    """Open a photograph: read and hash its file once, check all that its header says.

    Arrays are (height, width, 3) RGB or (height, width, 4) RGBA, uint8 or uint16; with
    `allow_grey` also (height, width). `allow_grey` accepts pictures without colour, whose grey
    values then stand in all three channels. `eye` is what is known of the side: without it the
    file's name tells, where it does, unless it is `unknown`; `detect` looks for the optic disc
    where the name does not tell. What a DICOM file says of its eye wins over its name, and holds
    also where the eye is `unknown`.

    Raises:
        SettingError: `eye` is something else.
        PhotographError: not a picture, cut off, several frames, too large, grey, or unreadable.
        TypeError: a source of another type.
    """
    return open_with_eye(source, eye_of(source, eye), allow_grey=allow_grey)


def open_with_eye(
    source: PhotographSource,
    eye: EyeOption,
    *,
    allow_grey: bool = False,
    place: int | None = None,
    most: int | None = None,
) -> Photograph:
    """Open a photograph as `open_photograph` does, without asking its file's name for the eye.

    A study has read the names with their folders and in pairs, which may give another side.
    `place`: as `source_name` takes it. `most`: as `read_versioned` takes it.
    """
    name, version = source_name(source, place), None
    if isinstance(source, str | os.PathLike | StoredPhotograph):
        source, version = read_versioned(source, most)
    digest = hashlib.sha256(source).hexdigest() if isinstance(source, bytes) else None
    with errors_of(name, digest, version):
        picture = picture_of(source)
        return Photograph(name, picture, digest, allow_grey=allow_grey, eye=eye, version=version)


def eye_of(source: PhotographSource, option: object) -> EyeOption:
    """Resolve what is said of a photograph's eye, by its file's name where nothing is said.

    `detect` stays where the name does not tell.

    Raises:
        SettingError: `option` is no side, no `Eye`, not `detect`, not `unknown` and not None.
    """
    return known_eye(option, file_name(source))


def read(
    source: PhotographSource, *, allow_grey: bool = False, decoder: Decoder = "pillow"
) -> NDArray[np.uint8]:
    """Read a photograph at full size: uint8 (height, width, 3), RGB, upright.

    Args:
        source: a path, the bytes of a picture file, a Pillow image, or an array (height, width, 3)
            of RGB or (height, width, 4) of RGBA, uint8 or uint16.
        allow_grey: accept a picture without colour; its grey values stand in all three channels.
        decoder: whose pixels a JPEG gets, `pillow` or `tensorflow`, as a manifest's `[input]` says.

    Raises:
        PhotographError: not a picture, damaged, black, several frames, too large, grey, or no file.
        TypeError: a source of another type.

    >>> pixels = gantei.read("demo/person-00001-left.jpg")
    >>> pixels.shape, pixels.dtype
    ((1464, 2196, 3), dtype('uint8'))
    """
    return np.array(open_photograph(source, allow_grey=allow_grey).pixels(decoder=decoder))
