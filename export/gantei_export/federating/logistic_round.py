"""What a site sums in a round of a logistic regression over sites.

Of every fit that is under way, one by strength and left-out fold, the loss and its gradient at the
coefficients that the round gives it, of the photographs outside that fold; the loss of those inside
it; and, seldom and of few fits, the curvature, of all photographs together and never of a fold: of
rows with several weights, a few sums of x xᵀ are enough to compute the rows where there are few.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gantei.errors import SettingError

from ..learning.class_chances import class_chances
from ..learning.logistic_rows import with_ones
from .shared_sums import FlatReader, SumArray, flat, half_of, half_size
from .site_rows import SiteRows

NO_FOLD = -1
"""The fold of a fit that leaves out nobody."""
_MOST_LOSS = 4.0
"""Of a site's photographs at any coefficients, as a share of what chances that are the shares of
the classes lose; in simulations of sites that differ much, 1.15 at most."""


@dataclass(frozen=True)
class AskedSlopes:
    """What a round asks of each site.

    Attributes:
        points: float64 (a, columns, m + 1), coefficients of each of a fits, their biases last.
        folds: int64 (a,), the fold that each leaves out, or `NO_FOLD`.
        curved: int64 (b,), of which of them the curvature is asked.
    """

    points: SumArray
    folds: NDArray[np.int64]
    curved: NDArray[np.int64]

    @property
    def size(self) -> int:
        """How many numbers a site's answer is."""
        count, columns, width = self.points.shape
        curves = len(self.curved) * curvature_matrices(columns) * half_size(width)
        return int(count * (2 + sent_columns(columns) * width) + curves)


@dataclass(frozen=True)
class FoundSlopes:
    """The sums of a round over all sites, in the order of the fits that were asked for.

    Attributes:
        losses: float64 (a,), of photographs outside the fold.
        unseen: float64 (a,), of those inside it.
        gradients: float64 (a, columns, m + 1), of `losses`.
        curvatures: float64 (b, columns, m + 1, columns, m + 1), second derivatives of the loss of
            all photographs at the fits asked for.
    """

    losses: SumArray
    unseen: SumArray
    gradients: SumArray
    curvatures: SumArray


def sent_columns(columns: int) -> int:
    """Give how many columns of a gradient are sent: of several, all add up to nothing."""
    return max(1, columns - 1)


def curvature_matrices(columns: int) -> int:
    """Count the weighted sums of x xᵀ that a curvature is made of: one per pair of classes."""
    return max(1, columns * (columns - 1) // 2)


def site_slopes(asked: AskedSlopes, site: SiteRows, class_counts: NDArray[np.int64]) -> SumArray:
    """Sum what a round asks for over a site's photographs: float64 (`asked.size`,).

    Args:
        asked: what.
        site: whose photographs.
        class_counts: int64 (classes,), photographs of all sites.

    Raises:
        SettingError: coefficients lose much more here than none at all, as no fit's do. Sums at
            such coefficients, to which false sums of a site could lead, tell of few photographs.
    """
    design = with_ones(site.rows)
    most = _MOST_LOSS * -np.log(class_counts / class_counts.sum())[site.truths].sum()
    parts: list[SumArray | float] = []
    for point, fold in zip(asked.points, asked.folds, strict=True):
        losses, _, off = class_chances(design @ point.T, site.truths)
        if losses.sum() > most:
            raise SettingError(
                "the coefficients that are asked about lose far more than none at all, as no fit "
                "does: a site's sums were false; nothing is answered"
            )
        within = site.folds == fold
        off[within] = 0
        parts += [losses[~within].sum(), losses[within].sum()]
        parts.append(off.T[: sent_columns(len(point))] @ design)
    for place in asked.curved:
        _, chances, _ = class_chances(design @ asked.points[place].T, site.truths)
        for weights in _curves(chances):
            parts.append(half_of((design * weights[:, None]).T @ design))
    return flat(parts)


def found_slopes(asked: AskedSlopes, total: SumArray) -> FoundSlopes:
    """Read the sums of all sites."""
    reader = FlatReader(total)
    count, columns, width = asked.points.shape
    losses, unseen, gradients = np.empty(count), np.empty(count), np.empty(asked.points.shape)
    for place in range(count):
        losses[place], unseen[place] = reader.number(), reader.number()
        sent = reader.array(sent_columns(columns), width)
        gradients[place] = sent if columns == 1 else np.vstack((sent, -sent.sum(axis=0)))
    curvatures = np.zeros((len(asked.curved), columns, width, columns, width))
    for each in curvatures:
        _read_curvature(reader, each)
    reader.end()
    return FoundSlopes(losses, unseen, gradients, curvatures)


def _read_curvature(reader: FlatReader, into: SumArray) -> None:
    """Read a curvature; of several classes, what they share adds up to nothing."""
    columns, width = into.shape[:2]
    if columns == 1:
        into[0, :, 0] = reader.symmetric(width)
    for one in range(columns):
        for other in range(one + 1, columns):
            shared = reader.symmetric(width)
            into[one, :, other], into[other, :, one] = -shared, -shared
            into[one, :, one] += shared
            into[other, :, other] += shared


def _curves(chances: SumArray) -> Iterator[SumArray]:
    """Give each row's weight (n,) in each of the matrices of a curvature."""
    columns = chances.shape[1]
    if columns == 1:
        yield (chances * (1 - chances))[:, 0]
    for one in range(columns):
        for other in range(one + 1, columns):
            yield chances[:, one] * chances[:, other]
