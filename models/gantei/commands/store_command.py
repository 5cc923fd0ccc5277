"""`gantei pull`, `gantei where`, `gantei remove`: what comes into the store and leaves it."""

import argparse
import sys
from pathlib import Path

from ..pull.source_kinds import KINDS


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the three subcommands."""
    pull = commands.add_parser(
        "pull",
        help="fetch an estimator into the store",
        description="Fetch an estimator into the store, from where it is offered "
        "(docs/distribution.md). Every file is checked before the estimator appears; a download "
        "that was cut off resumes. Without --from: whether it is here, and where its publisher "
        "gives it. HTTPS_PROXY and SSL_CERT_FILE count; GANTEI_OFFLINE=1 opens no connection.",
    )
    pull.add_argument("name", metavar="NAME", help="the estimator's name")
    pull.add_argument(
        "--from",
        dest="source",
        metavar="SOURCE",
        help=KINDS,
    )
    pull.add_argument(
        "--replace",
        action="store_true",
        help="take the place of an installed estimator, or calibration",
    )
    pull.add_argument(
        "--token-file",
        metavar="FILE",
        type=Path,
        help="holds the bearer token for SOURCE; for a service GANTEI_TOKEN "
        "does as well, for the Hub HF_TOKEN or hf auth login",
    )
    pull.add_argument(
        "--ca",
        metavar="FILE",
        type=Path,
        help="certificate authority that alone is trusted, as PEM; default: SSL_CERT_FILE, else "
        "those that Mozilla trusts",
    )
    pull.add_argument(
        "--accept-changes",
        action="store_true",
        help="take files that differ from what the same source gave before",
    )
    pull.add_argument(
        "--calibration",
        dest="calibrations",
        metavar="PATH",
        type=Path,
        action="append",
        default=[],
        help="also, or without --from only, put the calibration in this folder where it is found "
        "by its site; repeat for more",
    )
    pull.set_defaults(run=_pull)
    _register_where(commands)
    _register_remove(commands)


def _register_where(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    where = commands.add_parser(
        "where",
        help="print the folder of an estimator, or of the store itself",
        description="Print the folder of an estimator or, without NAME, of the store, in which "
        "installed estimators lie.",
    )
    where.add_argument("name", metavar="NAME", nargs="?", help="an installed or shipped estimator")
    where.set_defaults(run=_where)


def _register_remove(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    remove = commands.add_parser(
        "remove",
        help="remove an installed estimator from the store, or what an interrupted download or "
        "training has left",
    )
    remove.add_argument("name", metavar="NAME", help="the estimator's name")
    remove.add_argument(
        "--training",
        action="store_true",
        help="delete only the training of that name that did not end; an installed estimator stays",
    )
    remove.set_defaults(run=_remove)


def _report(line: str) -> None:
    sys.stderr.write(f"gantei: {line}\n")


def _pull(chosen: argparse.Namespace) -> int:
    if chosen.source or not chosen.calibrations:
        _pull_estimator(chosen)
    _pull_calibrations(chosen)
    return 0


def _pull_calibrations(chosen: argparse.Namespace) -> None:
    from ..calibrations.calibration_copies import install_calibration
    from ..catalogue.entries import find_installed

    for path in chosen.calibrations:
        entry, _ = find_installed(chosen.name)
        installed = install_calibration(path, entry.manifest, replace=chosen.replace)
        done = "already in" if installed.was_there else "installed in"
        site = installed.calibration.site
        sys.stdout.write(f"{entry.name} at {site}: {done} {installed.folder}\n")


def _pull_estimator(chosen: argparse.Namespace) -> None:
    from ..pull.fetching import pull_estimator
    from ..pull.http_session import NetworkOptions

    pulled = pull_estimator(
        chosen.name,
        chosen.source,
        network=NetworkOptions(chosen.ca, chosen.token_file),
        replace=chosen.replace,
        accept_changes=chosen.accept_changes,
        report=_report,
    )
    entry = pulled.entry
    if not pulled.was_installed:
        sys.stdout.write(f"{entry.name}: installed in {entry.folder}\n")
        return
    sys.stdout.write(f"{entry.name}: already in {entry.folder}, and its weights are right\n")
    if chosen.source:
        _report("its source was not contacted; --replace pulls it again")


def _where(chosen: argparse.Namespace) -> int:
    from ..catalogue import store
    from ..catalogue.entries import find_installed
    from ..pull.first_use import origin

    if chosen.name is None:
        sys.stdout.write(f"{store.folder()}\n")
        return 0
    entry, _ = find_installed(chosen.name)
    sys.stdout.write(f"{entry.folder}\n")
    if came_from := origin(entry.folder):
        _report(f"pulled from {came_from}")
    return 0


def _remove_training(name: str) -> int:
    from ..catalogue.kept_trainings import forget_trainings
    from ..errors import NotInstalledError

    if not forget_trainings(name):
        raise NotInstalledError(
            f"no training of {name!r} is kept that did not end; gantei list tells of those that are"
        )
    _tell_training_removed(name)
    return 0


def _tell_training_removed(name: str) -> None:
    sys.stdout.write(f"{name}: the training that did not end is removed\n")


def _remove(chosen: argparse.Namespace) -> int:
    from ..calibrations.calibration_store import calibration_folder, known_sites
    from ..catalogue import store
    from ..catalogue.entries import estimators, shipped
    from ..catalogue.kept_trainings import forget_trainings
    from ..errors import NotInstalledError, SettingError
    from ..pull.fetching import forget_downloads

    name = chosen.name
    if chosen.training:
        return _remove_training(name)
    here = name in store.installed()
    if not here and name in {entry.name for entry in shipped() if entry.manifest.weights}:
        raise SettingError(f"{name} comes with gantei and goes with it; nothing was removed")
    unfinished, trained = forget_downloads(name), forget_trainings(name)
    if not here and not unfinished and not trained:
        known = ", ".join(store.installed()) or "none"
        raise NotInstalledError(f"{name!r} is not installed; installed: {known}")
    if unfinished:
        sys.stdout.write(f"{name}: what was downloaded of it so far is removed\n")
    if trained:
        _tell_training_removed(name)
    if here:
        variants = [
            entry.name
            for entry in estimators()
            if entry.manifest.variant and entry.manifest.variant.of == name
        ]
        store.remove(name)
        sys.stdout.write(f"{name}: removed\n")
        if variants:
            _report(f"made from {name} and still here: {', '.join(variants)}")
        if sites := known_sites(name):
            _report(
                f"its calibrations at {', '.join(sites)} are still in "
                f"{calibration_folder(name, sites[0]).parent}: they count again with the same "
                "weights; to be rid of them, delete that folder"
            )
    return 0
