"""Labels as Python gives them: a path, records by columns, or a frame."""

import os
from dataclasses import replace
from typing import Any

from .label_table import LabelOptions, LabelTable, read_labels
from .rows_in_memory import table_in_memory

NAME = "labels"
"""What messages call a table that has no file."""


def given_labels(labels: Any, options: LabelOptions) -> LabelTable:
    """Read a table of labels.

    Args:
        labels: a path, records by columns, or a frame of pandas or polars.
        options: what its columns mean; its `file` is taken from `labels`.

    Raises:
        OutputError, SettingError, MissingExtraError: as `read_labels` and `table_in_memory`.
    """
    if isinstance(labels, str | os.PathLike):
        return read_labels(replace(options, file=os.fspath(labels)))
    return read_labels(replace(options, file=NAME), table_in_memory(labels, NAME))
