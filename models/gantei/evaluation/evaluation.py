"""What an evaluation found: figures, the units behind them, and where everybody went."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from pathlib import Path
from typing import Any

from ..labels.cohort import LEVELS, Cohort, Level
from ..labels.estimated_output import EstimatedOutput
from ..labels.exclusions import Exclusion
from ..labels.flow import Flow
from ..labels.given_labels import given_labels
from ..labels.label_table import LabelOptions
from ..statistics.measure import Measure
from ..statistics.study_extra import require_study_extra
from ..table_files.frames import frame_of
from .estimator_settings import EstimatorSettings, estimator_settings
from .evaluated_figures import evaluated_figures
from .evaluated_tables import CohortKey, EvaluatedFile, read_tables
from .evaluation_options import EvaluationOptions
from .evaluation_row import EvaluationRow
from .given_arguments import check_columns, checked_labels, mapping_of, names_of
from .metrics_columns import NAMES, record
from .remarked_rows import remarked, settled_here
from .reported_figures import ReportedFigure, reported_figures
from .sample_size import SampleSize, checked_widths, sample_sizes
from .threshold import Threshold, ThresholdRule

MOST_SEVERAL = 0.05
"""Share of the units of a level whose photographs may be of several groups."""


@dataclass(frozen=True)
class Evaluation:
    """What estimates are worth on these people.

    Attributes:
        outputs: those that have a label, in the order of the results.
        unlabelled: those that have none, which were not evaluated.
        cohorts: by key of the output, such as `demo-sex.sex`, and level: the units behind the
            figures, none where all are left out; only levels that there are: without persons
            `photograph` alone, and no `eye` where no eye is known.
        table: one row per figure, in the order of outputs, levels, groups and metrics.
        thresholds: of binary outputs, by key and level.
        reported: what publishers report of the same weights.
        sample_sizes: what was asked for by `--sample-size`.
        flows: of each table of results, how many photographs and persons came in, and how many
            were left out for which reason.
        exclusions: everything that was left out, with the name of its table of results.
        options: what was asked for.
        files: the tables that were read.
        has_persons: whether it is known which photographs are of one person, as intervals need.
        settings: of the estimators whose very weights are installed here, the facts that were
            fitted, stated or assumed.

    >>> evaluation = gantei.evaluate("results.csv", "demo/labels.csv", by=["age:10"])
    >>> row = evaluation.rows()[0]
    >>> row["level"], row["metric"], row["unit"], row["name_ja"]
    ('photograph', 'mae', 'years', '平均絶対誤差')
    """

    outputs: tuple[EstimatedOutput, ...]
    unlabelled: tuple[EstimatedOutput, ...]
    cohorts: Mapping[CohortKey, Cohort] = field(repr=False)
    table: tuple[EvaluationRow, ...] = field(repr=False)
    thresholds: Mapping[CohortKey, Threshold]
    reported: tuple[ReportedFigure, ...]
    sample_sizes: tuple[SampleSize, ...]
    flows: tuple[Flow, ...]
    exclusions: tuple[tuple[str, Exclusion], ...] = field(repr=False)
    options: EvaluationOptions
    files: tuple[EvaluatedFile, ...]
    has_persons: bool
    settings: tuple[EstimatorSettings, ...]

    @property
    def flow(self) -> Flow:
        """The flow of the first table of results."""
        return self.flows[0]

    @property
    def has_visits(self) -> bool:
        """Whether anything tells the visits of persons apart."""
        return any(cohort.has_visits for cohort in self.cohorts.values())

    @property
    def leaves_out(self) -> bool:
        """Whether a photograph, or a unit of an output, is left out of figures."""
        return any(flow.excluded for flow in self.flows) or any(
            cohort.exclusions for cohort in self.cohorts.values()
        )

    @property
    def lists_excluded(self) -> bool:
        """Whether `excluded.csv` has a row: of a photograph, a unit, or a row of labels."""
        return bool(self.exclusions) or self.leaves_out

    @property
    def main_level(self) -> Level:
        """The level whose figures are quoted: by person where persons are known."""
        return "person" if any(level == "person" for _, level in self.cohorts) else "photograph"

    def level_of(self, key: str) -> Level:
        """The level whose figures of an output are quoted: the main one, or the next with units."""
        levels = [*takewhile(lambda level: level != self.main_level, LEVELS), self.main_level]
        return next((each for each in reversed(levels) if self._has_units(key, each)), levels[-1])

    def level_of_groups(self, key: str, variable: str) -> Level:
        """The level whose figures of the groups of a variable are quoted.

        That of the output, unless the photographs of more than one in twenty units differ, as those
        of both eyes do by a camera per eye: then the next level where the units have one value.
        """
        level = self.level_of(key)
        levels = [each for each in LEVELS[: LEVELS.index(level) + 1] if self._has_units(key, each)]
        for each in reversed(levels):
            cohort = self.cohorts[key, each]
            if cohort.several.get(variable, 0) <= MOST_SEVERAL * len(cohort.units):
                return each
        return level

    def settled_here(self, output: EstimatedOutput) -> tuple[str, ...]:
        """Give the facts of an output's estimator that these very labels have settled."""
        labels = next((each.sha256 for each in self.files if each.role == "labels"), "")
        return settled_here(output, self.settings, labels)

    def _has_units(self, key: str, level: Level) -> bool:
        return (key, level) in self.cohorts and len(self.cohorts[key, level].units) > 0

    def figures(
        self, key: str, level: Level, variable: str = "", group: str = ""
    ) -> tuple[EvaluationRow, ...]:
        """Give the figures of one output at one level, of everybody or of one group."""
        return tuple(
            row
            for row in self.table
            if row.output.key == key
            and (row.level, row.variable, row.group) == (level, variable, group)
            and not row.is_difference
        )

    def figure(
        self, key: str, level: Level, metric: str, label: int | None = None
    ) -> Measure | None:
        """Give one figure of everybody as a `Measure`; None where it was not computed."""
        found = (
            row.measure
            for row in self.figures(key, level)
            if (row.measure.metric, row.measure.label) == (metric, label)
        )
        return next(found, None)

    def rows(self) -> list[dict[str, Any]]:
        """Give the figures as records, one per row of `metrics.csv`, by the names of its columns.

        What is an empty cell there is None.
        """
        return [record(row, self.thresholds.get((row.output.key, row.level))) for row in self.table]

    def frame(self) -> Any:
        """Give the same as a `pandas.DataFrame`.

        Raises:
            MissingExtraError: pandas is not installed; `rows` needs none.
        """
        return frame_of(self.rows(), NAMES)


def evaluate(  # noqa: PLR0913 - as many as the tables have columns to name
    results: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
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
    by: str | Sequence[str] = (),
    threshold: float | str = 0.5,
    one_photograph_per_person: bool = False,
    compare: str | Sequence[str] = (),
    sample_size: Mapping[str, float] | None = None,
) -> Evaluation:
    """Measure what estimates are worth on photographs with labels: `pip install "gantei[study]"`.

    Args:
        results: a table that `gantei predict` wrote, with its `.run.json` beside it, or several.
        labels: a table of known labels: a path, records by columns, or a frame of pandas or polars.
        photograph: its column that names the photograph; None: that of this name, if it is there.
        person: its column that tells whose eye it is; None: as `photograph`.
        visit: its column that tells the visits of a person apart; None: as `photograph`.
        age: its column of ages in years; None: as `photograph`.
        sex: its column of sexes; None: as `photograph`.
        label: of other outputs, the columns with their labels, by the outputs' names.
        sex_coding: what codes of sexes mean, as `1=male,0=female`.
        encoding: of CSV without a byte order mark; None is UTF-8.
        by: variables that form groups: columns, or numbers in steps, such as `age:10`.
        threshold: a number; or `youden` or `sensitivity:0.95`, which make figures optimistic.
        one_photograph_per_person: where nothing tells persons: each photograph is another's.
        compare: estimators or outputs: the first is compared with each other one; empty: all.
        sample_size: wanted widths of intervals by figures, such as `{"auc": 0.04}`.

    Raises:
        OutputError: a table cannot be read or understood, or nothing matches; says which line.
        SettingError: an option makes no sense for these tables.
        MissingExtraError: a library of the extra is not installed.

    >>> evaluation = gantei.evaluate("results.csv", "demo/labels.csv")
    >>> error = evaluation.figure("demo-age.age", "person", "mae")
    >>> error.units, error.people, error.why
    (1, 1, 'too-few-people')
    """
    check_columns(photograph=photograph, person=person, visit=visit, age=age, sex=sex)
    check_columns(encoding=encoding)
    of_outputs, coding = checked_labels(label, sex_coding)
    options = EvaluationOptions(
        names_of("by", by),
        ThresholdRule.of(str(threshold)).text,
        one_photograph_per_person,
        names_of("compare", compare),
        checked_widths(mapping_of("sample_size", sample_size, "{'auc': 0.04}")),
    )
    columns = (person, age, sex, visit, of_outputs, options.by, coding, encoding, photograph)
    require_study_extra("evaluate")
    return _evaluation(_paths(results), labels, LabelOptions("labels", *columns), options)


def _paths(results: str | os.PathLike[str] | Sequence[str | os.PathLike[str]]) -> list[Path]:
    several = [results] if isinstance(results, str | os.PathLike) else results
    return [Path(each) for each in several]


def _evaluation(
    results: Sequence[Path], given: Any, columns: LabelOptions, options: EvaluationOptions
) -> Evaluation:
    labels = given_labels(given, columns)
    tables = read_tables(
        results, labels, one_photograph_per_person=options.one_photograph_per_person
    )
    figures = evaluated_figures(tables.outputs, tables.cohorts, options)
    settings = estimator_settings(tables.published)
    evaluation = Evaluation(
        tables.outputs,
        tables.unlabelled,
        tables.cohorts,
        remarked(figures.table, settings, labels.sha256),
        figures.thresholds,
        reported_figures(tables.published),
        (),
        tables.flows,
        tables.exclusions,
        options,
        tables.files,
        tables.has_persons,
        settings,
    )
    quoted = [
        row
        for output in tables.outputs
        for row in evaluation.figures(output.key, evaluation.level_of(output.key))
    ]
    return replace(evaluation, sample_sizes=sample_sizes(quoted, options.sample_sizes))
