"""`gantei adapt --whole-network`: all layers trained from the publisher's file, and what it did."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gantei.catalogue.kept_trainings import training_notes
from gantei.commands.report_summary import write_report_summary
from gantei.labels.exclusions import REASONS
from gantei.pages.bilingual import NONE, number_text
from gantei.terminal.text_table import text_table, visible

from . import whole_words as words
from .next_commands import next_commands
from .trial_texts import figure_in_unit, interval_of, reported_figures
from .whole_network_options import training_settings

if TYPE_CHECKING:
    from gantei.manifests.publication import Reported

    from ..fine_tuning.fine_tuned import FineTuned, FineTuneOptions
    from .adapt_options import AdaptOptions
    from .before_adapting import PreparedAdapting

HEAD = ("FIGURE", "HEAD ALONE", "WHOLE NETWORK", "95% INTERVAL", "WITHOUT PHOTOGRAPHS")


def train_whole_network(
    chosen: argparse.Namespace,
    prepared: "PreparedAdapting",
    report: "Callable[[FineTuned], object]" = lambda tuned: None,
) -> "FineTuned":
    """Train, measure and install; tell of it on a terminal.

    Args:
        chosen: the options of the command.
        prepared: what is to be learnt from what.
        report: called with what was measured before anything is installed.

    Raises:
        GanteiError: as `fine_tune`, and what `report` raises.
    """
    from ..fine_tuning.fine_tune import fine_tune
    from ..fine_tuning.training_progress import TerminalProgress

    def measured(tuned: "FineTuned") -> "Sequence[Reported]":
        report(tuned)
        return [*reported_figures(tuned.whole)]

    options = _options(chosen, prepared)
    if options.trials > 1:
        sys.stderr.write(
            f"{options.trials} trials: {options.trials} trainings of at most "
            f"{options.settings.epochs} epochs each, one after the other\n"
        )
    progress = TerminalProgress()
    try:
        return fine_tune(
            options,
            prepared.labelled,
            measured=measured,
            progress=progress,
        )
    finally:
        progress.end()


def _options(chosen: argparse.Namespace, prepared: "PreparedAdapting") -> "FineTuneOptions":
    from ..fine_tuning.fine_tuned import FineTuneOptions

    return FineTuneOptions(
        chosen.estimator,
        Path(chosen.weights),
        prepared.options.name,
        training_settings(chosen, prepared.options.seed),
        prepared.options.trials,
        chosen.allow_grey,
        chosen.device,
        chosen.workers,
        chosen.replace,
    )


def write_whole_network(
    tuned: "FineTuned",
    options: "AdaptOptions",
    out: Path | None,
    names: Sequence[str],
    *,
    table: bool,
) -> None:
    """Print the figures of people held out, then say what was made.

    Args:
        tuned: the network.
        options: how it was made.
        out: the folder of the report, if there is one.
        names: the files of the report.
        table: whether to print the figures; programs get them as JSON.
    """
    if table:
        sys.stdout.write(f"{text_table(HEAD, _rows(tuned))}\n")
        sys.stdout.flush()
    write_report_summary(
        words.found(tuned), words.cautions(tuned), tuned.labelled.exclusions, out, names
    )
    folder = tuned.entry.folder
    lines = [
        f"{options.name}: installed in {folder}",
        *next_commands(options, folder, tuned.labelled),
        *training_notes(options.name),
    ]
    for line in lines:
        sys.stderr.write(f"{visible(line)}\n")


def leaves_out(tuned: "FineTuned") -> bool:
    """Whether a photograph was left out."""
    return any(REASONS[each.code].what != "label" for each in tuned.labelled.exclusions)


def _rows(tuned: "FineTuned") -> list[tuple[str, ...]]:
    return [
        (
            figure_in_unit(tuned.whole, each.metric)[0],
            number_text(tuned.head.figure(each.metric).mean, each.metric),
            number_text(each.mean, each.metric),
            interval_of(each)[0] or NONE,
            number_text(each.naive, each.metric),
        )
        for each in tuned.whole.figures
    ]
