"""How many bytes a photograph takes on its way to the networks, before it is decoded.

This is the one place that says so: the service and `gantei predict` decode nothing for which there
is no room. What it gives is an upper bound, but for a file that is made to make a decoder in the
helper process take more than any picture needs; `helper_memory` limits that.
"""

import math
from collections.abc import Iterable

from ..errors import PhotographError
from ..findings.finding import Finding
from ..manifests.manifest import InputSpec
from .decoding_memory import RGB
from .eyes import DETECT
from .network_view import ViewSpec, reduction, view_spec
from .photograph import Photograph
from .resampling import OWN

_FIXED = 32 * 2**20
"""Bytes of strips, averaged pictures and of the decoders themselves, whatever the picture."""
_LARGEST_SQUARE = 4  # as in `field_of_view`: times the picture, where a disc reaches beyond it
_WEIGHTS = 64  # bytes of Pillow's weights per row and column
_INPUT = 4 * 3 * 4  # bytes per pixel of a network's input: float32 of three colours, some copies


def bytes_needed(
    photograph: Photograph, asked: Iterable[tuple[InputSpec, bool]], *, is_drawn: bool = False
) -> int:
    """Estimate the bytes that decoding a photograph and preparing it takes at most.

    Args:
        photograph: opened, not decoded yet. The bytes of its file are not counted.
        asked: for each network what it takes, and whether it may be decoded at reduced size.
        is_drawn: whether a map is drawn over it.

    Raises:
        UnsettledError: a fact of a network's input is unknown.

    >>> from gantei.photographs.photograph import open_photograph
    >>> photograph = open_photograph("demo/person-00001-left.jpg")
    >>> network = gantei.load("demo-age")
    >>> bytes_needed(photograph, [(network.manifest.input, network.reduces)]) // 10**6
    50
    """
    wanted = {view_spec(spec, reduced=reduced) for spec, reduced in asked}
    by_tensorflow = {each for each in wanted if _is_by_tensorflow(photograph, each)}
    is_sought = photograph.eye_option == DETECT
    memory = photograph.memory
    kept, decoding = 0, 0
    if by_tensorflow:
        kept += memory.kept(1)
        decoding = memory.peak(1, by_tensorflow=True) - memory.kept(1)
    if wanted != by_tensorflow or is_sought or is_drawn:
        least = min((_least_scale(photograph, each) for each in wanted), default=1)
        kept += sum(memory.kept(scale) for scale in photograph.scales if scale >= least)
        decoding = max(decoding, memory.peak(least) - memory.kept(least))
    looking = max((_while_looked_at(photograph, each) for each in wanted), default=0)
    if is_sought:
        looking = max(looking, RGB * _LARGEST_SQUARE * memory.pixels)
    inputs = sum(_INPUT * each.size[0] * each.size[1] for each in wanted)
    return _FIXED + kept + max(decoding, looking) + inputs


def exceeds_memory(photograph: Photograph, needed: int, room: int) -> PhotographError:
    """The error of a photograph that needs more bytes than there can be for it."""
    height, width = photograph.size
    megabytes = {"needed": -(-needed // 10**6), "room": room // 10**6}
    finding = Finding("exceeds-memory", width=width, height=height, **megabytes)
    return PhotographError(finding, photograph.name, photograph.sha256)


def _is_by_tensorflow(photograph: Photograph, wanted: ViewSpec) -> bool:
    return wanted.decoder == "tensorflow" and photograph.has_decoders


def _least_scale(photograph: Photograph, wanted: ViewSpec) -> int:
    """The least reduction at which it may be decoded: how large its disc is shows only then."""
    return reduction(photograph, wanted) if wanted.reduced and wanted.crop == "none" else 1


def _while_looked_at(photograph: Photograph, wanted: ViewSpec) -> int:
    """Bytes beside the decoded picture while it is cut and resampled."""
    height, width = photograph.size
    pixels, rows = height * width, height
    copies = 3 * pixels * 2 if wanted.resampling in OWN else 0  # as an array, by way of bytes
    if wanted.crop == "disc":
        rows = math.isqrt(_LARGEST_SQUARE * pixels)
        copies = 3 * _LARGEST_SQUARE * pixels if copies else 0
    elif wanted.crop == "box":
        copies = max(6 * pixels, RGB * pixels + copies)
    return copies + RGB * wanted.size[1] * rows + _WEIGHTS * (rows + width)
