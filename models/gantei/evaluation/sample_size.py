"""How many people an interval of a wanted width needs, from these people as a pilot.

For people of the same kind, with as many eyes and photographs each; the pilot's own uncertainty is
not in it (`people_for_width`).
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..errors import SettingError
from ..statistics.metric_names import METRICS
from ..statistics.people_needed import people_for_width
from ..statistics.scales import at_the_end
from .evaluation_row import EvaluationRow


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
        except (TypeError, ValueError):
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


def _sample_size(row: EvaluationRow, width: float) -> SampleSize:
    measure = row.measure
    key, metric, people = row.output.key, measure.metric, measure.people
    if measure.value is None or measure.low is None or measure.high is None:
        return SampleSize(key, metric, width, None, people, None, measure.why)
    now = measure.high - measure.low
    if at_the_end(metric, measure.value):
        return SampleSize(key, metric, width, now, people, None, "at-the-end")
    return SampleSize(key, metric, width, now, people, people_for_width(measure, width))
