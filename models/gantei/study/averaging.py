"""How values of one person are averaged: where they add up, each eye first, then the eyes.

Numbers are averaged as they are, probabilities as logits, those of several classes as logarithms.
The same bytes under several names are one photograph of an eye.
"""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

SMALLEST = 2.0**-24
"""What a probability of 0 counts as, and how far from 1 one of 1: half a step of float32 there."""
EYES = ("right", "left")
UNKNOWN_EYE = "eye_unknown"


OutputValues = Sequence[float]
ValuesByOutput = Sequence[OutputValues]
"""A column for each value of an output, of many photographs: by rows, `list(zip(*columns))`."""


@dataclass(frozen=True)
class AveragingScale:
    """How the values of one output are averaged: there, and back again.

    `width` is how many values it has; `columns_there` and `columns_back` take those of many
    photographs, in a third of the time.
    """

    width: int
    columns_there: Callable[[ValuesByOutput], ValuesByOutput]
    columns_back: Callable[[ValuesByOutput], ValuesByOutput]

    def there(self, values: OutputValues) -> list[float]:
        """Take the values of one photograph there."""
        return [column[0] for column in self.columns_there([[each] for each in values])]

    def back(self, values: OutputValues) -> list[float]:
        """Take the mean of some back."""
        return [column[0] for column in self.columns_back([[each] for each in values])]


def averaging_scale(
    kind: Literal["regression", "binary", "categorical"], width: int = 1
) -> AveragingScale:
    """Give the scale of a kind of output with so many values.

    >>> from gantei.study.averaging import averaging_scale
    >>> scale = averaging_scale("binary")
    >>> scale.back(scale.there([0.5]))
    [0.5]
    """
    match kind:
        case "binary":
            return AveragingScale(1, _each(_logit), _each(_expit))
        case "categorical":
            return AveragingScale(width, _each(_logarithm), _softmax)
    return AveragingScale(1, list, list)


def _each(change: Callable[[float], float]) -> Callable[[ValuesByOutput], ValuesByOutput]:
    return lambda columns: [[*map(change, column)] for column in columns]


@dataclass(slots=True)
class EyeSums:
    """The photographs of one eye of a person: their digests, and the sums of their values."""

    seen: set[bytes] = field(default_factory=set)
    sums: list[float] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Number of different photographs."""
        return len(self.seen)

    def add(self, digest: bytes, values: Sequence[float]) -> None:
        """Add a photograph's values, on their scale, unless it is there already."""
        if digest in self.seen:
            return
        self.seen.add(digest)
        if self.sums:
            self.sums = [a + b for a, b in zip(self.sums, values, strict=True)]
        else:
            self.sums = [0.0 + each for each in values]  # -0.0 becomes 0.0

    def mean(self) -> list[float]:
        """Their mean, on their scale."""
        if (count := len(self.seen)) == 1:
            return self.sums
        return [each / count for each in self.sums]


def used_eyes(eyes: Collection[str]) -> list[str]:
    """Which of a person's eyes their mean is of: the known ones, else the unknown one."""
    return [eye for eye in EYES if eye in eyes] or [eye for eye in (UNKNOWN_EYE,) if eye in eyes]


def mean_of_eyes(eyes: Mapping[str, EyeSums]) -> list[float] | None:
    """The mean of a person's eyes on their scale; None of none."""
    return mean_of_means({eye: sums.mean() for eye, sums in eyes.items()})


def mean_of_means(eyes: Mapping[str, list[float]]) -> list[float] | None:
    """The mean of a person, of the mean of each eye on their scale; None of none."""
    means = [eyes[eye] for eye in used_eyes(eyes)]
    if len(means) == 1:
        return means[0]
    return [sum(each) / len(means) for each in zip(*means, strict=True)] if means else None


def _logarithm(probability: float) -> float:
    return math.log(max(probability, SMALLEST))


def _logit(probability: float) -> float:
    bounded = min(max(probability, SMALLEST), 1 - SMALLEST)
    return math.log(bounded) - math.log1p(-bounded)


def _expit(logit: float) -> float:
    small = math.exp(-abs(logit))
    return 1 / (1 + small) if logit >= 0 else small / (1 + small)


def _softmax(logarithms: ValuesByOutput) -> ValuesByOutput:
    return [*zip(*map(_shares, zip(*logarithms, strict=True)), strict=True)]


def _shares(logarithms: OutputValues) -> list[float]:
    highest = max(logarithms)
    powers = [math.exp(each - highest) for each in logarithms]
    return [each / sum(powers) for each in powers]
