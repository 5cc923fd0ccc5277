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
    fitted: "FittedCalibration",
    place: Path,
    out: Path | None,
    names: Sequence[str],
    *,
    was_signed: bool,
) -> None:
    """Say on standard error what was made, where it is, and how to use it.

    Args:
        fitted: the calibration.
        place: its folder.
        out: the folder of the report, if there is one.
        names: the files of the report.
        was_signed: whether it took the place of a signed one, whose signature is gone.
    """
    from ..calibrating.calibration_cautions import calibration_cautions
    from ..calibrating.found_words import found_words
    from ..signing.trust import policy

    write_report_summary(
        found_words(fitted), calibration_cautions(fitted), fitted.exclusions, out, names
    )
    lines = [f"{place}"]
    if was_signed or policy() == "require":
        said = "the one before was signed, this one is not" if was_signed else "it is not signed"
        lines.append(f"note: {said}; to sign it: gantei sign {place} --key KEY.pem")
    made = fitted.calibration
    lines.append(
        f"to use it: gantei predict PHOTOGRAPHS --with {made.estimator} --calibration {made.site} "
        "--out results.csv"
    )
    for line in lines:
        sys.stderr.write(f"{visible(line)}\n")
