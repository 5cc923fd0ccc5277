"""The photographs of a call, one after the other, with what is known of their eyes."""

import os
from collections.abc import Iterable, Iterator
from itertools import tee
from pathlib import Path

import numpy as np
from PIL import Image

from ..errors import SettingError
from ..photographs.eyes import Eye, EyeOption, EyeOptions, eyes_of
from ..photographs.listing import list_photographs
from ..photographs.photograph import eye_of
from ..photographs.photograph_source import PhotographSource
from ..photographs.stored_photograph import StoredPhotograph


def each_photograph(
    photographs: PhotographSource | Iterable[PhotographSource],
) -> Iterator[PhotographSource]:
    """Give the photographs one after the other; a folder stands for those in it and below.

    Raises:
        SettingError: neither a photograph nor several.
        OutputError: a folder cannot be read, or holds no photographs.
    """
    if isinstance(
        photographs, str | bytes | os.PathLike | Image.Image | np.ndarray | StoredPhotograph
    ):
        photographs = [photographs]
    if not isinstance(photographs, Iterable):
        kind = type(photographs).__name__
        raise SettingError(
            f"photographs are paths, bytes, Pillow images or arrays, one or several, not {kind}"
        )
    for each in photographs:
        if isinstance(each, str | os.PathLike) and Path(each).is_dir():
            yield from (listed.source for listed in list_photographs([Path(each)]).photographs)
        else:
            yield each


def with_eyes(
    photographs: Iterable[PhotographSource], eyes: EyeOptions
) -> tuple[Iterable[PhotographSource], Iterable[EyeOption] | None]:
    """Pair photographs with what the caller says of their eyes, as `estimate` takes both.

    What is said of each photograph by itself must fit all of them, so they are collected first.

    Raises:
        SettingError: `eyes` makes no sense, or is of other photographs.
    """
    if eyes is None:
        return photographs, None
    if isinstance(eyes, str | Eye):
        sources, named = tee(photographs)
        return sources, (eye_of(each, eyes) for each in named)
    sources_in_memory = list(photographs)
    return sources_in_memory, eyes_of(sources_in_memory, eyes)
