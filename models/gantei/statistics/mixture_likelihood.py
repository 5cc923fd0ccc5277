"""The likelihood of recorded classes some of which are wrong: (1 - e) p + e (1 - p).

`p` is the probability of class 1, the logistic of a line in the estimate's logit, with a line for
each number of eyes; `e` is the share of wrong records. Lines that are fitted to the records as if
all were right learn from the wrong ones, and then find too few of them (Hausman, Abrevaya &
Scott-Morton 1998, doi 10.1016/S0304-4076(98)00015-3). The likelihood is not concave.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]
EYES: Mapping[int, float] = {1: 0.0, 0: 0.15, 2: 0.3}
"""How many eyes a mean is of, 0 where that is unknown, and by how much the logarithm of the slope
is expected to exceed that of one eye: a mean of two eyes, correlated by r in each class, asks for
a slope 2/(1 + r) times as steep; exp(0.3) is that of r = 0.48."""
SPREADS_OF_LINE = (5.0, 1.5)
"""Standard deviations before any record is seen, of the intercept and of the slope's logarithm,
per standard deviation of the logits: next to nothing is assumed."""
SPREADS_OF_DIFFERENCE = (1.0, 0.3)
"""The same of how the line of another number of eyes differs from that of most people."""
MIDDLE_SLOPE = np.log(3.0)
"""Logarithm of a slope per standard deviation of the logits; 3 is that of an AUC of about 0.95."""


@dataclass(frozen=True)
class RecordedClasses:
    """Persons with the estimate and the record of two classes.

    Attributes:
        logits: of class 1, float64 (n,), the mean over a person's eyes.
        recorded: whether class 1 is recorded, bool (n,).
        eyes: of how many eyes the mean is, intp (n,): 1, 2, or 0 where that is unknown.
    """

    logits: Reals
    recorded: NDArray[np.bool_]
    eyes: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.logits)

    def rows(self, chosen: NDArray[np.intp]) -> "RecordedClasses":
        """Give some persons."""
        return RecordedClasses(self.logits[chosen], self.recorded[chosen], self.eyes[chosen])


@dataclass(frozen=True)
class LineScale:
    """How parameters are laid out: intercept, log slope per number of eyes, last the rate's logit.

    Attributes:
        middle, spread: of the logits, which are standardised by them.
        groups: the numbers of eyes that there are; that of most people first.
        rate: the share of wrong records; None where it is a parameter too.
    """

    middle: float
    spread: float
    groups: tuple[int, ...]
    rate: float | None

    @staticmethod
    def of(people: RecordedClasses, rate: float | None) -> "LineScale":
        """Choose the scale of some people."""
        eyes, counts = np.unique(people.eyes, return_counts=True)
        groups = tuple(int(each) for each in eyes[np.argsort(-counts, kind="stable")])
        spread = float(people.logits.std()) or 1.0
        return LineScale(float(people.logits.mean()), spread, groups, rate)

    @property
    def width(self) -> int:
        """Number of parameters."""
        return 2 * len(self.groups) + (self.rate is None)

    def places(self, people: RecordedClasses) -> NDArray[np.intp]:
        """Give the place in `groups` of each person's number of eyes."""
        places = np.zeros(max(self.groups) + 1, np.intp)
        places[list(self.groups)] = np.arange(len(self.groups))
        return places[people.eyes]

    def standardised(self, people: RecordedClasses) -> Reals:
        """Give the logits with mean 0 and standard deviation 1."""
        return np.asarray((people.logits - self.middle) / self.spread, np.float64)

    def rates(self, parameters: Reals) -> Reals:
        """Give the rate of each row of parameters, float64 (draws,)."""
        if self.rate is None:
            return _expit(parameters[:, -1])
        return np.full(len(parameters), self.rate)

    def probabilities(self, people: RecordedClasses, parameters: Reals) -> Reals:
        """Give the probability of class 1, float64 (draws, n), by rows of parameters."""
        return _expit(self.coefficients(parameters) @ self.design(people))

    def design(self, people: RecordedClasses) -> Reals:
        """Give what each coefficient is multiplied by, float64 (2 per number of eyes, n)."""
        place, x = self.places(people), self.standardised(people)
        rows = [(place == each) * part for each in range(len(self.groups)) for part in (1.0, x)]
        return np.stack(rows)

    def coefficients(self, parameters: Reals) -> Reals:
        """Give intercepts and slopes, float64 (draws, 2 per number of eyes), by parameters."""
        found = parameters[:, : 2 * len(self.groups)].copy()
        found[:, 1::2] = np.exp(found[:, 1::2])
        return found


class MixtureLikelihood:
    """The logarithm of likelihood and prior, its gradient and its curvature, at parameters."""

    def __init__(self, people: RecordedClasses, scale: LineScale) -> None:
        self.people, self.scale = people, scale
        self._design = scale.design(people)
        self._sign = np.where(people.recorded, 1.0, -1.0)

    def logarithms(self, parameters: Reals) -> Reals:
        """Give the logarithm, float64 (draws,), at rows of parameters, up to a constant."""
        rates = self.scale.rates(parameters)[:, None]
        logits = self.scale.coefficients(parameters) @ (self._design * self._sign)
        found = np.log(rates + (1 - 2 * rates) * _expit(logits)).sum(axis=1)
        return np.asarray(found + [self._prior(row)[0] for row in parameters], np.float64)

    def derivatives(self, parameters: Reals) -> tuple[float, Reals, Reals]:
        """Give the logarithm, its gradient (width,) and its Hessian (width, width)."""
        rate = float(self.scale.rates(parameters[None])[0])
        coefficients = self.scale.coefficients(parameters[None])[0]
        chance = _expit(coefficients @ self._design)
        sign = self._sign
        likely = rate + (1 - 2 * rate) * np.where(sign > 0, chance, 1 - chance)
        spread = chance * (1 - chance)
        by_line = sign * (1 - 2 * rate) * spread / likely
        curve = by_line * (1 - 2 * chance) - by_line**2
        value, gradient, hessian = self._prior(parameters)
        value += float(np.log(likely).sum())
        steps = self._design.copy()
        steps[1::2] *= coefficients[1::2, None]
        lines = np.arange(len(steps))
        gradient[lines] += steps @ by_line
        hessian[np.ix_(lines, lines)] += (steps * curve) @ steps.T
        hessian[lines[1::2], lines[1::2]] += steps[1::2] @ by_line
        if self.scale.rate is None:
            step = rate * (1 - rate)
            by_rate = sign * (1 - 2 * chance) * step / likely
            gradient[-1] += by_rate.sum()
            hessian[-1, -1] += float((by_rate * (1 - 2 * rate) - by_rate**2).sum())
            crossed = steps @ (-2 * sign * spread * step / likely - by_rate * by_line)
            hessian[-1, lines] += crossed
            hessian[lines, -1] += crossed
        return value, gradient, hessian

    def _prior(self, parameters: Reals) -> tuple[float, Reals, Reals]:
        """Give the prior's logarithm with its derivatives: normal; flat in the rate itself."""
        width = self.scale.width
        value, gradient, hessian = 0.0, np.zeros(width), np.zeros((width, width))
        first = self.scale.groups[0]
        for place, eyes in enumerate(self.scale.groups):
            for which in range(2):
                at = np.zeros(width)
                at[2 * place + which] = 1.0
                middle = MIDDLE_SLOPE if which else 0.0
                spread = SPREADS_OF_LINE[which]
                if place:
                    at[which] = -1.0
                    middle = EYES[eyes] - EYES[first] if which else 0.0
                    spread = SPREADS_OF_DIFFERENCE[which]
                away = float(at @ parameters) - middle
                value -= away**2 / (2 * spread**2)
                gradient -= at * away / spread**2
                hessian -= np.outer(at, at) / spread**2
        if self.scale.rate is None:
            rate = float(_expit(parameters[-1:])[0])
            value += float(np.log(rate) + np.log1p(-rate))
            gradient[-1] += 1 - 2 * rate
            hessian[-1, -1] -= 2 * rate * (1 - rate)
        return value, gradient, hessian


def _expit(logits: Reals) -> Reals:
    from scipy.special import expit

    return np.asarray(expit(logits), np.float64)
