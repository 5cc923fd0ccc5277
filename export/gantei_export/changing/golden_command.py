"""`gantei golden`: photographs by which anybody can tell that an estimator answers as it should."""

import argparse
import sys
from pathlib import Path


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    golden = commands.add_parser(
        "golden",
        help="choose photographs by which everybody can check an estimator's answers",
        description="Make photographs golden: copies of them become part of the estimator, with "
        "the right answers in its manifest, and gantei verify --golden, pull and publish compare. "
        "With the publisher's file the original answers them; without, the estimator itself does, "
        "and the manifest says so. Whoever gets the estimator gets the photographs, with "
        "everything that their files say: date and device in EXIF, perhaps a name. A signed "
        "estimator is never changed; --name changes a copy of it.",
    )
    golden.add_argument("estimator", metavar="NAME", help="an installed estimator")
    golden.add_argument(
        "photographs",
        metavar="PHOTOGRAPH",
        nargs="*",
        type=Path,
        help="photographs or folders of them, 1 to 20 in all, in place of those that are golden; "
        "default: these, or three drawn ones, answered anew",
    )
    golden.add_argument(
        "--original",
        metavar="FILE",
        type=Path,
        help="the publisher's file that the estimator was made from; Keras, or PyTorch and timm, "
        "opens it and answers",
    )
    golden.add_argument("--name", metavar="NEW", help="change a copy of that name")
    golden.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    from .change_estimator import check_extra

    check_extra()
    from gantei.terminal.text_table import text_table, visible

    from .golden_change import set_golden

    entry = set_golden(
        chosen.estimator, chosen.photographs, original=chosen.original, new_name=chosen.name
    )
    rows = [
        (each.photograph, ", ".join(f"{key} {value:g}" for key, value in each.values.items()))
        for each in entry.manifest.golden
    ]
    sys.stdout.write(f"{text_table(('PHOTOGRAPH', 'ANSWER'), rows)}\n")
    source = entry.manifest.golden[0].source
    sys.stderr.write(visible(f"{entry.name}: answered by {source}; in {entry.folder}\n"))
    if chosen.photographs:
        sys.stderr.write(
            "They go along with the estimator as their files are: let there be none of a person "
            "who has not agreed, and no EXIF data that name one.\n"
        )
    return 0
