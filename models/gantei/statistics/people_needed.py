"""How many people an interval of a wanted width needs, by what these people show."""

import math

from ..errors import SettingError
from .measure import Measure
from .scales import at_the_end, scale_of, student_quantile

MOST_PEOPLE = 10_000_000


def people_for_width(measure: Measure, width: float) -> int | None:
    """Give the smallest number of people whose interval is no wider than `width`.

    On the scale of the figure, the variance falls as 1 / people, and Student's quantile with it.
    That holds for people of the same kind, with as many eyes and photographs each, and the same
    figure; how uncertain the figure and its spread here are is not in it.

    Args:
        measure: the figure here, with its interval and its people.
        width: of the wanted 95 % interval, from low to high.

    Returns:
        None where the figure has no interval, or stands at the end of its range, where its width
        says nothing; `MOST_PEOPLE` where not even they are enough.

    Raises:
        SettingError: the width is no positive number.
        MissingExtraError: scipy is not installed.

    >>> from gantei.statistics.measure import Measure
    >>> people_for_width(Measure("bias", 0.0, -1.0, 1.0, 100, 100), 1.0)
    393
    """
    if not 0 < width < math.inf:
        raise SettingError(f"a width of {width}; give a number above 0")
    people = measure.people or 0
    if measure.value is None or measure.low is None or measure.high is None or people < 2:
        return None
    if at_the_end(measure.metric, measure.value):
        return None
    scale = scale_of(measure.metric)
    middle = scale.there(measure.value)
    spread = (scale.there(measure.high) - scale.there(measure.low)) / 2
    spread *= math.sqrt(people) / student_quantile(people - 1)
    few, many = 2, MOST_PEOPLE
    while few < many:
        between = (few + many) // 2
        half = spread * student_quantile(between - 1) / math.sqrt(between)
        if scale.back(middle + half) - scale.back(middle - half) <= width * (1 + 1e-12):
            many = between
        else:
            few = between + 1
    return few
