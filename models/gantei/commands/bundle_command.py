"""`gantei bundle`: everything that a machine without internet installs and serves from."""

import argparse
import sys
from pathlib import Path

from ..bundle.targets import PLATFORMS, PYTHONS
from ..terminal.plural import counted
from .options import add_calibrations, add_estimators


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    bundle = commands.add_parser(
        "bundle",
        help="make a folder to install from where there is no internet",
        description="Make a folder with gantei's and all other wheels, estimators, cards, a list "
        "of components and a program that checks and installs them without a network "
        "(docs/closed-network.md). Needs pip and a package registry within reach.",
    )
    add_estimators(bundle)
    add_calibrations(bundle, "also carry the calibration")
    bundle.add_argument(
        "--out", metavar="DIR", required=True, type=Path, help="the folder, which must not exist"
    )
    bundle.add_argument(
        "--platform",
        dest="platforms",
        action="append",
        choices=PLATFORMS,
        help=f"machines to install on; repeat for more; default: {PLATFORMS[0]}",
    )
    bundle.add_argument(
        "--python",
        dest="pythons",
        action="append",
        choices=PYTHONS,
        help="versions of Python to install on; repeat for more; default: this one",
    )
    bundle.add_argument(
        "--gpu", action="store_true", help="for NVIDIA GPUs: with CUDA and cuDNN, 2 GB more"
    )
    bundle.add_argument(
        "--zip", action="store_true", help="archives of at most 4 GB instead of plain files"
    )
    bundle.add_argument(
        "--terms-accepted",
        action="store_true",
        help="you have read the terms of estimators that do not say whether they may be passed on",
    )
    bundle.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    from ..bundle.building import BundleOptions, make_bundle
    from ..bundle.targets import targets

    this = f"{sys.version_info.major}.{sys.version_info.minor}"
    options = BundleOptions(
        names=tuple(chosen.names),
        calibrations=tuple(chosen.calibrations),
        targets=targets(
            tuple(dict.fromkeys(chosen.platforms or PLATFORMS[:1])),
            tuple(dict.fromkeys(chosen.pythons or (this,))),
        ),
        gpu=chosen.gpu,
        zipped=chosen.zip,
        terms_accepted=chosen.terms_accepted,
    )
    made = make_bundle(options, chosen.out)
    sys.stdout.write(
        f"{made.folder}: {counted(made.files, 'file')}, {made.bytes / 1e6:.0f} MB\n"
        f"sha256 of SHA256SUMS: {made.digest}\n"
        "Tell it to whoever installs by another way than the files go.\n"
    )
    return 0
