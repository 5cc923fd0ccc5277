"""Options of what analyses results with an estimated sex: tables, the output, and the report."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from .evaluate_options import add_labels, label_options

if TYPE_CHECKING:
    from ..labels.label_table import LabelTable


def add_analysis(parser: argparse.ArgumentParser) -> None:
    """Add results, labels, `--output`, `--one-photograph-per-person`, `--out`, `--overwrite`."""
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
    parser.add_argument(
        "--output",
        metavar="OUTPUT",
        help="the estimated sex, such as demo-sex.sex; default: the only one in the results",
    )
    parser.add_argument(
        "--one-photograph-per-person",
        action="store_true",
        help="where no column tells persons: state that no two photographs are of the same person",
    )
    parser.add_argument(
        "--out", metavar="DIR", required=True, type=Path, help="new folder for the report"
    )
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help="replace an earlier report, if nothing else is in its folder",
    )
    parser.set_defaults(by=[])


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
