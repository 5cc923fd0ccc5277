"""The one round of a ridge regression over sites: squares by fold, and all heads from them."""

import math
from collections.abc import Iterator
from functools import reduce
from operator import add

import numpy as np

from gantei.errors import SettingError

from ..learning.head_fitting import StrengthLoss
from ..learning.ridge_sums import RidgeSums, ridge_heads
from .federated_fit import FederatedFit, FitState
from .shared_sums import FlatReader, SumArray, flat, half_of, half_size
from .site_rows import SiteRows

_NOTHING = 1e-12
"""Share of a mean square that rounding leaves of the variance of one number."""


def squares_size(fit: FederatedFit, state: FitState) -> int:
    """Give how many numbers a site's squares are: about folds x m² / 2."""
    m = state.count("projected")
    return fit.folds * (half_size(m) + 2 * m + 3)


def site_squares(fit: FederatedFit, site: SiteRows) -> SumArray:
    """Sum the squares and products of a site's rows and numbers, each fold by itself."""
    parts: list[SumArray | float] = []
    for fold in range(fit.folds):
        own = site.folds == fold
        truths = np.asarray(site.truths, np.float64)[own, None]
        sums = RidgeSums.of(site.rows[own], truths)
        parts += [sums.weight, sums.x, sums.y, half_of(sums.xx), sums.xy, sums.yy]
    return flat(parts)


def chosen_ridge(
    fit: FederatedFit, state: FitState, total: SumArray
) -> tuple[SumArray, SumArray, tuple[StrengthLoss, ...]]:
    """Choose the strength by folds, and solve for it from all sites' squares.

    Returns:
        float64 (m, 1) kernel and (1,) bias on projected rows, of the strength with the least loss,
        and the losses of all, rising by strength.
    """
    reader = FlatReader(total)
    folds = list(_folds(reader, fit.folds, state.count("projected")))
    reader.end()
    everybody = reduce(add, folds)
    errors = np.zeros(len(fit.strengths))
    for own in folds:
        heads = ridge_heads(everybody - own, fit.strengths)
        errors += [own.squared_error(kernel, bias) for kernel, bias in heads]
    losses = tuple(
        StrengthLoss(strength, float(error / everybody.weight))
        for strength, error in zip(fit.strengths, errors, strict=True)
    )
    best = min(losses, key=lambda each: each.loss).strength
    kernel, bias = ridge_heads(everybody, [best])[0]
    return kernel, bias, losses


def label_moments(fit: FederatedFit, state: FitState, total: SumArray) -> tuple[float, float]:
    """Give the mean and the standard deviation of the labels of all sites.

    Raises:
        SettingError: all labels are one number.
    """
    reader = FlatReader(total)
    everybody = reduce(add, _folds(reader, fit.folds, state.count("projected")))
    mean, square = (float(sums[0]) / everybody.weight for sums in (everybody.y, everybody.yy))
    if not (variance := square - mean**2) > _NOTHING * square:
        raise SettingError(
            f"{fit.target.output}: all labels of all sites are {mean:g}; there is nothing to learn"
        )
    return mean, math.sqrt(variance)


def _folds(reader: FlatReader, folds: int, m: int) -> Iterator[RidgeSums]:
    for _ in range(folds):
        yield RidgeSums(
            weight=reader.number(), x=reader.array(m), y=reader.array(1),
            xx=reader.symmetric(m), xy=reader.array(m, 1), yy=reader.array(1),
        )  # fmt: skip
