"""The options that the actions of `gantei federate` have in common."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .federation_files import SigningKey


def add_key(parser: argparse.ArgumentParser) -> None:
    """Add `--key` and `--password-file`; `signing_key` reads them."""
    parser.add_argument(
        "--key",
        metavar="PEM",
        type=Path,
        required=True,
        help="your private key, which signs what is written: ECDSA, P-256 or larger "
        "(docs/signatures.md shows how to make one)",
    )
    parser.add_argument(
        "--password-file",
        metavar="FILE",
        type=Path,
        help="its first line is the password of the key, where the key is encrypted",
    )


def add_trust(parser: argparse.ArgumentParser, whose: str) -> None:
    """Add `--trust`, into `trust`."""
    parser.add_argument(
        "--trust",
        metavar="PEM",
        type=Path,
        action="extend",
        nargs="+",
        required=True,
        help=f"public keys of {whose}; obtained from them directly, not with the files",
    )


def signing_key(chosen: argparse.Namespace) -> "SigningKey":
    """Read what `add_key` added.

    Raises:
        SettingError: the file of the password cannot be read.
    """
    from gantei.errors import SettingError

    from .federation_files import SigningKey

    password = None
    if chosen.password_file:
        try:
            with chosen.password_file.open("rb") as file:
                password = file.readline(10_000).rstrip(b"\r\n")
        except OSError as error:
            raise SettingError(
                f"--password-file {chosen.password_file}: cannot be read: "
                f"{error.strerror or error}. Name a file whose first line is the password of the "
                "key; leave it out where the key is not encrypted"
            ) from error
    return SigningKey(chosen.key, password)


def add_out(parser: argparse.ArgumentParser, such_as: str) -> None:
    """Add `--out`."""
    parser.add_argument(
        "--out",
        metavar="FOLDER",
        type=Path,
        required=True,
        help=f"the folder to write, such as {such_as}; it must not exist yet",
    )
