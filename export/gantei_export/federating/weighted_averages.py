"""Federated averaging of whole networks: each site's weights count by its photographs.

McMahan et al. 2017 (arXiv:1602.05629): the next weights are the sum of n_k * w_k over the sites k,
divided by the sum of n_k. Each site sends n_k * w_k and n_k, masked, so that only both sums are
known; the average of one site's network is not.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gantei.errors import SettingError

from .fixed_point import WEIGHTS

NetworkArrays = Sequence[NDArray[np.float32]]
"""The arrays of a network, each of its own shape, always in the same order."""


def weighted_sums(weights: NetworkArrays, photographs: int) -> NDArray[np.float64]:
    """Give what a site adds to the average, to be masked as `fixed_point.WEIGHTS`: float64 (n,).

    Args:
        weights: float32 arrays after this site's training.
        photographs: that it was trained on, 1 or more.

    Raises:
        SettingError: no photographs, a weight that is no number, or one too large for so many.
    """
    if photographs < 1:
        raise SettingError(f"{photographs} photographs: a site without any has nothing to average")
    flat = np.concatenate([np.asarray(each, np.float64).ravel() for each in weights])
    if not np.isfinite(flat).all():
        raise SettingError("a weight of the network is no number: its training has failed")
    if len(flat) and (largest := float(np.abs(flat).max())) * photographs > WEIGHTS.limit:
        raise SettingError(
            f"a weight of {largest:.3g} times {photographs} photographs is beyond "
            f"{WEIGHTS.limit:.3g}, what masked sums hold; nothing was written"
        )
    return np.append(flat * photographs, float(photographs))


def averaged_weights(
    total: NDArray[np.float64], shapes: Sequence[tuple[int, ...]]
) -> list[NDArray[np.float32]]:
    """Divide the sum of all sites: float32 arrays of these shapes.

    Args:
        total: float64 (n,), the sum of `weighted_sums` over all sites.
        shapes: of the network's arrays.

    Raises:
        SettingError: the total has another size, or is of no photographs.

    >>> import numpy as np
    >>> from gantei_export.federating.weighted_averages import averaged_weights, weighted_sums
    >>> sums = [weighted_sums([np.full(2, w, np.float32)], n) for w, n in [(1, 30), (5, 10)]]
    >>> averaged_weights(sum(sums), [(2,)])
    [array([2., 2.], dtype=float32)]
    """
    sizes = [int(np.prod(shape)) for shape in shapes]
    if len(total) != sum(sizes) + 1:
        raise SettingError(f"{len(total)} sums; this network has {sum(sizes)} weights")
    photographs = float(total[-1])
    if not (photographs >= 1 and photographs.is_integer()):
        raise SettingError(f"{photographs:g} photographs cannot be: sums are not of weights")
    parts = np.split((total[:-1] / photographs).astype(np.float32), np.cumsum(sizes)[:-1])
    return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]
