"""What the helper process answers about a picture, and the image of it."""

from collections.abc import Mapping
from typing import Any

from PIL import Image

from ...errors import PhotographError
from ...findings.finding import Finding
from ..deep_values import Depth

DECODERS = "gantei.photographs.decoders"
"""The package of the jobs, which only the helper process imports."""


def image_of(
    answer: tuple[Mapping[str, Any], bytes], size: tuple[int, int], format: str
) -> tuple[Image.Image, Depth]:
    """Make an image of what a job answered: its mode, its size, its depth where that is deep.

    Raises:
        PhotographError: it is not of the size (width, height) that the file's header says.
    """
    facts, values = answer
    if tuple(facts["size"]) != size:
        width, height = facts["size"]
        why = f"its header says {size[0]} x {size[1]} pixels, its picture has {width} x {height}"
        raise PhotographError(Finding("damaged-picture", format=format, why=why))
    return Image.frombytes(facts["mode"], size, values), Depth(*facts.get("depth", ()))
