"""The `gantei` command: each package brings its own subcommands as entry points."""

import argparse
import io
import os
import signal
import sys
from collections.abc import Sequence
from importlib.metadata import entry_points

from .errors import GanteiError
from .system.version import __version__
from .terminal.command_parser import CommandParser
from .terminal.redacted import redacted
from .terminal.text_table import visible

FAILED = 2
"""Exit code when nothing could be run."""


def parser() -> argparse.ArgumentParser:
    """Build the parser with the subcommands of every installed package."""
    root = CommandParser(
        prog="gantei",
        description="Age and sex from a fundus photograph (眼底写真からの年齢・性別推定). "
        "Research use; not a medical device.",
        epilog="Exit code: 0 all went well, 2 nothing could be done, which standard error says; "
        "where there is a 1 between them, the help of the command says which.",
    )
    root.add_argument("--version", action="version", version=f"gantei {__version__}")
    commands = root.add_subparsers(metavar="COMMAND", required=True)
    for entry_point in sorted(entry_points(group="gantei.commands"), key=lambda each: each.value):
        entry_point.load()(commands)
    return root


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    CommandParser.words = arguments
    chosen, unknown = parser().parse_known_args(arguments)
    if unknown:
        files = any(os.path.lexists(word) for word in unknown)
        hint = "; before names that begin with - put --, or ./ before each" if files else ""
        chosen.parser.error(f"unrecognized arguments: {' '.join(unknown)}{hint}")
    return chosen


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand; the exit code is 0 when all went well, 2 when nothing could be run.

    Without any argument, it prints what commands there are.
    """
    words = sys.argv[1:] if arguments is None else arguments
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a Western Windows cannot write 題名
            stream.reconfigure(errors="backslashreplace")
    try:
        if not words:
            parser().print_help()
            return FAILED
        chosen = _parsed(words)
        code: int = chosen.run(chosen)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has gone, as `| head` does: what Python flushes at exit has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + 13
    except (GanteiError, OSError) as error:
        sys.stderr.write(f"gantei: {visible(redacted(str(error)))}\n")
        return FAILED
    except KeyboardInterrupt as interrupt:
        sys.stderr.write(f"gantei: {': '.join(['interrupted', *map(str, interrupt.args)])}\n")
        return 128 + signal.SIGINT
    return code
