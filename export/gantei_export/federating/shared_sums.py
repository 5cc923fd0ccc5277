"""What a site's sums of one round are, as one flat array of numbers, and how it is read again.

Sums of different sites add up number by number. Of symmetric matrices, half leaves.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gantei.errors import SettingError

SumArray = NDArray[np.float64]


def half_of(matrix: SumArray) -> SumArray:
    """Give the upper half of a symmetric matrix (n, n), its diagonal too: (n (n + 1) / 2,)."""
    return matrix[np.triu_indices(len(matrix))]


def whole_of(half: SumArray, size: int) -> SumArray:
    """Give the symmetric matrix (size, size) of its upper half."""
    matrix = np.zeros((size, size))
    matrix[np.triu_indices(size)] = half
    return matrix + np.triu(matrix, 1).T


def half_size(size: int) -> int:
    """Give how many numbers the upper half of a matrix (size, size) has."""
    return size * (size + 1) // 2


def flat(parts: Sequence[SumArray | float]) -> SumArray:
    """Put numbers and arrays into one flat array, one after the other: float64 (n,)."""
    return np.concatenate([np.ravel(np.asarray(each, np.float64)) for each in parts])


class FlatReader:
    """Reads a flat array in the order in which it was put together.

    >>> import numpy as np
    >>> from gantei_export.federating.shared_sums import FlatReader, flat
    >>> reader = FlatReader(flat([3.0, np.eye(2)]))
    >>> reader.number(), reader.array(2, 2).tolist(), reader.end()
    (3.0, [[1.0, 0.0], [0.0, 1.0]], None)
    """

    def __init__(self, numbers: SumArray) -> None:
        self._numbers = numbers
        self._at = 0

    def number(self) -> float:
        """Give the next number."""
        return float(self.array(1)[0])

    def array(self, *shape: int) -> SumArray:
        """Give the next numbers in that shape."""
        count = int(np.prod(shape))
        found = self._numbers[self._at : self._at + count]
        if len(found) < count:
            raise SettingError("the sums of this round are fewer than it asked for")
        self._at += count
        return found.reshape(shape)

    def symmetric(self, size: int) -> SumArray:
        """Give the next numbers as the symmetric matrix (size, size) whose upper half they are."""
        return whole_of(self.array(half_size(size)), size)

    def end(self) -> None:
        """See that nothing is left.

        Raises:
            SettingError: something is.
        """
        if self._at != len(self._numbers):
            raise SettingError("the sums of this round are more than it asked for")
