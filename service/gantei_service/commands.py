"""The subcommands of the service: none yet; `gantei serve` will be registered here."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add nothing: this version has no service."""
    del commands
