"""The report of a network trained as a whole: from whom it learnt, how, and what it is worth."""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from gantei.labels.exclusions import REASONS
from gantei.pages.common_sections import left_out_section, limits_section, participants_section
from gantei.pages.excluded_parts import excluded_by_reason, excluded_table
from gantei.pages.study_report import ReportSection, ReportTable, StudyReport
from gantei.study.leading_columns import Column

from ..fine_tuning.fine_tuned import FineTuned
from ..fine_tuning.training_checkpoint import EpochLosses
from . import whole_sections as sections
from . import whole_words as words
from .before_adapting import COMMAND
from .new_outputs import cited_outputs, read_files
from .shared_words import LIMITS
from .whole_figures import figure_of_losses, figures_of_held_out
from .whole_methods import whole_methods

LOSSES_CSV, TRIALS_CSV = "losses.csv", "trials.csv"
_LOSS_COLUMNS = (
    Column("trial", "number", "number of the split, from 1", "分割の番号"),
    Column("epoch", "number", "number of the epoch; 0 is the new head alone",
           "エポックの番号（0 は新しい出力層のみ）"),
    Column("training_loss", "number", "mean loss of the training photographs, each before its step",
           "学習用の写真の平均損失（各更新の前）"),
    Column("validation_loss", "number", "mean loss of the validation people after the epoch",
           "検証用の対象者の平均損失（エポック終了後）"),
    Column("kept", "text", "yes: this epoch's network was kept", "yes：このエポックを採用"),
)  # fmt: skip
_TRIAL_COLUMNS = (
    Column("trial", "number", "number of the split, from 1", "分割の番号"),
    Column("network", "text", "head: new head alone; whole: all layers trained",
           "head：新しい出力層のみ、whole：全層を学習"),
    Column("training_people", "number", "people learnt from", "学習に用いた人数"),
    Column("training_photographs", "number", "their photographs", "学習に用いた写真の枚数"),
    Column("validation_people", "number", "people who decided when to stop", "検証用の人数"),
    Column("validation_photographs", "number", "their photographs", "検証用の写真の枚数"),
    Column("test_people", "number", "people tested on", "評価に用いた人数"),
    Column("test_photographs", "number", "their photographs", "評価に用いた写真の枚数"),
    Column("metric", "text", "code of the figure", "指標のコード"),
    Column("value", "number", "value of the figure; empty where it is not defined",
           "値（定義できなければ空欄）"),
)  # fmt: skip


def whole_network_report(tuned: FineTuned) -> StudyReport:
    """Lay out the report.

    Raises:
        MissingExtraError: matplotlib or scikit-learn is not installed.
    """
    return StudyReport(
        COMMAND,
        words.title(tuned),
        words.LEAD,
        [*words.found(tuned)],
        [*words.cautions(tuned)],
        [*_sections(tuned)],
        [*_tables(tuned)],
        whole_methods(tuned),
        whole_network_record(tuned),
        read_files(tuned.base, tuned.labelled.table),
        cited_outputs(tuned.base),
    )


def whole_network_record(tuned: FineTuned) -> dict[str, Any]:
    """Give the numbers for programs: no name of a photograph or a person."""
    labelled = tuned.labelled
    target, counts = labelled.target, Counter(each.code for each in labelled.exclusions)
    return {
        "name": tuned.options.name,
        "base": tuned.base.name,
        "output": target.output,
        "kind": target.kind,
        "classes": list(target.classes),
        "unit": target.unit,
        "people": {
            "learnt_from": tuned.training_people,
            "kept_aside": tuned.aside_people,
            "judged_by": tuned.whole.splits[0].test_people,
        },
        "photographs": len(labelled),
        "excluded": {code: counts[code] for code in REASONS if counts[code]},
        "settings": asdict(tuned.options.settings),
        "trained_with": tuned.versions,
        "best_epoch": tuned.best,
        "losses": _told(tuned.history),
        "trials": [
            {"best_epoch": each.best, "losses": _told(each.history)} for each in tuned.trials
        ],
        "head_alone": tuned.head.as_json(),
        "whole_network": tuned.whole.as_json(),
    }


def _told(history: tuple[EpochLosses, ...]) -> list[dict[str, float | None]]:
    """Write losses as JSON has them: one that is not finite has no value."""
    return [
        {
            key: value if value is not None and math.isfinite(value) else None
            for key, value in asdict(each).items()
        }
        for each in history
    ]


def _sections(tuned: FineTuned) -> Iterator[ReportSection]:
    yield participants_section(sections.who_was_where(tuned))
    yield ReportSection(
        "performance",
        ("Performance on held-out people", "学習に使っていない対象者での性能"),
        sections.against_head(tuned),
        [*figures_of_held_out(tuned)],
    )
    yield ReportSection(
        "training", ("Training", "学習の経過"), sections.training(tuned), [figure_of_losses(tuned)]
    )
    yield ReportSection(
        "made-of", ("What it is made of", "推定器の内容"), sections.made_of_whole(tuned)
    )
    yield left_out_section(excluded_by_reason(tuned.labelled.exclusions))
    yield limits_section(LIMITS)


def _tables(tuned: FineTuned) -> Iterator[ReportTable]:
    yield ReportTable(
        LOSSES_CSV, _LOSS_COLUMNS, sections.loss_rows(tuned),
        ("losses of each epoch", "エポックごとの損失"),
    )  # fmt: skip
    yield ReportTable(
        TRIALS_CSV, _TRIAL_COLUMNS, sections.network_rows(tuned),
        ("figures of each split, of the head alone and of the whole network",
         "分割ごとの指標（出力層のみ・ネットワーク全体）"),
    )  # fmt: skip
    yield excluded_table(tuned.labelled.exclusions)
