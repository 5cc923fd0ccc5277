"""`gantei impute`: missing sexes, as probabilities and as imputed sets for an analysis."""

import argparse
import sys
from typing import TYPE_CHECKING

from ..terminal.text_table import text_table, visible
from .analysis_options import add_analysis, labels_of_options, names_between_commas
from .evaluate_summary import write_places
from .options import whole_number

if TYPE_CHECKING:
    from ..imputation.imputation import Imputation

ALL_GOOD, SOME_LEFT_OUT = 0, 1
HEAD = ("EYES", "SEX RECORDED", "SEX MISSING", "EXPECTED", "WRONG IF GIVEN THE LIKELIER SEX")


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    impute = commands.add_parser(
        "impute",
        help="give missing sexes probabilities, and impute them for an analysis",
        description="Say what the sexes may be that are missing in the labels: calibrated "
        "probabilities, and how many would be wrong if each were given the likelier sex. With the "
        "outcome of an analysis and its covariates, also imputed sets for Rubin's rules, as a long "
        "table that mice and statsmodels read, and the outcome by sex combined from them, beside "
        "the complete cases.",
        epilog="Exit code: 0 every photograph and person is in it, 1 some were left out, which "
        "excluded.csv lists, 2 nothing could be done.",
    )
    add_analysis(impute)
    impute.add_argument(
        "--with",
        dest="columns",
        metavar="OUTCOME,COVARIATE,…",
        type=names_between_commas,
        default=(),
        help="the outcome of the analysis, then its covariates: columns of the labels, or age; "
        "numbers in steps, such as age:10, are categories. Without it, nothing is imputed",
    )
    impute.add_argument(
        "--sets", metavar="N", type=whole_number, default=20, help="how many sets; default: 20"
    )
    impute.add_argument(
        "--seed", metavar="N", type=int, default=1954, help="of the draws; default: 1954"
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
        names = write_study_report(imputation_report(found), folder)
    _write(found)
    write_places(chosen.out, names)
    return SOME_LEFT_OUT if found.exclusions else ALL_GOOD


def _write(found: "Imputation") -> None:
    """Print the counts, and say what was found and what to know."""
    from ..imputation import imputation_words as words

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
    for english, _ in (*words.found(found), *words.cautions(found)):
        sys.stderr.write(f"{visible(english)}\n")
