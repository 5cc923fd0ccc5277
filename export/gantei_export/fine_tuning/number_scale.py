"""The scale on which a network learns numbers: years near 0 and 1 train as well as anything."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class NumberScale:
    """How numbers are learnt: as (number - offset) / factor. Classes need none.

    Networks that are to be averaged need the same scale.

    >>> from gantei_export.fine_tuning.number_scale import NumberScale
    >>> NumberScale(50.0, 10.0).standardised([50.0, 70.0]).tolist()
    [0.0, 2.0]
    """

    offset: float = 0.0
    factor: float = 1.0

    @classmethod
    def of(cls, numbers: NDArray[np.floating]) -> "NumberScale":
        """Choose the mean and the standard deviation of numbers (n,) as the scale."""
        values = np.asarray(numbers, np.float64)
        spread = float(values.std()) if values.size else 0.0
        return cls(float(values.mean()) if values.size else 0.0, spread if spread > 0 else 1.0)

    def standardised(self, numbers: object) -> NDArray[np.float64]:
        """Bring numbers onto the scale."""
        return (np.asarray(numbers, np.float64) - self.offset) / self.factor

    def numbers(self, standardised: object) -> NDArray[np.float64]:
        """Bring values on the scale back to numbers in their unit."""
        return np.asarray(standardised, np.float64) * self.factor + self.offset


AS_IT_IS = NumberScale()
"""Numbers are learnt in their own unit."""
