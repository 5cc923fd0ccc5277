"""Preprocessing: what the network sees of a photograph, as the code that trained it made it."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import PhotographError, UnsettledError
from ..findings.finding import Finding
from ..manifests.fields import UNKNOWN, Crop, Decoder, Resampling, Side
from ..manifests.manifest import InputSpec, MeanStd
from .bright_part import Part, find_box
from .field_of_view import Square, averaging_step, find_disc
from .photograph import Photograph, errors_of
from .resampling import ANTIALIASED, Box, resample

DRAFT_FACTOR = 4
DRAFT_LEAST = 800
"""A JPEG decoded at reduced size keeps at least so many times the network's side, and so many px.

It is for estimators whose manifest permits it by a measurement (`[reduced_decoding]`); all others
see every photograph decoded in full. On drawn photographs one value of the input in ten moves by a
grey level, from rounding, which averages out the better, the more values there are; on fine colour
detail values move by up to 27 levels. The outputs of the demo estimators (160 px, so that 800 stay)
moved on 500 drawn photographs of each of two seeds by up to 0.076 years and 0.0032 in probability;
with 640 px it was 0.108 years and 0.0058."""


MOST_STRETCHED = 1.05
"""How far a box may be from the input's shape without a word: a whole disc's edges move by 1 %."""


def draft_side(side: int) -> int:
    """How many px have to stay for `side` px of the network's input, to decode at reduced size."""
    return max(DRAFT_FACTOR * side, DRAFT_LEAST)


def prepare(
    pixels: NDArray[np.uint8], spec: InputSpec, eye: Side | None = None
) -> NDArray[np.float32]:
    """Prepare full-size pixels, uint8 (h, w, 3) RGB: float32 (height, width, 3).

    `eye` is the side that they show, for a network that has left eyes mirrored.

    Raises:
        ValueError: the array has another shape or dtype.
        UnsettledError: a fact of `spec` is unknown.
        PhotographError: a disc was to be found in a black picture, or the eye is needed.
    """
    wanted = _settled(spec)
    if spec.mirror == "left-eyes" and eye is None:
        raise PhotographError(Finding("eye-needed"))
    mirrored = spec.mirror == "left-eyes" and eye == "left"
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
        raise ValueError(f"pixels are uint8 (h, w, 3), not {pixels.dtype} {pixels.shape}")
    image = Image.fromarray(pixels)
    box = None
    if wanted.crop == "box":
        image = _box(image, wanted.size).cut(image)
    elif wanted.crop == "disc":
        square = find_disc(image)
        image, box = (square if wanted.method in ANTIALIASED else square.rounded()).cut(image)
    return _scaled(resample(image, wanted.size, wanted.method, box), spec, mirrored=mirrored)


def prepare_photograph(
    photograph: Photograph, spec: InputSpec, *, reduced: bool = False
) -> NDArray[np.float32]:
    """Prepare a photograph as `prepare` does its pixels: float32 (height, width, 3).

    With `reduced`, and where the resampling averages anyway, a JPEG is decoded at 1/2, 1/4 or 1/8,
    as long as what fills the input keeps `draft_side` of its sides: three times as fast on a large
    one, and nearly the same. The result depends on nothing but the photograph, its eye and the
    arguments.

    Raises:
        UnsettledError: as `prepare`.
        PhotographError: as `prepare`, and where decoding shows damage or no colour.
    """
    mirrored = is_mirrored(photograph, spec)
    return _scaled(_seen(photograph, spec, reduced).pixels, spec, mirrored=mirrored)


def is_mirrored(photograph: Photograph, spec: InputSpec) -> bool:
    """Whether the network sees the photograph mirrored left to right.

    Raises:
        PhotographError: that depends on the eye, and nothing tells it.
    """
    if spec.mirror != "left-eyes":
        return False
    eye = photograph.eye
    if eye is None:
        why = Finding("eye-not-found") if photograph.sought_in_vain else Finding("eye-needed")
        raise PhotographError(why, photograph.name, photograph.sha256)
    return eye.side == "left"


def seen_box(photograph: Photograph, spec: InputSpec, *, reduced: bool = False) -> Box:
    """Tell which part of the full-size upright photograph the network sees.

    Returns:
        left, top, right, bottom in pixels. A disc's square may reach beyond the photograph.

    Raises:
        UnsettledError, PhotographError: as `prepare_photograph`.
    """
    return _seen(photograph, spec, reduced).box


def findings_on(
    photograph: Photograph, spec: InputSpec, *, reduced: bool = False
) -> tuple[Finding, ...]:
    """Say what is odd about what the network sees: no disc, a stretched one, one enlarged.

    Raises:
        UnsettledError, PhotographError: as `prepare_photograph`.
    """
    seen, (height, width) = _seen(photograph, spec, reduced), _settled(spec)[0]
    left, top, right, bottom = seen.box
    size = {"width": right - left, "height": bottom - top, "to_width": width, "to_height": height}
    findings = []
    if seen.around != "disc":
        findings.append(Finding("no-disc", around=seen.around))
    stretched = (right - left) * height / ((bottom - top) * width)
    if spec.crop == "box" and abs(math.log(stretched)) > math.log(MOST_STRETCHED):
        findings.append(Finding("stretched", **size))
    if right - left < width or bottom - top < height:
        findings.append(Finding("enlarged", **size))
    return tuple(findings)


class _Seen(NamedTuple):
    """What a network sees before colour order and scaling, and where that lies at full size."""

    pixels: NDArray[np.uint8] | NDArray[np.float32]
    box: Box
    around: str


class _Wanted(NamedTuple):
    """What a network asks for, before colour order and scaling."""

    size: tuple[int, int]
    crop: Crop
    decoder: Decoder
    method: Resampling


def _seen(photograph: Photograph, spec: InputSpec, reduced: bool) -> _Seen:
    """Decode, crop and resample, once for all estimators that see the same."""
    wanted = _settled(spec)
    key = (wanted, reduced)
    if key not in photograph.seen:
        scale = reduction(photograph, spec) if reduced else 1
        photograph.seen[key] = _look(photograph, wanted, scale)
    seen: _Seen = photograph.seen[key]
    return seen


def _look(photograph: Photograph, wanted: _Wanted, scale: int) -> _Seen:
    size, crop, decoder, method = wanted
    if crop == "disc":
        return _look_at_disc(photograph, wanted, scale)
    picture = photograph.picture(scale, decoder)
    if crop == "box":
        with errors_of(photograph.name, photograph.sha256):
            part = _box(picture, size)
        return _Seen(resample(part.cut(picture), size, method), part.box, part.around)
    height, width = photograph.size
    return _Seen(
        resample(picture, size, method, photograph.frame(scale)),
        (0.0, 0.0, float(width), float(height)),
        "disc",
    )


def _box(image: Image.Image, size: tuple[int, int]) -> Part:
    """Find the box; a picture of the network's own size has been cut and stretched before."""
    height, width = size
    if image.size == (width, height):
        return Part((0, 0, width, height), "disc")
    return find_box(image)


def _look_at_disc(photograph: Photograph, wanted: _Wanted, scale: int) -> _Seen:
    size, _, decoder, method = wanted
    scale, square = _disc(photograph, scale, wanted)
    square = square if method in ANTIALIASED else square.rounded()
    image, box = square.cut(photograph.picture(scale, decoder))
    left, top = photograph.frame(scale)[:2]
    left, top, side = (square.left - left) * scale, (square.top - top) * scale, square.side * scale
    return _Seen(
        resample(image, size, method, box), (left, top, left + side, top + side), square.around
    )


def reduction(photograph: Photograph, spec: InputSpec) -> int:
    """How far the whole photograph may be reduced while decoding: by 1, 2, 4 or 8.

    A box has whole pixels of the photograph, and TensorFlow decodes all of them.

    Raises:
        UnsettledError: as `prepare_photograph`.
    """
    size, crop, decoder, method = _settled(spec)
    if method not in ANTIALIASED or decoder == "tensorflow" or crop == "box":
        return 1
    height, width = size if crop == "none" else (max(size), max(size))
    return photograph.scale(draft_side(height), draft_side(width))


def _settled(spec: InputSpec) -> _Wanted:
    size, crop, decoder, method = spec.size, spec.crop, spec.decoder, spec.resampling
    unknown = [key for key in InputSpec.model_fields if getattr(spec, key) == UNKNOWN]
    if unknown or size == UNKNOWN:
        raise UnsettledError(f"input.{unknown[0]} is unknown; settle it before predicting")
    return _Wanted(size, crop, decoder, method)


def _disc(photograph: Photograph, scale: int, wanted: _Wanted) -> tuple[int, Square]:
    """Find the disc: a scale, at most the given one, and the disc's square at it.

    The disc alone has to fill the input as many times as the whole photograph has.
    """
    step, kept = averaging_step(photograph.size), draft_side(max(wanted.size))
    scale = min(scale, step)
    while True:
        image = photograph.picture(scale, wanted.decoder)
        with errors_of(photograph.name, photograph.sha256):
            square = find_disc(image, step // scale)
        if scale == 1 or square.side >= kept:
            return scale, square
        whole = square.side * scale
        scale = next((s for s in photograph.scales if s < scale and whole >= kept * s), 1)


def _scaled(
    pixels: NDArray[np.uint8] | NDArray[np.float32], spec: InputSpec, *, mirrored: bool
) -> NDArray[np.float32]:
    """Mirror, order the channels and scale the values; mean and std are in the network's order.

    Mirrored after resampling, which gives what mirroring before it does up to a level of rounding.
    """
    pixels = pixels[:, ::-1] if mirrored else pixels
    ordered = pixels[..., ::-1] if spec.colour == "bgr" else pixels
    result = np.array(ordered, dtype=np.float32, order="C")
    if isinstance(spec.scale, MeanStd):
        height, width, _ = result.shape
        rows = result.reshape(height, -1)  # a long inner axis: 5 times faster than one of 3
        rows -= np.tile(np.array(spec.scale.mean, np.float32), width)
        rows /= np.tile(np.array(spec.scale.std, np.float32), width)
    return result
