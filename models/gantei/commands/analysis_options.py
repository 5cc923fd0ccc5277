"""Options that every analysis of results shares: the tables, one output, and the report."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from .evaluate_options import add_labels, label_options

if TYPE_CHECKING:
    from ..labels.label_table import LabelTable


def add_tables(parser: argparse.ArgumentParser) -> None:
    """Add the results, the labels and `--encoding`."""
    parser.add_argument(
        "results", metavar="RESULTS", type=Path, help="table of results that gantei predict wrote"
    )
    add_labels(parser)
    parser.add_argument(
        "--encoding",
        metavar="NAME",
        help="encoding of tables that are text without a byte order mark, such as cp932 (Shift_JIS "
        "of Windows); default: utf-8",
    )
    parser.set_defaults(by=[])


def add_one_photograph(parser: "argparse._ActionsContainer") -> None:
    """Add `--one-photograph-per-person`."""
    parser.add_argument(
        "--one-photograph-per-person",
        action="store_true",
        help="where no column tells persons: state that no two photographs are of the same person",
    )


def add_report(parser: argparse.ArgumentParser) -> None:
    """Add `--out` and `--overwrite`."""
    parser.add_argument(
        "--out", metavar="DIR", required=True, type=Path, help="new folder for the report"
    )
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help="replace an earlier report, if nothing else is in its folder",
    )


def add_sex_analysis(parser: argparse.ArgumentParser) -> None:
    """Add all of these, and the `--output` of a sex."""
    add_tables(parser)
    parser.add_argument(
        "--output",
        metavar="NAME",
        help="the estimated sex, such as demo-sex.sex; default: the only one in the results",
    )
    add_one_photograph(parser)
    add_report(parser)


def labels_of_options(chosen: argparse.Namespace) -> "LabelTable":
    """Read the labels that were named.

    Raises:
        OutputError, SettingError: as `read_labels`.
    """
    from ..labels.label_table import read_labels

    return read_labels(label_options(chosen))


def names_between_commas(text: str) -> tuple[str, ...]:
    """Read names with commas between."""
    return tuple(name.strip() for name in text.split(",") if name.strip())
