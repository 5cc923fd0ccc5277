"""Which strength is the best, as soon as the fits by the folds have come near enough to tell."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .shared_sums import SumArray
from .slope_history import SlopeHistory

NO_STRENGTH = -1
_SAME = 1e-6
"""Share of a loss: strengths that differ by less are as good as each other."""
_FEWEST_EVALUATIONS = 2
"""Before them, curvatures are those of the beginning, and steps too short to judge by."""
_MOST_EVALUATIONS = 5
"""Strengths that these cannot tell apart are as good as each other for any use."""


@dataclass(frozen=True)
class StrengthRace:
    """How far strengths are apart.

    Attributes:
        losses: float64 (s,), of photographs of unseen people, summed over the folds.
        errors: float64 (s,), by how much each may still change.
    """

    losses: SumArray
    errors: SumArray

    @classmethod
    def of(
        cls, history: SlopeHistory, strengths: Sequence[float], folds: int, squares: SumArray
    ) -> "StrengthRace":
        """Judge fits by their last points, and how far their next steps would take them.

        A row's loss changes by at most the length of the change of its linear values, times √2
        with several classes; summed over the rows of a fold, by Cauchy and Schwarz, by at most the
        root of their number times the root of the summed squares.

        Args:
            history: of all fits.
            strengths: rising.
            folds: of people.
            squares: float64 (m + 1, m + 1), sum of x xᵀ of all photographs, x with a last 1.
        """
        photographs = squares[-1, -1]
        steep = np.sqrt(2.0) if history.points.shape[2] > 1 else 1.0
        losses, errors = np.zeros(len(strengths)), np.zeros(len(strengths))
        for place, strength in enumerate(strengths):
            for fold in range(folds):
                fit = (fold + 1) * len(strengths) + place
                path = history.path_of(fit, strength)
                step = path.step(history.near(strength), strength, 1 - 1 / folds)
                moved = max(0.0, float(np.einsum("cw,wv,cv->", step, squares, step)))
                losses[place] += history.unseen[path.best, fit]
                errors[place] += steep * np.sqrt(moved * photographs / folds)
        return cls(losses, errors)

    def contenders(self, before: NDArray[np.int64], evaluations: int) -> NDArray[np.int64]:
        """Give those of the strengths (places, rising) that may still be the best."""
        if evaluations < _FEWEST_EVALUATIONS:
            return before
        surely = (self.losses + self.errors)[before].min()
        return np.asarray(before[(self.losses - self.errors)[before] <= surely], np.int64)

    def winner(self, contenders: NDArray[np.int64], evaluations: int) -> int:
        """Give the place of the best strength, or `NO_STRENGTH` while it cannot be told."""
        best = contenders[np.argmin(self.losses[contenders])]
        settled = (self.errors[contenders] <= _SAME * self.losses[best]).all()
        told = evaluations >= _FEWEST_EVALUATIONS and len(contenders) == 1
        return int(best) if told or settled or evaluations >= _MOST_EVALUATIONS else NO_STRENGTH
