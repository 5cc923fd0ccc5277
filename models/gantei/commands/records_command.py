"""`gantei records`: recorded sexes and ages that photographs contradict, as a list to look at."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..terminal.plural import counted
from ..terminal.text_table import text_table, visible
from .evaluate_options import COLUMNS, add_labels, pairs_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..records.records_check import RecordsCheck

ALL_GOOD, SOME_LEFT_OUT = 0, 1
HEAD = ("OUTPUT", "FIRST", "TRUE ERRORS TO EXPECT", "95% INTERVAL", "IF HALF", "IF DOUBLE")


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    records = commands.add_parser(
        "records",
        help="list recorded sexes and ages that photographs contradict",
        description="List whose recorded sex, age or other label of two classes photographs "
        "contradict, and say how many of the first in the list are true errors to expect. The list "
        "is for looking at the source documents: a disagreement may also be an error of the "
        "estimator, or a photograph of somebody else. Nothing is written back.",
        epilog="Exit code: 0 everybody is in all lists, 1 some were left out, which excluded.csv "
        "lists, or of some output nothing could be told, 2 nothing could be told.",
    )
    records.add_argument(
        "results", metavar="RESULTS", type=Path, help="table of results that gantei predict wrote"
    )
    add_labels(records)
    told = records.add_argument_group("records")
    told.add_argument(
        "--error-rate",
        metavar="SHARE",
        type=float,
        help="share of records that are wrong, such as 0.005 for one in 200; without it, it is "
        "estimated where 25 wrong ones at least are to be expected, and refused else",
    )
    told.add_argument(
        "--output",
        metavar="NAME",
        action="append",
        default=[],
        help="output to look at, such as sex or demo-sex.sex; repeat for more; default: all of two "
        "classes, and ages, that have records",
    )
    told.add_argument(
        "--one-photograph-per-person",
        action="store_true",
        help="where no column tells persons: state that no two photographs are of the same person",
    )
    told.add_argument(
        "--encoding", metavar="NAME", help="of CSV without a byte order mark; default: UTF-8"
    )
    records.add_argument(
        "--out", metavar="DIR", required=True, type=Path, help="new folder for the lists"
    )
    records.add_argument(
        "--overwrite",
        action="store_true",
        help="replace earlier lists, if nothing else is in their folder",
    )
    records.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    from ..evaluation.report_folder import report_folder
    from ..pages.report_files import write_study_report
    from ..records.records_check import check_records
    from ..records.records_report import COMMAND, records_report
    from ..statistics.study_extra import require_study_extra
    from ..terminal.progress import step

    require_study_extra("gantei records")
    with report_folder(
        chosen.out, overwrite=chosen.overwrite, results="none", command=COMMAND
    ) as folder:
        with step("comparing records and photographs"):
            check = check_records(chosen.results, **_arguments(chosen))
        names = write_study_report(records_report(check), folder)
    _write_summary(check)
    sys.stderr.write(f"{chosen.out}: {', '.join(names)}\n")
    return ALL_GOOD if check.is_whole else SOME_LEFT_OUT


def _arguments(chosen: argparse.Namespace) -> dict[str, Any]:
    return {
        "labels": chosen.labels,
        **{key: getattr(chosen, key) for key in COLUMNS},
        "sex_coding": chosen.sex_coding,
        "label": pairs_of("--label", chosen.label),
        "encoding": chosen.encoding,
        "error_rate": chosen.error_rate,
        "output": chosen.output,
        "one_photograph_per_person": chosen.one_photograph_per_person,
    }


def _write_summary(check: "RecordsCheck") -> None:
    """Print what to expect to standard output, and what to know to standard error."""
    if check.classes:
        sys.stdout.write(f"{text_table(HEAD, list(_rows(check)))}\n")
    for line in _remarks(check):
        sys.stderr.write(f"{visible(line)}\n")


def _rows(check: "RecordsCheck") -> "Iterator[tuple[str, ...]]":
    for records in check.classes:
        half, used, double = (each.among for each in records.rates)
        for first in records.firsts():
            place = first - 1
            yield (
                records.people.output.key,
                str(first),
                f"{used.expected[place]:.1f}",
                f"{used.low[place]} to {used.high[place]}",
                f"{half.expected[place]:.1f}",
                f"{double.expected[place]:.1f}",
            )


def _remarks(check: "RecordsCheck") -> "Iterator[str]":
    from collections import Counter

    from ..labels.exclusions import REASONS
    from ..records.records_report import cautions_of, found_of

    for english, _ in (*found_of(check), *cautions_of(check)):
        yield english
    for key, why in check.refused.items():
        yield why if why.startswith(key) else f"{key}: {why}"
    counts = Counter(each.code for each in check.exclusions)
    for code, reason in REASONS.items():
        if counts[code]:
            noun = "row" if reason.what == "label" else reason.what
            yield f"left out: {counted(counts[code], noun)} {reason.english} ({code})"
    yield "a disagreement is no error until the source document has been seen"
