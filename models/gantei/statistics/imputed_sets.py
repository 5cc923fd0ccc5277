"""Sets of imputed classes: what multiple imputation draws for the people whose class is missing.

Proper imputations (Rubin 1987, doi 10.1002/9780470316696) draw the coefficients of each set anew,
from a normal distribution around those that were fitted, so that what is not known of them is in
the result too.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .logistic_model import LogisticModel, expit
from .numbered_draws import NumberedDraws

SETS = 20
_COEFFICIENTS, _CLASSES = 1, 2
"""Purposes of draws."""


@dataclass(frozen=True)
class ImputationModel:
    """What the class of a person depends on, and the seed of what is drawn.

    Attributes:
        fitted: on the people whose class is known.
        seed: 0 to 2**64 - 1.
    """

    fitted: LogisticModel
    seed: int

    def coefficients(self, sets: int) -> NDArray[np.float64]:
        """Draw the coefficients of each set, float64 (sets, k)."""
        mean, covariance = self.fitted.coefficients, self.fitted.covariance
        draws = NumberedDraws(self.seed, _COEFFICIENTS)
        root = np.linalg.cholesky((covariance + covariance.T) / 2)
        normal = np.array([draws.normal(each, len(mean)) for each in range(sets)])
        return np.asarray(mean + normal @ root.T, np.float64)

    def sets(
        self, design: NDArray[np.float64], sets: int = SETS, *, shift: float = 0.0
    ) -> NDArray[np.bool_]:
        """Draw the missing classes.

        Args:
            design: float64 (n, k), of the people whose class is missing.
            sets: how many.
            shift: what is added to their logits: how far they differ from the people whose class
                is known, beyond what the model explains. Each shift has the same random numbers.

        Returns:
            bool (sets, n): whether a person is of class 1.
        """
        draws = NumberedDraws(self.seed, _CLASSES)
        chance = expit(self.coefficients(sets) @ design.T + shift)
        uniform = np.array([draws.uniform(each, len(design)) for each in range(sets)])
        return uniform < chance.reshape(sets, len(design))
