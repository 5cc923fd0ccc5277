"""The slips by which a real age becomes another one in a table, and which of them explains one.

Each slip says from which real ages a recorded number may have come, and with which probability each
of these would be recorded so. With the distribution of the real age beside the estimate, that is
how likely the record is by the slip. It is named where it makes the record likelier than as it
stands, and than an error that may write any age; how probable it is depends on how often records
are wrong.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..labels.ages import OLDEST

Origins = tuple[tuple[float, float], ...]
"""Real ages from which a number may have come, each with the probability of being recorded so."""
NAMED_SHARE = 0.5
"""Of wrong ages, those that a named slip makes, before an estimate is seen; each slip as often."""
ANY_AGE = 101
"""Numbers, 0 to 100, of which any other error may record any."""
ANY_NUMBER = 10_000
"""The same where what is recorded is no age."""
_FIRST_YEAR = 1900
_LAST_YEAR = 2100
_YEARS_OF_VISITS = (1980, 2030)
"""Where nothing tells when a person was examined."""
_FEW = 2
"""Real ages, up to which a slip tells of one."""
_INSERTED = 30
"""Ways to write a digit too many into two: ten digits at three places."""


@dataclass(frozen=True)
class SlipKind:
    """A kind of slip: in English, in Japanese, and the ages from which it makes a number."""

    english: str
    japanese: str
    origins: Callable[[float, int | None], Origins]


@dataclass(frozen=True)
class SlipExplanation:
    """The slip that explains a recorded age best.

    Attributes:
        slip: of `SLIPS`.
        age: the real age that it tells of, the likeliest where there are two; None where it tells
            of many, as a year of birth without the year of the visit does.
        odds: how many times as probable it is as that the age is right; infinite where what is
            recorded is no age, None where no rate of wrong records was stated.
    """

    slip: str
    age: float | None
    odds: float | None


def _shifted(by: int) -> Callable[[float, int | None], Origins]:
    return lambda recorded, _: ((recorded - by, 1.0),)


def _swapped(recorded: float, _: int | None) -> Origins:
    if not (recorded.is_integer() and 0 <= recorded <= 99):
        return ()
    tens, ones = divmod(int(recorded), 10)
    return ((float(10 * ones + tens), 1.0),) if tens != ones else ()


def _born(recorded: float, year: int | None) -> Origins:
    """Ages of who was born in that year, before or after the birthday in the year of the visit."""
    if not recorded.is_integer():
        return ()
    if _FIRST_YEAR <= recorded <= _LAST_YEAR:
        years = range(*_YEARS_OF_VISITS) if year is None else (year,)
        ages = [each - recorded - before for each in years for before in (0, 1)]
    elif 0 <= recorded <= 99 and year is not None:
        ages = [float((year - int(recorded) - before) % 100) for before in (0, 1)]
    else:
        return ()
    return tuple((age, 1 / len(ages)) for age in ages)


def _digit_lost(recorded: float, _: int | None) -> Origins:
    if not (recorded.is_integer() and 0 <= recorded <= 9):
        return ()
    one = int(recorded)
    found: dict[float, float] = {}
    for other in range(10):
        for age in (10 * other + one, 10 * one + other):
            if age >= 10:
                found[float(age)] = found.get(float(age), 0.0) + 0.5
    return tuple(found.items())


def _digit_added(recorded: float, _: int | None) -> Origins:
    if not (recorded.is_integer() and 100 <= recorded <= 999):
        return ()
    text = str(int(recorded))
    found: dict[float, float] = {}
    for place in range(len(text)):
        left = text[:place] + text[place + 1 :]
        if not left.startswith("0"):
            found[float(left)] = found.get(float(left), 0.0) + 1 / _INSERTED
    return tuple(found.items())


SLIPS: Mapping[str, SlipKind] = {
    "ten-more": SlipKind("10 years too many", "10 歳多い", _shifted(10)),
    "ten-less": SlipKind("10 years too few", "10 歳少ない", _shifted(-10)),
    "hundred-more": SlipKind("100 years too many", "100 歳多い", _shifted(100)),
    "hundred-less": SlipKind("100 years too few", "100 歳少ない", _shifted(-100)),
    "digits-swapped": SlipKind("two digits swapped", "十の位と一の位が逆", _swapped),
    "year-of-birth": SlipKind("the year of birth instead of the age", "年齢ではなく生年", _born),
    "digit-lost": SlipKind("a digit lost", "数字が一つ足りない", _digit_lost),
    "digit-added": SlipKind("a digit too many", "数字が一つ多い", _digit_added),
}


def slip_of(
    recorded: float,
    year: int | None,
    density: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    rate: float | None,
) -> SlipExplanation | None:
    """Give the slip that explains a recorded age; None where none does so better than the rest.

    Args:
        recorded: the number in the table.
        year: of the visit, where it is known.
        density: of the real age beside the estimate, per year, at some ages.
        rate: the share of wrong records; None where it was not stated.

    >>> import numpy as np
    >>> from gantei.records.age_slips import slip_of
    >>> density = lambda ages: np.exp(-((ages - 68) ** 2) / 50) / np.sqrt(50 * np.pi)
    >>> slip_of(168.0, None, density, 0.005)
    SlipExplanation(slip='hundred-more', age=68.0, odds=inf)
    >>> slip_of(69.0, None, density, 0.005) is None
    True
    """
    is_age = 0 <= recorded <= OLDEST
    right = float(density(np.array([recorded]))[0]) if is_age else 0.0
    other = 1 / (ANY_AGE if is_age else ANY_NUMBER)
    best, by, age = 0.0, "", None
    for code, kind in SLIPS.items():
        possible = [each for each in kind.origins(recorded, year) if 0 <= each[0] <= OLDEST]
        if not possible:
            continue
        ages, shares = (np.array(each) for each in zip(*possible, strict=True))
        parts = density(ages) * shares * NAMED_SHARE / len(SLIPS)
        if parts.sum() > best:
            best, by = float(parts.sum()), code
            several = code == "year-of-birth" and len(ages) > _FEW
            age = None if several else float(ages[np.argmax(parts)])
    if best * len(SLIPS) / NAMED_SHARE <= max(other, right):
        return None
    odds = None if rate is None else np.inf if not right else rate * best / ((1 - rate) * right)
    return SlipExplanation(by, age, odds)
