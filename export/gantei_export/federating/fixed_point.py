"""Sums as integers modulo 2^128 or 2^64, which add up exactly in any order and can be masked.

A number v becomes the integer nearest to v * 2^fraction, its negative ones in two's complement: of
128 bits with 64 of them fraction for sums in float64, of 64 bits with 32 for the weights of whole
networks in float32. Integers are stored in limbs of 64 bits, the lowest first.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gantei.errors import SettingError

MOST_ADDENDS = 1 << 10
"""As many numbers of one site each may be added up without leaving the range."""

Limbs = NDArray[np.uint64]
"""Integers: uint64 (n, limbs), the lowest limb first."""


@dataclass(frozen=True, slots=True)
class FixedPoint:
    """How numbers are written as integers.

    Attributes:
        limbs: of 64 bits each, 1 or 2.
        fraction: bits behind the point: 32 of one limb, 64 of two.

    >>> import numpy as np
    >>> from gantei_export.federating.fixed_point import SUMS, added
    >>> a, b = (SUMS.encoded(np.array(each)) for each in ([0.1, 1e9], [0.2, -1e9]))
    >>> SUMS.decoded(added([a, b])).tolist()
    [0.30000000000000004, 0.0]
    """

    limbs: int
    fraction: int

    @property
    def limit(self) -> float:
        """The largest number of one site: `MOST_ADDENDS` of them fit with their sign."""
        return 2.0 ** (64 * self.limbs - self.fraction - 1) / MOST_ADDENDS

    def encoded(self, values: NDArray[np.floating]) -> Limbs:
        """Write numbers (n,) as integers: uint64 (n, limbs).

        Each is off by half of 2^-fraction at most; multiples of it are exact.

        Raises:
            SettingError: one is NaN, infinite or beyond `limit`; nothing may leave then.
        """
        numbers = np.asarray(values, np.float64).reshape(-1)
        if not np.isfinite(numbers).all():
            raise SettingError("a sum is not a finite number, so an embedding or a label is not")
        if len(numbers) and (largest := float(np.abs(numbers).max())) > self.limit:
            raise SettingError(
                f"a sum is {largest:.3g}, beyond {self.limit:.3g}: embeddings this large are no "
                "network's; nothing was written"
            )
        size = np.abs(numbers)
        whole = np.floor(size)
        # A power of two scales without rounding; a number of 2^52 or more has no fraction.
        part = np.rint((size - whole) * 2.0**self.fraction)
        if self.limbs == 1:
            low = (whole.astype(np.uint64) << np.uint64(self.fraction)) + part.astype(np.uint64)
            return np.where(numbers < 0, ~low + np.uint64(1), low)[:, None]
        low, high = part.astype(np.uint64), whole.astype(np.uint64)
        below = numbers < 0
        low = np.where(below, ~low + np.uint64(1), low)
        high = np.where(below, ~high + (low == 0), high)
        return np.stack((low, high), axis=1)

    def decoded(self, integers: Limbs) -> NDArray[np.float64]:
        """Read integers (n, limbs) as numbers: float64 (n,), the nearest within a unit or two."""
        below = integers[:, -1] >> np.uint64(63) == 1
        positive = np.where(below[:, None], _negative(integers), integers).astype(np.float64)
        places = 2.0 ** (64 * np.arange(self.limbs) - self.fraction)
        return np.where(below, -1.0, 1.0) * (positive @ places)


SUMS = FixedPoint(limbs=2, fraction=64)
"""For sums in float64: up to 2^53 by a site, to 2^-65."""
WEIGHTS = FixedPoint(limbs=1, fraction=32)
"""For weights in float32 times a count: up to 2^21 by a site, to 2^-33."""


def added(integers: Iterable[Limbs]) -> Limbs:
    """Add arrays of integers of one shape modulo 2^64 or 2^128; their order does not matter.

    One array at a time is taken from `integers`, so that they need not all be in memory.

    Raises:
        SettingError: there is none, or two have different shapes.
    """
    total: Limbs | None = None
    for each in integers:
        if total is None:
            total = each.copy()
            continue
        if each.shape != total.shape:
            raise SettingError(f"sums of different shapes: {total.shape} and {each.shape}")
        _add_to(total, each)
    if total is None:
        raise SettingError("no sums to add up")
    return total


def subtracted(integers: Limbs, less: Limbs) -> Limbs:
    """Subtract integers of one shape modulo 2^64 or 2^128."""
    return added([integers, _negative(less)])


def _add_to(total: Limbs, more: Limbs) -> None:
    carry = np.zeros(len(total), np.uint64)
    for limb in range(total.shape[1]):
        before = total[:, limb] + carry
        now = before + more[:, limb]
        # Either addition may overflow, never both.
        carry = (before < carry).astype(np.uint64) + (now < before)
        total[:, limb] = now


def _negative(integers: Limbs) -> Limbs:
    one = np.zeros_like(integers)
    one[:, 0] = 1
    flipped = ~integers
    _add_to(flipped, one)
    return flipped
