"""Bands of an estimate with enough people each, whose edges are round numbers.

Steps of 1, 2 or 5 times a power of ten, some seven over the range; the band with the fewest people
is merged with its smaller neighbour until each has enough. Edges are nobody's estimate, and do not
depend on the real values, as conformal intervals by band demand (Mondrian: Vovk,
Gammerman & Shafer 2005, doi 10.1007/b106715).
"""

import math

import numpy as np
from numpy.typing import NDArray

BANDS = 7
"""About so many steps in the middle nine tenths of the estimates."""


def round_step(span: float) -> float:
    """Give a step of 1, 2 or 5 times a power of ten, that is near a seventh of a span.

    >>> from gantei.statistics.estimate_bands import round_step
    >>> round_step(60.0), round_step(0.8), round_step(7.5)
    (10.0, 0.1, 1.0)
    """
    wanted = span / BANDS
    power = 10.0 ** math.floor(math.log10(wanted))
    steps = [each * power for each in (1, 2, 5, 10)]
    nearest = min(steps, key=lambda each: abs(math.log(each / wanted)))
    return float(f"{nearest:.0e}")


def band_edges(estimates: NDArray[np.float64], least: int) -> NDArray[np.float64]:
    """Give the edges of bands with at least `least` people each, float64 (bands + 1,).

    The first and the last edge enclose all estimates. A value belongs to the band above an edge.

    Args:
        estimates: float64 (n,), one per person, not all the same.
        least: people in a band; fewer than that in all make one band.

    >>> import numpy as np
    >>> from gantei.statistics.estimate_bands import band_edges
    >>> band_edges(np.linspace(21.0, 79.0, 200), 50).tolist()
    [20.0, 40.0, 60.0, 80.0]
    """
    low, high = np.quantile(estimates, (0.05, 0.95))
    step = round_step(float(high - low) or float(np.ptp(estimates)))
    first, last = math.floor(estimates.min() / step), math.floor(estimates.max() / step) + 1
    within = range(max(first + 1, math.ceil(low / step)), min(last, math.floor(high / step) + 1))
    edges = [first, *within, last]
    while len(edges) > 2:
        bands = np.searchsorted(edges[1:-1], estimates / step, side="right")
        counts = np.bincount(bands, minlength=len(edges) - 1)
        fewest = int(counts.argmin())
        if counts[fewest] >= least:
            break
        if fewest == 0 or (fewest < len(counts) - 1 and counts[fewest + 1] < counts[fewest - 1]):
            fewest += 1
        del edges[fewest]
    return np.array([float(f"{each * step:.12g}") for each in edges])


def bands_of(estimates: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.intp]:
    """Give the band of each estimate, intp (n,); beyond the outer edges, the outer band."""
    return np.searchsorted(edges[1:-1], estimates, side="right").astype(np.intp)
