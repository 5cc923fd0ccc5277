"""Which photographs calibrate a variant, and which judge it.

A photograph's part follows from the sha256 of its person's name where that is known, else of its
file: even, it may calibrate; odd, it judges. So nobody is in both parts, neither order nor the
photographs beside it decide, and a folder that grows moves no photograph to the other part. Of a
picture that is there several times, the first in the list counts.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gantei.errors import PhotographError, SettingError
from gantei.estimator.estimator import Estimator
from gantei.photographs.listing import PhotographList, StudyPhotograph
from gantei.photographs.photograph import open_photograph
from gantei.photographs.stored_photograph import PhotographPlace
from gantei.terminal.plural import counted

LEAST = 32
"""Photographs in each part that is needed."""
MOST_CALIBRATING = 256
"""Of a large study, those with the lowest sha256: calibration takes longer than inference."""
_GRID = 16
_ALIKE = 6.0
"""Levels of 255 by which no mean of a cell differs: then it is one picture, encoded or scaled anew.

Measured on 13 real photographs: JPEG of quality 30 to 95 and WebP of 50 move a mean by 4 at most,
another photograph moves one by 118 at least."""


@dataclass(frozen=True)
class CalibrationSplit:
    """The photographs of each part in the order of their sha256, and those that are in neither.

    `left_out` holds name and reason of each that the estimator cannot see, or that is the same
    picture as another.
    """

    calibration: tuple[PhotographPlace, ...]
    evaluation: tuple[PhotographPlace, ...]
    left_out: tuple[tuple[str, str], ...]


def split_photographs(
    listing: PhotographList,
    estimator: Estimator,
    *,
    calibrate: bool,
    allow_grey: bool = False,
    advance: Callable[[int], object] = lambda _: None,
) -> CalibrationSplit:
    """Read every photograph once and put the good ones into their parts.

    Args:
        listing: the photographs, as `gantei predict` takes them.
        estimator: what must be able to see them.
        calibrate: whether some are needed for calibration; if not, all of them judge.
        allow_grey: let pictures without colour pass.
        advance: called with 1 after each photograph.

    Raises:
        SettingError: a part has fewer than 32; the message says how many there are.
    """
    found: dict[str, tuple[PhotographPlace, bool]] = {}
    looks, left_out = _Looks(), []
    for listed in listing.photographs:
        try:
            photograph = open_photograph(listed.source, allow_grey=allow_grey)
            estimator.prepare(photograph)
            other = looks.alike(listed.name, photograph.pixels())
        except PhotographError as error:
            left_out.append((listed.name, error.worded(source="")))
        else:
            if other:
                left_out.append((listed.name, f"looks the same as {other}"))
            else:
                digest = str(photograph.sha256)
                found[digest] = listed.source, calibrate and _is_even(listed, digest)
        advance(1)
    ordered = [found[digest] for digest in sorted(found)]
    even = [path for path, calibrates in ordered if calibrates]
    odd = [path for path, calibrates in ordered if not calibrates]
    _refuse_few(len(even), len(odd), len(left_out), calibrate=calibrate)
    return CalibrationSplit(tuple(even[:MOST_CALIBRATING]), tuple(odd), tuple(left_out))


def _is_even(listed: StudyPhotograph, digest: str) -> bool:
    if listed.person:
        digest = hashlib.sha256(listed.person.name.encode()).hexdigest()
    return int(digest, 16) % 2 == 0


class _Looks:
    """Coarse pictures of the photographs so far, by which one that comes again is known."""

    def __init__(self) -> None:
        self._by_colour: dict[tuple[int, ...], list[tuple[str, NDArray[np.int16]]]] = {}

    def alike(self, name: str, pixels: NDArray[np.uint8]) -> str | None:
        """Give the name of a photograph that looks the same; keep this one if there is none.

        `pixels`: uint8 (h, w, 3).
        """
        small = Image.fromarray(pixels).resize((_GRID, _GRID), Image.Resampling.BOX)
        grid = np.asarray(small, np.int16)
        # Where no cell differs by more, no mean does: the others need not be looked at.
        place = tuple(int(mean // _ALIKE) for mean in grid.mean(axis=(0, 1)))
        for near in product(*((each - 1, each, each + 1) for each in place)):
            for other, kept in self._by_colour.get(near, ()):
                if np.abs(kept - grid).max() <= _ALIKE:
                    return other
        self._by_colour.setdefault(place, []).append((name, grid))
        return None


def _refuse_few(even: int, odd: int, left_out: int, *, calibrate: bool) -> None:
    if odd >= LEAST and (even >= LEAST or not calibrate):
        return
    usable, others = counted(even + odd, "different picture"), counted(left_out, "file")
    there = f"{usable} can be used ({others} cannot)"
    if calibrate:
        raise SettingError(
            f"{there}: {even} for calibration and {odd} to measure on; int8 needs {LEAST} of each. "
            f"About {5 * LEAST // 2} usually suffice, as sha256 divides them by chance"
        )
    raise SettingError(f"{there}; fp16 needs {LEAST} to measure on")
