"""What a number of the network means, read from the line that fits the labels.

Linear scales are no candidates: a line through the labels fits each of them alike.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

YEARS = (0.5, 2.0)
HUNDREDTHS = (0.005, 0.02)
"""Change of the output in a year of age, for which it is taken for years, or hundredths."""
FARTHEST = 20.0
"""Years that the cohort's mean may be off for a scale to be taken for granted."""

MeaningOfNumber = Literal["years", "hundredths", "fitted line"]


@dataclass(frozen=True, slots=True)
class AgeScale:
    """How an output becomes a label's unit: output * scale + offset.

    Attributes:
        meaning: `years` or `hundredths` of them; else `fitted line`, which is this cohort's, and
            not the publisher's.
        scale, offset: what the manifest is to hold.
        slope: change of the output for one unit of the label.
    """

    meaning: MeaningOfNumber
    scale: float
    offset: float
    slope: float


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
    for meaning, (low, high), factor in (
        ("years", YEARS, 1.0), ("hundredths", HUNDREDTHS, 100.0)
    ):  # fmt: skip
        off = abs(float(outputs.mean()) * factor - float(ages.mean()))
        if low <= slope <= high and off <= FARTHEST:
            return AgeScale(meaning, factor, 0.0, slope)  # type: ignore[arg-type]
    offset = float(ages.mean()) - per_output * float(outputs.mean())
    return AgeScale("fitted line", per_output, offset, slope)
