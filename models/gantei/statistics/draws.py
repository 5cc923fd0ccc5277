"""Draws of persons with replacement, the same on every machine and with every version of NumPy.

Random words come from Philox-4x64-10 (Salmon et al. 2011, doi 10.1145/2063384.2063405), whose raw
stream NumPy guarantees; how words become persons is written down here, because NumPy's own mapping
may change. Draw number `d` of seed `s` reads the words at key (s, 0) and counter (., d, 0, 0), so
that a draw does not depend on how many are made at once.
"""

import numpy as np
from numpy.typing import NDArray

from ..errors import SettingError

DRAWS = 2000
SEED = 1954
"""Of draws where nobody says otherwise; the number means nothing."""
_HALF = np.uint64(32)
_LOW = np.uint64(2**32 - 1)
_MOST_PEOPLE = 10_000_000


class PersonDraws:
    """How often each person is drawn: multinomial weights of a bootstrap that draws persons.

    A draw takes as many persons as there are, each with the same probability, with replacement. Of
    its `ceil(people / 2)` 64-bit words, the low halves, then the high halves, give a person each:
    `half * people >> 32`. A person's probability is off by less than `people` / 2**32 of itself.

    Attributes:
        people: number of persons.
        draws: number of draws.
        seed: 0 to 2**64 - 1.

    >>> from gantei.statistics.draws import PersonDraws
    >>> PersonDraws(5, draws=3, seed=1).weights(0, 3).sum(axis=1).tolist()
    [5, 5, 5]
    """

    def __init__(self, people: int, draws: int = DRAWS, seed: int = SEED) -> None:
        """Prepare draws; none is made before `weights`.

        Raises:
            SettingError: a number that makes no sense.
        """
        if not 0 < people <= _MOST_PEOPLE:
            raise SettingError(f"people is {people}; give 1 to {_MOST_PEOPLE}")
        if draws < 1:
            raise SettingError(f"draws is {draws}; give 1 or more")
        if not 0 <= seed < 2**64:
            raise SettingError(f"seed is {seed}; give 0 to 2**64 - 1")
        self.people, self.draws, self.seed = people, draws, seed

    def weights(self, start: int, stop: int) -> NDArray[np.uint16]:
        """Give the weights of the draws `start` to `stop` - 1: uint16 (stop - start, people).

        Raises:
            SettingError: `start` to `stop` are not within 0 to `draws`.
        """
        if not 0 <= start <= stop <= self.draws:
            raise SettingError(f"draws {start} to {stop} are not within 0 to {self.draws}")
        weights = np.empty((stop - start, self.people), np.uint16)
        for row, draw in zip(weights, range(start, stop), strict=True):
            row[:] = np.bincount(self._persons(draw), minlength=self.people)
        return weights

    def _persons(self, draw: int) -> NDArray[np.intp]:
        """Give the persons of a draw, intp (people,)."""
        philox = np.random.Philox(key=self.seed, counter=draw << 64)
        words = philox.random_raw((self.people + 1) // 2)
        halves = np.concatenate((words & _LOW, words >> _HALF))[: self.people]
        return ((halves * np.uint64(self.people)) >> _HALF).astype(np.intp)
