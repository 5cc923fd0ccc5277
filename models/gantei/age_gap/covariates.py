"""Covariates: which columns are numbers and which are categories, and who has no value of one."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import SettingError
from ..labels.ages import number_of
from ..labels.group_values import group_values
from ..labels.joined_photograph import JoinedPhotograph
from ..labels.sexes import UNKNOWN_WORDS, plain_word
from ..labels.variables import variable_of
from .gap_rows import PersonVisit
from .gap_tables import GapTable, used_photographs

CovariateKind = Literal["number", "category"]
KINDS: tuple[CovariateKind, ...] = ("number", "category")
FEW_VALUES = 10
"""So many different whole numbers may be codes of categories: which is meant is never guessed."""
MOST_CATEGORIES = 30
_Weighted = tuple[str, float]
"""What is told of a photograph, and its weight in the mean of its visit."""


@dataclass(frozen=True)
class Covariate:
    """A column that the model holds constant.

    Attributes:
        name: as it was asked for, such as `camera`.
        kind: what its values are.
        values: object (visits,), None where unknown: the mean of a number, a float; of a category
            the share of each in the visit's mean, a dict, as photographs may have different ones.
    """

    name: str
    kind: CovariateKind
    values: NDArray[np.object_] = field(repr=False)

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which visits have a value, bool (visits,)."""
        return np.array([each is not None for each in self.values], bool)

    @property
    def mixed(self) -> int:
        """Number of visits whose photographs are of several categories."""
        return sum(isinstance(each, dict) and len(each) > 1 for each in self.values)

    def levels(self, rows: NDArray[np.bool_]) -> tuple[str, ...]:
        """Give the categories in some rows, the most frequent first, which is the base."""
        counts: Counter[str] = Counter()
        for each in self.values[rows]:
            counts.update(each or {})
        return tuple(sorted(counts, key=lambda each: (-counts[each], each)))

    def shares(self, level: str, rows: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Give the share of a category in each of some rows, which all have a value."""
        return np.array([each.get(level, 0.0) for each in self.values[rows]], np.float64)


def covariates_of(
    tables: Sequence[GapTable], visits: Sequence[PersonVisit], names: Sequence[str]
) -> tuple[Covariate, ...]:
    """Read the covariates of every visit.

    A name is a column of the labels or the results, `sex`, or what a photograph looks like. A
    number in steps, such as `bmi:5`, is a category, as `--by` forms groups. `stage:number` and
    `stage:category` say what the numbers of a column are.

    Args:
        tables: of results, with their labels.
        visits: the rows of these tables, in order.
        names: as they were asked for.

    Raises:
        SettingError: a column is unknown, or what it holds would have to be guessed.
        OutputError: a value of a number is none.
    """
    return tuple(_covariate(tables, visits, name) for name in names)


def _covariate(tables: Sequence[GapTable], visits: Sequence[PersonVisit], name: str) -> Covariate:
    column, told = _told_kind(tables, name)
    told_of = [each for table in tables for each in _texts(table, column)]
    known = sorted({text for each in told_of for text, _ in each} - {""})
    if not known:
        raise SettingError(f"--covariates {name}: no row has a value")
    kind = told or _kind(known, name, column)
    read = _mean if kind == "number" else _shares
    values = np.empty(len(visits), object)
    values[:] = [read(each, name) for each in told_of]
    if kind == "category" and (count := len({each for of in values for each in of or ()})) > (
        MOST_CATEGORIES
    ):
        raise SettingError(
            f"--covariates {name}: has {count} categories, more than {MOST_CATEGORIES}; names and "
            f"days are none, and numbers need a width, such as {column}:10, or {column}:number"
        )
    return Covariate(name, kind, values)


def _told_kind(tables: Sequence[GapTable], name: str) -> tuple[str, CovariateKind | None]:
    """Part `stage:number` into the column and the kind, unless a column is called so."""
    column, _, ending = name.rpartition(":")
    groups = {each.casefold() for table in tables for each in table.joined.table.groups}
    kind = next((each for each in KINDS if each == ending.strip().casefold()), None)
    if kind is None or name.casefold() in groups:
        return name, None
    return column, kind


def _texts(table: GapTable, column: str) -> list[list[_Weighted]]:
    """Give of each visit the texts of its photographs, each with its weight in the visit's mean."""
    joined = table.joined
    (told,) = group_values(joined, (column,), option="--covariates").values()
    by_name = {each.name: text for each, text in zip(joined.photographs, told, strict=True)}
    used = used_photographs(table)
    return [
        [(by_name[each.name], weight) for each, weight in _weighted(used[key[0], key[1]])]
        for key in table.cohorts["person"].keys
    ]


def _weighted(photographs: Sequence[JoinedPhotograph]) -> Iterator[tuple[JoinedPhotograph, float]]:
    """Weight photographs as the mean does: alike within an eye, and the eyes alike."""
    eyes = Counter(each.eye for each in photographs)
    for each in photographs:
        yield each, 1 / (len(eyes) * eyes[each.eye])


def _kind(known: Sequence[str], name: str, column: str) -> CovariateKind:
    """Tell what a column holds, unless that would be a guess."""
    if variable_of(column, option="--covariates").width is not None:
        return "category"
    try:
        numbers = {number_of(each) for each in known} - {None}
    except SettingError:
        return "category"
    whole = all(each is not None and each.is_integer() for each in numbers)
    if whole and 2 < len(numbers) <= FEW_VALUES:
        shown = ", ".join(f"{each:g}" for each in sorted(each or 0.0 for each in numbers)[:4])
        raise SettingError(
            f"--covariates {name}: {len(numbers)} whole numbers ({shown} …) may be codes of "
            f"categories or amounts; say {column}:category or {column}:number"
        )
    return "number"


def _mean(told: Sequence[_Weighted], name: str) -> float | None:
    """Average the numbers of a visit's photographs; None where none is known."""
    try:
        numbers = [(number_of(text), weight) for text, weight in told]
    except SettingError as error:
        raise SettingError(f"--covariates {name}: {error}") from error
    known = [(number, weight) for number, weight in numbers if number is not None]
    total = sum(weight for _, weight in known)
    return sum(number * weight for number, weight in known) / total if known else None


def _shares(told: Sequence[_Weighted], name: str) -> dict[str, float] | None:
    """Give the share of each category in a visit's mean; None where none is known."""
    known = [(text, weight) for text, weight in told if plain_word(text) not in UNKNOWN_WORDS]
    total = sum(weight for _, weight in known)
    shares: dict[str, float] = {}
    for text, weight in known:
        shares[text] = shares.get(text, 0.0) + weight / total
    return shares or None
