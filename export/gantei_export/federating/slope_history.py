"""What a logistic regression over sites has learnt so far of its fits, and where each goes next.

All fits, one by strength and left-out fold, go on at the same time. Each goes by the quasi-Newton
method L-BFGS (Nocedal 1980, doi 10.1090/S0025-5718-1980-0572855-7), begun from a curvature that was
summed for another fit, of all photographs and a near strength: fits by the folds differ little, so
that few curvatures, and none of a fold, make them converge in as many rounds as Newton's method
does with a curvature for each fit and round.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gantei.errors import SettingError

from .logistic_round import AskedSlopes, FoundSlopes
from .shared_sums import SumArray

_UNKNOWN = 1e300
"""The loss of a fit that was not evaluated yet."""
_ROUNDING = 1e-12
"""Share of a loss by which rounding may raise it."""


@dataclass(frozen=True)
class SlopeHistory:
    """What is known after r evaluations of f fits.

    Attributes:
        points: float64 (r, f, columns, m + 1), where each was evaluated; of one that was not, its
            point before, or its start.
        gradients: float64, as `points`, of the loss without penalty.
        losses: float64 (r, f), without penalty, of the photographs that a fit is made of.
        unseen: float64 (r, f), of those it leaves out.
        curvatures: float64 (c, columns, m + 1, columns, m + 1), of all photographs, without
            penalty.
        curved: float64 (c,), the strength of the fit that each curvature is of.
        curved_at: int64 (c,), after how many evaluations, its own among them.
    """

    points: SumArray
    gradients: SumArray
    losses: SumArray
    unseen: SumArray
    curvatures: SumArray
    curved: SumArray
    curved_at: NDArray[np.int64]

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "SlopeHistory":
        """Read it among the arrays of a state."""
        return cls(**{name: arrays[f"past_{name}"] for name in cls.__dataclass_fields__})

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Give it as arrays of a state."""
        return {f"past_{name}": getattr(self, name) for name in self.__dataclass_fields__}

    @classmethod
    def begun(
        cls,
        starts: SumArray,
        asked: AskedSlopes,
        found: FoundSlopes,
        fits: NDArray[np.int64],
        curved: SumArray,
    ) -> "SlopeHistory":
        """Begin with the first evaluation.

        Args:
            starts: float64 (f, columns, m + 1), where each of all fits begins.
            asked: what was asked of some of them.
            found: what came of it.
            fits: int64 (a,), which of all they are.
            curved: float64 (c,), strengths of those whose curvature was asked for.
        """
        nothing = cls(
            starts[None], np.zeros_like(starts)[None], np.full((1, len(starts)), _UNKNOWN),
            np.zeros((1, len(starts))), found.curvatures[:0], curved[:0], np.zeros(0, np.int64),
        )  # fmt: skip
        begun = nothing.extended(asked.points, found, fits, curved)
        return cls(
            begun.points[1:], begun.gradients[1:], begun.losses[1:], begun.unseen[1:],
            begun.curvatures, begun.curved, begun.curved_at - 1,
        )  # fmt: skip

    def extended(
        self, points: SumArray, found: FoundSlopes, fits: NDArray[np.int64], curved: SumArray
    ) -> "SlopeHistory":
        """Add an evaluation of some fits (a,), with curvatures of fits of strengths `curved`."""

        def later(before: SumArray, now: SumArray) -> SumArray:
            added = before[-1:].copy()
            added[0, fits] = now
            return np.concatenate((before, added))

        return SlopeHistory(
            later(self.points, points), later(self.gradients, found.gradients),
            later(self.losses, found.losses), later(self.unseen, found.unseen),
            np.concatenate((self.curvatures, found.curvatures)),
            np.concatenate((self.curved, curved)),
            np.concatenate((self.curved_at, np.full(len(curved), len(self.losses) + 1))),
        )  # fmt: skip

    def near(self, strength: float) -> SumArray:
        """Give the curvature of the fit with the nearest strength, the latest of several."""
        found: SumArray = self.curvatures[self._nearest(strength)]
        return found

    def since(self, strength: float) -> int:
        """Count the evaluations since that curvature, if it is of this very strength; else all."""
        place = self._nearest(strength)
        own = self.curved[place] == strength
        return len(self.losses) - int(self.curved_at[place] if own else 0)

    def _nearest(self, strength: float) -> int:
        away = np.abs(np.log(self.curved / strength))
        return int(np.flatnonzero(away <= away.min())[-1])

    def path_of(self, fit: int, strength: float) -> "FitPath":
        """Give where one fit has been evaluated, penalised by its strength."""
        known = self.losses[:, fit] < _UNKNOWN
        points = self.points[known, fit]
        kernels = points * _penalised(points.shape[-1])
        losses = self.losses[known, fit] + strength / 2 * np.sum(kernels**2, axis=(1, 2))
        return FitPath(points, self.gradients[known, fit] + strength * kernels, losses)


@dataclass(frozen=True)
class FitPath:
    """Where one fit has been, with its penalty.

    Attributes:
        points, gradients: float64 (r, columns, m + 1).
        losses: float64 (r,).
    """

    points: SumArray
    gradients: SumArray
    losses: SumArray

    @property
    def best(self) -> int:
        """The evaluation with the least loss, the latest of those that rounding may confuse."""
        least = self.losses.min()
        return int(np.flatnonzero(self.losses <= least + _ROUNDING * abs(least))[-1])

    def ends_within(self, norm: float) -> bool:
        """Whether the gradient at the best point is no longer than that."""
        return len(self.points) > 0 and bool(np.linalg.norm(self.gradients[self.best]) <= norm)

    def step(
        self, curvature: SumArray, strength: float, share: float, since: int | None = None
    ) -> SumArray:
        """Give the quasi-Newton step from the best point, float64 (columns, m + 1).

        Args:
            curvature: float64 (columns, m + 1, columns, m + 1), of all photographs, near here.
            strength: of the penalty.
            share: of the photographs that this fit is made of.
            since: evaluations whose changes tell more than the curvature; None: all of them.
        """
        left = self.gradients[self.best].copy()
        first = 0 if since is None else max(0, len(self.points) - since - 1)
        changes = (np.diff(each[first:], axis=0) for each in (self.points, self.gradients))
        pairs = [
            (moved, turned, float(np.vdot(moved, turned)))
            for moved, turned in zip(*changes, strict=True)
            if np.vdot(moved, turned) > 1e-10 * np.linalg.norm(moved) * np.linalg.norm(turned) > 0
        ]
        along = []
        for moved, turned, product in reversed(pairs):
            along.append(np.vdot(moved, left) / product)
            left -= along[-1] * turned
        step = _solved(curvature, strength, share, left)
        for (moved, turned, product), before in zip(pairs, reversed(along), strict=True):
            step += moved * (before - np.vdot(turned, step) / product)
        return -step

    def candidate(
        self, curvature: SumArray, strength: float, share: float, since: int | None = None
    ) -> SumArray:
        """Give where to evaluate next: a step on, or half way back from where it was too long."""
        if self.best < len(self.points) - 1:
            half: SumArray = (self.points[self.best] + self.points[-1]) / 2
            return half
        further: SumArray = self.points[self.best] + self.step(curvature, strength, share, since)
        return further


def _penalised(width: int) -> SumArray:
    """Say what of a row of coefficients is penalised: all but the bias, (width,)."""
    return np.append(np.ones(width - 1), 0.0)


def _solved(curvature: SumArray, strength: float, share: float, right: SumArray) -> SumArray:
    """Solve (share * curvature + penalty) x = right, both float64 (columns, m + 1).

    Of several classes there is no curvature along their common bias, and the right side has nothing
    along it: some is added there.
    """
    columns, width = right.shape
    matrix = share * curvature.reshape(right.size, right.size)
    matrix[np.diag_indices_from(matrix)] += strength * np.tile(_penalised(width), columns)
    if columns > 1:
        biases = np.arange(1, columns + 1) * width - 1
        matrix[np.ix_(biases, biases)] += matrix[biases[0], biases[0]]
    try:
        solved = np.linalg.solve(matrix, right.ravel())
    except np.linalg.LinAlgError as error:
        raise SettingError("a loss has no curvature: a class without photographs?") from error
    return np.asarray(solved, np.float64).reshape(right.shape)
