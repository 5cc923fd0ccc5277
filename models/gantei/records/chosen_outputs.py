"""Which outputs of the results are looked at: of two classes, and ages, that have records."""

from collections.abc import Mapping, Sequence

from ..errors import OutputError, SettingError
from ..labels.estimated_output import EstimatedOutput
from ..labels.label_table import LabelTable
from ..labels.results_table import ResultsTable
from ..labels.true_values import is_of_age, label_place


def chosen_outputs(
    read: ResultsTable, table: LabelTable, names: Sequence[str]
) -> Mapping[EstimatedOutput, bool]:
    """Give the outputs, each with whether it is looked at.

    Raises:
        SettingError: one that was named is not there, or nothing can be looked at.
        OutputError: the labels lack one that was named.
    """
    known = {name for each in read.outputs for name in (each.name, each.key)}
    if wrong := next((name for name in names if name not in known), None):
        raise SettingError(
            f"--output {wrong}: {read.path} has no such output; known: "
            f"{', '.join(each.key for each in read.outputs)}"
        )
    wanted = [each for each in read.outputs if not names or {each.name, each.key} & {*names}]
    for each in wanted if names else ():
        label_place(table, each)
        if not _is_possible(each):
            raise SettingError(
                f"--output {each.key}: records can be checked of two classes, such as a sex, and "
                "of ages in years; this is neither"
            )
    found = {each: _is_possible(each) and _has_labels(table, each) for each in wanted}
    if not any(found.values()):
        raise SettingError(
            f"{table.name}: has no records of {', '.join(each.key for each in wanted)} that can be "
            "looked at; name the columns by --age, --sex or --label OUTPUT=COLUMN"
        )
    return found


def _is_possible(output: EstimatedOutput) -> bool:
    return output.kind == "binary" or is_of_age(output)


def _has_labels(table: LabelTable, output: EstimatedOutput) -> bool:
    try:
        label_place(table, output)
    except OutputError:
        return False
    return True
