"""A parser of the command line that says what a misspelt command or option may have meant."""

import argparse
import re
from collections.abc import Sequence
from typing import Any, NoReturn

from ..system.suggestion import did_you_mean
from .redacted import redacted


class CommandParser(argparse.ArgumentParser):
    """A parser whose errors end with the command or option that was probably meant.

    What it parsed has it as `parser`; of a command with its own commands, the innermost.
    """

    words: Sequence[str] = ()
    """The command line: where an option is missing, it may stand there misspelt."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Prepare a parser that takes no abbreviations of options."""
        super().__init__(*args, **{"allow_abbrev": False} | kwargs)
        self.set_defaults(parser=self)

    def error(self, message: str) -> NoReturn:
        """Print usage and message, without the secrets of addresses, and exit with 2."""
        super().error(redacted(message + self._suggestion(message)))

    def _suggestion(self, message: str) -> str:
        if choice := re.search(r"invalid choice: '?([^'\s]+)'? \(choose from (.*)\)", message):
            return did_you_mean(choice[1], re.findall(r"[^\s',]+", choice[2]))
        known = set(re.findall(r"--[a-z][\w-]*", self.format_usage()))
        misspelt = (word.partition("=")[0] for word in CommandParser.words)
        for option in misspelt:
            strange = option.startswith("--") and option not in known
            if strange and (said := did_you_mean(option, known)):
                return f" ({option}{said.replace(';', ':')})"
        return ""
