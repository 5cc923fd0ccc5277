"""What `gantei describe` was asked for, and the accuracy that was measured elsewhere."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..errors import SettingError
from ..evaluation.given_arguments import check_columns
from ..photographs.path_spelling import one_spelling
from ..statistics.misclassified_frequencies import AccuracyCounts

VARY = 0.08
"""How far accuracy may lie off in a category: two may differ by 0.16, as it did between eyes with
and without disease of the fovea (doi 10.1038/s41598-021-89743-x)."""
THRESHOLD = 0.5
AccuracyText = str | float | Mapping[str, str | float] | None
"""A share or counts such as `108/120`, of everybody or by category."""


@dataclass(frozen=True)
class DescribeOptions:
    """What was asked for, beside the tables.

    Attributes:
        outcome: the column, such as `retinopathy` or `age:10`.
        sensitivity, specificity: as measured elsewhere, by category, the empty one standing for
            all; None: by the people here whose sex is recorded.
        vary: how far either may lie off in a category where it is only known overall.
        threshold: probability from which a person counts as the second class.
        one_photograph_per_person: nothing tells persons, and each photograph is another's.
    """

    outcome: str
    sensitivity: Mapping[str, tuple[float, float]] | None = None
    specificity: Mapping[str, tuple[float, float]] | None = None
    vary: float = VARY
    threshold: float = THRESHOLD
    one_photograph_per_person: bool = False

    def check(self) -> None:
        """Refuse what makes no sense.

        Raises:
            SettingError: a number is out of its range, or one accuracy is given and not the other.
        """
        if not 0 <= self.vary < 0.5:
            raise SettingError(f"--vary {self.vary:g}: give a number from 0 to below 0.5")
        if not 0 < self.threshold < 1:
            raise SettingError(f"--threshold {self.threshold:g}: give a number between 0 and 1")
        if (self.sensitivity is None) != (self.specificity is None):
            lacking = "--specificity" if self.specificity is None else "--sensitivity"
            raise SettingError(f"{lacking} is missing: give both, or none")

    def accuracy(self, categories: tuple[str, ...]) -> AccuracyCounts | None:
        """Give the accuracy that was measured elsewhere; None where none was given.

        Raises:
            SettingError: a category is missing or unknown, or one is a count and another a share.
        """
        if self.sensitivity is None or self.specificity is None:
            return None
        rows = [
            _of_categories(option, given, categories)
            for option, given in (
                ("--sensitivity", self.sensitivity), ("--specificity", self.specificity),
            )
        ]  # fmt: skip
        are_shares = {math.isclose(sum(row), 1) for rows_of in rows for row in rows_of}
        if len(are_shares) > 1:
            raise SettingError(
                "--sensitivity and --specificity: give all as counts, such as 108/120, or all as "
                "shares"
            )
        one, other = (np.array(each, np.float64) for each in rows)
        return AccuracyCounts(one, other, is_exact=are_shares.pop())


def options_of(
    outcome: str,
    sensitivity: AccuracyText,
    specificity: AccuracyText,
    vary: float,
    threshold: float,
    *,
    one_each: bool,
) -> DescribeOptions:
    """Read what was asked for, and refuse what makes no sense.

    Raises:
        SettingError: as `accuracy_of` and `DescribeOptions.check`.
    """
    check_columns(outcome=outcome)
    options = DescribeOptions(
        outcome,
        accuracy_of("--sensitivity", sensitivity),
        accuracy_of("--specificity", specificity),
        vary,
        threshold,
        one_each,
    )
    options.check()
    return options


def accuracy_of(option: str, given: AccuracyText) -> dict[str, tuple[float, float]] | None:
    """Read a sensitivity or specificity: how many were told right and wrong, or shares of them.

    Args:
        option: that gives it.
        given: `0.9`, `108/120`, or either by category: `yes=0.8,no=0.9`, or a mapping.

    Returns:
        By category, the empty one standing for all, what is right and what is wrong.

    Raises:
        SettingError: it is nothing of that kind.

    >>> from gantei.misclassification.describe_options import accuracy_of
    >>> accuracy_of("--sensitivity", "108/120")
    {'': (108.0, 12.0)}
    >>> sorted(accuracy_of("--sensitivity", "yes=0.75,no=0.5").items())
    [('no', (0.5, 0.5)), ('yes', (0.75, 0.25))]
    """
    if given is None:
        return None
    if isinstance(given, str) and "=" in given:
        parts = [each.rpartition("=")[::2] for each in given.split(",")]
        given = dict(parts)
        if len(given) < len(parts):
            raise SettingError(f"{option}: a category is given twice")
    if isinstance(given, Mapping):
        return {
            one_spelling(category.strip()): _right_and_wrong(option, str(text))
            for category, text in given.items()
        }
    return {"": _right_and_wrong(option, str(given))}


def _right_and_wrong(option: str, text: str) -> tuple[float, float]:
    right, slash, every = (part.strip() for part in text.partition("/"))
    try:
        value, of = float(right), float(every) if slash else 1.0
    except ValueError:
        value = of = math.nan
    is_count = not slash or (value.is_integer() and of.is_integer() and of >= 1)
    if not (0 <= value <= of < math.inf and is_count):
        raise SettingError(
            f"{option} {text.strip()}: neither a share from 0 to 1 nor counts such as 108/120"
        )
    if slash and of == 1:
        raise SettingError(f"{option} {text.strip()}: one person measures no accuracy")
    return value, of - value


def _of_categories(
    option: str, given: Mapping[str, tuple[float, float]], categories: tuple[str, ...]
) -> list[tuple[float, float]]:
    if [*given] == [""]:
        return [given[""]]
    if missing := [each for each in categories if each not in given]:
        raise SettingError(f"{option}: says nothing of {missing[0]}; give it for each category")
    if stray := [each for each in given if each not in categories]:
        raise SettingError(
            f"{option}: nobody is of the category {stray[0]}; known: {', '.join(categories)}"
        )
    return [given[each] for each in categories]
