"""Columns that hold an age gap or a corrected age, of which no accuracy can be measured."""

import re
from collections.abc import Collection

from ..errors import OutputError, SettingError
from .sexes import plain_word

GAP_COLUMNS = frozenset({"raw_gap", "adjusted_gap"})
"""By which a table of `gantei gap` is known."""
WHY_NO_ACCURACY = (
    "a gap is the estimate minus the real age, and a corrected age is made with the real age: its "
    "error and R² say nothing about the estimator, as correction alone improves both, however weak "
    "the estimator (PMC8357007, PMC9188975). Evaluate the results of gantei predict themselves; "
    "compare gaps of groups with gantei gap"
)
_GAP = re.compile(
    r"(?<![a-z])(gap|gaps|agegap|rag|brainpad|(raw|adjusted|corrected|residual|delta)[ _.-]*age|"
    r"age[ _.-]*(gap|delta|adjusted|corrected|acceleration))(?![a-z])|"
    r"年齢差|年齢ギャップ|補正.*年齢"
)


def is_gap(column: str) -> bool:
    """Whether a column is called as gaps and corrected ages are.

    >>> from gantei.labels.gap_columns import is_gap
    >>> [is_gap(each) for each in ("adjusted_gap", "Retinal age gap", "corrected age", "age")]
    [True, True, True, False]
    """
    return _GAP.search(plain_word(column)) is not None


def refuse_table_of_gaps(columns: Collection[str], name: str) -> None:
    """Refuse the table of persons of `gantei gap` where a table of results is wanted.

    Raises:
        OutputError: it is one.
    """
    if {*columns} >= GAP_COLUMNS:
        raise OutputError(f"{name}: is a table of gantei gap: {WHY_NO_ACCURACY}")


def refuse_gap_as_label(option: str, column: str | None) -> None:
    """Refuse a gap, or a corrected age, where a real age or another label is wanted.

    Raises:
        SettingError: the column is called as those are.
    """
    if column is not None and is_gap(column):
        raise SettingError(f"{option} {column}: this is no label: {WHY_NO_ACCURACY}")
