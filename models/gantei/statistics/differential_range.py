"""How far corrected frequencies would move if the accuracy of the estimate differed by outcome."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .misclassified_frequencies import LEAST_YOUDEN, OutcomeCounts


@dataclass(frozen=True)
class FrequencyRange:
    """The least and the greatest frequencies.

    Attributes:
        least, greatest: float64 (2, k), of each class, the share of each category.
        least_difference, greatest_difference: float64 (k,), class 1 minus class 0.
    """

    least: NDArray[np.float64]
    greatest: NDArray[np.float64]
    least_difference: NDArray[np.float64]
    greatest_difference: NDArray[np.float64]


def frequency_range(
    counts: OutcomeCounts, vary: float, *, everybody: bool
) -> FrequencyRange | None:
    """Let sensitivity and specificity of each category lie up to `vary` off, each by itself.

    The share of class 1 in a category rises and falls with either; so the extremes are where all
    of them are at an end. Shares stay within 0 to 1.

    Args:
        counts: of the people.
        vary: 0 to 1.
        everybody: with the people whose sex is recorded, else of the others alone.

    Returns:
        None where at one end sensitivity and specificity are together no more than 1.2.

    >>> import numpy as np
    >>> from gantei.statistics.differential_range import frequency_range
    >>> from gantei.statistics.misclassified_frequencies import AccuracyCounts, OutcomeCounts
    >>> accuracy = AccuracyCounts(np.array([[0.9, 0.1]]), np.array([[0.8, 0.2]]), is_exact=True)
    >>> estimated = np.array([[450.0, 550.0], [150.0, 150.0]])
    >>> nobody = np.zeros((2, 2))
    >>> counts = OutcomeCounts(nobody, estimated, np.zeros((2, 2, 2)), accuracy)
    >>> found = frequency_range(counts, 0.05, everybody=False)
    >>> found.least[1].round(3).tolist(), found.greatest[1].round(3).tolist()
    ([0.741, 0.158], [0.842, 0.259])
    """
    accuracy = counts.used_accuracy()
    sensitivity, specificity = (
        each[:, 0] / each.sum(axis=1) for each in (accuracy.sensitivity, accuracy.specificity)
    )
    total = counts.estimated.sum(axis=1)
    told = counts.estimated[:, 1] / np.where(total == 0, 1, total)
    shares = []
    for up in (-vary, vary):
        for down in (-vary, vary):
            one, other = (np.clip(each, 0, 1) for each in (sensitivity + up, specificity + down))
            youden = one + other - 1
            if (youden <= LEAST_YOUDEN).any():
                return None
            shares.append(np.clip((told + other - 1) / youden, 0, 1))
    recorded = counts.recorded if everybody else np.zeros_like(counts.recorded)
    fewest, most = (total * np.array(shares).min(axis=0), total * np.array(shares).max(axis=0))
    of_1 = np.stack((fewest, most)) + recorded[:, 1]
    of_0 = total - np.stack((most, fewest)) + recorded[:, 0]
    ends = np.stack((of_0, of_1), axis=1)  # (end, class, category)
    least = _against_others(ends[0], ends[1])
    greatest = _against_others(ends[1], ends[0])
    # What raises class 1 in a category lowers class 0 there, and the other way round.
    difference = (least[1] - greatest[0], greatest[1] - least[0])
    return FrequencyRange(least, greatest, *difference)


def _against_others(own: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give each category's share if it is at one end and all others are at the other."""
    rest = others.sum(axis=1, keepdims=True) - others
    every = own + rest
    return np.asarray(np.where(every > 0, own / np.where(every > 0, every, 1), np.nan), np.float64)
