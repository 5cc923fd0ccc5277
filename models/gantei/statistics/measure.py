"""One figure with its interval."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure with its interval, and what it was computed from.

    Attributes:
        metric: its code, such as `mae` or `auc`.
        value: the figure; None where `why` says why there is none.
        low, high: its 95 % interval; None where there is none.
        units: number of units that it was computed from.
        people: number of persons; None where nothing tells.
        label: of a figure of one class against the rest, the index of that class.
        why: code of the reason for a missing figure or interval, else empty.
        p: of a difference, its two-sided p-value.
    """

    metric: str
    value: float | None
    low: float | None
    high: float | None
    units: int
    people: int | None
    label: int | None = None
    why: str = ""
    p: float | None = None
