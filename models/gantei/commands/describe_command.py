"""`gantei describe`: how often an outcome is there by sex, where some sexes are estimated."""

import argparse
import sys
from typing import TYPE_CHECKING

from ..terminal.text_table import text_table
from .analysis_options import add_sex_analysis, labels_of_options
from .options import share
from .report_summary import write_report_summary

if TYPE_CHECKING:
    from ..misclassification.description import Description

ALL_GOOD, SOME_LEFT_OUT = 0, 1
HEAD = ("OF", "CATEGORY", "FIGURE", "CORRECTED", "NAIVE")
_KINDS = {"difference": "difference, points", "ratio": "ratio"}
_BY_CATEGORY = "0.9, 108/120 (correct, of so many people), or by category: yes=40/50,no=90/100"


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    describe = commands.add_parser(
        "describe",
        help="give the frequency of an outcome by sex, where some sexes are only estimated",
        description="Give the frequency of an outcome by sex. People whose sex is not recorded are "
        "counted by their estimated sex, and the counts are corrected for its errors, by the "
        "sensitivity and specificity in each category of the outcome. These are counted in the "
        "people here whose sex is recorded, or were measured elsewhere.",
        epilog="Exit code: 0 every photograph and person took part, 1 some were left out, which "
        "excluded.csv lists, 2 nothing could be computed.",
    )
    add_sex_analysis(describe)
    describe.add_argument(
        "--outcome",
        metavar="COLUMN",
        required=True,
        help="column of the labels with few values; numbers in steps, such as age:10",
    )
    for name, of, sex in (("sensitivity", "second", "male"), ("specificity", "first", "female")):
        describe.add_argument(
            f"--{name}",
            metavar="VALUE",
            help=f"share of the {of} class of the estimated sex ({sex} for demo-sex) that is "
            f"classified correctly, as measured elsewhere: {_BY_CATEGORY}; default: counted in the "
            "people whose sex is recorded",
        )
    describe.add_argument(
        "--vary",
        metavar="AMOUNT",
        type=share,
        default=0.08,
        help="where they are known only overall: by how much either may differ in a category, for "
        "the range; default: 0.08",
    )
    describe.add_argument(
        "--threshold",
        metavar="PROBABILITY",
        type=share,
        default=0.5,
        help="probability from which a person counts as the second class; default: 0.5",
    )
    describe.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    from ..evaluation.report_folder import report_folder
    from ..misclassification.describe_options import options_of
    from ..misclassification.description import description_of
    from ..misclassification.description_page import COMMAND, description_report
    from ..pages.report_files import write_study_report
    from ..statistics.study_extra import require_study_extra

    require_study_extra("gantei describe")
    options = options_of(
        *(chosen.outcome, chosen.sensitivity, chosen.specificity, chosen.vary, chosen.threshold),
        one_each=chosen.one_photograph_per_person,
    )
    with report_folder(
        chosen.out, overwrite=chosen.overwrite, results="none", command=COMMAND
    ) as folder:
        found = description_of(chosen.results, labels_of_options(chosen), chosen.output, options)
        report = description_report(found)
        names = write_study_report(report, folder)
    _write_frequencies(found)
    write_report_summary(report.found, report.cautions, found.exclusions, chosen.out, names)
    return SOME_LEFT_OUT if found.exclusions else ALL_GOOD


def _write_frequencies(found: "Description") -> None:
    """Print the frequencies, corrected and naive."""
    from ..misclassification import description_words as words

    classes = found.read.people.output.classes
    naive = {
        (each.who, each.kind, each.sex, each.category): each
        for each in found.frequencies
        if each.method == "naive"
    }
    has_range = any(words.range_text(each)[0] for each in found.frequencies)
    rows = [
        (
            each.who,
            found.outcome.categories[each.category],
            _KINDS[each.kind] if each.sex is None else classes[each.sex],
            words.figure_text(each)[0],
            *([words.range_text(each)[0]] if has_range else []),
            words.figure_text(naive[each.who, each.kind, each.sex, each.category])[0],
        )
        for each in found.frequencies
        if each.method == "corrected"
    ]
    head = (*HEAD[:-1], *(["IF ACCURACY DIFFERS"] if has_range else []), HEAD[-1])
    sys.stdout.write(f"{text_table(head, rows)}\n")
