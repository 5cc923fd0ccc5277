"""What a number of the network means, read from the line that fits the labels.

Linear scales are no candidates: a line through the labels fits each of them alike.
"""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

YEARS = (0.5, 2.0)
HUNDREDTHS = (0.005, 0.02)
"""Change of the output in a year of age, for which it is taken for years, or hundredths."""
FARTHEST = 20.0
"""Years that the cohort's mean may be off for a scale to be taken for granted."""

CLEARLY_WORSE = 1.5, 2.0
"""A mean absolute error that many times the line's, and so many years larger, is doubtful."""

MeaningOfNumber = Literal["years", "hundredths", "fitted line"]


@dataclass(frozen=True, slots=True)
class AgeScale:
    """How an output becomes a label's unit: output * scale + offset.

    Attributes:
        meaning: `years` or `hundredths` of them; else `fitted line`, which is this cohort's, and
            not the publisher's.
        scale, offset: what the manifest is to hold.
        slope: change of the output for one unit of the label.
        bias: mean of what is read less the label.
        error, line_error: mean absolute error of what is read, and of the line through the labels.
    """

    meaning: MeaningOfNumber
    scale: float
    offset: float
    slope: float
    bias: float = field(default=0.0, repr=False)
    error: float = field(default=0.0, repr=False)
    line_error: float = field(default=0.0, repr=False)

    @property
    def doubtful(self) -> bool:
        """Whether a line through the labels errs so much less that it may be another unit."""
        times, more = CLEARLY_WORSE
        worse = self.error - self.line_error
        return self.error > times * self.line_error and worse > more


def age_scale(outputs: NDArray[np.float64], ages: NDArray[np.float64]) -> AgeScale:
    """Tell by the rule of slopes what an output is.

    The line is that of age on output by least squares; its inverse is the slope of the rule.

    Args:
        outputs: what the network gives, float64 (n,), mean over a person's photographs.
        ages: float64 (n,), in years.

    >>> import numpy as np
    >>> ages = np.array([30.0, 50, 70])
    >>> age_scale(ages / 100, ages).meaning
    'hundredths'
    >>> age_scale((ages - 50) / 12, ages)
    AgeScale(meaning='fitted line', scale=12.0, offset=50.0, slope=0.0833...)
    """
    x, y = outputs - outputs.mean(), ages - ages.mean()
    squares = float(x @ x)
    per_output = float(x @ y) / squares if squares > 0 else 0.0
    slope = 1 / per_output if per_output > 0 else 0.0
    offset = float(ages.mean()) - per_output * float(outputs.mean())
    line_error = float(np.abs(outputs * per_output + offset - ages).mean())
    for meaning, (low, high), factor in (
        ("years", YEARS, 1.0), ("hundredths", HUNDREDTHS, 100.0)
    ):  # fmt: skip
        off = outputs * factor - ages
        bias, error = float(off.mean()), float(np.abs(off).mean())
        if low <= slope <= high and abs(bias) <= FARTHEST:
            return AgeScale(meaning, factor, 0.0, slope, bias, error, line_error)  # type: ignore[arg-type]
    return AgeScale("fitted line", per_output, offset, slope, 0.0, line_error, line_error)
