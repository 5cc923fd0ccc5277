"""Draws of persons that are made once for all figures, groups and levels of an evaluation."""

import numpy as np
from numpy.typing import NDArray

from ..statistics.draws import PersonDraws

MOST_KEPT = 130_000_000
"""Weights in memory, of two bytes each: 260 MB, as many as 65,000 persons need for 2,000 draws."""


class KeptDraws(PersonDraws):
    """The draws of `PersonDraws`, kept in memory from their first use on, unless they are too many.

    To make the draws of 60 persons takes ten times as long as to compute their figures.
    """

    _kept: NDArray[np.uint16] | None = None

    def weights(self, start: int, stop: int) -> NDArray[np.uint16]:
        """Give the weights of the draws `start` to `stop` - 1, which are not to be changed."""
        if self.draws * self.people > MOST_KEPT:
            return super().weights(start, stop)
        if self._kept is None:
            self._kept = super().weights(0, self.draws)
            self._kept.flags.writeable = False
        if not 0 <= start <= stop <= self.draws:
            return super().weights(start, stop)  # which refuses them
        return self._kept[start:stop]
