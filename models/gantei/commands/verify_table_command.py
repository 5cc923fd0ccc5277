"""`gantei verify-table`: whether photographs and files still are those of a table."""

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from ..terminal.plural import tallied
from ..terminal.text_table import visible
from .given_photographs import place_argument
from .options import add_json, print_json, whole_number
from .photograph_options import PATHS, add_image_column

if TYPE_CHECKING:
    from ..photographs.listing import PhotographList
    from ..study.table_verification import TableReport

ALL_RIGHT, SOME_DIFFER = 0, 1
WORDS = {
    "changed": "changed since the run",
    "missing": "missing from those given",
    "unreadable": "that cannot be read",
    "twice": "with a second row",
    "not_in_table": "without a row",
}
FILE_WORDS = {
    "right": "as the run wrote it",
    "changed": "changed since the run wrote it",
    "missing": "missing",
}


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    verify = commands.add_parser(
        "verify-table",
        help="verify a table of results: its photographs, and the files beside it",
        description="Read every photograph again and compare it with its row; compare the table, "
        "and the persons, measures and embeddings beside it, with the run manifest. Writes "
        "nothing.",
        epilog="Exit code: 0 all right, 1 something differs, 2 nothing could be verified.",
    )
    verify.add_argument(
        "table", metavar="TABLE", type=Path, help="a table that gantei predict or merge wrote"
    )
    verify.add_argument("paths", metavar="PATH", nargs="*", type=place_argument, help=PATHS)
    verify.add_argument(
        "--from",
        dest="list",
        metavar="FILE",
        help="also take the photographs that FILE lists, as gantei predict does",
    )
    verify.add_argument(
        "--encoding",
        metavar="NAME",
        help="encoding of a list that is text without a byte order mark; default: utf-8",
    )
    verify.add_argument(
        "--root",
        metavar="PLACE",
        type=place_argument,
        help="folder, or address, that the names in the table are relative to; default: the "
        "deepest one that holds everything given",
    )
    add_image_column(verify)
    verify.add_argument(
        "--anonymous",
        metavar="KEY",
        type=Path,
        help="key of the anonymous study that the table is of",
    )
    verify.add_argument(
        "--embeddings",
        metavar="FILE",
        type=Path,
        help="embeddings of the run; default: their file beside the table",
    )
    verify.add_argument(
        "--workers",
        type=whole_number,
        metavar="N",
        help="photographs to read at once; default: cores",
    )
    add_json(
        verify,
        "rows, right, changed, renamed, missing, unreadable, twice, not_in_table, files",
    )
    verify.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    from ..study.table_verification import manifest_to_verify, verify_table
    from ..terminal.progress import progress

    manifest_to_verify(chosen.table)  # before photographs are looked for
    listing = _listing(chosen)
    with progress(len(listing.photographs), "photograph") as bar:
        report = verify_table(
            chosen.table,
            listing,
            embeddings=chosen.embeddings,
            workers=chosen.workers,
            advance=bar.update,
        )
    if chosen.json:
        print_json(asdict(report))
    else:
        sys.stdout.write(visible(_text(chosen.table, report)))
    return ALL_RIGHT if report.is_right else SOME_DIFFER


def _listing(chosen: argparse.Namespace) -> "PhotographList":
    from ..study.anonymity import known_by_key
    from ..study.collecting import GivenPhotographs, collect
    from ..table_files.text_encoding import checked_encoding

    encoding = None if chosen.encoding is None else checked_encoding(chosen.encoding)
    given = GivenPhotographs(
        chosen.paths,
        chosen.list,
        encoding=encoding,
        root=chosen.root,
        key=chosen.anonymous,
        image_column=chosen.image_column,
    )
    listing = collect(given)
    return known_by_key(listing, chosen.anonymous) if chosen.anonymous else listing


def _text(table: Path, report: "TableReport") -> str:
    lines = [f"{table}: {tallied(report.rows, 'row')}, {report.right:,} with unchanged photographs"]
    for key, words in WORDS.items():
        names = getattr(report, key)
        if names:
            lines.append(f"{tallied(len(names), 'photograph')} {words}:")
            lines += [f"  {name}" for name in names]
    if report.renamed:
        lines.append(f"{tallied(len(report.renamed), 'photograph')} renamed since the run:")
        lines += [f"  {name} is now {now}" for name, now in report.renamed]
    lines += [f"{name}: {FILE_WORDS[state]}" for name, state in report.files.items()]
    without = len(report.missing) + len(report.renamed)
    if without == report.rows and (report.not_in_table or report.renamed):
        lines.append(
            "no photograph given has a name of the table: give the folder that gantei predict was "
            "given, or name by --root the one that the names start from"
        )
    return "\n".join(lines) + "\n"
