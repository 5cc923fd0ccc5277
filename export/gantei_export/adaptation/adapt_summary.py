"""What `gantei adapt` says on the terminal: figures on standard output, all else beside it."""

import sys
from collections.abc import Sequence
from pathlib import Path

from gantei.catalogue.entries import Entry
from gantei.commands.report_summary import write_report_summary
from gantei.pages.bilingual import NONE, number_text
from gantei.terminal.text_table import text_table, visible

from ..learning.trials import Trials
from . import adapted_words as words
from .adapted import AdaptedEstimator
from .next_commands import next_commands
from .trial_texts import figure_in_unit, interval_of

HEAD = ("FIGURE", "MEAN", "SD OVER SPLITS", "95% INTERVAL", "WITHOUT PHOTOGRAPHS")


def write_adapted(
    made: AdaptedEstimator, entry: Entry, out: Path | None, names: Sequence[str], *, table: bool
) -> None:
    """Print the figures of people held out, then say what was made and what to do now.

    Args:
        made: the estimator.
        entry: where it is installed.
        out: the folder of the report, if there is one.
        names: the files of the report.
        table: whether to print the figures; programs get them as JSON.
    """
    if table and made.trials is not None:
        sys.stdout.write(f"{text_table(HEAD, _rows(made.trials))}\n")
        sys.stdout.flush()
    labelled = made.embedded.labelled
    write_report_summary(words.found(made), words.cautions(made), labelled.exclusions, out, names)
    options = made.prepared.options
    commands = next_commands(options, entry.folder, labelled)
    for line in (f"{options.name}: installed in {entry.folder}", *commands):
        sys.stderr.write(f"{visible(line)}\n")


def _rows(trials: Trials) -> list[tuple[str, ...]]:
    return [
        (
            figure_in_unit(trials, each.metric)[0],
            number_text(each.mean, each.metric),
            number_text(each.sd, each.metric),
            interval_of(each)[0] or NONE,
            number_text(each.naive, each.metric),
        )
        for each in trials.figures
    ]
