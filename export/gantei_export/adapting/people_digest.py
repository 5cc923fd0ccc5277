"""A digest of whose photographs an estimator learnt from, which means something here alone."""

import json
import secrets
from collections.abc import Iterable
from pathlib import Path

from gantei.catalogue.store import home
from gantei.errors import OutputError
from gantei.system.files import atomic_write, ensure_folder, exclusive_lock
from gantei.system.keyed_digest import keyed_digest

KEY_FILE = "people.key"
"""In the folder of everything gantei keeps; 64 hexadecimal digits, which its owner alone reads."""
PATIENCE = 60.0


def people_digest(names: Iterable[str]) -> str:
    """Give a digest of a group of people, in hex: HMAC-SHA-256 under a secret of this machine.

    The same people give the same digest on this machine, in whatever order and however often they
    are named. Who does not hold the secret can neither learn a name from it nor find out whether
    somebody is among them: not even by trying all identifiers of a hospital.

    Raises:
        OutputError: the secret cannot be read or written, or is none.
    """
    return keyed_digest(_secret(), json.dumps(sorted(set(names))))


def _secret() -> bytes:
    path = ensure_folder(home()) / KEY_FILE
    busy = f"another process is writing {path.name}; wait for it"
    with exclusive_lock(path.with_name(f".{path.name}.lock"), PATIENCE, busy):
        if not path.exists():
            _begin(path)
        try:
            secret = bytes.fromhex(path.read_text("ascii"))
        except (OSError, ValueError) as error:
            raise OutputError(f"{path}: is no secret of gantei, or cannot be read") from error
    if len(secret) != 32:
        raise OutputError(f"{path}: is no secret of gantei; take it away to begin a new one")
    return secret


def _begin(path: Path) -> None:
    with atomic_write(path, mode=0o600) as file:
        file.write(secrets.token_hex(32).encode("ascii"))
