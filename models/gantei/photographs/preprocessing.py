"""Preprocessing: what the network sees of a photograph, as the code that trained it made it."""

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import PhotographError
from ..findings.finding import Finding
from ..manifests.fields import Side
from ..manifests.manifest import InputSpec, MeanStd
from .network_view import NetworkView, ViewSpec, look, look_at_image, view_spec
from .photograph import Photograph
from .photograph_source import errors_of, source_name

MOST_STRETCHED = 1.05
"""How far a box may be from the input's shape without a word: a whole disc's edges move by 1 %."""


def prepare(
    pixels: NDArray[np.uint8], spec: InputSpec, eye: Side | None = None
) -> NDArray[np.float32]:
    """Turn full-size pixels into a network's input: float32 (height, width, 3).

    Args:
        pixels: uint8 (h, w, 3), RGB, upright, as `read` returns them.
        spec: what the network takes: `manifest.input`.
        eye: `right` or `left`, the eye that they show, for a network that has left eyes mirrored.

    Raises:
        ValueError: the array has another shape or dtype.
        UnsettledError: a fact of `spec` is unknown.
        PhotographError: a disc was to be found in a black picture, or the eye is needed.

    >>> spec = gantei.load("demo-age").manifest.input
    >>> batch = gantei.prepare(gantei.read("demo/person-00001-left.jpg"), spec)
    >>> batch.shape, batch.dtype
    ((160, 160, 3), dtype('float32'))
    """
    wanted = view_spec(spec)
    if spec.mirror == "left-eyes" and eye is None:
        raise PhotographError(Finding("eye-needed"), source_name(pixels))
    mirrored = spec.mirror == "left-eyes" and eye == "left"
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
        raise ValueError(f"pixels are uint8 (h, w, 3), not {pixels.dtype} {pixels.shape}")
    with errors_of(source_name(pixels)):
        view = look_at_image(Image.fromarray(pixels), wanted)
    return scaled(view, spec, mirrored=mirrored)


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
    wanted = view_spec(spec, reduced=reduced)
    mirrored = is_mirrored(photograph, spec)
    return scaled(look(photograph, wanted), spec, mirrored=mirrored)


def is_mirrored(photograph: Photograph, spec: InputSpec) -> bool:
    """Whether the network sees the photograph mirrored left to right.

    Raises:
        PhotographError: that depends on the eye, and nothing tells it.
    """
    if spec.mirror != "left-eyes":
        return False
    eye = photograph.eye_or_finding
    if isinstance(eye, Finding):
        raise PhotographError(eye, photograph.name, photograph.sha256)
    return eye.side == "left"


def views_of(
    photograph: Photograph, asked: Iterable[tuple[InputSpec, bool]]
) -> list[tuple[NetworkView, bool]]:
    """Look at a photograph for several networks, once for all that see the same.

    `asked`: for each network what it takes, and whether it may be decoded at reduced size.

    Returns:
        For each the view, which is not mirrored yet, and whether the network sees it mirrored.

    Raises:
        UnsettledError, PhotographError: as `prepare_photograph`.
    """
    views: dict[ViewSpec, NetworkView] = {}
    seen = []
    for spec, reduced in asked:
        wanted = view_spec(spec, reduced=reduced)
        mirrored = is_mirrored(photograph, spec)
        if wanted not in views:
            views[wanted] = look(photograph, wanted)
        seen.append((views[wanted], mirrored))
    return seen


def findings_on(view: NetworkView, spec: InputSpec) -> tuple[Finding, ...]:
    """Say what is odd about what the network sees: a stretched disc, or one enlarged."""
    left, top, right, bottom = view.box
    height, width, _ = view.pixels.shape
    size = {"width": right - left, "height": bottom - top, "to_width": width, "to_height": height}
    findings = []
    stretched = (right - left) * height / ((bottom - top) * width)
    if spec.crop == "box" and abs(math.log(stretched)) > math.log(MOST_STRETCHED):
        findings.append(Finding("stretched", **size))
    if right - left < width or bottom - top < height:
        findings.append(Finding("enlarged", **size))
    return tuple(findings)


def scaled(view: NetworkView, spec: InputSpec, *, mirrored: bool = False) -> NDArray[np.float32]:
    """Mirror, order the channels and scale the values; mean and std are in the network's order."""
    pixels = pixels_of(view, mirrored=mirrored)
    ordered = pixels[..., ::-1] if spec.colour == "bgr" else pixels
    result = np.array(ordered, dtype=np.float32, order="C")
    if isinstance(spec.scale, MeanStd):
        height, width, _ = result.shape
        rows = result.reshape(height, -1)  # a long inner axis: 5 times faster than one of 3
        rows -= np.tile(np.array(spec.scale.mean, np.float32), width)
        rows /= np.tile(np.array(spec.scale.std, np.float32), width)
    return result


def pixels_of(
    view: NetworkView, *, mirrored: bool = False
) -> NDArray[np.uint8] | NDArray[np.float32]:
    """Give what the network sees, mirrored where it sees that, before `scaled` scales it.

    Mirrored after resampling, which gives what mirroring before it does up to a level of rounding.
    """
    return view.pixels[:, ::-1] if mirrored else view.pixels
