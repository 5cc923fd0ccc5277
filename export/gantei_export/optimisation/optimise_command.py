"""`gantei optimise`: a lighter variant of an estimator, installed only within limits."""

import argparse
import sys
from typing import TYPE_CHECKING, Any

from gantei.commands.given_photographs import place_argument
from gantei.commands.options import add_json, print_json
from gantei.commands.photograph_options import PATHS, add_persons

if TYPE_CHECKING:
    from gantei.photographs.listing import PhotographList

    from .optimiser import OptimiseResult
    from .reduced_decoding import DecodingResult

INSTALLED, LIMIT_BROKEN = 0, 1


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    optimising = commands.add_parser(
        "optimise",
        help="make a lighter variant, or permit faster decoding, measured on photographs",
        description="Make NAME-fp16 or NAME-int8, compare it with NAME on photographs that did "
        "not calibrate it, print the table, and install it if no difference is above its limit. "
        "With --reduced-decoding: measure what decoding large JPEGs at reduced size changes, and "
        "permit it to NAME within the limits.",
        epilog="Exit code: 0 installed, 1 a limit is exceeded and nothing was installed, 2 nothing "
        "could be run.",
    )
    optimising.add_argument("estimator", metavar="NAME", help="an estimator's name, or its folder")
    what = optimising.add_mutually_exclusive_group(required=True)
    what.add_argument("--precision", choices=("fp16", "int8"), help="type of the variant's numbers")
    what.add_argument(
        "--reduced-decoding",
        action="store_true",
        help="decode JPEGs at 1/2, 1/4 or 1/8 where 4 times the input's side stay, and 800 px",
    )
    optimising.add_argument(
        "--photographs",
        metavar="PATH",
        nargs="+",
        type=place_argument,
        required=True,
        help=f"{PATHS}, like those to come",
    )
    add_persons(optimising)
    optimising.add_argument(
        "--limit",
        dest="limits",
        metavar="VALUE=NUMBER",
        action="append",
        default=[],
        help="largest difference of a value, as male=0.01 or age=0.3; default: 0.02 in a "
        "probability, 0.5 years, and of --reduced-decoding 0.005 and 0.1; repeat for more",
    )
    optimising.add_argument(
        "--allow-grey", action="store_true", help="take pictures without colour too"
    )
    optimising.add_argument(
        "--replace", action="store_true", help="take the place of an installed variant"
    )
    optimising.add_argument(
        "--name",
        metavar="NEW",
        help="with --reduced-decoding: permit it to a copy of that name; NAME stays as it is",
    )
    add_json(optimising)
    optimising.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    from gantei.errors import SettingError
    from gantei.terminal.progress import progress

    from .optimiser import optimise

    limits = _limits(chosen.limits)
    if chosen.reduced_decoding:
        return _permit(chosen, limits)
    if chosen.name is not None:
        raise SettingError("--name goes with --reduced-decoding; a variant is NAME-fp16 or -int8")
    listing = _listing(chosen)
    with progress(2 * len(listing.photographs), "photograph") as bar:
        optimised = optimise(
            chosen.estimator,
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


def _listing(chosen: argparse.Namespace) -> "PhotographList":
    from gantei.photographs.persons import person_rule
    from gantei.study.collecting import GivenPhotographs, collect

    rule = None if chosen.persons is None else person_rule(chosen.persons)
    return collect(GivenPhotographs(chosen.photographs, persons=rule))


def _permit(chosen: argparse.Namespace, limits: dict[str, float]) -> int:
    from gantei.errors import SettingError
    from gantei.terminal.progress import progress

    from .reduced_decoding import permit_reduced_decoding

    if chosen.replace:
        raise SettingError("--replace goes with --precision; NAME itself is changed here")
    listing = _listing(chosen)
    with progress(len(listing.photographs), "photograph") as bar:
        permitted = permit_reduced_decoding(
            chosen.estimator,
            listing,
            limits=limits,
            allow_grey=chosen.allow_grey,
            new_name=chosen.name,
            advance=bar.update,
        )
    if chosen.json:
        print_json(_permission(permitted))
    else:
        sys.stdout.write(_told(permitted))
    return INSTALLED if permitted.entry else LIMIT_BROKEN


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


def _report(optimised: "OptimiseResult") -> str:
    from gantei.card.variant_table import variant_text

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


def _told(permitted: "DecodingResult") -> str:
    from gantei.card.variant_table import decoding_text

    lines = [f"left out: {name}: {reason}" for name, reason in permitted.left_out]
    lines += [decoding_text(permitted.measured), ""]
    if permitted.entry:
        lines.append(f"{permitted.name}: decodes at reduced size; in {permitted.entry.folder}")
    else:
        lines.append(f"{permitted.name}: a limit is broken, so every photograph is decoded in full")
    return "\n".join(lines) + "\n"


def _permission(permitted: "DecodingResult") -> dict[str, Any]:
    return {
        "name": permitted.name,
        "permitted": permitted.entry is not None,
        "left_out": [{"photograph": name, "reason": reason} for name, reason in permitted.left_out],
        "reduced_decoding": permitted.measured.model_dump(),
    }


def _record(optimised: "OptimiseResult") -> dict[str, Any]:
    return {
        "name": optimised.name,
        "installed": optimised.entry is not None,
        "folder": str(optimised.entry.folder) if optimised.entry else None,
        "broken": [each.value for each in optimised.variant.drift if not each.kept],
        "left_out": [{"photograph": name, "reason": reason} for name, reason in optimised.left_out],
        "variant": optimised.variant.model_dump(),
    }
