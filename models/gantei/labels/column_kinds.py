"""Whether a column holds numbers or categories, where that would have to be guessed."""

from collections.abc import Collection
from typing import Literal

from ..errors import SettingError

ColumnKind = Literal["number", "category"]
KINDS: tuple[ColumnKind, ...] = ("number", "category")
FEW_VALUES = 10
"""So many different whole numbers may be codes of categories: which is meant is never guessed."""


def told_kind(given: str, columns: Collection[str]) -> tuple[str, ColumnKind | None]:
    """Part `stage:number` into the column and what it holds, unless a column is called so.

    Args:
        given: as it was asked for.
        columns: what columns are called.

    >>> from gantei.labels.column_kinds import told_kind
    >>> told_kind("stage:category", ["stage"]), told_kind("bmi:5", ["bmi"])
    (('stage', 'category'), ('bmi:5', None))
    """
    column, _, ending = given.rpartition(":")
    small = {each.casefold() for each in columns}
    kind = next((each for each in KINDS if each == ending.strip().casefold()), None)
    if kind is None or not column or given.casefold() in small:
        return given, None
    return column, kind


def refuse_codes(option: str, column: str, numbers: Collection[float]) -> None:
    """Refuse a few whole numbers, which may be amounts or codes.

    Args:
        option: that asked for the column, with its name, for the message.
        column: its name.
        numbers: each once.

    Raises:
        SettingError: they may be either; says how to tell.
    """
    if not 2 < len(numbers) <= FEW_VALUES or not all(float(each).is_integer() for each in numbers):
        return
    shown = ", ".join(f"{each:g}" for each in sorted(numbers)[:4])
    raise SettingError(
        f"{option}: {len(numbers)} whole numbers ({shown} …) may be codes of categories or "
        f"amounts; say {column}:category or {column}:number"
    )
