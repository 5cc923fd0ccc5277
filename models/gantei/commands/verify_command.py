"""`gantei verify`: whether estimators are still what was installed, and whose."""

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from ..terminal.text_table import text_table, visible
from .options import add_json, print_json

if TYPE_CHECKING:
    from ..estimator.verification import Report

ALL_RIGHT, SOME_WRONG = 0, 1


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    verify = commands.add_parser(
        "verify",
        help="verify installed estimators: manifest, weights, signature",
        description="Verify estimators on this machine: the manifest's schema, size and sha256 of "
        "the weights, and the signature where a trusted key made one (docs/signatures.md).",
        epilog="Exit code: 0 all right, 1 something is wrong, 2 nothing could be verified.",
    )
    verify.add_argument(
        "names",
        metavar="NAME",
        nargs="*",
        help="names or folders, a calibration's too; default: all estimators on this machine",
    )
    verify.add_argument(
        "--public-key",
        metavar="PEM",
        type=Path,
        help="require a signature by this key, whatever the trust file says",
    )
    verify.add_argument(
        "--golden", action="store_true", help="also answer the golden photographs, on the CPU"
    )
    verify.add_argument(
        "--samples",
        metavar="DIR",
        type=Path,
        help="also answer the publisher's own pictures in DIR and compare with what is published",
    )
    add_json(verify)
    verify.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    from ..estimator.verification import names_to_verify, verify

    names = chosen.names or names_to_verify(chosen.public_key)
    reports = verify(names, chosen.public_key, golden=chosen.golden, samples=chosen.samples)
    if chosen.json:
        print_json([asdict(report) for report in reports])
    else:
        sys.stdout.write(_text(reports))
    return SOME_WRONG if any(report.problems for report in reports) else ALL_RIGHT


def _text(reports: "list[Report]") -> str:
    rows = [_row(report) for report in reports]
    header = ("ESTIMATOR", "WEIGHTS", "SIGNATURE", "GOLDEN", "PUBLISHED", "FOUND")
    problems = [
        "\n".join([f"{report.name}:", *(f"  {problem.text}" for problem in report.problems)])
        for report in reports
        if report.problems
    ]
    return visible("\n\n".join([text_table(header, rows), *problems])) + "\n"


def _row(report: "Report") -> tuple[str, ...]:
    size = f", {report.bytes / 1e6:.1f} MB" if report.weights == "right" else ""
    signature = {
        "valid": f"by {report.signer}",
        "foreign": "by no trusted key",
        "differs": "not of these files",
        "shipped": "part of gantei",
    }
    return (
        report.name,
        report.weights + size,
        signature.get(report.signature, report.signature),
        "not checked" if report.golden is None else f"{report.golden} right",
        "not checked" if report.published is None else f"{report.published} right",
        "wrong" if report.problems else "right",
    )
