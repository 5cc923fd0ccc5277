"""The command that draws what `gantei predict` has found, as a shell takes it."""

import argparse
import os
import shlex
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ..storage.address import is_address
from ..storage.place_of_address import IMAGE_COLUMN

if TYPE_CHECKING:
    from ..photographs.listing import PhotographList

DETECT = "detect"
READ_AS_LIST = (".csv", ".xlsx", ".parquet")
"""Endings of tables that `--from` reads."""


def crops_suggestion(
    chosen: argparse.Namespace, listing: "PhotographList", codes: Sequence[str]
) -> str | None:
    """Give the command that shows photographs of these codes, as far as there are any.

    By a table of results it shows those of the first code, and opens no other photograph. Without
    one, all photographs that were given, as what only an estimate tells is not found anew.

    Returns:
        The command; None: there is no code, a server has the estimators, or the photographs cannot
        be named again.
    """
    if not codes or chosen.server is not None:
        return None
    key = Path(chosen.anonymous) if listing.anonymous else None
    root = _root(listing, key)
    shown, sheet = list[str](), "sheet.html"
    if Path(chosen.out).suffix.lower() in READ_AS_LIST and root is not None:
        words = ["--from", str(chosen.out), "--root", root, *_how_places_are_read(chosen)]
        words += ["--eyes", DETECT] if DETECT in chosen.eyes else []
        words += ["--anonymous", str(key)] if key is not None else []
        shown, sheet = ["--show", codes[0]], f"{codes[0]}.html"
    elif chosen.list == "-" or any(getattr(each, "query", "") for each in chosen.paths):
        return None  # what was read is gone, or its signature would be shown
    else:
        words = _as_given(chosen)
    for name in dict.fromkeys(chosen.names):
        words += ["--with", name]
    words += ["--allow-grey"] if chosen.allow_grey else []
    return shlex.join(["gantei", "crops", *words, *shown, "--out", sheet])


def _as_given(chosen: argparse.Namespace) -> list[str]:
    words = [str(path) for path in chosen.paths]
    for option, value in (
        ("--from", chosen.list),
        ("--root", chosen.root),
        ("--anonymous", chosen.anonymous),
    ):
        words += [option, str(value)] if value is not None else []
    words += _how_places_are_read(chosen)
    for name in chosen.eyes:
        words += ["--eyes", name]
    return words


def _how_places_are_read(chosen: argparse.Namespace) -> list[str]:
    words = ["--encoding", chosen.encoding] if chosen.encoding else []
    if chosen.image_column != IMAGE_COLUMN:
        words += ["--image-column", chosen.image_column]
    return words


def _root(listing: "PhotographList", key: Path | None) -> str | None:
    """The folder that the names start from, those in the key; None where they are no paths.

    Also where several archives have them, which no address names.
    """
    from ..study.key_file import names_by_identifier

    known = names_by_identifier(key) if key is not None else {}
    first = listing.photographs[0]
    if not isinstance(first.source, Path):
        address = first.source.place.address
        return address if is_address(address) else None
    name = known.get(first.name, first.name)
    root = first.source.parents[len(PurePosixPath(name).parts) - 1]
    if any(root / known.get(each.name, each.name) != each.source for each in listing.photographs):
        return None
    here = Path.cwd()
    return os.fspath(root.relative_to(here)) if root.is_relative_to(here) else os.fspath(root)
