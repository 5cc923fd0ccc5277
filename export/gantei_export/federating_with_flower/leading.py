"""The coordinator's side: a SuperLink that carries the rounds of one federation."""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from .carried_rounds import FlowerError, prepared_folder
from .flower_apps import FINISHED, ORDERS
from .flower_certificate import make_certificate, write_private
from .flower_control import register_and_start
from .flower_install import require_flower
from .flower_processes import ROOM, FlowerPrograms, flower_programs, parent_arguments
from .link_process import SECRET_VARIABLE

CERTIFICATE = "certificate.pem"


@dataclass(frozen=True)
class LinkAddress:
    """Where the SuperLink listens.

    Attributes:
        host: an address of this machine, by which sites reach it.
        port: of it.
    """

    host: str
    port: int

    @property
    def text(self) -> str:
        """Both, as Flower writes them.

        >>> from gantei_export.federating_with_flower.leading import LinkAddress
        >>> LinkAddress("::1", 9310).text
        '[::1]:9310'
        """
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def lead(
    round_0: Path,
    address: LinkAddress,
    keys: Mapping[str, str],
    combine: list[str],
    out: Path,
    ready: Callable[[Path], None],
) -> Path:
    """Lead a federation over a network until it has converged.

    Args:
        round_0: as `gantei federate start` wrote it.
        address: where to listen.
        keys: the sites' public keys in PEM, by a name for messages.
        combine: arguments of `gantei federate combine`, but for the answers and `--out`.
        out: the folder to write: rounds, answers, the certificate, what Flower writes.
        ready: is called once sites may come, with the certificate that they need.

    Returns:
        The folder of the last round.

    Raises:
        FlowerError: a site could not answer, its answer was refused, or Flower gave up.
        OutputError: `out` is there already, or cannot be written.
        MissingExtraError: Flower is not installed.
    """
    require_flower()
    folder = prepared_folder(out.absolute())
    certificate, key = folder / CERTIFICATE, folder / "certificate-key.secret"
    make_certificate(address.host, certificate, key)
    orders = folder / "orders.json"
    told = {
        "sites": len(keys),
        "round": str(round_0.absolute()),
        "out": str(folder),
        "combine": combine,
    }
    write_private(orders, json.dumps(told).encode())
    with flower_programs(folder) as programs:
        _start_link(programs, address, keys, (certificate, key), orders)
        ready(certificate)
        programs.wait_for(folder / FINISHED)
        said = json.loads((folder / FINISHED).read_text("utf-8"))
    if "error" in said:
        raise FlowerError(f"{said['error']} ({programs.log})")
    return Path(said["last"])


def _start_link(
    programs: FlowerPrograms,
    address: LinkAddress,
    keys: Mapping[str, str],
    tls: tuple[Path, Path],
    orders: Path,
) -> None:
    """Start a SuperLink, let in the sites, and start what leads the rounds."""
    certificate, key = tls
    secret = secrets.token_hex(32)
    shared = str(programs.secret_file("superexec.secret"))
    link = [
        f"{ROOM}link_process", "--host", address.host, "--port", str(address.port),
        "--ssl-certfile", str(certificate), "--ssl-keyfile", str(key),
        "--ssl-ca-certfile", str(certificate), "--enable-supernode-auth",
        "--isolation", "process", "--superexec-auth-secret-file", shared,
    ]  # fmt: skip
    programs.start("SuperLink", link, {SECRET_VARIABLE: secret})
    programs.wait_for_port(address.host, address.port)
    register_and_start(address.text, certificate, secret, keys)
    superexec = [
        "flower-superexec", "--root-certificates", str(certificate),
        "--runtime-api-address", address.text,
        "--superexec-auth-secret-file", shared, *parent_arguments(),
    ]  # fmt: skip
    programs.start("SuperExec", superexec, {ORDERS: str(orders)})
