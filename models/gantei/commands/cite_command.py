"""`gantei cite`: how to cite an estimator, or the software."""

import argparse
import sys

from .options import add_json, print_json


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    command = commands.add_parser(
        "cite",
        help="print the citation and acknowledgement to use",
        description="Print what to cite, and whom to thank, where results of these estimators are "
        "published.",
    )
    command.add_argument(
        "names",
        metavar="NAME",
        nargs="*",
        help="estimators, by name or folder; without any, gantei itself",
    )
    form = command.add_mutually_exclusive_group()
    form.add_argument(
        "--format",
        choices=("text", "ja", "bibtex"),
        default="text",
        help="default: text; ja has the acknowledgement in Japanese",
    )
    add_json(form)
    command.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    from ..catalogue.entries import find
    from ..manifests.citation import bibliography, reference, software
    from ..terminal.text_table import visible

    references = [reference(find(name).manifest) for name in chosen.names] or [software()]
    if chosen.json:
        print_json([each.record() | {"bibtex": each.bibtex} for each in references])
        return 0
    if chosen.format == "bibtex":
        text = bibliography(references)
    else:
        japanese = chosen.format == "ja"
        texts = [each.japanese() if japanese else each.text() for each in references]
        text = "\n\n".join(texts) + "\n"
    sys.stdout.write(visible(text))
    return 0
