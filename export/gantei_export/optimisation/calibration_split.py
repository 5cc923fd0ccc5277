"""Which photographs calibrate a variant, and which judge it.

A photograph's part follows from the sha256 of its file alone: even, it may calibrate; odd, it
judges. So neither names nor order nor the photographs beside it decide, and a folder that grows
never moves a photograph from one part to the other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gantei.errors import PhotographError, SettingError
from gantei.estimator.estimator import Estimator
from gantei.photographs.listing import PhotographList
from gantei.photographs.photograph import open_photograph

LEAST = 32
"""Photographs in each part that is needed."""
MOST_CALIBRATING = 256
"""Of a large study, those with the lowest sha256: calibration takes longer than inference."""


@dataclass(frozen=True)
class CalibrationSplit:
    """The photographs of each part in the order of their sha256, and those that are in neither.

    `left_out` holds name and reason of each that the estimator cannot see, or that is the same
    file as another.
    """

    calibration: tuple[Path, ...]
    evaluation: tuple[Path, ...]
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
    found: dict[str, Path] = {}
    names: dict[str, str] = {}
    left_out = []
    for listed in listing.photographs:
        try:
            photograph = open_photograph(listed.path, allow_grey=allow_grey)
            estimator.prepare(photograph)
        except PhotographError as error:
            left_out.append((listed.name, error.worded(source="")))
        else:
            digest = str(photograph.sha256)
            if digest in found:
                left_out.append((listed.name, f"the same file as {names[digest]}"))
            else:
                found[digest], names[digest] = listed.path, listed.name
        advance(1)
    even = [digest for digest in sorted(found) if calibrate and int(digest, 16) % 2 == 0]
    odd = [digest for digest in sorted(found) if digest not in set(even)]
    _refuse_few(len(even), len(odd), len(left_out), calibrate=calibrate)
    return CalibrationSplit(
        calibration=tuple(found[digest] for digest in even[:MOST_CALIBRATING]),
        evaluation=tuple(found[digest] for digest in odd),
        left_out=tuple(left_out),
    )


def _refuse_few(even: int, odd: int, left_out: int, *, calibrate: bool) -> None:
    if odd >= LEAST and (even >= LEAST or not calibrate):
        return
    there = f"{even + odd} photographs can be used ({left_out} cannot)"
    if calibrate:
        raise SettingError(
            f"{there}: {even} for calibration and {odd} to measure on; int8 needs {LEAST} of each, "
            f"which about {5 * LEAST // 2} have: chance, by their sha256, divides them"
        )
    raise SettingError(f"{there}; fp16 needs {LEAST} to measure on")
