"""Which photographs a subcommand takes: paths, a list, and what is said of their eyes."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..terminal.text_table import visible

if TYPE_CHECKING:
    from ..photographs.listing import PhotographList

STANDARD_STREAM = "-"


def add_photographs(parser: argparse.ArgumentParser) -> None:
    """Add paths, `--from`, `--eyes` and `--allow-grey`; `listing_of` collects what they name."""
    parser.add_argument(
        "paths", metavar="PATH", nargs="*", type=Path, help="photographs, and folders of them"
    )
    parser.add_argument(
        "--from",
        dest="list",
        metavar="FILE",
        help="also take the photographs that FILE lists, one per line, or a CSV with the columns "
        "photograph and eye; - for standard input",
    )
    parser.add_argument(
        "--eyes",
        metavar="FILE|detect",
        action="append",
        default=[],
        help="which eye each photograph shows: a CSV with the columns photograph and eye (right or "
        "left, R or L, OD or OS, 右 or 左); detect: where neither table nor file name tells, by "
        "the optic disc; repeat for both. Only networks that mirror left eyes need it",
    )
    parser.add_argument(
        "--allow-grey", action="store_true", help="take pictures without colour too"
    )


def listing_of(chosen: argparse.Namespace) -> "PhotographList":
    """Collect the photographs, and what is said of their eyes.

    Raises:
        OutputError: there are none, or a list cannot be read.
    """
    from ..photographs.listing import list_photographs
    from ..study.eye_tables import EyeStatement, StatedEyes, is_table, read_table, with_eyes

    text = _text(chosen.list) if chosen.list is not None else ""
    lines, statements = text.splitlines(), list[EyeStatement]()
    if is_table(text):
        lines, statements = read_table(text, chosen.list, "list")
    for name in chosen.eyes:
        if name != "detect":
            statements += read_table(_text(name), name, "stated")[1]
    stated = StatedEyes(tuple(statements), "detect" in chosen.eyes)
    listing = with_eyes(list_photographs(chosen.paths, lines), stated)
    if listing.strays:
        sys.stderr.write(
            visible(
                f"rows that state the eye of no photograph here: {len(listing.strays)}, "
                f"such as {listing.strays[0]}\n"
            )
        )
    return listing


def _text(name: str) -> str:
    """Read a list or table; a byte order mark, as Windows writes it, is no part of it."""
    from ..errors import OutputError

    try:
        if name == STANDARD_STREAM:
            return sys.stdin.read().removeprefix("\ufeff")
        return Path(name).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise OutputError(f"{name}: cannot be read as a list: {error}") from error
