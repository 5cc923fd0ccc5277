"""The subcommands of the library: each module has `register`, which adds its own."""

from typing import TYPE_CHECKING

from . import (
    bundle_command,
    calibrate_command,
    card_command,
    cite_command,
    crops_command,
    demo_command,
    describe_command,
    evaluate_command,
    gap_command,
    impute_command,
    list_command,
    merge_command,
    predict_command,
    publish_command,
    records_command,
    sign_command,
    store_command,
    trust_command,
    verify_command,
    verify_table_command,
)

if TYPE_CHECKING:
    import argparse


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add every subcommand of this package."""
    in_order_of_use = (
        *(predict_command, merge_command, verify_table_command),  # in a study
        *(crops_command, evaluate_command),
        *(calibrate_command, gap_command, records_command),  # and after it
        *(impute_command, describe_command),  # where some sexes are not recorded
        *(list_command, card_command, cite_command, demo_command),
        *(store_command, verify_command, trust_command),  # on the machine of one
        *(sign_command, publish_command, bundle_command),  # for others
    )
    for each in in_order_of_use:
        each.register(commands)
