"""Scales on which a figure's error is about normal: there and back, and how fast it moves there."""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from ..errors import MissingExtraError
from ..system.install_command import how_to_add
from .metric_names import METRICS, MetricScale


@dataclass(frozen=True)
class Scale:
    """A scale.

    Attributes:
        there: from a figure to the scale; infinite at the ends of its range.
        back: from the scale to the figure.
        slope: the derivative of `there`.
    """

    there: Callable[[float], float]
    back: Callable[[float], float]
    slope: Callable[[float], float]


def _logit(value: float) -> float:
    return float(np.log(value) - np.log1p(-value))


def _expit(value: float) -> float:
    return float((1 + np.tanh(value / 2)) / 2)


SCALES: MappingProxyType[MetricScale, Scale] = MappingProxyType({
    "plain": Scale(float, float, lambda _: 1.0),
    "log": Scale(lambda x: float(np.log(x)), lambda x: float(np.exp(x)), lambda x: 1 / x),
    "logit": Scale(_logit, _expit, lambda x: 1 / (x * (1 - x))),
    "log_of_rest": Scale(
        lambda x: float(-np.log1p(-x)), lambda x: float(-np.expm1(-x)), lambda x: 1 / (1 - x)
    ),
    "fisher": Scale(
        lambda x: float(np.arctanh(x)), lambda x: float(np.tanh(x)), lambda x: 1 / (1 - x**2)
    ),
})  # fmt: skip
_ENDS: dict[MetricScale, tuple[float, float]] = {
    "plain": (-np.inf, np.inf),
    "log": (0.0, np.inf),
    "logit": (0.0, 1.0),
    "log_of_rest": (-np.inf, 1.0),
    "fisher": (-1.0, 1.0),
}


def scale_of(metric: str) -> Scale:
    """Give the scale of a figure by its code."""
    return SCALES[METRICS[metric].scale]


def at_the_end(metric: str, value: float) -> bool:
    """Whether a value stands at an end of its range, where its scale has no place for it."""
    least, most = _ENDS[METRICS[metric].scale]
    return not least < value < most


def student_quantile(freedom: float) -> float:
    """Give the 97.5th percentile of Student's t with so many degrees of freedom, also infinite.

    Raises:
        MissingExtraError: scipy is not installed.
    """
    return float(_special().stdtrit(freedom, 0.975))


def two_sided_p(ratio: float, freedom: float) -> float:
    """Give the two-sided p-value of a figure over its standard error, by Student's t.

    Raises:
        MissingExtraError: scipy is not installed.
    """
    return float(2 * _special().stdtr(freedom, -abs(ratio)))


def _special() -> Any:
    try:
        from scipy import special
    except ImportError as error:
        raise MissingExtraError(f"intervals need scipy: {how_to_add('study')}") from error
    return special
