"""How often an outcome is there by sex, where the sex of some people is only estimated."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import SettingError
from ..evaluation.people_read import PeopleRead, labels_of, read_people, without_value
from ..labels.exclusions import Exclusion
from ..labels.label_table import LabelTable
from ..labels.person_columns import PersonColumn, person_column
from ..statistics.differential_range import frequency_range
from ..statistics.misclassified_frequencies import (
    OutcomeCounts,
    corrected_frequencies,
    naive_frequencies,
)
from ..statistics.study_extra import require_study_extra
from ..table_files.frames import frame_of
from .describe_options import THRESHOLD, VARY, AccuracyText, DescribeOptions, options_of
from .description_tables import (
    ACCURACY_COLUMNS,
    FREQUENCY_COLUMNS,
    accuracy_rows,
    frequency_cells,
)
from .frequency_rows import FrequencyRow, WhoCounts, rows_of
from .used_accuracy import UsedAccuracy, used_accuracy

MOST_NUMBERS = 6
"""Different numbers of an outcome that are taken as categories."""


@dataclass(frozen=True)
class Description:
    """Frequencies of an outcome by sex.

    Attributes:
        read: the tables, joined, and their people.
        outcome: of each person.
        counts: of people by category, and recorded or estimated sex.
        accuracy: of the estimated sex, by which counts are corrected.
        frequencies: corrected, naive, and of recorded sexes alone.
        options: what was asked for.
        left_out: people without the outcome.

    >>> try:
    ...     description = gantei.describe("results.csv", "demo/labels.csv", outcome="camera")
    ... except gantei.OutputError as error:
    ...     print(error)
    results.csv: no output is a sex; there are demo-age.age
    """

    read: PeopleRead = field(repr=False)
    outcome: PersonColumn
    counts: OutcomeCounts
    accuracy: UsedAccuracy
    frequencies: tuple[FrequencyRow, ...] = field(repr=False)
    options: DescribeOptions
    left_out: tuple[Exclusion, ...] = field(repr=False)

    @property
    def exclusions(self) -> tuple[Exclusion, ...]:
        """Photographs, rows of labels and people that were left out."""
        return (*self.read.exclusions, *self.left_out)

    def rows(self) -> list[dict[str, Any]]:
        """Give the frequencies, as records by the columns of `frequencies.csv`."""
        names = [each.name for each in FREQUENCY_COLUMNS]
        classes = self.read.people.output.classes
        cells = frequency_cells(self.outcome, classes, self.frequencies)
        return [dict(zip(names, row, strict=True)) for row in cells]

    def frame(self) -> Any:
        """Give `rows` as a `pandas.DataFrame`.

        Raises:
            MissingExtraError: pandas is not installed; `rows` needs none.
        """
        return frame_of(self.rows(), [each.name for each in FREQUENCY_COLUMNS])

    def accuracies(self) -> list[dict[str, Any]]:
        """Give sensitivity and specificity, as records by the columns of `accuracy.csv`."""
        names = [each.name for each in ACCURACY_COLUMNS]
        cells = accuracy_rows(self.outcome, self.read.people.output.classes, self.accuracy)
        return [dict(zip(names, row, strict=True)) for row in cells]


def describe(  # noqa: PLR0913 - as many as the tables have columns to name
    results: str | os.PathLike[str],
    labels: Any,
    *,
    outcome: str,
    sensitivity: AccuracyText = None,
    specificity: AccuracyText = None,
    vary: float = VARY,
    threshold: float = THRESHOLD,
    output: str | None = None,
    photograph: str | None = None,
    person: str | None = None,
    visit: str | None = None,
    age: str | None = None,
    sex: str | None = None,
    label: Mapping[str, str] | None = None,
    sex_coding: str | Mapping[str, str] | None = None,
    encoding: str | None = None,
    one_photograph_per_person: bool = False,
) -> Description:
    """Give an outcome's frequency by sex, some of it estimated: `pip install "gantei[study]"`.

    Args:
        results: a table that `gantei predict` wrote, with its `.run.json` beside it.
        labels: a table of known labels: a path, records by columns, or a frame of pandas or polars;
            a sex that is not recorded is an empty cell.
        outcome: column of the labels, of few values; numbers in steps, such as `age:10`.
        sensitivity: measured elsewhere, the share of people of the second class (`male`) who are
            classified correctly: `0.9`, `"108/120"`, or by category
            `{"yes": "40/50", "no": "9/10"}`; None: by the people here whose sex is recorded.
        specificity: likewise, of its first class.
        vary: by how much either may differ in a category, where it is known only overall.
        threshold: probability from which a person counts as the second class.
        output: of a sex, such as `demo-sex.sex`; None where there is one.
        photograph: column that names the photograph; None: that of this name, if it is there.
        person: column that tells whose eye it is; None: as `photograph`.
        visit: column that tells the visits of a person apart; None: as `photograph`.
        age: column of ages in years; None: as `photograph`.
        sex: column of sexes; None: as `photograph`.
        label: of other outputs, the columns with their labels, by the outputs' names.
        sex_coding: what codes of sexes mean, as `1=male,0=female`.
        encoding: of CSV without a byte order mark; None is UTF-8.
        one_photograph_per_person: where nothing tells persons: each photograph is another's.

    Raises:
        OutputError: a table cannot be read or understood, or nothing matches; says which line.
        SettingError: an option makes no sense here, or the estimate is too poor to be corrected.
        MissingExtraError: a library of the extra is not installed.

    >>> gantei.describe("results.csv", "demo/labels.csv", outcome="camera", sensitivity=0.9)
    Traceback (most recent call last):
    gantei.errors.SettingError: --specificity is missing: give both, or none
    """
    one_each = one_photograph_per_person
    options = options_of(outcome, sensitivity, specificity, vary, threshold, one_each=one_each)
    require_study_extra("describe")
    named = {"photograph": photograph, "person": person, "visit": visit, "age": age, "sex": sex}
    table = labels_of(labels, columns=named, label=label, sex_coding=sex_coding, encoding=encoding)
    return description_of(Path(results), table, output, options)


def description_of(
    results: Path, table: LabelTable, output: str | None, options: DescribeOptions
) -> Description:
    """Do the same with labels that are read.

    Raises:
        OutputError, SettingError, MissingExtraError: as `describe`.
    """
    read = read_people(
        results,
        table,
        output,
        one_photograph_per_person=options.one_photograph_per_person,
        needs_sexes=options.sensitivity is None,
    )
    people = read.people
    column = person_column(
        read.joined, people, options.outcome, option="--outcome", codes_are_categories=True
    )
    outcome = as_categories(column)
    accuracy, counts = used_accuracy(
        _validated(read, outcome, options.threshold),
        _estimated(read, outcome, options.threshold),
        options.accuracy(outcome.categories),
        outcome,
        people.output.classes,
    )
    left_out = tuple(without_value(people, outcome))
    figures = tuple(_figures(counts, accuracy, options.vary))
    return Description(read, outcome, counts, accuracy, figures, options, left_out)


def as_categories(column: PersonColumn) -> PersonColumn:
    """Take a few numbers as categories, in their order.

    Raises:
        SettingError: there are many numbers, or fewer than two categories.
    """
    if column.kind == "number":
        values = np.unique(column.numbers[column.known])
        if len(values) > MOST_NUMBERS:
            raise SettingError(
                f"--outcome {column.given}: is a number of {len(values)} different values, and "
                f"frequencies are of categories: write it in steps, such as {column.given}:10, or "
                "compare its means by gantei impute --with"
            )
        codes = np.where(column.known, np.searchsorted(values, column.numbers), -1).astype(np.intp)
        names = tuple(f"{each:g}" for each in values)
        nothing = np.full(len(codes), np.nan)
        column = PersonColumn(column.given, "category", nothing, codes, names, column.differing)
    if len(column.categories) < 2:
        told = f"is {column.categories[0]} throughout" if column.categories else "is empty"
        raise SettingError(f"--outcome {column.given}: {told}; frequencies need two categories")
    return column


def _called(read: PeopleRead, threshold: float) -> NDArray[np.intp]:
    """Give the estimated class of everybody."""
    is_1 = read.people.logits >= np.log(threshold / (1 - threshold))
    return np.asarray(is_1, np.intp)


def _validated(read: PeopleRead, outcome: PersonColumn, threshold: float) -> NDArray[np.float64]:
    """Count the people whose sex is recorded, by category, class and estimated class."""
    chosen = read.people.is_recorded & outcome.known
    counts = np.zeros((len(outcome.categories), 2, 2))
    told = _called(read, threshold)
    np.add.at(counts, (outcome.codes[chosen], read.people.recorded[chosen], told[chosen]), 1)
    return counts


def _estimated(read: PeopleRead, outcome: PersonColumn, threshold: float) -> NDArray[np.float64]:
    """Count the others by category and estimated class."""
    chosen = ~read.people.is_recorded & outcome.known
    counts = np.zeros((len(outcome.categories), 2))
    np.add.at(counts, (outcome.codes[chosen], _called(read, threshold)[chosen]), 1)
    return counts


def _figures(counts: OutcomeCounts, accuracy: UsedAccuracy, vary: float) -> Iterator[FrequencyRow]:
    has_recorded = counts.recorded.sum() > 0
    groups: list[WhoCounts] = ["everybody"] if has_recorded else []
    for who in (*groups, "sex-not-recorded"):
        everybody = who == "everybody"
        moved = frequency_range(counts, vary, everybody=everybody) if accuracy.is_assumed else None
        found = corrected_frequencies(counts, everybody=everybody)
        yield from rows_of(who, "corrected", found, is_unstable=accuracy.is_unstable, moved=moved)
        yield from rows_of(who, "naive", naive_frequencies(counts, everybody=everybody))
    if has_recorded and (counts.recorded.sum(axis=0) > 0).all():
        alone = OutcomeCounts(counts.recorded, np.zeros_like(counts.estimated), counts.validated)
        yield from rows_of("everybody", "recorded-only", naive_frequencies(alone, everybody=True))
