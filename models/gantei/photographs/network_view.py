"""What a network sees of a photograph, before colour order and scaling: a part of it, resampled."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import UnsettledError
from ..manifests.fields import UNKNOWN, Crop, Decoder, Resampling
from ..manifests.manifest import InputSpec
from .bright_part import Part, find_box
from .field_of_view import Square, averaging_step, find_disc
from .photograph import Photograph
from .photograph_source import errors_of
from .resampling import ANTIALIASED, Box, resample
from .square_resampling import resample_square

DRAFT_FACTOR = 4
DRAFT_LEAST = 800
"""A JPEG decoded at reduced size keeps at least so many times the network's side, and so many px.

It is for estimators whose manifest permits it by a measurement (`[reduced_decoding]`); all others
see every photograph decoded in full. On drawn photographs one value of the input in ten moves by a
grey level, from rounding, which averages out the better, the more values there are; on fine colour
detail values move by up to 27 levels. The outputs of the demo estimators (160 px, so that 800 stay)
moved on 500 drawn photographs of each of two seeds by up to 0.076 years and 0.0032 in probability;
with 640 px it was 0.108 years and 0.0058."""


class ViewSpec(NamedTuple):
    """What a network asks for; those that ask for the same share one view.

    `reduced`: a JPEG may be decoded at 1/2, 1/4 or 1/8, as long as what fills the input keeps
    `draft_side` of its sides.
    """

    size: tuple[int, int]
    crop: Crop
    decoder: Decoder
    resampling: Resampling
    reduced: bool


class NetworkView(NamedTuple):
    """What a network sees of a photograph.

    Attributes:
        pixels: (height, width, 3), RGB, 0 to 255.
        box: left, top, right, bottom of it in the full-size upright photograph, in pixels. A
            disc's square may reach beyond the photograph.
        around: what it is around: `disc`, `bright part` or `picture`.
    """

    pixels: NDArray[np.uint8] | NDArray[np.float32]
    box: Box
    around: str


def draft_side(side: int) -> int:
    """How many px have to stay for `side` px of the network's input, to decode at reduced size."""
    return max(DRAFT_FACTOR * side, DRAFT_LEAST)


def view_spec(spec: InputSpec, *, reduced: bool = False) -> ViewSpec:
    """Take from a manifest's input what decides on the view.

    Raises:
        UnsettledError: a fact of `spec` is unknown.
    """
    size = spec.size
    unknown = [key for key in InputSpec.model_fields if getattr(spec, key) == UNKNOWN]
    if unknown or size == UNKNOWN:
        raise UnsettledError(f"input.{unknown[0]} is unknown; settle it before predicting")
    return ViewSpec(size, spec.crop, spec.decoder, spec.resampling, reduced)


def look(photograph: Photograph, wanted: ViewSpec) -> NetworkView:
    """Decode a photograph, cut out what the network sees, and resample it to the network's size.

    The result depends on nothing but the photograph and `wanted`.

    Raises:
        PhotographError: decoding shows damage or no colour, or there is no field of view.
    """
    size, crop, decoder, method, reduced = wanted
    scale = reduction(photograph, wanted) if reduced else 1
    with errors_of(photograph.name, photograph.sha256):
        if crop == "disc":
            return _look_at_disc(photograph, wanted, scale)
        picture = photograph.picture(scale, decoder)
        if crop == "box":  # at full size
            return look_at_image(picture, wanted)
        height, width = photograph.size
        pixels = resample(picture, size, method, photograph.frame(scale))
        return NetworkView(pixels, (0.0, 0.0, float(width), float(height)), "disc")


def look_at_image(image: Image.Image, wanted: ViewSpec) -> NetworkView:
    """Cut and resample an upright RGB image as `look` does a photograph at full size.

    Raises:
        PhotographError: there is no field of view.
    """
    size, crop, _, method, _ = wanted
    if crop == "box":
        part = _box(image, size)
        return NetworkView(resample(part.cut(image), size, method), part.box, part.around)
    if crop == "none":
        whole = (0.0, 0.0, float(image.width), float(image.height))
        return NetworkView(resample(image, size, method), whole, "disc")
    square = _fitting(find_disc(image), method)
    left, top, side, around = square[:4]
    pixels = resample_square(image, square, size, method)
    return NetworkView(pixels, (left, top, left + side, top + side), around)


def _box(image: Image.Image, size: tuple[int, int]) -> Part:
    """Find the box; a picture of the network's own size has been cut and stretched before."""
    height, width = size
    if image.size == (width, height):
        return Part((0, 0, width, height), "disc")
    return find_box(image)


def _look_at_disc(photograph: Photograph, wanted: ViewSpec, scale: int) -> NetworkView:
    size, _, decoder, method, _ = wanted
    scale, square = _disc(photograph, scale, wanted)
    square = _fitting(square, method)
    pixels = resample_square(photograph.picture(scale, decoder), square, size, method)
    left, top = photograph.frame(scale)[:2]
    left, top, side = (square.left - left) * scale, (square.top - top) * scale, square.side * scale
    return NetworkView(pixels, (left, top, left + side, top + side), square.around)


def _fitting(square: Square, method: Resampling) -> Square:
    """The square, in whole pixels for a method that takes no others."""
    return square if method in ANTIALIASED else square.rounded()


def reduction(photograph: Photograph, wanted: ViewSpec) -> int:
    """How far the whole photograph may be reduced while decoding: by 1, 2, 4 or 8.

    A box has whole pixels of the photograph, and TensorFlow decodes all of them.
    """
    size, crop, decoder, method, _ = wanted
    if method not in ANTIALIASED or decoder == "tensorflow" or crop == "box":
        return 1
    height, width = size if crop == "none" else (max(size), max(size))
    return photograph.scale(draft_side(height), draft_side(width))


def _disc(photograph: Photograph, scale: int, wanted: ViewSpec) -> tuple[int, Square]:
    """Find the disc: a scale, at most the given one, and the disc's square at it.

    The disc alone has to fill the input as many times as the whole photograph has.
    """
    step, kept = averaging_step(photograph.size), draft_side(max(wanted.size))
    scale = min(scale, step)
    while True:
        square = photograph.field(scale, wanted.decoder).square()
        if scale == 1 or square.side >= kept:
            return scale, square
        whole = square.side * scale
        scale = next((s for s in photograph.scales if s < scale and whole >= kept * s), 1)
