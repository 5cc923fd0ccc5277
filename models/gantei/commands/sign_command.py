"""`gantei sign`: one signature over every file of an estimator's or a calibration's folder."""

import argparse
import sys
from pathlib import Path


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    sign = commands.add_parser(
        "sign",
        help="sign an estimator's folder, or a calibration's",
        description="Sign every file of an estimator's or a calibration's folder into model.sig "
        "beside them, in the OpenSSF Model Signing format (docs/signatures.md, which also shows "
        "how to make a key).",
    )
    sign.add_argument(
        "folder", metavar="FOLDER", type=Path, help="an estimator's folder, or a calibration's"
    )
    sign.add_argument(
        "--key", metavar="PEM", type=Path, required=True, help="private key: ECDSA, P-256 or larger"
    )
    sign.add_argument(
        "--password-file",
        metavar="FILE",
        type=Path,
        help="its first line is the password of the key, where the key is encrypted",
    )
    sign.add_argument(
        "--replace", action="store_true", help="put it in the place of another signature"
    )
    sign.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    from ..calibrations.calibration_signing import check_calibration, is_calibration
    from ..signing.contents import SIGNATURE_FILE
    from ..signing.signing import check_estimator, sign_folder

    password = None
    if chosen.password_file:
        with chosen.password_file.open("rb") as file:
            password = file.readline(10_000).rstrip(b"\r\n")
    check = check_calibration if is_calibration(chosen.folder) else check_estimator
    signed = sign_folder(chosen.folder, chosen.key, password, replace=chosen.replace, check=check)
    sys.stdout.write(
        f"{chosen.folder / SIGNATURE_FILE}: signed with key {signed.key_id}\n"
        + "".join(f"  {name}\n" for name in signed.files)
    )
    return 0
