"""What is known to stop a calibration before any photograph is estimated for it."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..errors import OutputError, SettingError
from ..evaluation.before_estimating import check_before_estimating, check_variable
from ..labels.estimated_output import EstimatedOutput
from ..labels.label_table import LabelTable
from ..labels.recorded_outputs import recorded_outputs
from ..labels.true_values import label_place, true_values
from ..photographs.listing import PhotographList
from .calibration_options import CalibrationOptions
from .fitted_calibration import NOBODY_TELLS_PERSONS
from .smallest_calibrations import LEAST_PEOPLE, too_few_words


def check_before_calibrating(
    listing: PhotographList,
    described: Iterable[Mapping[str, Any]],
    table: LabelTable,
    options: CalibrationOptions,
) -> None:
    """Refuse what would be refused after estimating, which may take hours.

    Args:
        listing: the photographs.
        described: the outputs of the estimator, as a run manifest describes them.
        table: of labels.
        options: what is asked for.

    Raises:
        SettingError: nothing tells persons, labels are of too few, or there is no such camera.
        OutputError: as `check_before_estimating`.
    """
    described = list(described)
    check_before_estimating(listing, described, table)
    if options.camera is not None:
        variable = table.options.variable(options.camera, "--camera")
        check_variable(variable, table, listing.columns)
    told = any(row.person for row in table.rows) or any(each.person for each in listing.photographs)
    if not told and not options.one_photograph_per_person:
        raise SettingError(NOBODY_TELLS_PERSONS)
    outputs = recorded_outputs({"outputs": described}, Path("the estimator"))
    people = {each.key: _most_people(table, each) for each in outputs}
    if max(people.values()) < LEAST_PEOPLE:
        raise SettingError(
            f"{table.name}: "
            + "; ".join(f"{key}: {too_few_words(count)}" for key, count in people.items())
        )


def _most_people(table: LabelTable, output: EstimatedOutput) -> int:
    """Count the people with a label, or the rows, where the labels name nobody."""
    try:
        label_place(table, output)
    except OutputError:
        return 0
    truths = true_values(table.rows, table, output)
    labelled = [row for row, true in zip(table.rows, truths, strict=True) if true is not None]
    if any(row.person for row in table.rows):
        return len({row.person for row in labelled if row.person})
    return len(labelled)
