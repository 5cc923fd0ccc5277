"""What an evaluation was asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

DRAWS = 2_000
"""Draws of persons behind an interval; the width of an interval moves by about 2 % with them."""


@dataclass(frozen=True)
class EvaluationOptions:
    """What an evaluation was asked for, beside the tables.

    Attributes:
        by: variables that form groups, such as `camera` or `age:10`.
        threshold: of binary outputs: a number, `youden` or `sensitivity:0.95`.
        one_photograph_per_person: nothing tells persons, and each photograph is another's.
        compare: outputs or estimators to compare, the first with each of the others; empty: all
            that have the same label.
        sample_sizes: wanted widths of intervals by codes of metrics.
        draws: of persons.
    """

    by: tuple[str, ...] = ()
    threshold: str = "0.5"
    one_photograph_per_person: bool = False
    compare: tuple[str, ...] = ()
    sample_sizes: Mapping[str, float] = field(default_factory=dict)
    draws: int = DRAWS
