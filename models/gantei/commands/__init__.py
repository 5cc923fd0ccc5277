"""The subcommands of the library: each module has `register`, which adds its own."""

from typing import TYPE_CHECKING

from . import (
    bundle,
    card,
    catalogue,
    cite,
    demo,
    predict,
    publish,
    sign,
    store,
    trust,
    verify,
)

if TYPE_CHECKING:
    import argparse


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add every subcommand of this package."""
    predict.register(commands)
    catalogue.register(commands)
    card.register(commands)
    cite.register(commands)
    demo.register(commands)
    store.register(commands)
    publish.register(commands)
    verify.register(commands)
    sign.register(commands)
    trust.register(commands)
    bundle.register(commands)
