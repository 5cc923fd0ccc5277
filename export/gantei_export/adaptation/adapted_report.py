"""The report of an adapted estimator: what was learnt from whom, and what it is worth."""

from collections.abc import Iterator

from gantei.pages.common_sections import left_out_section, limits_section, participants_section
from gantei.pages.excluded_parts import excluded_by_reason, excluded_table
from gantei.pages.study_report import ReportSection, ReportTable, StudyReport
from gantei.study.leading_columns import Column

from . import adapted_sections as sections
from . import adapted_words as words
from .adapted import AdaptedEstimator, adapted_record
from .adapted_figures import figure_of_curve, figures_of_trials
from .adapted_methods import adapted_methods
from .before_adapting import COMMAND
from .new_outputs import cited_outputs, read_files
from .participants_part import participants
from .shared_words import LIMITS

TRIALS_CSV = "trials.csv"
_TRIAL_COLUMNS = (
    Column("trial", "number", "number of the split, from 1", "分割の番号"),
    Column("training_people", "number", "people learnt from", "学習に用いた人数"),
    Column("training_photographs", "number", "their photographs", "学習に用いた写真の枚数"),
    Column("test_people", "number", "people tested on", "評価に用いた人数"),
    Column("test_photographs", "number", "their photographs", "評価に用いた写真の枚数"),
    Column("penalty", "number", "penalty chosen in this split", "選ばれた罰則の強さ"),
    Column("metric", "text", "code of the figure", "指標のコード"),
    Column(
        "value",
        "number",
        "value of the figure; empty where it is not defined",
        "値（定義できなければ空欄）",
    ),
)


def adapted_report(made: AdaptedEstimator) -> StudyReport:
    """Lay out the report.

    Raises:
        MissingExtraError: matplotlib or scikit-learn is not installed.
    """
    labelled = made.embedded.labelled
    return StudyReport(
        COMMAND,
        words.title(made),
        words.LEAD,
        [*words.found(made)],
        [*words.cautions(made)],
        [*_sections(made)],
        [*_tables(made)],
        adapted_methods(made),
        adapted_record(made),
        read_files(made.prepared.base, labelled.table),
        cited_outputs(made.prepared.base),
    )


def _sections(made: AdaptedEstimator) -> Iterator[ReportSection]:
    labelled = made.embedded.labelled
    yield participants_section(participants(labelled, words.new_output(made)))
    if made.trials is not None:
        yield ReportSection(
            "performance",
            ("Performance on held-out people", "学習に使っていない対象者での性能"),
            sections.trial_table(made.trials),
            [*figures_of_trials(made)],
        )
        if made.without is not None:
            yield ReportSection(
                "copies",
                ("Effect of augmented copies", "変化させたコピーの効果"),
                sections.copies(made.trials, made.without),
            )
    if made.curve is not None:
        yield ReportSection(
            "curve",
            ("How much data is needed", "必要な人数"),
            sections.curve(made),
            [figure_of_curve(made.curve)],
        )
    yield ReportSection(
        "made-of", ("What it is made of", "推定器の内容"), sections.made_of_what(made)
    )
    yield left_out_section(excluded_by_reason(labelled.exclusions))
    yield limits_section(LIMITS)


def _tables(made: AdaptedEstimator) -> Iterator[ReportTable]:
    if made.trials is not None:
        rows = sections.trial_rows(made.trials)
        yield ReportTable(
            TRIALS_CSV, _TRIAL_COLUMNS, rows, ("figures of each split", "分割ごとの指標")
        )
    yield excluded_table(made.embedded.labelled.exclusions)
