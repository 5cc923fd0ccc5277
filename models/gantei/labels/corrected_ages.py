"""Estimated ages that somebody has corrected by real ages, of which no accuracy can be measured."""

import numpy as np

from ..errors import OutputError
from ..statistics.reference_line import reference_line
from .cohort import Cohort
from .gap_columns import WHY_NO_ACCURACY
from .true_values import is_of_age

WHY_NOT_EVERYBODY = (
    "a correction that is fitted in everybody takes a part of the difference between groups with "
    "it: in simulations a true one of 1.5 years came out as 1.19. Fit it in reference people alone"
)
_EXACT = 1e-6
"""How far from 1 a slope may be by rounding, and how far apart gaps are that are not all alike."""
_FEWEST = 10


def refuse_corrected_ages(cohort: Cohort, name: str) -> None:
    """Refuse ages whose slope on real age is exactly 1, as only a correction by real age makes it.

    Args:
        cohort: of any output; what is no age passes.
        name: of the table of results.

    Raises:
        OutputError: the ages are corrected.
    """
    units = cohort.units
    if not is_of_age(cohort.output) or len(units) < _FEWEST or np.ptp(units.truths) == 0:
        return
    slope = reference_line(units.estimates, units.truths).slope
    if abs(slope - 1) < _EXACT and np.ptp(units.estimates - units.truths) > _EXACT:
        raise OutputError(
            f"{name}: the slope of {cohort.output.key} on real age is exactly 1, which only a "
            f"correction by real age makes: {WHY_NO_ACCURACY}. And {WHY_NOT_EVERYBODY}. Take the "
            "table as gantei predict wrote it"
        )
