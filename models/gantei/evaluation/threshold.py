"""The probability from which a unit counts as positive: given, or chosen on the same people."""

from dataclasses import dataclass

import numpy as np

from ..errors import SettingError
from ..statistics.units import Units

FIXED, YOUDEN, SENSITIVITY = "fixed", "youden", "sensitivity"
OPTIMISTIC = "optimistic-threshold"
"""Note of figures whose threshold was chosen on the same people."""
BY_THRESHOLD = frozenset(
    {"accuracy", "sensitivity", "specificity", "ppv", "npv", "f1", "balanced_accuracy"}
)
"""Figures of a binary output that depend on its threshold."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """The threshold of one binary output at one level.

    Attributes:
        value: from which probability on the positive class is taken, 0 to 1.
        rule: how it came about: `fixed`, `youden`, or `sensitivity:0.95`.
    """

    value: float
    rule: str = FIXED

    @property
    def is_chosen_here(self) -> bool:
        """Whether it was chosen on the people it is judged on, so that figures are optimistic."""
        return self.rule != FIXED


@dataclass(frozen=True, slots=True)
class ThresholdRule:
    """How the threshold of a binary output comes about.

    Attributes:
        rule: `fixed`, `youden` (the largest sum of sensitivity and specificity) or `sensitivity`
            (the highest threshold that reaches it).
        number: the threshold of `fixed`, the wanted sensitivity of `sensitivity`.
    """

    rule: str
    number: float = 0.5

    @classmethod
    def of(cls, text: str) -> "ThresholdRule":
        """Read what `--threshold` says.

        Raises:
            SettingError: it is neither a number from 0 to 1 nor a rule.

        >>> from gantei.evaluation.threshold import ThresholdRule
        >>> ThresholdRule.of("sensitivity:0.95")
        ThresholdRule(rule='sensitivity', number=0.95)
        """
        rule, _, number = text.strip().rpartition(":")
        if not rule and number == YOUDEN:
            return cls(YOUDEN)
        value = _fraction(number)
        if value is None or rule not in ("", SENSITIVITY):
            raise SettingError(
                f"--threshold {text}: neither a number from 0 to 1, nor youden, nor a wanted "
                "sensitivity such as sensitivity:0.95"
            )
        return cls(rule or FIXED, value)

    @property
    def text(self) -> str:
        """As `--threshold` takes it."""
        number = repr(self.number)
        return {FIXED: number, YOUDEN: YOUDEN}.get(self.rule, f"{self.rule}:{number}")

    def threshold(self, units: Units) -> Threshold:
        """Give the threshold, chosen on these units where the rule asks for it.

        Of several that are equally good the highest is taken. Where one class is missing nothing
        can be chosen, and the threshold is 0.5.
        """
        if self.rule == FIXED:
            return Threshold(self.number)
        truths = units.truths == 1
        if truths.all() or not truths.any():
            return Threshold(0.5)
        from sklearn.metrics import roc_curve

        false, true, values = roc_curve(truths, units.estimates, drop_intermediate=False)
        if self.rule == YOUDEN:
            place = 1 + int(np.argmax((true - false)[1:]))  # the first is above every estimate
            return Threshold(float(values[place]), YOUDEN)
        # Sensitivities are fractions of counts: a rounding error must not cost a threshold.
        place = max(1, int(np.argmax(true >= self.number - 1e-12)))
        return Threshold(float(values[place]), self.text)


def _fraction(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value <= 1 else None
