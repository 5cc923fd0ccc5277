"""Where a row of a shard's table has what, as its dictionary and its run manifest tell it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Literal

from ..errors import OutputError
from ..labels.recorded_outputs import recorded_outputs
from ..study.averaging import EYES, averaging_scale
from ..study.leading_columns import EYE, LEADING, LISTED, SHA256, Column
from ..study.persons_table import PersonValues
from ..study.table_rows import CellColumns
from ..table_files.list_reading import read_table_file
from .shard_table import ShardTable

_FIRST = [column.name for column in LEADING]
_LAST = ["warnings", "warning_codes", "error", "error_code"]
"""The last columns of a row; those of DICOM files stand behind them."""


@dataclass(frozen=True)
class TableLayout:
    """The columns of a table of results, the same in all shards.

    Attributes:
        columns: all of them, and those of the measures' file.
        measures: those of the file of measures.
        listed: places of the columns that a list brought.
        end: how many columns there are without those of DICOM files, which stand last.
        values: what persons are averaged of.
    """

    columns: tuple[Column, ...]
    measures: tuple[Column, ...]
    listed: slice
    end: int
    values: PersonValues

    def allows(self, cells: CellColumns) -> bool:
        """Whether all rows have a name, and digest and values, or an error, as a run writes them.

        `cells` are those of some rows, by columns.
        """
        names, sha256s = cells[0], cells[SHA256]
        errors, codes = cells[self.end - 2], cells[self.end - 1]
        digests = [each for each in sha256s if each is not None]
        good = [place for place, error in enumerate(errors) if error is None]
        needed = [sha256s, *(cells[place] for place in self.values.places)]
        if len(good) < len(names):
            needed = [[column[place] for place in good] for column in needed]
        return (
            all(names)
            and "\n" not in "".join(names)
            and {*cells[EYE]} <= {None, *EYES}
            and {*map(len, digests)} <= {64}
            and not "".join(digests).strip("0123456789abcdef")
            and all(
                error is None or code is not None for error, code in zip(errors, codes, strict=True)
            )
            and not any(None in column for column in needed)
            and all(all(map(isfinite, column)) for column in needed[1:])
        )


def layout_of(shard: ShardTable) -> TableLayout:
    """Tell how the rows of a shard's table are laid out.

    Raises:
        OutputError: the dictionary is missing, or of another table.
    """
    path = shard.dictionary_path
    tables: dict[str, list[Column]] = {"results": [], "photographs": []}
    for table, column in _described(shard):
        tables.setdefault(table, []).append(column)
    names = [column.name for column in tables["results"]]
    outputs = recorded_outputs(shard.manifest, shard.run_path)
    values = [column for each in outputs for column in each.columns]
    if names != shard.manifest["columns"]:
        raise OutputError(
            f"{path}: has other columns than {shard.run_path.name} tells of; take the one that "
            "gantei predict wrote"
        )
    end = names.index(_LAST[-1]) + 1 if _LAST[-1] in names else 0
    numbers = [column.name for column in tables["results"][LISTED:end] if column.kind == "number"]
    is_results = names[:LISTED] == _FIRST and names[max(0, end - len(_LAST)) : end] == _LAST
    if not is_results or len({*names}) < len(names) or not {*values} <= {*numbers}:
        raise OutputError(
            f"{path}: explains other columns than those of a table of results; take the one that "
            "gantei predict wrote"
        )
    places = [names.index(name) for name in values]
    return TableLayout(
        tuple(tables["results"]),
        tuple(tables["photographs"]),
        slice(LISTED, places[0]),
        end,
        PersonValues(
            [tables["results"][place] for place in places],
            places,
            [averaging_scale(each.kind, len(each.columns)) for each in outputs],
        ),
    )


def _described(shard: ShardTable) -> Iterator[tuple[str, Column]]:
    """The columns of a data dictionary, each with the table in which it stands."""
    path = shard.dictionary_path
    if not path.is_file():
        raise OutputError(f"{path}: is missing; it belongs beside {shard.table.name}")
    for _, cells in read_table_file(str(path), expected=("table", "column")).rows:
        try:
            table, name, meaning, japanese, unit, found, estimator, weights = cells
        except ValueError as error:
            raise OutputError(f"{path}: is no data dictionary of gantei predict") from error
        # Of results, exactly the columns of estimators are numbers.
        kind: Literal["number", "text"] = "number" if estimator else "text"
        yield table, Column(name, kind, meaning, japanese, unit, found, estimator, weights)


def check_dictionaries(shards: Sequence[ShardTable], layout: TableLayout) -> None:
    """See that the dictionaries of all shards explain the same columns alike.

    Raises:
        OutputError: one differs from the first.
    """
    for shard in shards[1:]:
        other = layout_of(shard)
        if (other.columns, other.measures) != (layout.columns, layout.measures):
            raise OutputError(
                f"{shard.dictionary_path}: explains columns otherwise than "
                f"{shards[0].dictionary_path.name}; take the one that gantei predict wrote"
            )
