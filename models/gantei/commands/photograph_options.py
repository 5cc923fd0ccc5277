"""Which photographs a subcommand takes: paths, a list, and what is said of their eyes."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..terminal.text_table import visible
from .given_photographs import place_argument

if TYPE_CHECKING:
    from ..photographs.listing import PhotographList

STANDARD_STREAM = "-"
PATHS = (
    "photographs, folders, archives (.zip, .tar, .parquet) or addresses of them (s3://, gs://, "
    "az://, https://, http://, zip://, tar://, parquet://)"
)


def add_photographs(
    parser: argparse.ArgumentParser,
    *,
    paths: str = PATHS,
    can_be_anonymous: bool = True,
) -> None:
    """Add paths, `--from`, `--eyes` and `--allow-grey`; `listing_of` collects what they name.

    `paths` says what else the paths may be; `can_be_anonymous` adds `--anonymous`.
    """
    parser.add_argument("paths", metavar="PATH", nargs="*", type=place_argument, help=paths)
    parser.add_argument(
        "--from",
        dest="list",
        metavar="FILE",
        help="also take the photographs that FILE lists: one per line, or a table (.csv, .tsv, "
        ".xlsx, .parquet) with the column photograph, whose columns person, eye and any others are "
        "taken over; - for standard input",
    )
    parser.add_argument(
        "--root",
        metavar="PLACE",
        type=place_argument,
        help="folder, or address, that the names in the results, and in lists, are relative to; "
        "default: the deepest one that holds everything given",
    )
    add_image_column(parser)
    parser.add_argument(
        "--encoding",
        metavar="NAME",
        help="encoding of lists and tables that are text without a byte order mark, such as cp932 "
        "(Shift_JIS of Windows); default: utf-8",
    )
    parser.add_argument(
        "--eyes",
        metavar="FILE|detect",
        action="append",
        default=[],
        help="which eye each photograph shows: a table with the columns photograph and eye (right "
        "or left, R or L, OD or OS, 右 or 左); detect: by the optic disc, where neither table, "
        "DICOM header nor name tells; repeat for both. Only networks that mirror left eyes need it",
    )
    parser.set_defaults(persons=None, anonymous=None)
    if can_be_anonymous:
        _add_anonymous(parser)
    parser.add_argument(
        "--allow-grey", action="store_true", help="take pictures without colour too"
    )


def add_image_column(parser: argparse.ArgumentParser) -> None:
    """Add `--image-column`."""
    from ..storage.place_of_address import IMAGE_COLUMN

    parser.add_argument(
        "--image-column",
        metavar="NAME",
        default=IMAGE_COLUMN,
        help="column of a .parquet file that holds the photographs; default: image",
    )


def add_persons(parser: argparse.ArgumentParser) -> None:
    """Add `--persons`, by which names and folders tell persons."""
    parser.add_argument(
        "--persons",
        metavar="HOW",
        help="whose eye each photograph shows, where no list says so: names (its name without the "
        "word that tells the eye), folders (the folder that holds it), or a regular expression "
        "whose group person finds it in the name, such as (?P<person>[0-9]{6})",
    )


def _add_anonymous(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--anonymous",
        metavar="KEY",
        type=Path,
        help="write random identifiers instead of the names of photographs and persons, wherever "
        "they would stand; KEY, a .csv that only you can read, says which stands for which name, "
        "and is kept and added to",
    )


def listing_of(chosen: argparse.Namespace) -> "PhotographList":
    """Collect the photographs, and what is said of them; see `collect`.

    Raises:
        SettingError: no encoding, or no rule for persons, has the name that was given.
    """
    from ..photographs.persons import person_rule
    from ..study.anonymity import anonymous
    from ..study.collecting import GivenPhotographs, collect
    from ..table_files.text_encoding import checked_encoding

    encoding = None if chosen.encoding is None else checked_encoding(chosen.encoding)
    rule = None if chosen.persons is None else person_rule(chosen.persons)
    listing = collect(
        GivenPhotographs(
            chosen.paths,
            chosen.list,
            chosen.eyes,
            encoding,
            chosen.root,
            rule,
            chosen.anonymous,
            chosen.image_column,
        )
    )
    if chosen.anonymous:
        listing = anonymous(listing, chosen.anonymous)
    if listing.strays:
        such_as = "" if chosen.anonymous else f", such as {listing.strays[0]}"
        count = len(listing.strays)
        sys.stderr.write(
            visible(f"rows that state the eye of no photograph here: {count}{such_as}\n")
        )
    return listing


def write_copied_columns(listing: "PhotographList") -> None:
    """Name the columns that an anonymous table takes over from a list, names in them and all."""
    if listing.anonymous and listing.columns:
        kept = ", ".join(listing.columns)
        sys.stderr.write(visible(f"columns of the list that are copied as they are: {kept}\n"))
