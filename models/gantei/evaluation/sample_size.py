"""How many people an interval of a wanted width needs, from these people as a pilot."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SampleSize:
    """What one output needs for one metric.

    Attributes:
        key: of the output, such as `demo-sex.sex`.
        metric: code of the metric.
        width: the wanted width of its 95 % interval, from low to high.
        width_now: the width with the people here; None where there is no interval.
        people_now: people here.
        people: people needed, of the same kind as these; None where `why` says why.
        why: code of the reason, else empty.
    """

    key: str
    metric: str
    width: float
    width_now: float | None
    people_now: int | None
    people: int | None
    why: str = ""
