"""The probability from which a unit counts as positive: given, or chosen on the same people."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Threshold:
    """The threshold of one binary output at one level.

    Attributes:
        value: from which probability on the positive class is taken, 0 to 1.
        rule: how it came about: `fixed`, `youden`, or `sensitivity:0.95`.
    """

    value: float
    rule: str = "fixed"

    @property
    def is_chosen_here(self) -> bool:
        """Whether it was chosen on the people it is judged on, so that figures are optimistic."""
        return self.rule != "fixed"
