"""What `gantei calibrate` says on the terminal: what was made, what to know, how to use it."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..terminal.plural import counted
from ..terminal.text_table import visible

if TYPE_CHECKING:
    from ..calibrating.fitted_calibration import FittedCalibration


def write_calibrated(
    fitted: "FittedCalibration", place: Path, out: Path | None, names: Sequence[str]
) -> None:
    """Say on standard error what was made, where it is, and how to use it.

    Args:
        fitted: the calibration.
        place: its folder.
        out: the folder of the report, if there is one.
        names: the files of the report.
    """
    for line in _lines(fitted, place):
        sys.stderr.write(f"{visible(line)}\n")
    if out is not None:
        sys.stderr.write(f"{out}: {', '.join(names)}\n")


def _lines(fitted: "FittedCalibration", place: Path) -> Iterator[str]:
    from ..calibrating.calibration_cautions import calibration_cautions
    from ..calibrating.found_words import found_words
    from ..labels.exclusions import REASONS

    flow = fitted.joined.flow
    for counts, noun in ((flow.excluded, "photograph"), (flow.unused, "row")):
        what = "left out" if noun == "photograph" else "labels not used"
        for code, number in counts.items():
            yield f"{what}: {counted(number, noun)} {REASONS[code].english} ({code})"
    for note in flow.notes:
        if note != "table-changed":  # a caution says it
            yield flow.note_texts(note)[0]
    for english, _ in found_words(fitted):
        yield english
    for english, _ in calibration_cautions(fitted):
        yield f"note: {english}"
    made = fitted.calibration
    yield f"{place}"
    yield (
        f"to use it: gantei predict PHOTOGRAPHS --with {made.estimator} --calibration {made.site} "
        "--out results.csv"
    )
