"""Bins of equal width by which all sites count, and which their total can be told apart by."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from gantei.errors import SettingError

SPREADS = 8
"""Standard deviations from the mean that bins reach; what lies farther off is in two open ones."""
_MOST_BINS = 10_000


@dataclass(frozen=True)
class HistogramBins:
    """Bins whose edges are whole multiples of their width, and an open one at either end.

    Attributes:
        width: of each bin, above 0.
        first: the lowest edge, in widths.
        count: of the bins between the two open ones.

    >>> import numpy as np
    >>> from gantei_export.federating.histogram_bins import HistogramBins
    >>> bins = HistogramBins(0.5, first=-1, count=2)
    >>> bins.edges.tolist()
    [-0.5, 0.0, 0.5]
    >>> bins.counted(np.array([-3.0, 0.0, 0.2, 9.0])).tolist()
    [1.0, 0.0, 2.0, 1.0]
    """

    width: float
    first: int
    count: int

    @classmethod
    def around(
        cls, mean: float, deviation: float, per_deviation: int, also: float | None = None
    ) -> Self:
        """Give bins that reach `SPREADS` deviations to either side of a mean.

        Args:
            mean: of what is counted.
            deviation: its standard deviation, above 0.
            per_deviation: how many bins are as wide as one.
            also: a value that no open bin has on both sides of it.
        """
        width, reach = deviation / per_deviation, SPREADS * deviation
        also = mean if also is None else also
        first = math.floor(min(mean - reach, also) / width)
        last = math.ceil(max(mean + reach, also) / width)
        return cls(width, first, last - first)

    @classmethod
    def of(cls, numbers: NDArray[np.float64]) -> Self:
        """Read what `numbers` gave.

        Raises:
            SettingError: it makes no bins.
        """
        if numbers.shape != (3,) or not (numbers[0] > 0 and 0 < numbers[2] <= _MOST_BINS):
            raise SettingError("these numbers make no bins of a histogram")
        return cls(float(numbers[0]), int(numbers[1]), int(numbers[2]))

    @property
    def numbers(self) -> NDArray[np.float64]:
        """Width, first edge and count, float64 (3,), to send."""
        return np.array([self.width, self.first, self.count], np.float64)

    @property
    def edges(self) -> NDArray[np.float64]:
        """The edges between all bins, the open ones too, float64 (count + 1,)."""
        return self.width * np.arange(self.first, self.first + self.count + 1, dtype=np.float64)

    @property
    def middles(self) -> NDArray[np.float64]:
        """The middle of each bin, of an open one half a width beyond its edge: (count + 2,)."""
        return np.append(self.edges - self.width / 2, self.edges[-1] + self.width / 2)

    @property
    def size(self) -> int:
        """How many bins there are, the open ones too."""
        return self.count + 2

    def counted(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Count values (n,) by bin, each from its lower edge on: float64 (size,)."""
        places = np.searchsorted(self.edges, values, side="right")
        return np.bincount(places, minlength=self.size).astype(np.float64)


def checked_counts(counts: NDArray[np.float64], people: int) -> NDArray[np.int64]:
    """Give the total of histograms as whole numbers.

    Raises:
        SettingError: they are none, or not of so many people.
    """
    whole = np.rint(counts)
    if not np.array_equal(whole, counts) or counts.min() < 0 or counts.sum() != people:
        raise SettingError(f"the sites' histograms are not those of {people} people")
    return whole.astype(np.int64)
