"""`gantei gap`: the gap between estimated and real age, compared between groups."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..terminal.text_table import text_table
from .analysis_options import add_report, add_tables, names_between_commas
from .evaluate_options import COLUMNS, pairs_of
from .report_summary import write_report_summary

if TYPE_CHECKING:
    from ..age_gap.age_gap import AgeGap

ALL_GOOD, SOME_LEFT_OUT = 0, 1
HEAD = ("FIGURE", "OF", "VALUE", "95% CONFIDENCE INTERVAL", "P (HOLM)", "PEOPLE")
MAIN = (
    "group_difference", "adjusted_gap", "raw_gap", "slope_of_estimate", "repeatability",
    "eye_difference", "eye_icc", "change_difference",
)  # fmt: skip
"""What the terminal shows; the report has all."""


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    gap = commands.add_parser(
        "gap",
        help="compare estimated minus real age between groups of the same age",
        description="Compare the gap between estimated and real age: of groups of the same age and "
        "covariates, with intervals over persons; of repeated photographs, of both eyes, and over "
        "time. Takes results of gantei predict and real ages; writes a report with figures, tables "
        "and a paragraph on methods.",
        epilog="A corrected gap has no accuracy, a calibrated age no gap, and a correction is "
        "fitted in the reference alone: what is asked otherwise is refused with the reason. Exit "
        "code: 0 everybody is in every figure, 1 some were left out of some, which excluded.csv "
        "lists, 2 nothing could be computed.",
    )
    add_tables(gap)
    _add_comparison(gap)
    add_report(gap)
    gap.set_defaults(run=_run)


def _add_comparison(parser: argparse.ArgumentParser) -> None:
    compared = parser.add_argument_group("comparison")
    compared.add_argument(
        "--group", metavar="COLUMN", help="the column that forms groups, such as diagnosis"
    )
    compared.add_argument(
        "--reference-group",
        metavar="VALUE",
        help="the group of healthy people, with whom the others are compared; never guessed",
    )
    compared.add_argument(
        "--reference",
        metavar="FILE",
        type=Path,
        help="results of healthy people, where they stand in a table of their own",
    )
    compared.add_argument(
        "--reference-labels",
        metavar="FILE",
        help="their labels, with columns of the same names; default: they stand in --labels",
    )
    compared.add_argument(
        "--covariates",
        metavar="COLUMNS",
        type=names_between_commas,
        default=[],
        action="extend",
        help="columns to hold constant beside age, with commas between: sex,camera,bmi; texts are "
        "categories and numbers are numbers, stage:category and stage:number say what codes are",
    )
    compared.add_argument(
        "--output", metavar="NAME", help="the age, such as demo-age.age, where there are several"
    )


def _run(chosen: argparse.Namespace) -> int:
    from ..age_gap.age_gap import gap
    from ..age_gap.gap_report import COMMAND, gap_report
    from ..evaluation.report_folder import report_folder
    from ..pages.report_files import write_study_report
    from ..statistics.study_extra import require_study_extra
    from ..terminal.progress import step

    require_study_extra("gantei gap")
    arguments = _arguments(chosen)
    with report_folder(
        chosen.out, overwrite=chosen.overwrite, results="none", command=COMMAND
    ) as folder:
        with step("computing the gaps and their intervals"):
            found = gap(chosen.results, chosen.labels, **arguments)
        report = gap_report(found)
        names = write_study_report(report, folder)
    _write_figures(found)
    left_out = [each for *_, each in found.left_out]
    left_out += [each for _, each in found.left_out_of_model]
    write_report_summary(report.found, report.cautions, left_out, chosen.out, names)
    return SOME_LEFT_OUT if found.leaves_out else ALL_GOOD


def _arguments(chosen: argparse.Namespace) -> dict[str, Any]:
    """Give what `gantei.gap` takes beside results and labels."""
    from ..errors import SettingError

    if chosen.reference_labels and not chosen.reference:
        raise SettingError("--reference-labels: belong to a table of results; give --reference too")
    return {
        **{key: getattr(chosen, key) for key in COLUMNS},
        "reference": chosen.reference,
        "reference_labels": chosen.reference_labels,
        "group": chosen.group,
        "reference_group": chosen.reference_group,
        "covariates": chosen.covariates,
        "output": chosen.output,
        "sex_coding": chosen.sex_coding,
        "label": pairs_of("--label", chosen.label),
        "encoding": chosen.encoding,
    }


def _write_figures(found: "AgeGap") -> None:
    """Print the main figures."""
    from ..age_gap.gap_names import GAP_METRICS
    from ..age_gap.gap_words import between, decimals_of, p_text, plain

    lines = []
    for figure in found.figures:
        measure = figure.measure
        if measure.metric not in MAIN or measure.value is None:
            continue
        if measure.metric == "raw_gap" and figure.level != found.people.level:
            continue
        against = f" against {figure.compared_with}" if figure.compared_with else ""
        named = GAP_METRICS[measure.metric]
        p = measure.p if figure.p_holm is None else figure.p_holm
        lines.append(
            (
                f"{named.english}, {named.unit}" if named.unit else named.english,
                f"{figure.group or 'everybody'}{against}",
                plain(measure.value, decimals_of(measure.metric)),
                between(measure),
                p_text(p).removeprefix("p = ").removeprefix("p "),
                str(measure.people),
            )
        )
    sys.stdout.write(f"{text_table(HEAD, lines)}\n")
