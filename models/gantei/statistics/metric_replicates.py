"""Figures of a cohort with what bootstrap draws make of them, and their intervals."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .measure import Measure
from .metric_names import METRICS, MetricScale
from .scales import at_the_end, scale_of, student_quantile

MetricKey = tuple[str, int | None]
"""A figure's code, and the index of the class that it is of, one against the rest."""
FEWEST_PEOPLE = 10
"""No interval rests on fewer persons, or fewer of a class where the figure needs classes."""

ROUNDING = 1e-12
"""A standard error below this share of the figure is what rounding leaves of none."""
ALIKE = 0.025
"""A tail of the interval: where more draws have people who are all alike, nothing tells it."""
ALIKE_ERROR = 1e-6
"""Share of the figure, below which a draw's own standard error may be rounding alone."""
MOST_TIMES = 1000.0
"""A bound farther from its figure, on the log scale of errors and losses, tells nothing."""
_LOGARITHMIC: tuple[MetricScale, ...] = ("log", "log_of_rest")


@dataclass(frozen=True)
class Replicated:
    """One figure, and what it would be in other draws of persons.

    Attributes:
        value: the figure; nan where it has none.
        draws: float64 (B,); nan where a draw leaves it undefined; (0,) without draws.
        people: number of persons that it rests on, of the class that has fewer where it needs
            both.
        everybody: number of persons with a unit, of any class.
        freedom: degrees of freedom of Student's t.
        exact: bounds where all answers are right, or none.
        draw_errors: float64 (B,), each draw's own standard error, where the figure is a mean.
        known_error: a standard error that does not come from the draws; None where it does.
        why: code of the reason why there is no figure, or no interval.
    """

    value: float
    draws: NDArray[np.float64]
    people: int
    everybody: int = 0
    freedom: int = 0
    exact: tuple[float, float] | None = None
    draw_errors: NDArray[np.float64] | None = None
    known_error: float | None = None
    why: str = ""

    @property
    def error(self) -> float:
        """The standard error on the figure's own axis; nan without two draws that define it."""
        if self.known_error is not None:
            return self.known_error
        return spread_of(self.draws[np.isfinite(self.draws)], self.everybody)


def spread_of(draws: NDArray[np.float64], people: int) -> float:
    """Give the standard deviation of draws times the root of people / (people - 1).

    Without it, the variance of a bootstrap is too small by that factor. nan of fewer than two.
    """
    if min(len(draws), people) < 2:
        return np.nan
    return float(draws.std(ddof=1) * np.sqrt(people / (people - 1)))


@dataclass(frozen=True)
class MetricReplicates:
    """Every figure of a cohort, its draws, and what it was computed from.

    Attributes:
        figures: by code and class.
        units: number of units.
        people: number of persons with a unit; None where nothing tells.
    """

    figures: Mapping[MetricKey, Replicated] = field(repr=False)
    units: int
    people: int | None

    def measure(self, key: MetricKey) -> Measure:
        """Give a figure with its interval.

        Raises:
            KeyError: there is no such figure.
        """
        code, label = key
        figure = self.figures[key]
        low, high, why = interval(code, figure)
        value = None if np.isnan(figure.value) else figure.value
        return Measure(code, value, low, high, self.units, self.people, label, why)


def interval(metric: str, figure: Replicated) -> tuple[float | None, float | None, str]:
    """Give a figure's 95 % interval, or None twice with a reason.

    On its scale, the figure plus and minus Student's quantile times the standard error. That is the
    standard deviation of the draws, taken to the scale by the scale's slope at the figure (the
    delta method), since draws may stand at the end of the range, where the scale is infinite.

    Of a mean of errors or losses, whose few large values make Student's quantile too small above,
    the quantiles are those of the draws themselves, each measured in its own standard error
    (bootstrap-t, doi 10.1214/aos/1176350933). Where so few people differ from the others that many
    draws have none of them, draws have no standard error of their own, and there is no interval.

    Nor has a figure on a logarithmic scale one, such as R², where a bound on that scale would be
    more than `MOST_TIMES` times away: in some draws people are so alike that nothing tells it.

    The degrees of freedom are the number of persons less one: of everybody, but of the class that
    has fewer for AUC and balanced accuracy, which lean on both classes alike.
    """
    if np.isnan(figure.value):
        return None, None, figure.why
    if figure.exact and figure.why != "no-persons":
        return *figure.exact, ""
    why = figure.why or _why_none(metric, figure)
    if why:
        return None, None, why
    scale = scale_of(metric)
    middle, error = scale.there(figure.value), figure.error * scale.slope(figure.value)
    reach = _quantiles(figure)
    if reach is None or (METRICS[metric].scale in _LOGARITHMIC and _is_absurd(error, *reach)):
        return None, None, "too-few-differ"
    return scale.back(middle - reach[0] * error), scale.back(middle + reach[1] * error), ""


def _quantiles(figure: Replicated) -> tuple[float, float] | None:
    """Give how many standard errors the interval reaches down and up; None where nothing tells."""
    if figure.draw_errors is None:
        quantile = student_quantile(figure.freedom)
        return quantile, quantile
    least = ALIKE_ERROR * figure.value
    known = (figure.draws > least) & (figure.draw_errors > least)
    if len(known) == 0 or 1 - known.mean() > ALIKE:
        return None
    draws, errors = figure.draws[known], figure.draw_errors[known]
    away = (np.log(draws) - np.log(figure.value)) / (errors / draws)
    low, high = np.quantile(away, (0.025, 0.975))
    return float(high), float(-low)


def _is_absurd(error: float, below: float, above: float) -> bool:
    """Whether a bound is so far off that the draws say nothing of it."""
    return not max(abs(below), abs(above)) * error < np.log(MOST_TIMES)


def _why_none(metric: str, figure: Replicated) -> str:
    if figure.people < FEWEST_PEOPLE:
        return "too-few-people"
    if at_the_end(metric, figure.value):
        return "at-the-end"
    return "" if figure.error > ROUNDING * abs(figure.value) else "no-variation"
