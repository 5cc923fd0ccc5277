"""A site's side: a SuperNode that answers rounds with `gantei federate site`."""

import json
import time
from pathlib import Path

from gantei.signing.keys import read_private_key

from ..federating.federation_files import SigningKey
from .carried_rounds import prepared_folder
from .flower_apps import FINISHED, ORDERS
from .flower_certificate import write_private
from .flower_install import require_flower
from .flower_processes import ROOM, flower_programs, free_port, parent_arguments

_PATIENCE = 600
"""Seconds without a SuperLink, after which a site gives up."""
_LEAVING = 5.0
"""Seconds in which the SuperNode says that the last round has come."""


def take_part(
    superlink: str, certificate: Path, key: SigningKey, site: list[str], out: Path
) -> Path:
    """Answer every round that the SuperLink sends, until the last one.

    Args:
        superlink: its `host:port`.
        certificate: the PEM file that it shows, as its operator handed it over.
        key: the site's, with which answers are signed, and which the SuperLink knows the site by.
        site: arguments of `gantei federate site`, but for the round and `--out`.
        out: the folder to write: the last round, and what Flower writes.

    Returns:
        The folder of the last round, for `gantei federate install`.

    Raises:
        FlowerError: Flower gave up.
        SettingError: the key cannot be used.
        OutputError: `out` is there already, or cannot be written.
        MissingExtraError: Flower is not installed.
    """
    require_flower()
    private = _as_openssh(key)
    folder = prepared_folder(out.absolute())
    last, orders = folder / "last-round", folder / "orders.json"
    write_private(orders, json.dumps({"site": site, "last": str(last)}).encode())
    with flower_programs(folder) as programs:
        shared = str(programs.secret_file("superexec.secret"))
        port = free_port()
        node = [
            f"{ROOM}node_process", "--superlink", superlink,
            "--root-certificates", str(certificate.absolute()),
            "--isolation", "process", "--superexec-auth-secret-file", shared,
            "--port", str(port), "--max-wait-time", str(_PATIENCE),
        ]  # fmt: skip
        programs.start("SuperNode", node, secret=("--auth-supernode-private-key", private))
        programs.wait_for_port("127.0.0.1", port)
        superexec = [
            "flower-superexec", "--insecure", "--runtime-api-address", f"127.0.0.1:{port}",
            "--superexec-auth-secret-file", shared, *parent_arguments(),
        ]  # fmt: skip
        programs.start("SuperExec", superexec, {ORDERS: str(orders)})
        programs.wait_for(folder / FINISHED)
        time.sleep(_LEAVING)
    return last


def _as_openssh(key: SigningKey) -> bytes:
    """Give the key in the form that Flower reads."""
    private = read_private_key(key.file, key.password)
    from cryptography.hazmat.primitives import serialization

    return private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        serialization.NoEncryption(),
    )
