"""Preprocessing: what the network sees of a photograph, as the code that trained it made it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import PhotographError, UnsettledError
from ..manifests.fields import UNKNOWN, Resampling
from ..manifests.manifest import InputSpec, MeanStd
from .decoding import SCALES
from .field_of_view import Square, averaging_step, find_disc
from .photograph import Photograph
from .resampling import ANTIALIASED, Box, resample

DRAFT_FACTOR = 4
DRAFT_LEAST = 800
"""A JPEG decoded at reduced size keeps at least so many times the network's side, and so many px.

What it changes is rounding: one value of the input in ten moves by a grey level, which averages out
the better, the more values there are. Measured on 500 drawn photographs of each of two seeds, the
outputs of the demo estimators (160 px, so that 800 stay) move by up to 0.076 years and 0.0032 in
probability; 0.1 years and 0.005 are allowed. With 640 px it was 0.108 years and 0.0058."""


def draft_side(side: int) -> int:
    """How many px have to stay for `side` px of the network's input, to decode at reduced size."""
    return max(DRAFT_FACTOR * side, DRAFT_LEAST)


def prepare(pixels: NDArray[np.uint8], spec: InputSpec) -> NDArray[np.float32]:
    """Prepare full-size pixels, uint8 (h, w, 3) RGB: float32 (height, width, 3).

    `Estimator.predict` prepares an encoded JPEG by `prepare_photograph`, whose scaled decoding
    moves the demo estimators' answers within the limits that benchmarks/demo_accuracy.py checks.

    Raises:
        ValueError: the array has another shape or dtype.
        UnsettledError: a fact of `spec` is unknown.
        PhotographError: a disc was to be found in a black picture.
    """
    size, method = _settled(spec)
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
        raise ValueError(f"pixels are uint8 (h, w, 3), not {pixels.dtype} {pixels.shape}")
    image = Image.fromarray(pixels)
    box = None
    if spec.crop == "disc":
        square = find_disc(image)
        image, box = (square if method in ANTIALIASED else square.rounded()).cut(image)
    return _scaled(resample(image, size, method, box), spec)


def prepare_photograph(photograph: Photograph, spec: InputSpec) -> NDArray[np.float32]:
    """Prepare a photograph the fastest right way: float32 (height, width, 3).

    Where the resampling averages anyway, a JPEG is decoded at 1/2, 1/4 or 1/8, as long as what
    fills the input keeps `draft_side` of its sides. The result depends on nothing but the
    photograph and `spec`.

    Raises:
        UnsettledError: as `prepare`.
        PhotographError: as `prepare`, and where decoding shows damage or no colour.
    """
    return _scaled(_seen(photograph, spec).pixels, spec)


def seen_box(photograph: Photograph, spec: InputSpec) -> Box:
    """Tell which part of the full-size upright photograph the network sees.

    Returns:
        left, top, right, bottom in pixels. A disc's square may reach beyond the photograph.

    Raises:
        UnsettledError, PhotographError: as `prepare_photograph`.
    """
    return _seen(photograph, spec).box


def remarks_on(photograph: Photograph, spec: InputSpec) -> tuple[str, ...]:
    """Say what is odd about what the network sees: no disc was found, or it had to be enlarged.

    Raises:
        UnsettledError, PhotographError: as `prepare_photograph`.
    """
    seen, (height, width) = _seen(photograph, spec), _settled(spec)[0]
    left, top, right, bottom = seen.box
    remarks = []
    if seen.around != "disc":
        remarks.append(f"no disc on a dark surround was found: its whole {seen.around} was taken")
    if right - left < width or bottom - top < height:
        remarks.append(
            f"enlarged from {right - left:.0f} x {bottom - top:.0f} px to the network's "
            f"{width} x {height}"
        )
    return tuple(remarks)


class _Seen(NamedTuple):
    """What a network sees before colour order and scaling, and where that lies at full size."""

    pixels: NDArray[np.uint8] | NDArray[np.float32]
    box: Box
    around: str


def _seen(photograph: Photograph, spec: InputSpec) -> _Seen:
    """Decode, crop and resample, once for all estimators that see the same."""
    size, method = _settled(spec)
    key = (size, spec.crop, method)
    if key not in photograph.seen:
        photograph.seen[key] = _look(photograph, spec.crop, size, method)
    seen: _Seen = photograph.seen[key]
    return seen


def _look(photograph: Photograph, crop: str, size: tuple[int, int], method: Resampling) -> _Seen:
    scale = _scale(photograph, crop, size, method)
    if crop == "none":
        pixels = resample(photograph.picture(scale), size, method, photograph.frame(scale))
        height, width = photograph.size
        return _Seen(pixels, (0.0, 0.0, float(width), float(height)), "disc")
    scale, square = _disc(photograph, scale, max(size))
    square = square if method in ANTIALIASED else square.rounded()
    image, box = square.cut(photograph.picture(scale))
    left, top = photograph.frame(scale)[:2]
    left, top, side = (square.left - left) * scale, (square.top - top) * scale, square.side * scale
    return _Seen(
        resample(image, size, method, box), (left, top, left + side, top + side), square.around
    )


def _scale(photograph: Photograph, crop: str, size: tuple[int, int], method: Resampling) -> int:
    """How far the whole photograph may be reduced while decoding."""
    if method not in ANTIALIASED:
        return 1
    height, width = size if crop == "none" else (max(size), max(size))
    return photograph.scale(draft_side(height), draft_side(width))


def _settled(spec: InputSpec) -> tuple[tuple[int, int], Resampling]:
    size, method = spec.size, spec.resampling
    unknown = [key for key in InputSpec.model_fields if getattr(spec, key) == UNKNOWN]
    if unknown or size == UNKNOWN or method == UNKNOWN:  # noqa: PLR1714 - mypy reads only this
        raise UnsettledError(f"input.{unknown[0]} is unknown; settle it before predicting")
    return size, method


def _disc(photograph: Photograph, scale: int, side: int) -> tuple[int, Square]:
    """Find the disc: a scale, at most the given one, and the disc's square at it.

    The disc alone has to fill `side` as many times as the whole photograph has.
    """
    step, kept = averaging_step(photograph.size), draft_side(side)
    scale = min(scale, step)
    while True:
        image = photograph.picture(scale)
        try:
            square = find_disc(image, step // scale)
        except PhotographError as error:
            raise PhotographError(f"{photograph.name}: {error}") from error
        if scale == 1 or square.side >= kept:
            return scale, square
        whole = square.side * scale
        scale = next((s for s in SCALES if s < scale and whole >= kept * s), 1)


def _scaled(
    pixels: NDArray[np.uint8] | NDArray[np.float32], spec: InputSpec
) -> NDArray[np.float32]:
    """Order the channels and scale the values; mean and std are in the network's order."""
    ordered = pixels[..., ::-1] if spec.colour == "bgr" else pixels
    result = np.array(ordered, dtype=np.float32, order="C")
    if isinstance(spec.scale, MeanStd):
        height, width, _ = result.shape
        rows = result.reshape(height, -1)  # a long inner axis: 5 times faster than one of 3
        rows -= np.tile(np.array(spec.scale.mean, np.float32), width)
        rows /= np.tile(np.array(spec.scale.std, np.float32), width)
    return result
