"""`gantei records`: recorded sexes and ages that photographs contradict, as a list to look at."""

import argparse
import sys
from typing import TYPE_CHECKING, Any

from ..terminal.text_table import text_table
from .analysis_options import add_one_photograph, add_report, add_tables
from .evaluate_options import COLUMNS, pairs_of
from .options import share
from .report_summary import write_report_summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..pages.bilingual import Bilingual
    from ..records.records_check import RecordsCheck

ALL_GOOD, SOME_LEFT_OUT = 0, 1
A_DISAGREEMENT = (
    "A disagreement is not an error until the source document has been seen.",
    "原資料を確認するまでは、不一致は誤りではありません。",
)
HEAD = ("OUTPUT", "FIRST", "EXPECTED TRUE ERRORS", "95% INTERVAL", "IF HALF", "IF DOUBLE")


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    records = commands.add_parser(
        "records",
        help="list recorded sexes and ages that photographs contradict",
        description="List whose recorded sex, age or other label of two classes photographs "
        "contradict, and say how many of the first in the list are expected to be true errors. The "
        "list says which source documents to look at: a disagreement may also be an error of the "
        "estimator, or a photograph of somebody else. Nothing is written back.",
        epilog="Exit code: 0 everybody is in all lists, 1 some were left out, which excluded.csv "
        "lists, or an output could not be checked, 2 nothing could be checked.",
    )
    add_tables(records)
    told = records.add_argument_group("records")
    told.add_argument(
        "--error-rate",
        metavar="SHARE",
        type=share,
        help="share of records that are wrong, such as 0.005 for one in 200; without it, it is "
        "estimated where at least 25 are expected to be wrong and the data tell it, and otherwise "
        "refused",
    )
    told.add_argument(
        "--output",
        metavar="NAME",
        action="append",
        default=[],
        help="output whose records are checked, such as sex or demo-sex.sex; repeat for more; "
        "default: all outputs of two classes, and ages, that have records",
    )
    add_one_photograph(told)
    add_report(records)
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
        report = records_report(check)
        names = write_study_report(report, folder)
    if check.classes:
        sys.stdout.write(f"{text_table(HEAD, list(_rows(check)))}\n")
    cautions = (*report.cautions, *_refused(check), A_DISAGREEMENT)
    write_report_summary(report.found, cautions, check.exclusions, chosen.out, names)
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


def _refused(check: "RecordsCheck") -> "Iterator[Bilingual]":
    """Say of which outputs nothing is told, and why."""
    for key, why in check.refused.items():
        said = why if why.startswith(key) else f"{key}: {why}"
        yield said, said
