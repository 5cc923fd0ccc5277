"""How much data is needed: the error of heads that learn from 25, 50, 100 … people.

In every repeat the same people judge at each size, and smaller sets of people are parts of larger
ones. An inverse power law is fitted from five sizes on, to means over repeats. How sure its
exponent is, draws tell: of people, each with all estimates made while the person was held out, and
of repeats. Where the interval of the exponent does not exclude 0, no law is given.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gantei.errors import SettingError
from gantei.statistics.draws import PersonDraws
from gantei.statistics.numbered_draws import NumberedDraws
from gantei.statistics.study_extra import require_study_extra

from .curve_errors import CurveErrors, curve_errors
from .head_fitting import STRENGTHS
from .labelled_embeddings import LabelledEmbeddings
from .learning_target import LearningTarget
from .people_split import require_people
from .power_law import PowerLaw, fit_power_laws
from .trials import SHARE

REPEATS = 10
FEWEST_SIZES = 5
"""From which number of sizes on a law is fitted."""
FARTHEST = 4
"""Times the people at hand, beyond which nothing is said."""
_ROUNDING = 1e-6
_DRAWS = 1000
_REPEATS = 104
"""Purpose of draws of repeats."""


@dataclass(frozen=True, slots=True)
class CurveSize:
    """What heads lose that learnt from so many people.

    Attributes:
        people: who were learnt from.
        photographs: how many of theirs, on average.
        error: mean absolute error in the target's unit, or share of wrong answers; the mean over
            repeats.
        sd: standard deviation over the repeats, with n - 1; None with one.
        repeats: how many there are.
    """

    people: int
    photographs: float
    error: float
    sd: float | None
    repeats: int


@dataclass(frozen=True, slots=True)
class MorePeople:
    """How many more people it takes to reach an error.

    Attributes:
        error: that is to be reached.
        people: how many more than there are, 0 or more; None where `why` says why not.
        low, high: 95 % interval of that number; None: the draws reach no such end.
        why: `no-law`, `never` (the limit is above), `too-far` (beyond `FARTHEST` times the people
            at hand), or empty.
    """

    error: float
    people: int | None
    low: int | None
    high: int | None
    why: str = ""


@dataclass(frozen=True)
class LearningCurve:
    """Errors by number of people.

    Attributes:
        target: what was learnt.
        measure: `mae` of a number; `accuracy` of classes, of which the error is 1 less.
        share: of the people who judge in each repeat.
        seed: of splits, folds and draws.
        people: all there are.
        sizes: rising; the last is all training people.
        left_out: sizes at which a class has fewer people than folds.
        naive: the error of what is estimated without any photograph.
        law: the power law; None where `why` says why there is none.
        low, high: 95 % interval of its exponent; None with fewer than `FEWEST_SIZES` sizes.
        why: `too-few-sizes`, `not-falling` or empty.
        laws: of each draw.
    """

    target: LearningTarget
    measure: str
    share: float
    seed: int
    people: int
    sizes: tuple[CurveSize, ...]
    left_out: tuple[int, ...]
    naive: float
    law: PowerLaw | None
    low: float | None
    high: float | None
    why: str
    laws: tuple[PowerLaw, ...] = ()

    def to_reach(self, error: float) -> MorePeople:
        """Give about how many more people it takes to reach an error.

        The interval is of the law, fitted to draws; it holds nothing of whether errors follow it
        beyond the sizes that were measured.

        Raises:
            SettingError: the error is not above 0.
        """
        if not error > 0:
            raise SettingError(f"an error of {error} cannot be reached; give one above 0")
        if self.law is None:
            return MorePeople(error, None, None, None, "no-law")
        if error <= self.law.limit:
            return MorePeople(error, None, None, None, "never")
        needed = self.law.people(error)
        if self._more(needed) is None:
            return MorePeople(error, None, None, None, "too-far")
        drawn = [each.people(error) for each in self.laws]
        low, high = np.quantile(drawn, (0.025, 0.975), method="inverted_cdf")
        return MorePeople(error, self._more(needed), self._more(low), self._more(high))

    def _more(self, people: float) -> int | None:
        """Give how many are missing; None where they are too many to say."""
        if people > FARTHEST * self.people + _ROUNDING:
            return None
        return max(0, int(np.ceil(people - _ROUNDING)) - self.people)

    def as_json(self) -> dict[str, Any]:
        """Give everything but the draws in values that JSON has."""
        names = (
            "measure", "share", "seed", "people", "naive", "low", "high", "why",
        )  # fmt: skip
        return {
            "output": self.target.output,
            "kind": self.target.kind,
            **{name: getattr(self, name) for name in names},
            "sizes": [asdict(each) for each in self.sizes],
            "left_out": list(self.left_out),
            "law": None if self.law is None else asdict(self.law),
        }


def run_curve(
    data: LabelledEmbeddings,
    seed: int = 0,
    *,
    repeats: int = REPEATS,
    share: float = SHARE,
    strengths: Sequence[float] = STRENGTHS,
    advance: Callable[[int], object] = lambda _: None,
) -> LearningCurve:
    """Learn from more and more people, and judge by the same others.

    Args:
        data: all photographs, of `LEAST_PEOPLE` people of each class at least.
        seed: of splits, folds and draws.
        repeats: 2 to 1000 splits.
        share: of the people, to judge by, above 0 and below 1.
        strengths: to choose from, anew for each size in each repeat.
        advance: called with 1 after each repeat.

    Raises:
        SettingError: a number that makes no sense, or too few people.
        MissingExtraError: a library of the extra `study` is missing.
    """
    if not 2 <= repeats <= 1000:
        raise SettingError(f"repeats is {repeats}; give 2 to 1000")
    require_study_extra("a learning curve")
    require_people(data.target, data.truths, data.persons)
    found = curve_errors(data, seed, repeats, share=share, strengths=strengths, advance=advance)
    errors = found.errors()
    sizes = tuple(
        CurveSize(size, float(count), float(each.mean()), float(each.std(ddof=1)), repeats)
        for size, count, each in zip(found.sizes, found.photographs, errors.T, strict=True)
    )
    law, laws, low, high, why = _law(found, errors, seed)
    return LearningCurve(
        data.target, "mae" if data.target.kind == "regression" else "accuracy", share, seed,
        len(np.unique(data.persons)), sizes, found.left_out, found.naive, law, low, high, why, laws,
    )  # fmt: skip


def _law(
    found: CurveErrors, errors: NDArray[np.float64], seed: int
) -> tuple[PowerLaw | None, tuple[PowerLaw, ...], float | None, float | None, str]:
    """Fit the law to the means, and to those of draws of people and repeats."""
    if len(found.sizes) < FEWEST_SIZES:
        return None, (), None, None, "too-few-sizes"
    people = np.array(found.sizes, np.float64)
    drawn = found.drawn(PersonDraws(found.people, _DRAWS, seed))
    luck = NumberedDraws(seed, _REPEATS)
    curves = np.empty((_DRAWS, len(people)))
    for place, each in enumerate(drawn):
        chosen = np.floor(luck.uniform(place, len(errors)) * len(errors)).astype(np.intp)
        curves[place] = np.nanmean(each[chosen], axis=0)
    # The fewer people, the more an error varies. One that never varies, such as 0, gets no weight
    # without end.
    variances = np.maximum(curves.var(axis=0), 1e-4 * np.max(curves.var(axis=0)) + 1e-12)
    [law] = fit_power_laws(people, errors.mean(axis=0, keepdims=True), 1 / variances)
    laws = tuple(fit_power_laws(people, curves, 1 / variances))
    exponents = [each.exponent for each in laws]
    low, high = (float(each) for each in np.quantile(exponents, (0.025, 0.975)))
    if not (low > 0 and law.exponent > 0):
        return None, (), low, high, "not-falling"
    return law, laws, low, high, ""
