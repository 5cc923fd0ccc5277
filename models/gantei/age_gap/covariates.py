"""Covariates: which columns are numbers and which are categories, and who has no value of one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import SettingError
from ..labels.ages import number_of
from ..labels.group_values import group_values
from ..labels.sexes import UNKNOWN_WORDS, plain_word
from ..labels.variables import variable_of
from .gap_rows import PersonVisit
from .gap_tables import GapTable, used_photographs

CovariateKind = Literal["number", "category"]
KINDS: tuple[CovariateKind, ...] = ("number", "category")
FEW_VALUES = 10
"""So many different whole numbers may be codes of categories: which is meant is never guessed."""
MOST_CATEGORIES = 30
SEVERAL = "\0several"
"""Takes the place of the value of a visit whose photographs have several."""


@dataclass(frozen=True)
class Covariate:
    """A column that the model holds constant.

    Attributes:
        name: as it was asked for, such as `camera`.
        kind: what its values are.
        values: object (visits,): a float of a number, a text of a category; None where unknown.
        several: bool (visits,), where the photographs of a visit have several categories.
    """

    name: str
    kind: CovariateKind
    values: NDArray[np.object_] = field(repr=False)
    several: NDArray[np.bool_] = field(repr=False)

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which visits have a value, bool (visits,)."""
        return np.array([each is not None for each in self.values], bool)

    def levels(self, rows: NDArray[np.bool_]) -> tuple[str, ...]:
        """Give the categories in some rows, the most frequent first, which is the base."""
        counts = Counter(each for each in self.values[rows] if each is not None)
        return tuple(sorted(counts, key=lambda each: (-counts[each], each)))


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
    texts = [text for table in tables for text in _texts(table, column)]
    known = sorted({each for of in texts for each in of} - {""})
    if not known:
        raise SettingError(f"--covariates {name}: no row has a value")
    kind = told or _kind(known, name, column)
    read = _numbers if kind == "number" else _categories
    found = [read(of, name) for of in texts]
    values = np.empty(len(visits), object)
    values[:] = [None if each == SEVERAL else each for each in found]
    several = np.array([each == SEVERAL for each in found], bool)
    if kind == "category" and len({*values} - {None}) > MOST_CATEGORIES:
        raise SettingError(
            f"--covariates {name}: has {len({*values} - {None})} categories, more than "
            f"{MOST_CATEGORIES}; names and days are none, and numbers need a width, such as "
            f"{column}:10, or {column}:number"
        )
    return Covariate(name, kind, values, several)


def _told_kind(tables: Sequence[GapTable], name: str) -> tuple[str, CovariateKind | None]:
    """Part `stage:number` into the column and the kind, unless a column is called so."""
    column, _, ending = name.rpartition(":")
    groups = {each.casefold() for table in tables for each in table.joined.table.groups}
    kind = next((each for each in KINDS if each == ending.strip().casefold()), None)
    if kind is None or name.casefold() in groups:
        return name, None
    return column, kind


def _texts(table: GapTable, column: str) -> list[list[str]]:
    """Give of each visit the texts of its photographs."""
    joined = table.joined
    (told,) = group_values(joined, (column,), option="--covariates").values()
    by_name = {each.name: text for each, text in zip(joined.photographs, told, strict=True)}
    used = used_photographs(table)
    return [
        [by_name[photo.name] for photo in used[key[0], key[1]]]
        for key in table.cohorts["person"].keys
    ]


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


def _numbers(texts: Sequence[str], name: str) -> float | None:
    """Average the numbers of a visit's photographs; None where none is known."""
    try:
        numbers = [each for each in map(number_of, texts) if each is not None]
    except SettingError as error:
        raise SettingError(f"--covariates {name}: {error}") from error
    return float(np.mean(numbers)) if numbers else None


def _categories(texts: Sequence[str], name: str) -> str | None:
    """Give the category of a visit's photographs, where they have one alone."""
    known = {each for each in texts if plain_word(each) not in UNKNOWN_WORDS}
    return SEVERAL if len(known) > 1 else next(iter(known), None)
