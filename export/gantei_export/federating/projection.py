"""A stated, seeded projection of embeddings to fewer numbers, the same bits on every machine.

The subsampled randomised Hadamard transform (Ailon and Chazelle 2009, doi 10.1137/060673096; Tropp
2011, doi 10.1142/S1793536911002787): number i of an embedding times a drawn sign, then some drawn
columns of the Hadamard matrix, whose entries are 1 or -1 by the parity of i & column. Nothing is
computed that machines could round differently. Columns have length 1; where the width is a power of
two they are at right angles, so that a penalty on the projected kernel is one on the kernel.
"""

import numpy as np
from numpy.typing import NDArray

from gantei.errors import SettingError
from gantei.statistics.numbered_draws import NumberedDraws

_SIGNS, _COLUMNS = 0, 1
_PURPOSE = 111


def projection(width: int, projected: int, seed: int) -> NDArray[np.float64]:
    """Give the projection of embeddings: float64 (width, projected).

    Args:
        width: numbers of an embedding, 1 or more.
        projected: how many are to be left, 1 to `width`.
        seed: 0 to 2**64 - 1; another one is another projection.

    Raises:
        SettingError: a size that is not possible.

    >>> from gantei_export.federating.projection import projection
    >>> projection(4, 2, seed=1).tolist()
    [[-0.5, -0.5], [-0.5, -0.5], [-0.5, 0.5], [0.5, -0.5]]
    """
    if not 1 <= projected <= width:
        raise SettingError(f"{width} numbers cannot be projected to {projected}")
    draws = NumberedDraws(seed, _PURPOSE)
    signs = np.where(draws.uniform(_SIGNS, width) < 0.5, -1.0, 1.0)
    size = 1 << (width - 1).bit_length()
    columns = np.argsort(draws.uniform(_COLUMNS, size), kind="stable")[:projected]
    shared = np.arange(width)[:, None] & columns
    parity = np.zeros_like(shared)
    while shared.any():
        parity ^= shared & 1
        shared >>= 1
    matrix: NDArray[np.float64] = np.where(parity == 1, -1.0, 1.0) * signs[:, None] / np.sqrt(width)
    return matrix
