"""An age gap: estimated less real age, compared between groups of the same age."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..calibrations.calibration import Calibration
from ..errors import SettingError
from ..evaluation.estimator_settings import EstimatorSettings, estimator_settings
from ..evaluation.evaluated_tables import EvaluatedFile
from ..evaluation.given_arguments import check_columns, checked_labels, names_of
from ..evaluation.kept_draws import KeptDraws
from ..labels.estimated_output import EstimatedOutput
from ..labels.exclusions import Exclusion
from ..labels.flow import Flow
from ..labels.given_labels import given_labels
from ..labels.label_table import LabelOptions
from ..statistics.reference_line import DrawnLine
from ..statistics.repeated_measurements import Repeats
from ..statistics.study_extra import require_study_extra
from ..table_files.frames import frame_of
from .covariates import Covariate, covariates_of
from .gap_backgrounds import GroupCounts, cameras_of, sexes_of
from .gap_change import GapChange, change_figures, gap_change
from .gap_description import adjusted_gaps, ages, line_of_reference, raw_gaps, slopes
from .gap_exclusions import model_exclusions
from .gap_model import GapModel, gap_model, model_figures
from .gap_options import GapOptions, check_options
from .gap_people import gap_people
from .gap_repeats import (
    EyePairs,
    eye_figures,
    eye_pairs,
    photograph_repeats,
    repeat_figures,
)
from .gap_row import GapFigure
from .gap_rows import GapPeople
from .gap_tables import calibrations_of, check_reference, gap_files, left_out_of, read_gap_table
from .metrics_of_gap import COLUMN_NAMES, gap_record


@dataclass(frozen=True)
class AgeGap:
    """What was found of an age gap.

    Attributes:
        output: the age that it is made of.
        options: what was asked for.
        people: everybody with an estimate and a real age, in groups.
        figures: one per row of `metrics.csv`.
        model: the fitted model by which groups are compared.
        covariates: what it holds constant.
        line: of the reference people, in every draw; None without a reference,
            or where its people are all of one age.
        repeats: repeated photographs of an eye.
        pairs: visits with both eyes.
        change: visits of persons with several dates.
        files: the tables that were read.
        flows: of each table of results, how many came in and were left out.
        left_out: table, level and exclusion of everything that is in no figure of that level.
        left_out_of_model: table and exclusion of rows that are not compared.
        calibrations: of the estimator, that the results were made with; of each site one.
        settings: of the estimator, where its very weights are installed here.
        sexes, cameras: persons by group and sex, or camera; the group of everybody is empty.

    >>> found = gantei.gap("results.csv", "demo/labels.csv")
    >>> [row["unit"] for row in found.rows() if row["metric"] == "raw_gap"][:1]
    ['years']
    """

    output: EstimatedOutput
    options: GapOptions
    people: GapPeople = field(repr=False)
    figures: tuple[GapFigure, ...] = field(repr=False)
    model: GapModel = field(repr=False)
    covariates: tuple[Covariate, ...] = field(repr=False)
    line: DrawnLine | None = field(repr=False)
    repeats: Repeats = field(repr=False)
    pairs: EyePairs = field(repr=False)
    change: GapChange = field(repr=False)
    files: tuple[EvaluatedFile, ...]
    flows: tuple[Flow, ...]
    left_out: tuple[tuple[str, str, Exclusion], ...] = field(repr=False)
    left_out_of_model: tuple[tuple[str, Exclusion], ...] = field(repr=False)
    calibrations: tuple[Calibration, ...] = field(repr=False)
    settings: tuple[EstimatorSettings, ...] = field(repr=False)
    sexes: GroupCounts = field(repr=False)
    cameras: GroupCounts = field(repr=False)

    @property
    def leaves_out(self) -> bool:
        """Whether a photograph, an eye or a visit is left out of figures."""
        return bool(self.left_out_of_model) or any(
            level or any(flow.excluded for flow in self.flows) for _, level, _ in self.left_out
        )

    def figure(self, metric: str, group: str = "", level: str = "") -> GapFigure | None:
        """Give a figure by its code, of everybody or of a group; None where there is none.

        Args:
            metric: as `metrics.csv` has it, such as `group_difference`.
            group: its name; empty for everybody.
            level: such as `visit`; empty: the first that there is.
        """
        found = (
            each
            for each in self.figures
            if (each.measure.metric, each.group) == (metric, group) and level in ("", each.level)
        )
        return next(found, None)

    def rows(self) -> list[dict[str, Any]]:
        """Give the figures as records, one per row of `metrics.csv`, by the names of its columns.

        What is an empty cell there is None.
        """
        return [gap_record(each) for each in self.figures]

    def frame(self) -> Any:
        """Give the same as a `pandas.DataFrame`.

        Raises:
            MissingExtraError: pandas is not installed; `rows` needs none.
        """
        return frame_of(self.rows(), COLUMN_NAMES)


def gap(  # noqa: PLR0913 - as many as the tables have columns to name
    results: str | os.PathLike[str],
    labels: Any,
    *,
    reference: str | os.PathLike[str] | None = None,
    reference_labels: Any = None,
    group: str | None = None,
    reference_group: str | None = None,
    covariates: str | Sequence[str] = (),
    output: str | None = None,
    photograph: str | None = None,
    person: str | None = None,
    visit: str | None = None,
    age: str | None = None,
    sex: str | None = None,
    label: Mapping[str, str] | None = None,
    sex_coding: str | Mapping[str, str] | None = None,
    encoding: str | None = None,
) -> AgeGap:
    """Compare the gap between estimated and real age of groups: `pip install "gantei[study]"`.

    Args:
        results: a table that `gantei predict` wrote, with its `.run.json` beside it.
        labels: a table of real ages and groups: a path, records by columns, or a frame.
        reference: a table of results of healthy people, with whom the others are compared.
        reference_labels: their labels; None: they stand in `labels` too.
        group: the column that forms groups.
        reference_group: the group of the healthy; it is never guessed.
        covariates: columns that the model holds constant, beside age.
        output: the age, such as `demo-age.age`, where there are several.
        photograph: column of the labels that names the photograph; None: that of this name.
        person: column that tells whose eye it is; None: as `photograph`.
        visit: column of visits, best their dates; None: as `photograph`.
        age: column of real ages in years; None: as `photograph`.
        sex: column of sexes; None: as `photograph`.
        label: columns with the labels of other outputs, by the outputs' names.
        sex_coding: what codes of sexes mean, as `1=male,0=female`.
        encoding: of CSV without a byte order mark; None is UTF-8.

    Raises:
        OutputError: a table cannot be read or understood, or nothing matches; says which line.
        SettingError: an option makes no sense for these tables, or would make no gap; says why.
        MissingExtraError: a library of the extra is not installed.

    >>> found = gantei.gap("results.csv", "demo/labels.csv", group="sex", reference_group="male")
    Traceback (most recent call last):
    gantei.errors.SettingError: --reference-group male: is no group; groups of sex: female (1)
    """
    check_columns(photograph=photograph, person=person, visit=visit, age=age, sex=sex)
    check_columns(group=group, reference_group=reference_group, output=output, encoding=encoding)
    of_outputs, coding = checked_labels(label, sex_coding)
    held = names_of("covariates", covariates)
    options = GapOptions(group or "", reference_group or "", held, output or "")
    columns = (person, age, sex, visit, of_outputs, (), coding, encoding, photograph)
    check_options(options, LabelOptions("labels", *columns), has_reference=reference is not None)
    require_study_extra("gap")
    return _gap(_given(results, labels, reference, reference_labels), columns, options)


def _given(
    results: Any, labels: Any, reference: Any, reference_labels: Any
) -> list[tuple[Path, Any]]:
    """Put its labels to each table of results; the reference comes second, if there is one."""
    if reference is None and reference_labels is not None:
        raise SettingError("reference_labels: belong to a table of results; give reference too")
    given = [(Path(results), labels)]
    if reference is not None:
        own = labels if reference_labels is None else reference_labels
        given.append((Path(reference), own))
    return given


def _gap(
    given: Sequence[tuple[Path, Any]], columns: tuple[Any, ...], options: GapOptions
) -> AgeGap:
    labels = [given_labels(each, LabelOptions("labels", *columns)) for _, each in given]
    tables = [
        read_gap_table(path, each, options.output)
        for (path, _), each in zip(given, labels, strict=True)
    ]
    if len(tables) > 1:
        check_reference(*tables)
    people = gap_people(tables, options)
    covariates = covariates_of(tables, people.level, options.covariates)
    model = gap_model(people, covariates)
    draws = KeptDraws(len(people.persons), options.draws)
    line = line_of_reference(people, draws)
    repeats, pairs = photograph_repeats(people, draws), eye_pairs(people)
    change = gap_change(people)
    figures = (
        *model_figures(people, model),
        *raw_gaps(people),
        *adjusted_gaps(people, line, draws),
        *slopes(people),
        *ages(people),
        *repeat_figures(repeats),
        *eye_figures(pairs, people, draws),
        *change_figures(change, people, line, draws),
    )
    return AgeGap(
        tables[0].output, options, people, figures, model, covariates, line, repeats, pairs,
        change, gap_files(tables, labels), tuple(each.joined.flow for each in tables),
        left_out_of(tables),
        tuple(model_exclusions(tables, people, covariates, options.group)),
        calibrations_of(tables),
        estimator_settings([tables[0].output]), sexes_of(tables, people),
        cameras_of(tables, people),
    )  # fmt: skip
