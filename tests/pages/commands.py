"""docs/commands.md: what `--help` says, of every command."""

import argparse
from collections.abc import Iterator
from unittest.mock import patch

from gantei.command_line import parser

PAGE = "commands.md"


def text() -> str:
    """The page."""
    with patch.dict("os.environ", {"COLUMNS": "80"}):
        parts = [(each.prog, each.format_help()) for each in _with_subcommands(parser())]
    return "# Commands\n\n" + "\n".join(
        f"## {name}\n\n```text\n{said.strip()}\n```\n" for name, said in parts
    )


def _with_subcommands(command: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """A parser and, in order, all below it."""
    yield command
    for action in command._actions:
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                yield from _with_subcommands(each)
