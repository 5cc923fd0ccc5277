"""What is known to be wrong with labels and options before any photograph is estimated."""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from ..errors import OutputError, SettingError
from ..labels.estimated_output import EstimatedOutput
from ..labels.group_values import unknown_variable
from ..labels.joining import check_persons, join_listing
from ..labels.label_table import LabelTable
from ..labels.recorded_outputs import recorded_outputs
from ..labels.true_values import label_place, true_values
from ..labels.variables import GroupVariable
from ..photographs.listing import PhotographList
from ..photographs.photograph_source import file_name
from ..study.measure_columns import MEASURES
from .comparison import pairs_to_compare


def check_before_estimating(
    listing: PhotographList,
    described: Iterable[Mapping[str, Any]],
    table: LabelTable,
    compare: Collection[str] = (),
) -> None:
    """Refuse what would be refused after estimating: labels, groups, comparisons, names.

    Photographs are read only where none is called as the labels say, to look for their digests.

    Args:
        listing: the photographs.
        described: the outputs of their estimators, as a run manifest describes them.
        table: of labels.
        compare: outputs or estimators to compare.

    Raises:
        SettingError: an option names what is not there.
        OutputError: the labels say nothing of the outputs, or of the photographs.
    """
    outputs = recorded_outputs({"outputs": list(described)}, Path("the estimators"))
    labelled = _labelled(outputs, table)
    pairs_to_compare(labelled, tuple(compare))
    for given in table.options.by:
        check_variable(table.options.variable(given), table, listing.columns)
    if table.by_person:
        check_persons(listing, table)
    elif not _named(listing) & _named_by(table):
        join_listing(listing, table)


def _labelled(outputs: Collection[EstimatedOutput], table: LabelTable) -> list[EstimatedOutput]:
    known = {name: None for each in outputs for name in (each.name, each.key)}
    for name, column in table.options.labels.items():
        if name not in known:
            raise SettingError(
                f"--label {name}={column}: no estimator here has an output {name}; known: "
                f"{', '.join(known)}"
            )
    found = []
    for output in outputs:
        try:
            label_place(table, output)
        except OutputError:
            continue
        true_values(table.rows, table, output)
        found.append(output)
    if not found:
        names = ", ".join(dict.fromkeys(each.name for each in outputs))
        raise SettingError(
            f"{table.name}: says nothing of what is to be estimated ({names}); name the columns by "
            "--age, --sex or --label OUTPUT=COLUMN"
        )
    return found


def check_variable(variable: GroupVariable, table: LabelTable, columns: Iterable[str]) -> None:
    """Refuse a variable of groups that is none of labels, list (`columns`) or appearance.

    Raises:
        SettingError: nothing is called so; says what is.
    """
    of_photographs = [*columns, *(each.name for each in MEASURES)]
    known = [
        *(["age"] if table.has_ages else []),
        *(["sex"] if table.has_sexes else []),
        *("eye", *table.groups, *of_photographs),
    ]
    if variable.name.casefold() not in {each.casefold() for each in known}:
        raise unknown_variable(variable, table, of_photographs)


def _named(listing: PhotographList) -> set[str]:
    return {_stem(file_name(each.source)) for each in listing.photographs}


def _named_by(table: LabelTable) -> set[str]:
    return {_stem(row.photograph) for row in table.rows if row.photograph}


def _stem(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).stem.casefold()
