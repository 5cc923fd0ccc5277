"""A column of the labels, or of the results, as one value per person: a number or a category."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..errors import OutputError, SettingError
from ..photographs.path_spelling import one_spelling
from .ages import number_of
from .alike_texts import refuse_alike
from .column_kinds import ColumnKind, refuse_codes, told_kind
from .estimated_people import EstimatedPeople
from .joined_photograph import JoinedPhotograph
from .joining import Joined
from .sexes import UNKNOWN_WORDS, plain_word
from .variables import GroupVariable

MOST_CATEGORIES = 20
"""Of one column; more are a name, a day, or numbers with a text among them."""
_Value = TypeVar("_Value", float, str)
_CellOf = Callable[[JoinedPhotograph], tuple[str, str]]
"""Gives the cell of a photograph, and where it stands."""


@dataclass(frozen=True)
class PersonColumn:
    """One value per person.

    Attributes:
        given: as it was asked for, such as `age` or `age:10`.
        kind: `number` where every known cell is one and no width was given, else `category`.
        numbers: float64 (n,); nan where unknown, and throughout for categories.
        codes: intp (n,), places in `categories`, -1 where unknown, and throughout for numbers.
        categories: in their order: numbers by value, texts by their letters.
        differing: bool (n,), of whom the photographs have different values: unknown too.
    """

    given: str
    kind: ColumnKind
    numbers: NDArray[np.float64] = field(repr=False)
    codes: NDArray[np.intp] = field(repr=False)
    categories: tuple[str, ...]
    differing: NDArray[np.bool_] = field(repr=False)

    @property
    def known(self) -> NDArray[np.bool_]:
        """Whose value is known, bool (n,)."""
        return np.isfinite(self.numbers) if self.kind == "number" else self.codes >= 0

    def texts(self) -> list[str | float | None]:
        """Give the values as cells of a table; None where unknown."""
        if self.kind == "number":
            return [float(each) if np.isfinite(each) else None for each in self.numbers]
        return [self.categories[each] if each >= 0 else None for each in self.codes]


def person_column(
    joined: Joined,
    people: EstimatedPeople,
    given: str,
    *,
    option: str,
    codes_are_categories: bool = False,
) -> PersonColumn:
    """Read a column, `age`, or either in steps, such as `age:10`, which makes categories.

    A column of numbers alone is a number; one of other texts is a category. Whether a few whole
    numbers are amounts or codes is said by `stage:number` or `stage:category`. Empty cells, and
    words such as NA and unknown, are unknown.

    Args:
        joined: results with their labels.
        people: whose values to give.
        given: as it was asked for.
        option: that asked, such as `--with`, for messages.
        codes_are_categories: whether who asks takes a few numbers for categories in any case.

    Raises:
        SettingError: nothing is called so, it is the sex, it has too many categories or some that
            differ in spelling alone, or numbers that may be codes.
        OutputError: a width or `:number` was given, and a cell is no number.
    """
    given, kind = told_kind(given.strip(), joined.table.groups)
    variable, width = _variable(joined, given, option)
    told = _told(joined, variable, given, option)
    cells = [[told(each) for each in photographs] for photographs in people.photographs]
    parsed = {text: _number(text) for texts in cells for text, _ in texts}
    if width is not None:
        return _in_steps(GroupVariable(given, variable, width), cells, parsed, option)
    words = [where for of in cells for text, where in of if isinstance(parsed[text], str)]
    if kind == "number" and words:
        raise OutputError(f"{words[0]}: {option} {given}:number: has a cell that is no number")
    numbers = {text: each for text, each in parsed.items() if not isinstance(each, str)}
    known = {each for each in numbers.values() if each is not None}
    if known and not words and kind != "category":
        if kind is None and variable != "age" and not codes_are_categories:
            refuse_codes(f"{option} {given}", given, known)
        return _numbers(given, [[numbers[text] for text, _ in texts] for texts in cells])
    texts = [[_text(text) for text, _ in of] for of in cells]
    # Where most texts are numbers, the others are to be looked at.
    strange = words[0] if 0 < len(parsed) - len(numbers) < len(numbers) else ""
    return _categories(given, texts, _in_order, option, strange)


def _in_order(categories: set[str]) -> list[str]:
    """Order categories: numbers by their value, then texts by their letters."""

    def place(text: str) -> tuple[bool, float, str]:
        number = _number(text)
        return (False, number, text) if isinstance(number, float) else (True, 0.0, text)

    return sorted(categories, key=place)


def _variable(joined: Joined, given: str, option: str) -> tuple[str, float | None]:
    """Give the name of the column, `age` for that of ages, and the width of its steps."""
    name, colon, width = given.strip().rpartition(":")
    number: float | None = None
    try:
        number = float(width) if colon else None
    except ValueError:
        colon = ""
    if not colon:
        name = given.strip()
    if number is not None and not 0 < number < np.inf:
        raise SettingError(f"{option} {given}: the width of a step is a positive number")
    name = one_spelling(name.strip()).casefold()
    options = joined.table.options
    if name in {"sex", _plain(options.sex)}:
        raise SettingError(f"{option} {given}: is the sex itself; name the outcome or a covariate")
    return ("age" if name in {"age", _plain(options.age)} else name), number


def _plain(column: str | None) -> str | None:
    return None if column is None else one_spelling(column).strip().casefold()


def _told(joined: Joined, name: str, given: str, option: str) -> _CellOf:
    """Find what tells the value of a photograph."""
    table = joined.table
    if name == "age" and table.has_ages:
        return lambda each: (
            "" if each.label.age is None else repr(each.label.age), each.label.where
        )  # fmt: skip
    for column in table.groups:
        if _plain(column) == name:
            return lambda each: (each.label.groups[column], each.label.where)
    of_results = joined.photographs[0].groups if joined.photographs else {}
    for column in of_results:
        if _plain(column) == name:
            return lambda each: (each.groups[column], each.name)
    known = [*(["age"] if table.has_ages else []), *table.groups, *of_results]
    raise SettingError(
        f"{option} {given}: nothing is called so; known: {', '.join(dict.fromkeys(known))}"
    )


def _number(text: str) -> float | str | None:
    """Give the number in a cell, None where it is unknown, the text where it is no number."""
    try:
        return number_of(text)
    except SettingError:
        return text


def _text(text: str) -> str | None:
    return None if plain_word(text) in UNKNOWN_WORDS else one_spelling(text.strip())


def _numbers(given: str, values: Sequence[Sequence[float | None]]) -> PersonColumn:
    found, differing = _one_each(values)
    numbers = np.array([np.nan if each is None else each for each in found], np.float64)
    return PersonColumn(given, "number", numbers, np.full(len(found), -1, np.intp), (), differing)


def _in_steps(
    variable: GroupVariable,
    cells: Sequence[Sequence[tuple[str, str]]],
    parsed: dict[str, float | str | None],
    option: str,
) -> PersonColumn:
    values: list[list[str | None]] = []
    order: dict[str, float] = {}
    for texts in cells:
        values.append([])
        for text, where in texts:
            number = parsed[text]
            if isinstance(number, str):
                raise OutputError(
                    f"{where}: {option} {variable.given}: {number[:40]!r} is no number; leave the "
                    "width out, where each text is a category"
                )
            group = None if number is None else variable.group_of(number)
            if group is not None and number is not None:
                order[group] = min(number, order.get(group, number))
            values[-1].append(group)
    return _categories(
        variable.given, values, lambda found: sorted(found, key=order.__getitem__), option
    )


def _categories(
    given: str,
    values: Sequence[Sequence[str | None]],
    ordered: Callable[[set[str]], list[str]],
    option: str,
    strange: str = "",
) -> PersonColumn:
    found, differing = _one_each(values)
    categories = ordered({each for each in found if each is not None})
    if len(categories) > MOST_CATEGORIES:
        text = f"; {strange} has something else" if strange else ""
        raise SettingError(
            f"{option} {given}: {len(categories)} different texts, more than {MOST_CATEGORIES}; "
            "names and days form no categories. A column of numbers has nothing but numbers and "
            f"empty cells{text}; one in steps is written age:10"
        )
    refuse_alike(f"{option} {given}", categories)
    place = {category: number for number, category in enumerate(categories)}
    codes = np.array([-1 if each is None else place[each] for each in found], np.intp)
    nothing = np.full(len(codes), np.nan)
    return PersonColumn(given, "category", nothing, codes, tuple(categories), differing)


def _one_each(
    values: Sequence[Sequence[_Value | None]],
) -> tuple[list[_Value | None], NDArray[np.bool_]]:
    """Give the one value of each person, None where unknown or several; and who has several."""
    found: list[_Value | None] = []
    differing = []
    for of_person in values:
        known = {each for each in of_person if each is not None}
        differing.append(len(known) > 1)
        found.append(known.pop() if len(known) == 1 else None)
    return found, np.array(differing, np.bool_)
