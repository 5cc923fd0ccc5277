"""`gantei federate lead-by-flower` and `site-by-flower`: rounds over a network, not in files."""

import argparse
import sys
from pathlib import Path

from gantei.commands.options import whole_number

from ..federating.federate_options import add_key, add_out, add_trust, signing_key

PORT = 9310
_APART = (
    "Needs Flower, in an environment of its own: pip install --require-hashes -r "
    "requirements/flower.txt. docs/federate-by-flower.md says what Flower opens and writes."
)


def register(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add both actions to `gantei federate`."""
    _register_lead(actions)
    _register_site(actions)


def _register_lead(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    lead = actions.add_parser(
        "lead-by-flower",
        help="carry the rounds over a network by Flower, until converged (the coordinator)",
        description="Send round 0, and each one after it, to the sites over a network, and combine "
        f"what they answer, until it has converged. The files are those of combine. {_APART}",
    )
    lead.add_argument("round", metavar="ROUND", type=Path, help="the folder of round 0")
    lead.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="the address of this machine by which sites reach it; all that is there is signed or "
        "needs a secret, default: %(default)s, this machine alone",
    )
    lead.add_argument(
        "--port", type=whole_number, default=PORT, metavar="N", help="default: %(default)s"
    )
    add_key(lead)
    add_trust(lead, "all sites, and of nobody else: only they are let in")
    add_out(lead, "federation")
    lead.set_defaults(run=_lead)


def _register_site(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    site = actions.add_parser(
        "site-by-flower",
        help="answer all rounds over a network by Flower (every site)",
        description="Answer every round that the coordinator's SuperLink sends, as gantei federate "
        f"site does, until the last one has come. {_APART}",
        epilog="After -- stand photographs and options of gantei federate site, --key, --trust and "
        "--labels among them, but not the round and --out.",
    )
    site.add_argument(
        "--superlink", required=True, metavar="HOST:PORT", help="where the coordinator listens"
    )
    site.add_argument(
        "--certificate",
        required=True,
        type=Path,
        metavar="PEM",
        help="the certificate.pem that the coordinator's command wrote; nobody else is talked to",
    )
    add_key(site)
    add_trust(site, "the coordinator and of all other sites")
    add_out(site, "federation")
    site.add_argument(
        "site", nargs="+", metavar="ARGUMENT", help="after --: photographs, --labels and the like"
    )
    site.set_defaults(run=_site)


def _lead(chosen: argparse.Namespace) -> int:
    from ..federating.trusted_parties import parties
    from .leading import LinkAddress, lead

    keys = {each.publisher: each.pem for each in parties(chosen.trust).values()}
    address = LinkAddress(chosen.host, chosen.port)

    def ready(certificate: Path) -> None:
        sys.stderr.write(
            f"{address.text}: waiting for {len(keys)} sites; give them {certificate}\n"
        )

    last = lead(chosen.round, address, keys, _own_options(chosen), chosen.out, ready)
    sys.stdout.write(f"{last}: converged; every site has it. Install it: gantei federate install\n")
    return 0


def _site(chosen: argparse.Namespace) -> int:
    from .taking_part import take_part

    site = [*chosen.site, *_own_options(chosen)]
    last = take_part(chosen.superlink, chosen.certificate, signing_key(chosen), site, chosen.out)
    sys.stdout.write(f"{last}: the last round. Install it: gantei federate install\n")
    return 0


def _own_options(chosen: argparse.Namespace) -> list[str]:
    """Write `--key` and its like once more, with whole paths, for the command of each round."""
    options = ["--key", str(chosen.key.absolute())]
    if chosen.password_file:
        options += ["--password-file", str(chosen.password_file.absolute())]
    return [*options, "--trust", *(str(path.absolute()) for path in chosen.trust)]
