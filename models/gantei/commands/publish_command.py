"""`gantei publish`: an estimator's folder onto the Hugging Face Hub."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..publish.publishing import PreparedUpload


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    publish = commands.add_parser(
        "publish",
        help="upload an estimator's folder to the Hugging Face Hub",
        description="Check an estimator's folder, show what would be uploaded, and upload it in "
        "one commit. One whose redistribution is not known to be allowed is refused. The token "
        "comes from HF_TOKEN or hf auth login.",
    )
    publish.add_argument("folder", metavar="FOLDER", type=Path, help="an estimator's folder")
    publish.add_argument(
        "--to", metavar="hf:ORG/REPO", required=True, help="a repository that exists"
    )
    publish.add_argument("--yes", action="store_true", help="upload without asking")
    publish.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    from ..errors import SettingError
    from ..publish.publishing import prepare_publication, publish

    publication = prepare_publication(chosen.folder)
    sys.stdout.write(_shown(publication, chosen.to) + "\n")
    sys.stdout.flush()
    if not chosen.yes and not _agreed():
        raise SettingError("nothing was uploaded; answer yes, or say --yes")
    source = publish(publication, chosen.to)
    sys.stdout.write(f"published: gantei pull {publication.name} --from {source}\n")
    return 0


def _shown(publication: "PreparedUpload", to: str) -> str:
    from ..terminal.plural import counted
    from ..terminal.text_table import text_table

    uploads = publication.uploads
    files = counted(len(uploads), "file")
    digits = max(len(f"{each.bytes:,}") for each in uploads)
    rows = [(each.name, f"{each.bytes:>{digits},}", each.sha256) for each in uploads]
    total = sum(each.bytes for each in uploads)
    return (
        f"{text_table(('FILE', 'BYTES'.rjust(digits), 'SHA256'), rows)}\n"
        f"{files}, {total / 1e6:.1f} MB, to {to}. Photographs among them become "
        "public: let there be none of a person who has not agreed."
    )


def _agreed() -> bool:
    sys.stderr.write("Upload? yes or no: ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("yes", "y")
