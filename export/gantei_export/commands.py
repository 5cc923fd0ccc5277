"""The subcommands that make and change estimators."""

import argparse

from .adaptation import adapt_command
from .changing import golden_command, set_command
from .federating import federate_command
from .federating_with_flower import flower_command
from .importing import import_command
from .optimisation import optimise_command
from .settling import settle_command


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommands."""
    import_command.register(commands)
    set_command.register(commands)
    golden_command.register(commands)
    settle_command.register(commands)
    optimise_command.register(commands)
    adapt_command.register(commands)
    flower_command.register(federate_command.register(commands))
