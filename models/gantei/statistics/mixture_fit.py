"""The lines that recorded classes tell of, some records being wrong, and how sure that is.

The maximum is sought from several starts, as the likelihood is not concave. What the parameters may
be is drawn from a t distribution around the maximum, each draw weighted by likelihood and prior
over the density of the drawing (importance sampling), so that it need not be normal.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .draws import SEED
from .logistic import fit_logistic
from .mixture_likelihood import (
    EYES,
    SPREADS_OF_LINE,
    LineScale,
    MixtureLikelihood,
    RecordedClasses,
)
from .numbered_draws import NumberedDraws

DRAWS = 800
"""Of the parameters."""
_FREEDOM = 5.0
"""Degrees of freedom of what is drawn from: heavier tails than what it stands for."""
_STARTS = (1.0, 1.6, 2.5)
"""What the slopes of the naive fit are multiplied by; wrong records flatten them."""
_FIRST_RATES = (0.003, 0.02)
_MOST_VALUES = 200_000
"""Of an array of draws by persons: few enough to stay near the processor."""


@dataclass(frozen=True)
class MixtureFit:
    """What is known of the parameters.

    Attributes:
        people: to whom it was fitted.
        scale: how parameters are laid out.
        parameters: at the maximum of likelihood times prior, float64 (width,).
        log_posterior: there, up to a constant that the rate does not change where it is given.
        draws: of the parameters, float64 (draws, width).
        weights: of the draws, float64 (draws,); they sum to 1.
    """

    people: RecordedClasses = field(repr=False)
    scale: LineScale
    parameters: NDArray[np.float64]
    log_posterior: float
    draws: NDArray[np.float64] = field(repr=False)
    weights: NDArray[np.float64] = field(repr=False)

    @property
    def rate(self) -> float:
        """The share of wrong records: as given, or the mean of its draws."""
        return float(self.weights @ self.scale.rates(self.draws))

    def lines(self) -> dict[int, tuple[float, float]]:
        """Give intercept and slope of the logit by the number of eyes."""
        found = {}
        for place, eyes in enumerate(self.scale.groups):
            slope = float(np.exp(self.parameters[2 * place + 1]) / self.scale.spread)
            found[eyes] = (float(self.parameters[2 * place]) - slope * self.scale.middle, slope)
        return found

    def blocks(self, people: RecordedClasses) -> Iterator[tuple[slice, NDArray[np.float64]]]:
        """Give the probability that a record is wrong, by draw and person, some draws at a time.

        Gives which draws, and float64 (draws, n).
        """
        size = max(_MOST_VALUES // max(len(people), 1), 1)
        for start in range(0, len(self.draws), size):
            part = slice(start, min(start + size, len(self.draws)))
            rates = self.scale.rates(self.draws[part])[:, None]
            chance = self.scale.probabilities(people, self.draws[part])
            as_recorded = np.where(people.recorded, chance, 1 - chance)
            yield part, rates * (1 - as_recorded) / (rates + (1 - 2 * rates) * as_recorded)

    def wrong(self, people: RecordedClasses | None = None) -> NDArray[np.float64]:
        """Give the probability that each person's record is wrong, float64 (n,).

        It is the mean over the draws of the parameters.
        """
        people = self.people if people is None else people
        found = np.zeros(len(people))
        for part, wrong in self.blocks(people):
            found += self.weights[part] @ wrong
        return found

    def calibrated(self) -> NDArray[np.float64]:
        """Give each person's probability of class 1 by the lines, float64 (n,)."""
        (found,) = self.scale.probabilities(self.people, self.parameters[None])
        return np.asarray(found, np.float64)


def fit_mixture(people: RecordedClasses, rate: float | None, *, draws: int = DRAWS) -> MixtureFit:
    """Fit the lines, with the share of wrong records given or, for None, fitted too.

    Args:
        people: persons of both classes, whose estimates rise with the record.
        rate: more than 0 and less than 0.5, or None.
        draws: how many of the parameters.

    >>> import numpy as np
    >>> from gantei.statistics.mixture_fit import fit_mixture
    >>> from gantei.statistics.mixture_likelihood import RecordedClasses
    >>> logits = np.array([-4.0, -3, -2, -1, 0, 1, 2, 3, 4, 4])
    >>> recorded = np.array([0, 0, 0, 1, 0, 1, 0, 1, 1, 0], bool)
    >>> fit = fit_mixture(RecordedClasses(logits, recorded, np.ones(10, int)), 0.05)
    >>> int(np.argmax(fit.wrong()))
    9
    """
    scale = LineScale.of(people, rate)
    likelihood = MixtureLikelihood(people, scale)
    best, reached = _maximum(likelihood)
    _, _, hessian = likelihood.derivatives(best)
    root = _root_of_covariance(hessian)
    steps, densities = _steps(draws, scale.width)
    drawn = best + steps @ root.T
    logarithms = np.concatenate(
        [likelihood.logarithms(part) for part in np.array_split(drawn, _parts(people, draws))]
    )
    weights = np.exp(logarithms - reached - densities)
    return MixtureFit(people, scale, best, reached, drawn, weights / weights.sum())


def profile(people: RecordedClasses, rates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the maximum over the lines of the logarithm of likelihood and prior, (rates,).

    Args:
        people: as `fit_mixture` takes them.
        rates: shares of wrong records; from each the next is sought, so they are best sorted.
    """
    found = []
    starts: list[NDArray[np.float64]] | None = None
    for rate in rates.tolist():
        best, reached = _maximum(MixtureLikelihood(people, LineScale.of(people, rate)), starts)
        starts = [best]
        found.append(reached)
    return np.array(found)


def _maximum(
    likelihood: MixtureLikelihood, starts: Iterable[NDArray[np.float64]] | None = None
) -> tuple[NDArray[np.float64], float]:
    """Give the best of the maxima that are found from the starts, and the logarithm there."""
    from scipy.optimize import minimize

    last: list[tuple[bytes, tuple[float, NDArray[np.float64], NDArray[np.float64]]]] = []

    def derivatives(
        parameters: NDArray[np.float64],
    ) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
        """Compute all three once, as they are asked for one after the other."""
        if not last or last[0][0] != parameters.tobytes():
            last[:] = [(parameters.tobytes(), likelihood.derivatives(parameters))]
        return last[0][1]

    def lost(parameters: NDArray[np.float64]) -> float:
        return -derivatives(parameters)[0]

    def gradient(parameters: NDArray[np.float64]) -> NDArray[np.float64]:
        return -derivatives(parameters)[1]

    def hessian(parameters: NDArray[np.float64]) -> NDArray[np.float64]:
        return -derivatives(parameters)[2]

    found = [
        minimize(
            lost, start, jac=gradient, hess=hessian, method="trust-exact", options={"gtol": 1e-6}
        )
        for start in (_starts(likelihood) if starts is None else starts)
    ]
    best = min(found, key=lambda each: float(each.fun))
    return np.asarray(best.x, np.float64), -float(best.fun)


def _starts(likelihood: MixtureLikelihood) -> Iterator[NDArray[np.float64]]:
    scale, people = likelihood.scale, likelihood.people
    naive = fit_logistic(scale.standardised(people), people.recorded)
    slope = float(naive.slope)
    parted = not np.isfinite(slope)
    slope = np.exp(SPREADS_OF_LINE[1]) if parted else max(slope, 0.1)
    level = 0.0 if parted else float(naive.intercept)
    first = scale.groups[0]
    for times in _STARTS:
        lines = [
            each
            for eyes in scale.groups
            for each in (level * times, np.log(slope * times) + EYES[eyes] - EYES[first])
        ]
        if scale.rate is not None:
            yield np.array(lines)
            continue
        for rate in _FIRST_RATES:
            yield np.array([*lines, np.log(rate / (1 - rate))])


def _root_of_covariance(hessian: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give a root of minus the Hessian's inverse, no wider in any direction than the prior."""
    values, vectors = np.linalg.eigh(-hessian)
    return np.asarray(
        vectors / np.sqrt(np.maximum(values, 1 / SPREADS_OF_LINE[0] ** 2)), np.float64
    )


def _steps(draws: int, width: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give steps of a t distribution, (draws, width), and the logarithms of their densities."""
    from scipy.special import chdtri, ndtr

    shape = draws, width + 1
    normal = NumberedDraws(SEED, purpose=1).normal(0, draws * (width + 1)).reshape(shape)

    spread = chdtri(_FREEDOM, ndtr(normal[:, -1]))
    steps = normal[:, :-1] / np.sqrt(spread / _FREEDOM)[:, None]
    densities = -(_FREEDOM + width) / 2 * np.log1p((steps**2).sum(axis=1) / _FREEDOM)
    return steps, densities


def _parts(people: RecordedClasses, draws: int) -> int:
    return max(-(-len(people) * draws // _MOST_VALUES), 1)
