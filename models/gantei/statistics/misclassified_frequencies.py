"""Frequencies of an outcome by a sex that is estimated with errors, corrected for these errors.

Of the people of category `y` with an estimated sex, the share `q` that is said to be of class 1 is
`se p + (1 - sp)(1 - p)`, if `p` is the share that really is: so `p = (q + sp - 1) / (se + sp - 1)`
(Rogan & Gladen 1978, doi 10.1093/oxfordjournals.aje.a112510; of tables with errors that differ by
the outcome, Greenland 1988, doi 10.1002/sim.4780070704). This is the maximum of the likelihood
wherever `p` lies within 0 to 1. Standard errors are those of the delta method: every count varies
as Poisson's, with derivatives by a complex step (Squire & Trapp 1998, doi
10.1137/S003614459631241X).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEAST_YOUDEN = 0.2
"""Sensitivity and specificity, less 1: with less, an error of either moves the answer fivefold."""
_STEP = 1e-20


@dataclass(frozen=True)
class AccuracyCounts:
    """People of class 1 and of class 0 who were told right and wrong, by category or overall.

    Attributes:
        sensitivity: float64 (j, 2), of the people of class 1, how many were told right, and wrong;
            j is the number of categories, or 1 where the same holds for all.
        specificity: float64 (j, 2), likewise of class 0.
        is_exact: whether these are shares, of which no uncertainty is known.
    """

    sensitivity: NDArray[np.float64]
    specificity: NDArray[np.float64]
    is_exact: bool = False

    def youden(self) -> NDArray[np.float64]:
        """Give sensitivity + specificity - 1, float64 (j,)."""
        return np.asarray(_share(self.sensitivity) + _share(self.specificity) - 1, np.float64)

    def youden_error(self) -> NDArray[np.float64]:
        """Give its standard error, float64 (j,), with half a person added to every count."""
        if self.is_exact:
            return np.zeros(len(self.sensitivity))
        parts = [each + 0.5 for each in (self.sensitivity, self.specificity)]
        every = [each.sum(axis=1) for each in parts]
        squares = [
            each[:, 0] * each[:, 1] / of**3 for each, of in zip(parts, every, strict=True)
        ]  # fmt: skip
        return np.asarray(np.sqrt(squares[0] + squares[1]), np.float64)


@dataclass(frozen=True)
class OutcomeCounts:
    """People by category of an outcome, and by their recorded or estimated sex.

    Attributes:
        recorded: float64 (k, 2), whose sex is recorded, by category and class.
        estimated: float64 (k, 2), the others, by category and estimated class.
        accuracy: of the estimated classes; None where it comes from `validated`.
        validated: float64 (k, 2, 2), the recorded people by category, class and estimated class.
        by_category: whether the accuracy is taken by category from `validated`, else overall.
    """

    recorded: NDArray[np.float64]
    estimated: NDArray[np.float64]
    validated: NDArray[np.float64]
    accuracy: AccuracyCounts | None = None
    by_category: bool = True

    def used_accuracy(self) -> AccuracyCounts:
        """Give the accuracy by which counts are corrected."""
        return self.accuracy or _accuracy(self.validated, by_category=self.by_category)


@dataclass(frozen=True)
class Frequencies:
    """Frequencies with their standard errors, by the delta method.

    Attributes:
        shares: float64 (2, k), of each class, the share of each category.
        share_errors: float64 (2, k).
        differences: float64 (k,), the share in class 1 minus that in class 0.
        difference_errors: float64 (k,).
        log_ratios: float64 (k,), the logarithm of the share in class 1 over that in class 0; nan
            where one is not above 0.
        log_ratio_errors: float64 (k,).
        people: float64 (2, k), how many of each class and category there are, as corrected.
        of_class_1: float64 (k,), the corrected share of class 1 among the people of each category
            whose class is estimated; beyond 0 to 1 where the errors cannot explain their counts.
    """

    shares: NDArray[np.float64]
    share_errors: NDArray[np.float64]
    differences: NDArray[np.float64]
    difference_errors: NDArray[np.float64]
    log_ratios: NDArray[np.float64]
    log_ratio_errors: NDArray[np.float64]
    people: NDArray[np.float64]
    of_class_1: NDArray[np.float64]


def corrected_frequencies(counts: OutcomeCounts, *, everybody: bool) -> Frequencies:
    """Correct the frequencies for the errors of the estimated sex.

    Args:
        counts: of the people.
        everybody: with the people whose sex is recorded, else of the others alone.

    >>> import numpy as np
    >>> from gantei.statistics.misclassified_frequencies import (
    ...     AccuracyCounts, OutcomeCounts, corrected_frequencies
    ... )
    >>> accuracy = AccuracyCounts(np.array([[0.9, 0.1]]), np.array([[0.8, 0.2]]), is_exact=True)
    >>> estimated = np.array([[450.0, 550.0], [150.0, 150.0]])
    >>> nobody = np.zeros((2, 2))
    >>> counts = OutcomeCounts(nobody, estimated, np.zeros((2, 2, 2)), accuracy)
    >>> corrected_frequencies(counts, everybody=False).people.round(1).tolist()
    [[500.0, 171.4], [500.0, 128.6]]
    """
    flat, people_of = _parametrised(counts, everybody=everybody)
    people = people_of(flat)

    def figures(cells: NDArray[Any]) -> NDArray[Any]:
        return _figures(people_of(cells))

    values = figures(flat).real
    variances = np.zeros_like(values)
    for place, count in enumerate(flat.real):
        moved = flat.astype(np.complex128)
        moved[place] += 1j * _STEP
        variances += count * (figures(moved).imag / _STEP) ** 2
    errors = np.sqrt(variances)
    k = len(counts.estimated)
    estimated = counts.estimated.sum(axis=1)
    accuracy = counts.used_accuracy()
    share = _corrected_share(counts.estimated, _share(accuracy.sensitivity),
                             _share(accuracy.specificity))  # fmt: skip
    return Frequencies(
        values[: 2 * k].reshape(2, k), errors[: 2 * k].reshape(2, k),
        values[2 * k : 3 * k], errors[2 * k : 3 * k],
        values[3 * k :], errors[3 * k :],
        people.real, np.where(estimated > 0, share, np.nan).astype(np.float64),
    )  # fmt: skip


def naive_frequencies(counts: OutcomeCounts, *, everybody: bool) -> Frequencies:
    """Give the frequencies by the estimated sex as if it had no errors."""
    right = AccuracyCounts(np.array([[1.0, 0.0]]), np.array([[1.0, 0.0]]), is_exact=True)
    told = OutcomeCounts(counts.recorded, counts.estimated, counts.validated, right)
    return corrected_frequencies(told, everybody=everybody)


def _accuracy(validated: NDArray[Any], *, by_category: bool) -> AccuracyCounts:
    told = validated if by_category else validated.sum(axis=0, keepdims=True)
    return AccuracyCounts(told[:, 1, ::-1], told[:, 0, :])


def _parametrised(
    counts: OutcomeCounts, *, everybody: bool
) -> tuple[NDArray[Any], Callable[[NDArray[Any]], NDArray[Any]]]:
    """Give every count that varies, in a row, and what makes the corrected people of them."""
    k = len(counts.estimated)
    given = counts.accuracy

    def people_of(cells: NDArray[Any]) -> NDArray[Any]:
        estimated = cells[: 2 * k].reshape(k, 2)
        if given is None:
            validated = cells[2 * k :].reshape(k, 2, 2)
            accuracy = _accuracy(validated, by_category=counts.by_category)
            recorded = validated.sum(axis=2)
        else:
            recorded = cells[2 * k : 4 * k].reshape(k, 2)
            accuracy = given
            if not given.is_exact:
                of = given.sensitivity.size
                rest = cells[4 * k :]
                accuracy = AccuracyCounts(rest[:of].reshape(-1, 2), rest[of:].reshape(-1, 2))
        of_1 = estimated.sum(axis=1) * _corrected_share(
            estimated, _share(accuracy.sensitivity), _share(accuracy.specificity)
        )
        people = np.stack((estimated.sum(axis=1) - of_1, of_1))
        return people + recorded.T if everybody else people

    if given is None:
        return np.concatenate((counts.estimated.ravel(), counts.validated.ravel())), people_of
    parts = [counts.estimated.ravel(), counts.recorded.ravel()]
    if not given.is_exact:
        parts += [given.sensitivity.ravel(), given.specificity.ravel()]
    return np.concatenate(parts), people_of


def _share(right_and_wrong: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(right_and_wrong[:, 0] / right_and_wrong.sum(axis=1))


def _corrected_share(
    estimated: NDArray[Any], sensitivity: NDArray[Any], specificity: NDArray[Any]
) -> NDArray[Any]:
    every = estimated.sum(axis=1)
    told = estimated[:, 1] / np.where(every == 0, 1, every)
    return np.asarray((told + specificity - 1) / (sensitivity + specificity - 1))


def _figures(people: NDArray[Any]) -> NDArray[Any]:
    shares = people / people.sum(axis=1, keepdims=True)
    are_above = (shares.real > 0).all(axis=0)
    above = np.where(are_above, shares, 1.0)
    ratios = np.where(are_above, np.log(above[1] / above[0]), np.nan)
    return np.concatenate((shares.ravel(), shares[1] - shares[0], ratios))
