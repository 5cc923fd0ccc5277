"""What heads estimate of people who were held out, in repeated splits of the people."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gantei.statistics.units import EstimateKind, Units

from .head_fitting import STRENGTHS, fit_head
from .labelled_embeddings import LabelledEmbeddings
from .people_split import require_people, split_people


@dataclass(frozen=True)
class HeldOut:
    """One split: what was estimated of people from whom nothing was learnt.

    Attributes:
        kind: of what is estimated.
        estimates: float64 (m,) or (m, k), as of `Units`.
        naive: as `estimates`, what the mean of the training people's photographs says, or the
            shares of their classes: the same for everybody.
        truths: (m,), as of `Units`.
        persons: intp (m,), numbers of persons, the same in every split.
        training_people: how many people were learnt from.
        training_photographs: how many photographs of theirs.
        strength: that was chosen; None where there is none to choose.
        at_edge: whether it is the least or the greatest that was tried.
    """

    kind: EstimateKind
    estimates: NDArray[np.float64]
    naive: NDArray[np.float64]
    truths: NDArray[Any]
    persons: NDArray[np.intp]
    training_people: int
    training_photographs: int
    strength: float | None = None
    at_edge: bool = False

    @property
    def people(self) -> int:
        """How many people were held out."""
        return len(np.unique(self.persons))

    def units(self, people: int, *, naive: bool = False) -> Units:
        """Give the estimates beside the truth; `people` is how many all splits have."""
        estimates = self.naive if naive else self.estimates
        return Units(self.kind, estimates, self.truths, self.persons, people)


def rows_of(data: LabelledEmbeddings, chosen: NDArray[np.bool_]) -> LabelledEmbeddings:
    """Keep the chosen photographs, bool (n,); persons keep their numbers."""
    augmented = None if data.augmented is None else data.augmented[chosen]
    return replace(
        data,
        embeddings=data.embeddings[chosen],
        truths=data.truths[chosen],
        persons=data.persons[chosen],
        ages=data.ages[chosen],
        augmented=augmented,
    )


def naive_estimates(training: LabelledEmbeddings, count: int) -> NDArray[np.float64]:
    """Give what is estimated without any photograph, `count` times: float64 (count,) or (count, k).

    That is the mean of the training photographs' numbers, or the shares of their classes, of which
    the most frequent is the answer.
    """
    if training.target.kind == "regression":
        return np.full(count, np.mean(training.truths))
    counts = np.bincount(training.truths, minlength=len(training.target.classes))
    shares = counts / len(training)
    if training.target.kind == "binary":
        return np.full(count, shares[1])
    return np.tile(shares, (count, 1))


def held_out(
    data: LabelledEmbeddings, train: NDArray[np.bool_], test: NDArray[np.bool_],
    *, seed: int = 0, draw: int = 0, strengths: Sequence[float] = STRENGTHS,
) -> HeldOut:  # fmt: skip
    """Learn from some people's photographs, their strength included, and estimate others'.

    Args:
        data: all photographs.
        train: bool (n,), those to learn from.
        test: bool (n,), those to estimate, of other people.
        seed: of the folds by which the strength is chosen.
        draw: number of the division into folds.
        strengths: to choose from.

    Raises:
        SettingError: too few people to learn from.
        MissingExtraError: scipy is not installed.
    """
    training = rows_of(data, train)
    fitted = fit_head(training, seed=seed, draw=draw, strengths=strengths)
    estimates = fitted.head.estimates(data.embeddings[test])
    return HeldOut(
        data.target.kind, estimates, naive_estimates(training, len(estimates)),
        data.truths[test], data.persons[test], len(np.unique(training.persons)), len(training),
        fitted.strength, fitted.at_edge,
    )  # fmt: skip


def repeated_splits(
    data: LabelledEmbeddings,
    trials: int,
    seed: int,
    *,
    share: float,
    strengths: Sequence[float],
    advance: Callable[[int], object],
) -> list[HeldOut]:
    """Split, learn and estimate anew in every trial; `advance` is called with 1 after each."""
    require_people(data.target, data.truths, data.persons)
    found = []
    for trial in range(trials):
        train, test = split_people(data, share, seed=seed, draw=trial)
        found.append(held_out(data, train, test, seed=seed, draw=trial, strengths=strengths))
        advance(1)
    return found
