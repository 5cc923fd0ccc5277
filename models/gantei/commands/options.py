"""What several subcommands have in common, so that it is called and means the same in each."""

import argparse
import json
import sys


def add_estimators(parser: argparse.ArgumentParser, default: str | None = None) -> None:
    """Add `--with`, into `names`; it is required where nothing stands for its absence."""
    parser.add_argument(
        "--with",
        dest="names",
        metavar="NAME",
        action="append",
        required=default is None,
        help="estimator, by name or folder; repeat for more"
        + (f"; default: {default}" if default else ""),
    )


def add_device(parser: argparse.ArgumentParser) -> None:
    """Add `--device`."""
    parser.add_argument(
        "--device",
        choices=("auto", "cpu", "cuda"),
        default="auto",
        help="default: auto, which is cuda where this machine has it",
    )


def add_memory(parser: argparse.ArgumentParser) -> None:
    """Add `--memory`, in MB."""
    parser.add_argument(
        "--memory",
        metavar="MB",
        type=whole_number,
        help="memory to plan for, all in all; default: 90 %% of what the container (its control "
        "group) may have, or 75 %% of the machine's",
    )


def add_calibrations(parser: argparse.ArgumentParser, what: str) -> None:
    """Add `--calibration`, into `calibrations`, as `chosen_sites` takes them."""
    parser.add_argument(
        "--calibration",
        dest="calibrations",
        metavar="SITE",
        action="append",
        default=[],
        help=f"{what} of that site, or in that folder, for all estimators; NAME=SITE for one; "
        "repeat for more",
    )


def add_rows_per_file(parser: argparse.ArgumentParser) -> None:
    """Add `--rows-per-file`, by which a Parquet table is a folder of files."""
    parser.add_argument(
        "--rows-per-file",
        type=whole_number,
        metavar="N",
        help="write a .parquet table as a folder of files of N rows each, part-00000.parquet and "
        "so on, which pandas, pyarrow, polars and Spark read as one table, and DuckDB as "
        "'FILE/*.parquet'",
    )


def add_json(parser: "argparse._ActionsContainer", keys: str = "") -> None:
    """Add `--json`, for programs; `keys` says what is in it."""
    said = f"print JSON, with the keys {keys}" if keys else "print JSON"
    parser.add_argument("--json", action="store_true", help=said)


def whole_number(text: str) -> int:
    """Read a whole number above 0.

    Raises:
        argparse.ArgumentTypeError: it is none.
    """
    if not (text.isascii() and text.isdecimal() and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def share(text: str) -> float:
    """Read a number for `argparse`, and say how a share is written where it is none.

    Raises:
        argparse.ArgumentTypeError: it is no number, such as `2%`.
    """
    try:
        return float(text)
    except ValueError:
        said = f"{text} is no number; write a share such as 0.005 for one in 200"
        raise argparse.ArgumentTypeError(said) from None


def port(text: str) -> int:
    """Read the number of a port; 0 lets the system choose one.

    Raises:
        argparse.ArgumentTypeError: it is none.
    """
    if not (text.isascii() and text.isdecimal() and int(text) < 65536):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port, 0 to 65535")
    return int(text)


def print_json(value: object) -> None:
    """Print what `--json` asks for."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")
