"""Results and labels, read and joined: the people with an estimated sex, and who is left out."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..labels.estimated_people import EstimatedPeople, estimated_people, sex_output
from ..labels.exclusions import Exclusion
from ..labels.given_labels import given_labels
from ..labels.joining import Joined, join_results
from ..labels.label_table import LabelOptions, LabelTable
from ..labels.person_columns import PersonColumn
from ..labels.results_table import ResultsTable, read_results
from .evaluated_tables import EvaluatedFile, read_files
from .given_arguments import check_columns, checked_labels


@dataclass(frozen=True)
class PeopleRead:
    """What was read.

    Attributes:
        results: of `gantei predict`.
        joined: results with their labels.
        people: everybody with an estimated sex.
        files: the tables.
    """

    results: ResultsTable = field(repr=False)
    joined: Joined = field(repr=False)
    people: EstimatedPeople = field(repr=False)
    files: tuple[EvaluatedFile, ...]

    @property
    def exclusions(self) -> tuple[Exclusion, ...]:
        """Photographs and rows of labels that are in nothing."""
        return (*self.joined.exclusions, *self.people.exclusions)


def labels_of(
    labels: Any,
    *,
    columns: dict[str, str | None],
    label: object = None,
    sex_coding: object = None,
    encoding: str | None = None,
) -> LabelTable:
    """Read a table of labels: a path, records by columns, or a frame.

    Args:
        labels: the table.
        columns: by `photograph`, `person`, `visit`, `age` and `sex`, the column that is named.
        label: of other outputs, the columns with their labels.
        sex_coding: what codes of sexes mean.
        encoding: of CSV without a byte order mark.

    Raises:
        OutputError, SettingError: as `read_labels`.
    """
    check_columns(**columns, encoding=encoding)
    of_outputs, coding = checked_labels(label, sex_coding)
    told: dict[str, Any] = {
        **columns, "labels": of_outputs, "sex_coding": coding, "encoding": encoding,
    }  # fmt: skip
    return given_labels(labels, LabelOptions("labels", **told))


def read_people(
    results: Path,
    table: LabelTable,
    output: str | None,
    *,
    one_photograph_per_person: bool,
    needs_sexes: bool = True,
) -> PeopleRead:
    """Read results and join them with labels.

    Args:
        results: a table that `gantei predict` wrote.
        table: of labels.
        output: of a sex, such as `demo-sex.sex`; None where there is one.
        one_photograph_per_person: where nothing tells persons: each photograph is another's.
        needs_sexes: whether the labels must have a column of sexes.

    Raises:
        OutputError, SettingError: as `read_results`, `join_results` and `estimated_people`.
    """
    read = read_results(results, encoding=table.options.encoding)
    joined = join_results(read, table)
    people = estimated_people(
        joined,
        sex_output(read, output),
        one_photograph_per_person=one_photograph_per_person,
        needs_sexes=needs_sexes,
    )
    return PeopleRead(read, joined, people, read_files([read], table))


def without_value(people: EstimatedPeople, column: PersonColumn) -> Iterator[Exclusion]:
    """Say of each person who lacks a value of a column why."""
    for place, known in enumerate(column.known):
        if not known:
            code = "values-differ" if column.differing[place] else "no-value"
            what = "photographs differ in" if code == "values-differ" else "nothing says"
            yield Exclusion(
                people.names[place],
                people.names[place],
                people.photographs[place][0].label.where,
                code,
                f"{what} {column.given}",
            )
