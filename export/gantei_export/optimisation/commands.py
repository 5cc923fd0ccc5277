"""`gantei optimise`: a lighter variant of an estimator, installed only within limits."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gantei.commands.options import add_json, print_json

if TYPE_CHECKING:
    from .optimising import Optimised

INSTALLED, LIMIT_BROKEN = 0, 1


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    optimising = commands.add_parser(
        "optimise",
        help="make a lighter variant, measured on photographs",
        description="Make NAME-fp16 or NAME-int8, compare it with NAME on photographs that did "
        "not calibrate it, print the table, and install it if no difference is above its limit.",
        epilog="Exit code: 0 installed, 1 a limit is broken and nothing was installed, 2 nothing "
        "could be run.",
    )
    optimising.add_argument("name", metavar="NAME", help="an estimator's name, or its folder")
    optimising.add_argument("--precision", choices=("fp16", "int8"), required=True)
    optimising.add_argument(
        "--photographs",
        metavar="PATH",
        nargs="+",
        type=Path,
        required=True,
        help="photographs like those to come, and folders of them",
    )
    optimising.add_argument(
        "--limit",
        dest="limits",
        metavar="VALUE=NUMBER",
        action="append",
        default=[],
        help="largest difference of a value, as male=0.01 or age=0.3; default: 0.02 in a "
        "probability, 0.5 years; say it again for more",
    )
    optimising.add_argument(
        "--allow-grey", action="store_true", help="take pictures without colour too"
    )
    optimising.add_argument(
        "--replace", action="store_true", help="take the place of an installed variant"
    )
    add_json(optimising)
    optimising.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    from gantei.progress import progress
    from gantei.study.photographs import list_photographs

    from .optimising import optimise

    limits = _limits(chosen.limits)
    listing = list_photographs(chosen.photographs)
    with progress(2 * len(listing.photographs), "photograph") as bar:
        optimised = optimise(
            chosen.name,
            chosen.precision,
            listing,
            limits=limits,
            allow_grey=chosen.allow_grey,
            replace=chosen.replace,
            advance=bar.update,
        )
    if chosen.json:
        print_json(_record(optimised))
    else:
        sys.stdout.write(_report(optimised))
    return INSTALLED if optimised.entry else LIMIT_BROKEN


def _limits(given: list[str]) -> dict[str, float]:
    from gantei.errors import SettingError

    limits = {}
    for text in given:
        value, _, number = text.partition("=")
        if value in limits:
            raise SettingError(f"--limit {value}: given twice")
        try:
            limits[value] = float(number)
        except ValueError:
            raise SettingError(f"--limit {text}: expects VALUE=NUMBER, as age=0.3") from None
    return limits


def _report(optimised: "Optimised") -> str:
    from gantei.variant_table import variant_text

    lines = [f"left out: {name}: {reason}" for name, reason in optimised.left_out]
    lines += [variant_text(optimised.variant), ""]
    if optimised.entry:
        lines += [
            f"{optimised.name}: installed in {optimised.entry.folder}",
            f"Ready: gantei predict DIR --with {optimised.name} --out results.csv",
        ]
    else:
        lines += [
            f"{each.value}: the largest difference, {each.largest:.3g} {each.unit}, is above the "
            f"limit, {each.limit:g}"
            for each in optimised.variant.drift
            if not each.kept
        ]
        lines.append(f"{optimised.name}: not installed")
    return "\n".join(lines) + "\n"


def _record(optimised: "Optimised") -> dict[str, Any]:
    return {
        "name": optimised.name,
        "installed": optimised.entry is not None,
        "folder": str(optimised.entry.folder) if optimised.entry else None,
        "broken": [each.value for each in optimised.variant.drift if not each.kept],
        "left_out": [{"photograph": name, "reason": reason} for name, reason in optimised.left_out],
        "variant": optimised.variant.model_dump(),
    }
