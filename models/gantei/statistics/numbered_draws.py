"""Uniform and normal numbers, the same on every machine and with every version of NumPy.

Words come from Philox-4x64-10 (doi 10.1145/2063384.2063405), whose raw stream NumPy guarantees;
how they become numbers is written down here. Draw `d` of purpose `p` and seed `s` reads the words
at key (s, p) and counter (., d, 0, 0): another purpose has other numbers, and no draw depends on
another.
"""

import numpy as np
from numpy.typing import NDArray

from ..errors import MissingExtraError, SettingError
from ..system.install_command import how_to_add


class NumberedDraws:
    """Numbers by seed, purpose and number of the draw.

    >>> from gantei.statistics.numbered_draws import NumberedDraws
    >>> NumberedDraws(1954, purpose=1).uniform(0, 2).round(4)
    array([0.6525, 0.5539])
    """

    def __init__(self, seed: int, purpose: int) -> None:
        """Prepare draws; `purpose`, 1 or more, is another number wherever numbers must differ.

        Raises:
            SettingError: the seed is not within 0 to 2**64 - 1.
        """
        if not 0 <= seed < 2**64:
            raise SettingError(f"seed is {seed}; give 0 to 2**64 - 1")
        self._key = seed + (purpose << 64)

    def uniform(self, draw: int, count: int) -> NDArray[np.float64]:
        """Give numbers between 0 and 1, and neither: float64 (count,)."""
        words = np.random.Philox(key=self._key, counter=draw << 64).random_raw(count)
        numbers: NDArray[np.float64] = (
            (words >> np.uint64(11)).astype(np.float64) + 0.5
        ) * 2.0**-53
        return numbers

    def normal(self, draw: int, count: int) -> NDArray[np.float64]:
        """Give numbers of mean 0 and variance 1: float64 (count,).

        Raises:
            MissingExtraError: scipy is not installed.
        """
        try:
            from scipy.special import ndtri
        except ImportError as error:
            raise MissingExtraError(f"drawing needs scipy: {how_to_add('study')}") from error
        return np.asarray(ndtri(self.uniform(draw, count)), np.float64)
