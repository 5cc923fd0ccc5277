"""The options of `gantei adapt --architecture`, which begins with weights and not an estimator."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

_TERMS_UNKNOWN = (
    "note: nobody has said under which terms these weights may be used and passed on; they bind "
    'what is made of them: --set source.terms="…" states them\n'
)


def add_architecture(adapting: argparse.ArgumentParser) -> None:
    """Add what says that the base is made of a file of weights, and what is known of it."""
    group = adapting.add_argument_group("weights of an architecture, instead of NAME")
    group.add_argument(
        "--architecture",
        metavar="ARCHITECTURE",
        help="begin with the weights of --weights, such as ImageNet's from keras.applications, "
        "which are never downloaded: vgg19, densenet-121, efficientnet-b0, … Without "
        "--whole-network a new head is fitted on them, with it all layers are trained",
    )
    group.add_argument(
        "--set",
        dest="settings",
        metavar="FACT=VALUE",
        action="append",
        default=[],
        help="state a fact of the input: input.size, colour, crop, mirror, decoder, resampling and "
        "scale are all needed; input.scale=keras-applications is what preprocess_input of the "
        "architecture does, colour included. Or of the weights: source.terms, redistribution, "
        "licence, citation, data",
    )
    group.add_argument(
        "--because", metavar="TEXT", help="who says so, and where; kept in the manifest"
    )


@contextmanager
def chosen_base(chosen: argparse.Namespace) -> Iterator[None]:
    """See that there is a base in `chosen.estimator`: that of NAME, or one made of weights.

    Raises:
        GanteiError: as `architecture_base`; or NAME is missing.
    """
    from gantei.errors import SettingError

    if chosen.architecture is None:
        if chosen.settings or chosen.because:
            raise SettingError("--set and --because go with --architecture")
        if chosen.estimator is None:
            raise SettingError(
                "NAME is missing: name an installed estimator to start from, or begin with weights "
                "by --architecture and --weights"
            )
        yield
        return
    if chosen.estimator is not None:  # with --architecture, the first of the photographs
        from gantei.commands.given_photographs import place_argument

        chosen.paths = [place_argument(chosen.estimator), *chosen.paths]
    with ExitStack() as stack:
        chosen.estimator = str(_made_base(chosen, stack))
        yield


def _made_base(chosen: argparse.Namespace, stack: ExitStack) -> Path:
    from gantei.terminal.progress import step

    from ..adapting.architecture_base import architecture_base, complete_facts, rights_unknown
    from ..architectures.named_architecture import architecture_named
    from ..manifest_draft.user_settings import settings_of

    settings, because = settings_of(chosen.settings), chosen.because
    complete_facts(
        architecture_named(chosen.architecture), settings, because, with_file=bool(chosen.weights)
    )
    weights = Path(chosen.weights)
    with step(f"reading {weights.name}"):
        base = architecture_base(chosen.architecture, weights, settings, because)
        folder = stack.enter_context(base)
    if rights_unknown(settings):
        sys.stderr.write(_TERMS_UNKNOWN)
    return folder
