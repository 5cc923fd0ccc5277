"""`gantei trust`: whose signatures count on this machine."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..terminal.text_table import text_table
from .options import add_json, print_json

if TYPE_CHECKING:
    from ..signing.trust import PublisherKey


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand and its three."""
    trust = commands.add_parser(
        "trust",
        help="say whose signatures count on this machine",
        description="Keep the trust file: the keys of publishers whose signatures count on this "
        "machine (GANTEI_TRUST_FILE, else trust.toml in GANTEI_HOME). GANTEI_TRUST=require opens "
        "only what they signed.",
    )
    actions = trust.add_subparsers(metavar="ACTION", required=True)
    add = actions.add_parser(
        "add",
        help="trust a publisher's key",
        description="Trust a publisher's key: estimators that it signed count as the publisher's.",
    )
    add.add_argument("key", metavar="PEM", type=Path, help="the publisher's public key")
    add.add_argument("--name", metavar="TEXT", required=True, help="whose key it is")
    add.add_argument(
        "--for",
        dest="estimators",
        metavar="NAME",
        action="append",
        help="an estimator that the key may sign, such as 'joir-*'; repeat for more; default: any",
    )
    add.set_defaults(run=_add)
    listing = actions.add_parser(
        "list",
        help="list the keys",
        description="List the keys: whose each is, for which estimators it counts, and whether it "
        "was revoked.",
    )
    add_json(listing)
    listing.set_defaults(run=_list)
    revoke = actions.add_parser(
        "revoke",
        help="stop trusting a key",
        description="Stop trusting a key. It stays in the trust file, with the reason.",
    )
    revoke.add_argument("key", metavar="ID", help="the key's id, or how it begins")
    revoke.add_argument("--because", metavar="TEXT", required=True, help="since when and why")
    revoke.set_defaults(run=_revoke)


def _add(chosen: argparse.Namespace) -> int:
    from ..signing.keys import read_public_key
    from ..signing.trust import add_key

    return _tell(add_key(read_public_key(chosen.key), chosen.name, chosen.estimators))


def _revoke(chosen: argparse.Namespace) -> int:
    from ..signing.trust import revoke_key

    return _tell(revoke_key(chosen.key, chosen.because))


def _tell(key: "PublisherKey") -> int:
    from ..signing.trust import trust_path

    sys.stdout.write(f"{trust_path()}: key {key.id} of {key.publisher}: {_standing(key)}\n")
    return 0


def _list(chosen: argparse.Namespace) -> int:
    from ..signing.trust import trusted_keys

    keys = trusted_keys().values()
    if chosen.json:
        print_json([key.model_dump() for key in keys])
        return 0
    rows = [(key.id, key.publisher, _standing(key)) for key in keys]
    sys.stdout.write(text_table(("KEY", "PUBLISHER", "TRUSTED"), rows) + "\n")
    return 0


def _standing(key: "PublisherKey") -> str:
    if key.revoked is not None:
        return f"no, revoked: {key.revoked}"
    return f"for {', '.join(key.estimators)}" if key.estimators != ["*"] else "for all"
