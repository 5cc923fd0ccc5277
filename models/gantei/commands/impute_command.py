"""`gantei impute`: missing sexes, as probabilities and as imputed sets for an analysis."""

import argparse
import sys
from typing import TYPE_CHECKING

from ..terminal.text_table import text_table
from .analysis_options import add_sex_analysis, labels_of_options, names_between_commas
from .options import whole_number
from .report_summary import write_report_summary

if TYPE_CHECKING:
    from ..imputation.imputation import Imputation

ALL_GOOD, SOME_LEFT_OUT = 0, 1
HEAD = ("EYES", "SEX RECORDED", "SEX MISSING", "EXPECTED", "WRONG IF GIVEN THE LIKELIER SEX")


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    impute = commands.add_parser(
        "impute",
        help="give probabilities of missing sexes, and impute them for an analysis",
        description="For people whose sex is missing in the labels, give calibrated probabilities, "
        "and say how many would be wrong if each were given the likelier sex. With the outcome of "
        "an analysis and its covariates, also give imputed sets for Rubin's rules, as a long table "
        "that mice and statsmodels read, and compare the outcome between the sexes, beside the "
        "complete cases.",
        epilog="Exit code: 0 every photograph and person took part, 1 some were left out, which "
        "excluded.csv lists, 2 nothing could be computed.",
    )
    add_sex_analysis(impute)
    impute.add_argument(
        "--with",
        dest="columns",
        metavar="OUTCOME,COVARIATE,…",
        type=names_between_commas,
        default=(),
        help="the outcome of the analysis, then its covariates: columns of the labels, or age; "
        "numbers in steps, such as age:10, are categories; stage:category and stage:number say "
        "what codes are. Without it, nothing is imputed",
    )
    impute.add_argument(
        "--sets",
        metavar="N",
        type=whole_number,
        default=20,
        help="number of imputed sets; default: 20",
    )
    impute.add_argument(
        "--seed",
        metavar="N",
        type=int,
        default=1954,
        help="seed of the random draws; default: 1954",
    )
    impute.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    from ..evaluation.report_folder import report_folder
    from ..imputation.imputation import imputation_of
    from ..imputation.imputation_options import ImputationOptions
    from ..imputation.imputation_page import COMMAND, imputation_report
    from ..pages.report_files import write_study_report
    from ..statistics.study_extra import require_study_extra
    from ..terminal.progress import step

    require_study_extra("gantei impute")
    options = ImputationOptions(
        chosen.columns, chosen.sets, chosen.seed, chosen.one_photograph_per_person
    )
    options.check()
    with report_folder(
        chosen.out, overwrite=chosen.overwrite, results="none", command=COMMAND
    ) as folder:
        table = labels_of_options(chosen)
        with step("calibrating and imputing"):
            found = imputation_of(chosen.results, table, chosen.output, options)
        report = imputation_report(found)
        names = write_study_report(report, folder)
    _write_counts(found)
    write_report_summary(report.found, report.cautions, found.exclusions, chosen.out, names)
    return SOME_LEFT_OUT if found.exclusions else ALL_GOOD


def _write_counts(found: "Imputation") -> None:
    """Print how many sexes are missing, and how many would be wrong."""
    label = found.read.people.output.classes[1]
    rows = [
        (
            "all" if each.eyes is None else str(each.eyes),
            *(str(each.recorded), str(each.missing)),
            f"{each.of_class_1.value:.1f} {label}",
            f"{each.wrong.value:.1f} ({each.wrong.low:.1f} to {each.wrong.high:.1f})",
        )
        for each in found.counts
    ]
    sys.stdout.write(f"{text_table(HEAD, rows)}\n")
