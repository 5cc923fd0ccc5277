"""How many people an interval of a wanted width needs, from these people as a pilot.

The error of a figure falls with the root of the number of people: on the scale of its interval, the
half width is `root(people here / people)` of the one here. For people of the same kind, with as
many eyes and photographs each; the pilot's own uncertainty is not in it.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..errors import SettingError
from ..statistics.measure import Measure
from ..statistics.metric_names import METRICS
from ..statistics.scales import at_the_end, scale_of
from .evaluation_row import EvaluationRow

MOST_PEOPLE = 10_000_000


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


def checked_widths(given: Mapping[str, float | str]) -> dict[str, float]:
    """Read the wanted widths by metric.

    Raises:
        SettingError: a metric is unknown, or a width no positive number.
    """
    widths: dict[str, float] = {}
    for metric, text in given.items():
        if metric not in METRICS:
            raise SettingError(
                f"--sample-size {metric}: no such figure; known: {', '.join(METRICS)}"
            )
        try:
            width = float(text)
        except ValueError:
            width = math.nan
        if not 0 < width < math.inf:
            raise SettingError(f"--sample-size {metric}={text}: a width is a number above 0")
        widths[metric] = width
    return widths


def sample_sizes(
    rows: Iterable[EvaluationRow], widths: Mapping[str, float]
) -> tuple[SampleSize, ...]:
    """Give what each output needs for the wanted widths.

    Args:
        rows: figures of everybody at the level whose figures are quoted.
        widths: of intervals, by codes of metrics.

    Raises:
        SettingError: no output here has such a figure.
    """
    found = [
        _sample_size(row, widths[row.measure.metric])
        for row in rows
        if row.measure.metric in widths and row.measure.label is None
    ]
    if missing := {*widths} - {each.metric for each in found}:
        raise SettingError(
            f"--sample-size {min(missing)}: no output here has this figure for all classes "
            "together; macro_auc and the like are the figures of several classes"
        )
    return tuple(found)


def people_for(measure: Measure, width: float) -> int:
    """Give the smallest number of people whose interval is no wider than `width`.

    Args:
        measure: the figure here, whose value is not at the end of its range, with its interval.
        width: of the wanted interval.

    >>> from gantei.evaluation.sample_size import people_for
    >>> from gantei.statistics.measure import Measure
    >>> people_for(Measure("bias", 0.0, -1.0, 1.0, 100, 100), 1.0)
    400
    """
    few, many = 1, MOST_PEOPLE
    while few < many:
        middle = (few + many) // 2
        if _width(measure, middle) <= width * (1 + 1e-12):
            many = middle
        else:
            few = middle + 1
    return few


def _sample_size(row: EvaluationRow, width: float) -> SampleSize:
    measure = row.measure
    key, metric, people = row.output.key, measure.metric, measure.people
    if measure.value is None or measure.low is None or measure.high is None:
        return SampleSize(key, metric, width, None, people, None, measure.why)
    now = measure.high - measure.low
    if at_the_end(metric, measure.value):
        return SampleSize(key, metric, width, now, people, None, "at-the-end")
    return SampleSize(key, metric, width, now, people, people_for(measure, width))


def _width(measure: Measure, people: int) -> float:
    if measure.value is None or measure.low is None or measure.high is None:
        raise ValueError("a figure without an interval tells nothing about its width")
    scale = scale_of(measure.metric)
    half = (scale.there(measure.high) - scale.there(measure.low)) / 2
    half *= math.sqrt((measure.people or measure.units) / people)
    middle = scale.there(measure.value)
    return scale.back(middle + half) - scale.back(middle - half)
