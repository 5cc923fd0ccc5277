"""What records and photographs say of each other: `gantei.check_records`."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import GanteiError, OutputError, SettingError
from ..evaluation.evaluated_tables import EvaluatedFile, read_files
from ..evaluation.given_arguments import check_columns, checked_labels, names_of
from ..labels.estimated_output import EstimatedOutput
from ..labels.exclusions import REASONS, Exclusion
from ..labels.flow import Flow
from ..labels.given_labels import given_labels
from ..labels.joining import Joined, join_results
from ..labels.label_table import LabelOptions, LabelTable
from ..labels.results_table import ResultsTable, read_results
from ..statistics.study_extra import require_study_extra
from ..table_files.frames import frame_of
from .age_records import AgeRecords, age_records
from .chosen_outputs import chosen_outputs
from .class_records import ClassRecords, class_records
from .contradicting_records import contradicting_records
from .error_rates import checked_rate
from .recorded_people import recorded_people
from .records_columns import NAMES, records_rows


@dataclass(frozen=True)
class RecordsCheck:
    """Records that photographs contradict: a list of documents to look at, not of errors.

    Attributes:
        classes: outputs of two classes, such as a sex.
        ages: outputs of an age.
        refused: outputs that could not be checked, and why.
        passed_by: outputs without records, or that are neither of two classes nor an age.
        contradicting: records that contradict each other, which no estimate is needed for.
        stated: the share of wrong records that was stated; None where none was.
        flow: how many photographs and persons came in, and how many were left out.
        exclusions: everything that was left out, and why.
        files: the tables that were read.

    >>> check = gantei.check_records("study/results.csv", "study/labels.csv", error_rate=0.005)
    >>> first = check.rows()[0]
    >>> first["person"], first["recorded"], first["expected"], first["wrong"] > 0.99
    ('P0003', 'male', 'female', True)
    """

    classes: tuple[ClassRecords, ...]
    ages: tuple[AgeRecords, ...]
    refused: Mapping[str, str]
    passed_by: tuple[EstimatedOutput, ...]
    contradicting: tuple[Exclusion, ...] = field(repr=False)
    stated: float | None
    flow: Flow
    exclusions: tuple[Exclusion, ...] = field(repr=False)
    files: tuple[EvaluatedFile, ...]

    @property
    def outputs(self) -> tuple[EstimatedOutput, ...]:
        """What was looked at."""
        classes = (each.people.output for each in self.classes)
        return (*classes, *(each.people.output for each in self.ages))

    @property
    def is_whole(self) -> bool:
        """Whether nobody was left out and nothing refused; rows of labels may say nothing."""
        left_out = any(REASONS[each.code].what != "label" for each in self.exclusions)
        return not (self.refused or left_out)

    def rows(self) -> list[dict[str, Any]]:
        """Give the list as records, one per row of `records.csv`, by the names of its columns.

        What is an empty cell there is None.
        """
        return [dict(zip(NAMES, row, strict=True)) for row in records_rows(self.classes, self.ages)]

    def frame(self) -> Any:
        """Give the same as a `pandas.DataFrame`.

        Raises:
            MissingExtraError: pandas is not installed; `rows` needs none.
        """
        return frame_of(self.rows(), NAMES)


def check_records(  # noqa: PLR0913 - as many as the tables have columns to name
    results: str | os.PathLike[str],
    labels: Any,
    *,
    photograph: str | None = None,
    person: str | None = None,
    visit: str | None = None,
    age: str | None = None,
    sex: str | None = None,
    label: Mapping[str, str] | None = None,
    sex_coding: str | Mapping[str, str] | None = None,
    encoding: str | None = None,
    error_rate: float | None = None,
    output: str | Sequence[str] = (),
    one_photograph_per_person: bool = False,
) -> RecordsCheck:
    """Look for recorded sexes and ages that photographs contradict: `pip install "gantei[study]"`.

    Args:
        results: a table that `gantei predict` wrote, with its `.run.json` beside it.
        labels: the records: a path, records by columns, or a frame of pandas or polars.
        photograph: its column that names the photograph; None: that of this name, if it is there.
        person: its column that tells whose eye it is; None: as `photograph`.
        visit: its column that tells the visits of a person apart; None: as `photograph`.
        age: its column of ages; None: as `photograph`. Numbers that are no age, such as years of
            birth, are taken as they stand, since they are looked for.
        sex: its column of sexes; None: as `photograph`.
        label: of other outputs, the columns with their labels, by the outputs' names.
        sex_coding: what codes of sexes mean, as `1=male,0=female`.
        encoding: of CSV without a byte order mark; None is UTF-8.
        error_rate: the share of records that are wrong, such as 0.005; None to estimate it, where
            25 wrong ones at least are to be expected.
        output: which to look at, by name or key; empty: all of two classes, and ages.
        one_photograph_per_person: where nothing tells persons: each photograph is another's.

    Raises:
        OutputError: a table cannot be read or understood, nothing matches, or of no output can
            anything be told; says why.
        SettingError: an option makes no sense for these tables, or persons are not known.
        MissingExtraError: a library of the extra is not installed.

    >>> check = gantei.check_records("study/results.csv", "study/labels.csv", error_rate=0.005)
    >>> sex, age = check.classes[0], check.ages[0]
    >>> round(float(sex.among.expected[9]), 1), int(sex.among.low[9]), int(sex.among.high[9])
    (5.3, 3, 8)
    >>> age.by_slip()
    {'hundred-more': 1}
    """
    check_columns(photograph=photograph, person=person, visit=visit, age=age, sex=sex)
    check_columns(encoding=encoding)
    of_outputs, coding = checked_labels(label, sex_coding)
    rate, chosen = checked_rate(error_rate), names_of("output", output)
    require_study_extra("check_records")
    columns = (person, age, sex, visit, of_outputs, (), coding, encoding, photograph, True)
    table = given_labels(labels, LabelOptions("labels", *columns))
    return _joined_and_checked(Path(results), table, chosen, rate, one_photograph_per_person)


def _joined_and_checked(
    results: Path, table: LabelTable, chosen: Sequence[str], rate: float | None, one_each: bool
) -> RecordsCheck:
    read = read_results(results, encoding=table.options.encoding)
    joined = join_results(read, table)
    if not joined.has_persons and not one_each:
        raise SettingError(
            "nothing says whose photograph each is, and two of one person are no two records; name "
            "the column of the labels by --person, or say --one-photograph-per-person if that is so"
        )
    return _checked(joined, read, chosen_outputs(read, table, chosen), rate, one_each)


def _checked(
    joined: Joined,
    read: ResultsTable,
    chosen: Mapping[EstimatedOutput, bool],
    rate: float | None,
    one_each: bool,
) -> RecordsCheck:
    classes: list[ClassRecords] = []
    ages: list[AgeRecords] = []
    refused: dict[str, str] = {}
    exclusions = [*joined.exclusions]
    errors: list[GanteiError] = []
    for output in (each for each, is_looked_at in chosen.items() if is_looked_at):
        people = recorded_people(joined, output, one_photograph_per_person=one_each)
        exclusions += people.exclusions
        try:
            if output.kind == "binary":
                classes.append(class_records(people, rate))
            else:
                ages.append(age_records(people, rate))
        except (OutputError, SettingError) as error:
            refused[output.key] = str(error)
            errors.append(error)
    if errors and not classes and not ages:
        raise errors[0]
    return RecordsCheck(
        tuple(classes),
        tuple(ages),
        refused,
        tuple(each for each, is_looked_at in chosen.items() if not is_looked_at),
        contradicting_records(exclusions),
        rate,
        joined.flow,
        tuple(dict.fromkeys(exclusions)),
        read_files([read], joined.table),
    )
