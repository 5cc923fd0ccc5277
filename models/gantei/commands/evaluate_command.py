"""`gantei evaluate`: what estimates are worth on one's own photographs, as a report to print."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..terminal.text_table import visible
from .evaluate_options import add_evaluation, add_labels, evaluate_arguments, label_options
from .evaluate_summary import write_figures, write_places, write_remarks
from .given_photographs import files_of, folders_of
from .local_estimators import local_backend
from .options import add_device, add_estimators, add_memory, whole_number
from .photograph_options import STANDARD_STREAM, add_persons, add_photographs, listing_of
from .predict_summary import write_every_row, write_summary

if TYPE_CHECKING:
    from ..evaluation.evaluation import Evaluation
    from ..evaluation.report_folder import ResultsOfReport

ALL_GOOD, SOME_LEFT_OUT = 0, 1
TABLES = (".csv", ".tsv", ".xlsx", ".parquet", ".jsonl")
"""Endings of a table of results; everything else is photographs."""


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    evaluate = commands.add_parser(
        "evaluate",
        help="measure estimators on photographs with known ages, sexes or other labels",
        description="Measure what estimates are worth on photographs with labels: performance with "
        "confidence intervals per person, eye and photograph, for groups, and between estimators, "
        "as a report with figures, tables and a paragraph on methods. Takes results of gantei "
        "predict, several to compare them, or photographs, which it estimates first.",
        epilog="Exit code: 0 all photographs are in all figures, 1 some were left out of some, "
        "which excluded.csv lists, or a card did not take them, 2 nothing could be evaluated.",
    )
    add_photographs(
        evaluate,
        paths="tables of results that gantei predict wrote, or photographs and folders of them",
        can_be_anonymous=False,
    )
    add_persons(evaluate)
    add_labels(evaluate)
    add_evaluation(evaluate)
    evaluate.add_argument(
        "--out", metavar="DIR", required=True, type=Path, help="new folder for the report"
    )
    evaluate.add_argument(
        "--overwrite",
        action="store_true",
        help="replace an earlier report, if nothing else is in its folder",
    )
    evaluate.add_argument(
        "--into-card",
        action="store_true",
        help="also write the main figures into the cards of the estimators installed here, as "
        "measured here, beside what their publishers report",
    )
    add_estimators(evaluate, "none, as tables of results have theirs")
    add_device(evaluate)
    add_memory(evaluate)
    evaluate.add_argument(
        "--workers",
        type=whole_number,
        metavar="N",
        help="photographs to decode at once, default: cores",
    )
    evaluate.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    from ..evaluation.metrics_files import write_metrics
    from ..evaluation.report_folder import RESULTS, report_folder
    from ..report.report_writing import write_report
    from ..statistics.study_extra import require_study_extra

    require_study_extra("gantei evaluate")
    tables = files_of(chosen.paths, TABLES)
    _check(chosen, tables)
    arguments = evaluate_arguments(chosen)
    with report_folder(
        chosen.out, overwrite=chosen.overwrite, results=_results_of(chosen.out, tables)
    ) as folder:
        evaluation = _evaluation(tables or [_estimated(chosen, folder)], arguments)
        names = [*write_report(evaluation, folder), *write_metrics(evaluation, folder)]
    write_figures(evaluation)
    write_remarks(evaluation)
    if (chosen.out / RESULTS).exists():
        names.append(RESULTS)
    write_places(chosen.out, names)
    refused = chosen.into_card and not _written_into_cards(evaluation)
    return SOME_LEFT_OUT if evaluation.leaves_out or refused else ALL_GOOD


def _written_into_cards(evaluation: "Evaluation") -> bool:
    """Write the figures into the cards, and say last whether all of them took them."""
    from ..report.into_card import write_into_cards

    changes = write_into_cards(evaluation)
    for change in changes:
        sys.stderr.write(visible(f"card of {change}\n"))
    refused = [change.estimator for change in changes if change.path is None]
    if refused:
        sys.stderr.write(visible(f"--into-card: no figures in the card of {', '.join(refused)}\n"))
    return not refused


def _results_of(out: Path, tables: Sequence[Path]) -> "ResultsOfReport":
    from ..evaluation.report_folder import RESULTS

    if not tables:
        return "made"
    own = (out / RESULTS).resolve()
    return "kept" if own in [path.resolve() for path in tables] else "none"


def _check(chosen: argparse.Namespace, tables: Sequence[Path]) -> None:
    """Refuse what cannot go together, before any work.

    Raises:
        SettingError: tables of results beside photographs, options of photographs for results, or
            no estimators for photographs.
        OutputError: the report lies among the photographs, and its figures would be some.
    """
    from ..errors import OutputError, SettingError

    if not tables:
        if not chosen.names:
            raise SettingError(
                "name the estimators for the photographs by --with, or give a table of results"
            )
        for path in folders_of(chosen.paths):
            if chosen.out.resolve().is_relative_to(path.resolve()):
                raise OutputError(
                    f"{chosen.out}: lies in {path}, whose pictures are read as photographs; choose "
                    "a folder outside"
                )
        return
    if chosen.names:
        raise SettingError(
            f"{tables[0]}: a table of results has its estimators; leave --with out, or give "
            f"photographs{_as_photographs(tables[0])}"
        )
    if unread := _photograph_options(chosen):
        raise SettingError(
            f"{tables[0]}: {', '.join(unread)}: for photographs, not for tables of results, whose "
            "run had them; persons of results are named by --person, a column of the labels"
        )
    if len(tables) < len(chosen.paths):
        raise SettingError(f"{tables[0]}: give tables of results or photographs, not both")


def _as_photographs(table: Path) -> str:
    is_parquet = table.suffix.lower() == ".parquet"
    return f"; where those are in its column, as parquet://{table}" if is_parquet else ""


def _photograph_options(chosen: argparse.Namespace) -> list[str]:
    """Name the options that were given and say how photographs are estimated."""
    given = {
        "--from": chosen.list,
        "--root": chosen.root,
        "--eyes": chosen.eyes,
        "--persons": chosen.persons,
        "--allow-grey": chosen.allow_grey,
        "--device": chosen.device != "auto",
        "--workers": chosen.workers,
        "--memory": chosen.memory,
    }
    return [option for option, value in given.items() if value]


def _evaluation(tables: Sequence[Path], arguments: dict[str, object]) -> "Evaluation":
    from ..evaluation.evaluation import evaluate
    from ..terminal.progress import step

    with step("computing the figures and their intervals"):
        return evaluate(tables, **arguments)  # type: ignore[arg-type]


def _estimated(chosen: argparse.Namespace, folder: Path) -> Path:
    """Estimate the photographs into the report's folder, as `gantei predict` does."""
    from ..evaluation.before_estimating import check_before_estimating
    from ..evaluation.report_folder import RESULTS
    from ..labels.label_table import read_labels
    from ..study.definition import Study
    from ..study.described_outputs import described_outputs
    from ..study.run import run_study
    from ..terminal.progress import progress

    # What is wrong is known before any photograph; standard input is read once.
    labels = None if chosen.labels == STANDARD_STREAM else read_labels(label_options(chosen))
    listing = listing_of(chosen)
    backend = local_backend(chosen, list(dict.fromkeys(chosen.names)))
    if labels is not None:
        described = [
            output
            for each in backend.estimators
            for output in described_outputs(each.name, each.manifest)
        ]
        check_before_estimating(listing, described, labels, chosen.compare)
    study = Study(listing, backend, folder / RESULTS).without_own_files()
    with progress(len(listing.photographs), "photograph") as bar:
        # What another run has left under the hidden name is nobody's.
        summary = run_study(study, overwrite=True, advance=bar.update)
    write_summary(summary, study.listing.passed_by)
    write_every_row(backend.estimators)
    sys.stderr.flush()
    return study.table
