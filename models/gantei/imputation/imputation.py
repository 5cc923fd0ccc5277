"""Missing sex: calibrated probabilities, imputed sets, and an analysis combined from them."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..evaluation.given_arguments import names_of
from ..evaluation.people_read import PeopleRead, labels_of, read_people
from ..labels.exclusions import Exclusion
from ..labels.label_table import LabelTable
from ..labels.person_columns import person_column
from ..statistics.draws import SEED
from ..statistics.imputed_sets import SETS
from ..statistics.study_extra import require_study_extra
from ..table_files.frames import frame_of
from .calibrated_sexes import CalibratedSexes, MissingSexes, calibrated_sexes, missing_sexes
from .combined_analysis import AnalysedOutcome, SexDifference, analysed_outcome, sex_differences
from .imputation_options import ImputationOptions
from .imputation_tables import (
    COMBINED_COLUMNS,
    COUNT_COLUMNS,
    combined_rows,
    count_rows,
    imputed_columns,
    imputed_rows,
    probability_columns,
    probability_rows,
    records_of,
)
from .imputed_people import ImputedPeople, checked_missing, imputed_people


@dataclass(frozen=True)
class Imputation:
    """What is known of missing sexes.

    Attributes:
        read: the tables, joined, and their people.
        calibrated: probabilities of everybody's sex, by those whose sex is recorded.
        counts: how many sexes are missing, and for how many the likelier one would be wrong.
        imputed: the sets; None where no outcome was named.
        outcome: as the combined analysis takes it; None where there is no set.
        differences: complete cases, imputed sets, their difference, and shifted sets.
        options: what was asked for.

    >>> try:
    ...     imputation = gantei.impute("results.csv", "demo/labels.csv", with_=["hba1c", "age"])
    ... except gantei.OutputError as error:
    ...     print(error)
    results.csv: no output is a sex; there are demo-age.age
    """

    read: PeopleRead = field(repr=False)
    calibrated: CalibratedSexes
    counts: tuple[MissingSexes, ...]
    imputed: ImputedPeople | None = field(repr=False)
    outcome: AnalysedOutcome | None = field(repr=False)
    differences: tuple[SexDifference, ...] = field(repr=False)
    options: ImputationOptions

    @property
    def exclusions(self) -> tuple[Exclusion, ...]:
        """Photographs, rows of labels and people that were left out of something."""
        return (*self.read.exclusions, *(self.imputed.exclusions if self.imputed else ()))

    def probabilities(self) -> list[dict[str, Any]]:
        """Give the people with missing sex, as records by the columns of `persons.csv`."""
        return records_of(
            probability_columns(self.read.people),
            probability_rows(self.read.people, self.calibrated),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Give the sets below each other, as records by the columns of `imputed.csv`.

        Set 0 is what is observed, where a missing sex is None. Empty without an outcome.
        """
        return records_of(
            imputed_columns(self.read.people, self.imputed),
            imputed_rows(self.read.people, self.imputed),
        )

    def combined(self) -> list[dict[str, Any]]:
        """Give how the outcome differs between the sexes, as records like `combined.csv`."""
        return records_of(
            COMBINED_COLUMNS,
            combined_rows(
                self.read.people, self.outcome, self.options.columns[1:], self.differences
            ),
        )

    def counted(self) -> list[dict[str, Any]]:
        """Give how many sexes are missing, and for how many the likelier one would be wrong."""
        return records_of(COUNT_COLUMNS, count_rows(self.read.people, self.counts))

    def frame(self) -> Any:
        """Give `rows` as a `pandas.DataFrame`.

        Raises:
            MissingExtraError: pandas is not installed; `rows` needs none.
        """
        columns = imputed_columns(self.read.people, self.imputed)
        return frame_of(self.rows(), [each.name for each in columns])


def impute(  # noqa: PLR0913 - as many as the tables have columns to name
    results: str | os.PathLike[str],
    labels: Any,
    *,
    with_: str | Sequence[str] = (),
    sets: int = SETS,
    seed: int = SEED,
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
) -> Imputation:
    """Say what the missing sexes in a table may be, and impute them: `pip install "gantei[study]"`.

    Args:
        results: a table that `gantei predict` wrote, with its `.run.json` beside it.
        labels: a table of known labels: a path, records by columns, or a frame of pandas or polars;
            a sex that is missing is an empty cell.
        with_: the outcome of the analysis, then its covariates: columns of the labels, or `age`;
            numbers in steps, such as `age:10`, are categories, and `stage:category` or
            `stage:number` say what codes are. Without any nothing is imputed.
        sets: how many sets, for Rubin's rules.
        seed: of the draws.
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
        SettingError: an option makes no sense for these tables, nobody's sex is missing, or too few
            are recorded.
        MissingExtraError: a library of the extra is not installed.

    >>> imputation = gantei.impute("results.csv", "demo/labels.csv", with_="hba1c", sets=1)
    Traceback (most recent call last):
    gantei.errors.SettingError: --sets 1: give 2 to 1000
    """
    options = ImputationOptions(names_of("with_", with_), sets, seed, one_photograph_per_person)
    options.check()
    require_study_extra("impute")
    named = {"photograph": photograph, "person": person, "visit": visit, "age": age, "sex": sex}
    table = labels_of(labels, columns=named, label=label, sex_coding=sex_coding, encoding=encoding)
    return imputation_of(Path(results), table, output, options)


def imputation_of(
    results: Path, table: LabelTable, output: str | None, options: ImputationOptions
) -> Imputation:
    """Do the same with labels that are read.

    Raises:
        OutputError, SettingError, MissingExtraError: as `impute`.
    """
    read = read_people(
        results, table, output, one_photograph_per_person=options.one_photograph_per_person
    )
    people = read.people
    checked_missing(people)
    calibrated = calibrated_sexes(people)
    counts = tuple(missing_sexes(people, calibrated, options.seed))
    if not options.columns:
        return Imputation(read, calibrated, counts, None, None, (), options)
    columns = [
        person_column(read.joined, people, each, option="--with") for each in options.columns
    ]
    imputed = imputed_people(
        people, columns, by_eyes=calibrated.by_eyes, sets=options.sets, seed=options.seed
    )
    outcome = analysed_outcome(columns[0], imputed.used)
    found = tuple(sex_differences(people, imputed, outcome))
    return Imputation(read, calibrated, counts, imputed, outcome, found, options)
