"""Ages and other numbers as tables have them, and the days by which ages are explained."""

import re
from collections.abc import Sequence
from datetime import date

from ..errors import SettingError
from .sexes import UNKNOWN_WORDS, plain_word

OLDEST = 130
LARGEST = 1e15
"""Of any number: beyond it, sums of squares and axes of figures lose their meaning."""
"""Years: no person has been older."""
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?")
_YEARS = re.compile(r"\s*(歳|才|years?|y)$")
"""A unit that can only mean years of age; DICOM writes 057Y."""
_DAY = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})"
    r"|年(\d{1,2})月(\d{1,2})日|(\d{2})(\d{2}))(?:[ t]\d{1,2}:\d{2}.*)?"
)
"""Year first: which of two numbers is the month cannot be told of 03/04/2026."""
_ERA_DAY = re.compile(
    r"(令和|平成|昭和|大正|明治|[rhstm])(元|\d{1,2})(?:年(\d{1,2})月(\d{1,2})日|([./-])(\d{1,2})\5(\d{1,2}))"
)
_BEFORE_ERA = {"令": 2018, "平": 1988, "昭": 1925, "大": 1911, "明": 1867}
_BEFORE_ERA |= dict(zip("rhstm", _BEFORE_ERA.values(), strict=True))
"""The year before the first of a Japanese era."""
YEAR = 365.2425
"""Days."""
SLACK = 0.02
"""Years that a year's length, and the time of the day, may differ."""


def number_of(text: str) -> float | None:
    """Read the number in a cell; None where it is unknown. The decimal mark may be a comma.

    Raises:
        SettingError: it is no number, or larger than any that can be computed with.

    >>> from gantei.labels.ages import number_of
    >>> number_of("57,5"), number_of("５７"), number_of("")
    (57.5, 57.0, None)
    """
    word = plain_word(text)
    if word in UNKNOWN_WORDS:
        return None
    if not _NUMBER.fullmatch(word):
        raise SettingError(f"{text.strip()[:40]!r} is no number")
    number = float(word.replace(",", "."))
    if not abs(number) <= LARGEST:
        raise SettingError(f"{text.strip()[:40]!r} is too large a number")
    return number


def age_of(text: str, *, impossible: bool = False) -> float | None:
    """Read the age in a cell, in years; None where it is unknown.

    A unit that means years may follow: 57歳, 57 years, 057Y.

    Args:
        text: of the cell.
        impossible: give numbers of years that nobody reaches too, such as a year of birth.

    Raises:
        SettingError: it is no number of years, or none that a person reaches.

    >>> from gantei.labels.ages import age_of
    >>> age_of("57"), age_of("57歳"), age_of("057Y"), age_of("")
    (57.0, 57.0, 57.0, None)
    """
    shown = text.strip()[:40]
    try:
        age = number_of(_YEARS.sub("", plain_word(text)))
    except SettingError as error:
        raise SettingError(
            f"the age {shown!r} is no number of years; an unknown age is an empty cell"
        ) from error
    if age is not None and not impossible and not 0 <= age <= OLDEST:
        raise SettingError(
            f"the age {shown!r} is not within 0 to {OLDEST} years; an unknown age is an empty cell"
        )
    return age


def day_of(text: str) -> date | None:
    """Read a day whose year stands first, whatever the time after it; None where it is none.

    The year may be of a Japanese era: 令和4年6月15日, R4.6.15.

    >>> from gantei.labels.ages import day_of
    >>> day_of("2026-11-29 10:30"), day_of("2026年3月4日"), day_of("03/04/2026")
    (datetime.date(2026, 11, 29), datetime.date(2026, 3, 4), None)
    >>> day_of("令和4年6月15日")
    datetime.date(2022, 6, 15)
    """
    word = plain_word(text)
    if era := _ERA_DAY.fullmatch(word):
        name, years, *parts = (part for part in era.groups() if part and part not in "./-")
        month, day = map(int, parts)
        year = _BEFORE_ERA[name[0]] + (1 if years == "元" else int(years))
    elif found := _DAY.fullmatch(word):
        year, month, day = (int(part) for part in found.groups() if part)
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def days_explain(ages: Sequence[tuple[date, float]]) -> bool:
    """Whether ages on their days can be those of one person: whole years, rounded either way.

    Between any two, the ages may differ by the years between the days, give or take one.

    >>> from datetime import date
    >>> from gantei.labels.ages import days_explain
    >>> days_explain([(date(2020, 1, 1), 57), (date(2023, 6, 1), 61)])
    True
    >>> days_explain([(date(2020, 1, 1), 57), (date(2021, 1, 1), 75)])
    False
    """
    births = [age - day.toordinal() / YEAR for day, age in ages]
    return not births or max(births) - min(births) <= 1 + SLACK
