"""Photographs as a network sees them, prepared once for all epochs."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gantei.errors import PhotographError, SettingError, UnsettledError, drop_tracebacks
from gantei.inference.parallel import ordered
from gantei.manifests.fields import UNKNOWN
from gantei.manifests.input_output import InputSpec, MeanStd
from gantei.photographs.network_view import look, view_spec
from gantei.photographs.photograph import Photograph, open_with_eye
from gantei.photographs.preprocessing import is_mirrored
from gantei.system.cores import cores

from ..adapting.embedding import unreadable
from ..adapting.labelled_photographs import LabelledPhotographs

LARGEST_IN_MEMORY = 1 << 30
"""Bytes of prepared photographs; more lie in a temporary file, of which what is used is read."""
LARGEST_PREPARED = 64 << 30
"""Bytes; 400,000 photographs of 224 px, or 54,000 of 600 px. More are refused."""


@dataclass(frozen=True)
class PreparedPhotographs:
    """Photographs cut out and resampled for a network, with their labels, a row per photograph.

    Attributes:
        pixels: uint8 (n, height, width, 3), RGB, mirrored where the network wants it. Where the
            resampling gives fractions of a grey level, they are rounded.
        spec: what the network takes.
        truths: float64 (n,), numbers in the target's unit; intp (n,), classes, otherwise.
        persons: intp (n,), 0 to `people` - 1: whose photograph it is.
        people: how many there are.
        ages: float64 (n,), years; nan where unknown.
    """

    pixels: NDArray[np.uint8]
    spec: InputSpec
    truths: NDArray[Any]
    persons: NDArray[np.intp]
    people: int
    ages: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.truths)

    def network_values(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Order the channels of pixels (n, height, width, 3) and scale them, as for a prediction.

        Returns:
            float32 (n, height, width, 3).
        """
        ordered = pixels[..., ::-1] if self.spec.colour == "bgr" else pixels
        values = np.array(ordered, dtype=np.float32, order="C")
        if isinstance(self.spec.scale, MeanStd):
            values -= np.array(self.spec.scale.mean, np.float32)
            values /= np.array(self.spec.scale.std, np.float32)
        return values


def prepared_pixels(photograph: Photograph, spec: InputSpec) -> NDArray[np.uint8]:
    """Cut out and resample one photograph: uint8 (height, width, 3), RGB, mirrored where asked.

    Raises:
        UnsettledError: a fact of `spec` is unknown.
        PhotographError: as for a prediction.
    """
    mirrored = is_mirrored(photograph, spec)
    pixels = look(photograph, view_spec(spec)).pixels
    if pixels.dtype != np.uint8:
        pixels = np.clip(np.rint(pixels), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(pixels[:, ::-1] if mirrored else pixels).astype(np.uint8)


@contextmanager
def prepared_photographs(
    labelled: LabelledPhotographs,
    spec: InputSpec,
    *,
    allow_grey: bool = False,
    workers: int | None = None,
    advance: Callable[[int], object] = lambda photographs: None,
) -> Iterator[tuple[LabelledPhotographs, PreparedPhotographs]]:
    """Prepare photographs, several at a time; those that cannot be read are listed and left out.

    The pixels are in memory or, where they are many, in a temporary file that only its owner reads
    and that is gone after the block.

    Args:
        labelled: the photographs.
        spec: what the network takes.
        allow_grey: let pictures without colour pass.
        workers: photographs that are decoded at the same time; None: one per core.
        advance: called with 1 after each.

    Yields:
        The photographs that could be read, with why the others are left out, and their pixels.

    Raises:
        SettingError: together they would be larger than `LARGEST_PREPARED`.
        UnsettledError: a fact of `spec` is unknown.
        OutputError: no photograph can be read.
    """
    view_spec(spec)

    def prepared(place: int) -> NDArray[np.uint8] | PhotographError:
        listed = labelled.photographs[place]
        try:
            photograph = open_with_eye(listed.source, listed.eye, allow_grey=allow_grey)
            return prepared_pixels(photograph, spec)
        except PhotographError as error:
            drop_tracebacks(error)
            return error

    with _room_for(len(labelled), _sides(spec)) as pixels:
        kept: list[int] = []
        exclusions = []
        with closing(ordered(prepared, range(len(labelled)), workers or cores())) as results:
            for place, result in enumerate(results):
                advance(1)
                if isinstance(result, PhotographError):
                    exclusions.append(unreadable(labelled, place, str(result)))
                    continue
                pixels[len(kept)] = result
                kept.append(place)
        left = labelled.only(kept, exclusions)
        yield (
            left,
            PreparedPhotographs(
                pixels[: len(kept)], spec, left.truths, left.persons, left.people, left.ages
            ),
        )


@contextmanager
def _room_for(count: int, sides: tuple[int, int]) -> Iterator[NDArray[np.uint8]]:
    """Give an array for so many photographs, in memory or in a file."""
    shape = (count, *sides, 3)
    size = int(np.prod(shape, dtype=np.int64))
    if size > LARGEST_PREPARED:
        raise SettingError(
            f"{count:,} photographs of {sides[0]} x {sides[1]} px would take {size:,} bytes; at "
            f"most {LARGEST_PREPARED:,} are trained on at once"
        )
    if size <= LARGEST_IN_MEMORY:
        yield np.empty(shape, np.uint8)
        return
    with tempfile.TemporaryDirectory(prefix="gantei-") as folder:
        yield np.memmap(Path(folder, "pixels"), np.uint8, "w+", shape=shape)


def _sides(spec: InputSpec) -> tuple[int, int]:
    if spec.size == UNKNOWN:
        raise UnsettledError("input.size is unknown; settle it before training")
    return spec.size
