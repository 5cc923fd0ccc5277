"""Variables by which subgroups are formed: a column, or a number in steps, such as `age:10`."""

import math
from dataclasses import dataclass

from ..errors import SettingError
from ..photographs.path_spelling import one_spelling

_MOST_STEPS = 1e6
"""Between 0 and a number: with more, the names of neighbouring groups may be the same."""


@dataclass(frozen=True, slots=True)
class GroupVariable:
    """A variable: the name of what it is told by, and, of numbers, how wide its groups are.

    Attributes:
        given: as it was asked for, such as `age:10`.
        name: age, sex, eye, or a column.
        width: of a group, in the unit of the number; None where each value is a group.
        option: that asked for it, for messages.
    """

    given: str
    name: str
    width: float | None
    option: str = "--by"

    def group_of(self, value: float) -> str:
        """Name the group of a number: `20–29` for whole widths of ages, else `20 to 29.5`.

        >>> from gantei.labels.variables import variable_of
        >>> variable_of("age:10").group_of(25.9), variable_of("sharpness:0.5").group_of(0.7)
        ('20–29', '0.5 to below 1')

        Raises:
            SettingError: groups are so narrow that they cannot be told apart.
        """
        if self.width is None:
            return f"{value:g}"
        steps = value / self.width
        if not abs(steps) < _MOST_STEPS:
            raise SettingError(
                f"{self.option} {self.given}: groups that are {self.width:g} wide are too narrow "
                f"for {value:g}; choose wider ones"
            )
        step = math.floor(steps)
        low, high = step * self.width, (step + 1) * self.width
        if self.name == "age" and self.width.is_integer():
            return f"{low:g}" if self.width == 1 else f"{low:g}–{high - 1:g}"
        return f"{low:g} to below {high:g}"


def variable_of(
    given: str, *, age: str | None = None, sex: str | None = None, option: str = "--by"
) -> GroupVariable:
    """Read a variable.

    Args:
        given: as it was asked for.
        age: column that holds ages, whose name then means these.
        sex: column that holds sexes.
        option: that asked for it, for messages.

    Raises:
        SettingError: it is empty, its width is no positive number, or ages have no width.

    >>> from gantei.labels.variables import variable_of
    >>> variable_of("age:10").width, variable_of("camera").width
    (10.0, None)
    >>> variable_of("年齢:20", age="年齢").name
    'age'
    """
    name, colon, width = given.rpartition(":")
    if not colon:
        name, width = given, ""
    try:
        number = float(width) if colon else None
    except ValueError:
        name, number = given, None  # a column may have a colon in its name
    name = one_spelling(name.strip())
    if not name:
        raise SettingError(f"{option} {given!r}: names no column")
    if number is not None and not 0 < number < math.inf:
        raise SettingError(f"{option} {given}: the width of a group is a positive number")
    if _is_called(name, sex):
        name = "sex"
    if name.casefold() == "age" or _is_called(name, age):
        if number is None:
            raise SettingError(
                f"{option} {given}: say how many years a group has, such as {name}:10"
            )
        name = "age"
    return GroupVariable(given, name, number, option)


def _is_called(name: str, column: str | None) -> bool:
    return column is not None and name.casefold() == one_spelling(column).strip().casefold()
