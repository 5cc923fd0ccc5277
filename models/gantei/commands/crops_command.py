"""`gantei crops`: what each network sees of each photograph, on sheets for a person to look at."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..terminal.plural import counted
from .given_photographs import folders_of
from .options import add_estimators, whole_number
from .photograph_options import add_photographs, listing_of
from .predict_summary import write_counts, write_passed_by

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ..photographs.listing import PhotographList
    from ..sheets.sheet_summary import SheetSummary

ALL_GOOD, SOME_FAILED = 0, 1


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    crops = commands.add_parser(
        "crops",
        help="draw what each network sees of each photograph",
        description="Draw sheets of 100 photographs, each with a box around what the networks see "
        "of it, exactly what goes into each network, its eye, and what is odd or wrong. Every "
        "photograph has its place. No network is run: the weights need not be on this machine.",
        epilog="Exit code: 0 all good, 1 some photographs cannot be estimated, 2 nothing could be "
        "drawn.",
    )
    add_photographs(crops)
    add_estimators(crops)
    crops.add_argument(
        "--out",
        metavar="FILE",
        required=True,
        type=Path,
        help="sheet, .html for a browser or .png; further pages stand beside it, numbered",
    )
    crops.add_argument(
        "--show",
        metavar="CODE",
        action="append",
        default=[],
        help="only photographs with that finding or error; repeat for more. Where --from is a "
        "table of results, its codes decide, and no other photograph is opened",
    )
    crops.add_argument(
        "--workers",
        type=whole_number,
        metavar="N",
        help="photographs to draw at once, default: cores",
    )
    crops.add_argument("--overwrite", action="store_true", help="replace the sheets of another run")
    crops.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    from ..catalogue.entries import find
    from ..sheets.selection import Selection
    from ..sheets.sheet_writing import write_sheets
    from ..terminal.progress import progress

    manifests = [find(name).manifest for name in dict.fromkeys(chosen.names)]
    _check_place(chosen)
    listing = listing_of(chosen)
    selection = Selection(frozenset(chosen.show), listing.columns)
    told = (code for each in listing.photographs for code in selection.told(each))
    _check_codes(chosen.show, frozenset(told if chosen.show else ()))
    opened = sum(map(selection.opens, listing.photographs))
    with progress(opened, "photograph") as bar:
        summary = write_sheets(
            listing.photographs,
            manifests,
            chosen.out,
            selection=selection,
            allow_grey=chosen.allow_grey,
            workers=chosen.workers,
            overwrite=chosen.overwrite,
            advance=bar.update,
        )
    _write_summary(summary, listing, chosen, in_table=selection.by_table)
    return SOME_FAILED if summary.failed else ALL_GOOD


def _write_summary(
    summary: "SheetSummary",
    listing: "PhotographList",
    chosen: argparse.Namespace,
    *,
    in_table: bool,
) -> None:
    from ..photographs.passed_by import counts_by_kind

    total = len(listing.photographs)
    of = f" of {total}" if summary.photographs < total else ""
    sys.stderr.write(
        f"{summary.photographs}{of} {'photograph' if total == 1 else 'photographs'}: "
        f"{summary.photographs - summary.failed} as the networks see them, {summary.failed} "
        "cannot be estimated\n"
    )
    if not chosen.show:
        write_passed_by(counts_by_kind(each.why for each in listing.passed_by))
    write_counts("failed", dict(summary.errors.most_common()))
    write_counts("warnings", dict(summary.findings.most_common()))
    if summary.pages:
        first, *others = summary.pages
        more = f" and {counted(len(others), 'more page')}" if others else ""
        sys.stderr.write(f"{first}{more}\n")
    else:
        table = "" if in_table else "; what only an estimate tells is in a table of results: --from"
        sys.stderr.write(f"nothing to draw, so there is no {chosen.out}{table}\n")


def _check_codes(codes: "Sequence[str]", told: "Collection[str]") -> None:
    """Refuse what is no code, unless a table tells it, which another version may have made."""
    from ..errors import SettingError
    from ..findings.wording import has_short_text

    for code in codes:
        if not has_short_text(code) and code not in told:
            raise SettingError(
                f"--show {code}: no finding on a photograph has that code; docs/findings.md lists "
                "all of them"
            )


def _check_place(chosen: argparse.Namespace) -> None:
    """Refuse to put pictures where a later run would take them for photographs."""
    from ..errors import OutputError

    for path in folders_of(chosen.paths):
        inside = chosen.out.resolve().is_relative_to(path.resolve())
        if inside and chosen.out.suffix.lower() == ".png":
            raise OutputError(
                f"{chosen.out}: lies in {path}, whose pictures are read as photographs; choose a "
                "folder outside, or .html"
            )
