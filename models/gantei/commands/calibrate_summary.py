"""What `gantei calibrate` says on the terminal: what was made, what to know, how to use it."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..terminal.text_table import visible
from .report_summary import write_report_summary

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
    from ..calibrating.calibration_cautions import calibration_cautions
    from ..calibrating.found_words import found_words

    write_report_summary(
        found_words(fitted), calibration_cautions(fitted), fitted.exclusions, out, names
    )
    made = fitted.calibration
    sys.stderr.write(
        visible(
            f"{place}\nto use it: gantei predict PHOTOGRAPHS --with {made.estimator} --calibration "
            f"{made.site} --out results.csv\n"
        )
    )
