"""`gantei card`: an estimator's card for people, and the check of a card."""

import argparse
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import SettingError

if TYPE_CHECKING:
    from ..card.document import Card

FAULTY = 1
"""Exit code when a card is not what its estimator's folder says."""
WIDEST, NARROWEST = 110, 60


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    command = commands.add_parser(
        "card",
        help="print an estimator's card, or check cards",
        description="Print an estimator's card: what is known of it and what is not. With --check, "
        "find what in cards is not what the estimator's folder says. Calibrations on this machine "
        "are named too, but not in Markdown, which goes along with the estimator.",
        epilog="Exit code: 0 done, 1 a card has something to correct, 2 nothing could be done.",
    )
    command.add_argument(
        "names",
        metavar="NAME",
        nargs="*",
        help="an estimator's name or folder; with --check several, or cards (.md), or folders of "
        "them, and without any every estimator whose weights are here",
    )
    command.add_argument(
        "--format",
        choices=("text", "markdown", "html"),
        help="default: text; html is one page that loads nothing, with figures",
    )
    command.add_argument("--out", metavar="FILE", type=Path, help="write it here instead")
    command.add_argument("--check", action="store_true", help="check cards; needs no network")
    command.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    if chosen.check:
        if chosen.format or chosen.out:
            raise SettingError("--check only looks: it takes neither --format nor --out")
        return _check([Path(name) for name in chosen.names])
    if len(chosen.names) != 1:
        raise SettingError("name one estimator; gantei list shows them")
    from ..calibrations.known_calibrations import usable_calibrations
    from ..card import as_markdown, as_page, composed_of
    from ..card.calibrated_here import with_calibrations
    from ..catalogue.entries import find

    writers: dict[str, Callable[[Card], str]] = {
        "text": _as_text,
        "markdown": as_markdown,
        "html": as_page,
    }
    entry = find(chosen.names[0])
    written = composed_of(entry)
    if chosen.format != "markdown":  # which goes along with the estimator
        written = with_calibrations(written, usable_calibrations(entry.manifest))
    text = writers[chosen.format or "text"](written)
    if chosen.out is None:
        sys.stdout.write(text)
        return 0
    from ..system.files import atomic_write

    with atomic_write(chosen.out) as file:
        file.write(text.encode())
    return 0


def _as_text(card: "Card") -> str:
    from ..card import as_terminal_text

    columns = shutil.get_terminal_size().columns
    return as_terminal_text(card, max(NARROWEST, min(columns, WIDEST)))


def _check(paths: list[Path]) -> int:
    from ..card import check
    from ..terminal.text_table import visible

    faulty = 0
    cards = _cards(paths)
    for path in cards:
        findings = check(path)
        faulty += bool(findings)
        for finding in findings:
            sys.stdout.write(visible(f"{path}: {finding}\n"))
    sys.stdout.write(f"cards checked: {len(cards)}; with something to correct: {faulty}\n")
    if faulty:
        sys.stdout.write(
            "Correct the manifest, then write the card anew: "
            "gantei card NAME --format markdown --out FOLDER/card.md\n"
        )
    return FAULTY if faulty else 0


def _cards(paths: list[Path]) -> list[Path]:
    """Folders of estimators, and cards: those named, those in folders named, or all that are here.

    A name that is no path is that of an estimator.
    """
    from ..catalogue.entries import estimators, find
    from ..manifests.file import FILE_NAME

    if not paths:
        return [entry.folder for entry in estimators() if entry.manifest.weights]
    found = []
    for path in paths:
        if not path.exists():
            found.append(find(str(path)).folder)
        elif path.is_dir() and not (path / FILE_NAME).is_file():
            found += sorted(path.glob("*.md"))
        else:
            found.append(path)
    return found
