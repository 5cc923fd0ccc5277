"""What each figure is called, on which scale its interval is computed, and what it means."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

MetricScale = Literal["plain", "log", "logit", "log_of_rest", "fisher"]
"""Where a figure's standard error is taken: itself, log x, log x/(1 - x), log (1 - x), artanh x."""


@dataclass(frozen=True, slots=True)
class MetricName:
    """A figure's names and what to know about it.

    Attributes:
        english, japanese: its name.
        scale: where its interval is computed, before it is taken back.
        higher_is_better: None where neither is, such as of a prevalence or a slope.
        meaning: in a few words, where the name does not say it.
        ideal: the value of a perfect estimator; None where there is none.
    """

    english: str
    japanese: str
    scale: MetricScale
    higher_is_better: bool | None
    meaning: str = ""
    ideal: float | None = None


def _right(english: str, japanese: str, meaning: str) -> MetricName:
    return MetricName(english, japanese, "logit", True, meaning, 1.0)


def _wrong(english: str, japanese: str, meaning: str) -> MetricName:
    return MetricName(english, japanese, "log", False, meaning, 0.0)


_REGRESSION = {
    "mae": _wrong("mean absolute error", "平均絶対誤差", "mean of |estimate − real|"),
    "rmse": _wrong("root mean square error", "二乗平均平方根誤差", "root of the mean square error"),
    "bias": MetricName("bias", "偏り（平均誤差）", "plain", None, "mean of estimate − real", 0.0),
    "r2": MetricName(
        "R²", "決定係数 R²", "log_of_rest", True,
        "1 − squared error / squared deviation from this cohort's mean; may be negative", 1.0,
    ),
    "correlation": MetricName(
        "correlation", "相関係数", "fisher", True, "Pearson's, of estimate and real", 1.0
    ),
    "slope_of_estimate": MetricName(
        "slope of estimate on real", "真値に対する推定値の傾き", "plain", None,
        "below 1: high values are estimated too low, and low ones too high", 1.0,
    ),
    "slope_of_truth": MetricName(
        "slope of real on estimate", "推定値に対する真値の傾き", "plain", None,
        "1: a difference in the estimate stands for the same difference in the real value", 1.0,
    ),
    "mae_of_mean": MetricName(
        "mean absolute error of predicting the mean", "集団平均を答えた場合の平均絶対誤差",
        "log", None, "error of predicting this cohort's mean for everybody",
    ),
    "skill": MetricName(
        "error reduction against predicting the mean", "平均を答える場合に比べた誤差の減少率",
        "log_of_rest", True, "1 − mean absolute error / that of predicting the mean", 1.0,
    ),
}  # fmt: skip
_CLASSES = {
    "auc": _right("AUC", "AUC", "area under the ROC curve"),
    "average_precision": _right(
        "average precision", "平均適合率", "area under the precision–recall curve"
    ),
    "accuracy": _right("accuracy", "正解率", "share of answers that are right"),
    "sensitivity": _right("sensitivity", "感度", "share of the class that is found"),
    "specificity": _right(
        "specificity", "特異度", "share of the others that are not taken for the class"
    ),
    "ppv": _right(
        "positive predictive value", "陽性的中率", "share of the positive answers that are right"
    ),
    "npv": _right(
        "negative predictive value", "陰性的中率", "share of the negative answers that are right"
    ),
    "prevalence": MetricName(
        "prevalence", "陽性の割合（有病率）", "logit", None, "share of the class in this cohort"
    ),
    "f1": _right("F1", "F値", "harmonic mean of sensitivity and positive predictive value"),
    "balanced_accuracy": _right(
        "balanced accuracy", "均衡正解率", "mean of the sensitivities of the classes"
    ),
    "brier": _wrong("Brier score", "Brierスコア", "mean square error of the probability"),
    "log_loss": _wrong("log loss", "対数損失", "mean of −log of the probability of the real class"),
    "calibration_intercept": MetricName(
        "calibration intercept", "較正の切片", "plain", None,
        "slope fixed at 1; above 0: the probabilities are too low", 0.0,
    ),
    "calibration_slope": MetricName(
        "calibration slope", "較正の傾き", "plain", None,
        "below 1: the probabilities are too extreme", 1.0,
    ),
}  # fmt: skip
_AVERAGED = (
    "auc",
    "average_precision",
    "sensitivity",
    "specificity",
    "ppv",
    "npv",
    "f1",
    "brier",
    "log_loss",
)
"""Of several classes: their plain mean over the classes is a figure too, whose code begins with
`macro_`."""


def _macro(one: MetricName) -> MetricName:
    return MetricName(
        f"{one.english}, macro", f"{one.japanese}（マクロ平均）", one.scale,
        one.higher_is_better, f"mean over the classes, each against the rest: {one.meaning}",
        one.ideal,
    )  # fmt: skip


METRICS: MappingProxyType[str, MetricName] = MappingProxyType(
    _REGRESSION | _CLASSES | {f"macro_{code}": _macro(_CLASSES[code]) for code in _AVERAGED}
)
"""Every figure by its code, in the order in which they are printed.

>>> METRICS["mae"].japanese, METRICS["auc"].scale
('平均絶対誤差', 'logit')
"""
REGRESSION_METRICS = tuple(_REGRESSION)
"""The codes of the figures of a number."""
CLASS_METRICS = tuple(_CLASSES)
"""The codes of the figures of a binary output, and of each class of several against the rest."""
MACRO_METRICS = _AVERAGED
"""Which of them have a mean over the classes."""
OVERALL_METRICS = ("accuracy", "balanced_accuracy", "brier", "log_loss")
"""The codes of the figures of several classes at once, with no class beside them."""
