"""The subcommands that make and change estimators."""

import argparse

from .changing import set_command
from .importing import import_command
from .optimisation import optimise_command
from .settling import settle_command


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommands."""
    import_command.register(commands)
    set_command.register(commands)
    settle_command.register(commands)
    optimise_command.register(commands)
