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
    in_order_of_use = (
        *(predict, catalogue, card, cite, demo),  # in a study
        *(store, verify, trust),  # on the machine of one
        *(sign, publish, bundle),  # for others
    )
    for each in in_order_of_use:
        each.register(commands)
