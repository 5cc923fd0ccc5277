"""Running one of our modules over a stranger's file in a process of its own."""

import json
import os
import subprocess
import tempfile
from dataclasses import asdict
from pathlib import Path

from gantei.system.python_command import python_command

from ..manifest_draft.user_claims import UserClaims

DIED = 70
"""Exit code of such a process that ran out of memory."""


def run_in_process(
    module: str, path: Path, claims: UserClaims, seconds: float
) -> subprocess.CompletedProcess[bytes]:
    """Start a module with the file's path and what is stated, and wait for it.

    What it unpacks lies in a folder of its own, which goes with it, even if it dies.

    Raises:
        subprocess.TimeoutExpired: it took more than `seconds`, and was killed.
    """
    command = python_command(module, str(path), json.dumps(asdict(claims)))
    with tempfile.TemporaryDirectory(prefix="gantei-") as folder:
        return subprocess.run(  # noqa: S603
            command,
            timeout=seconds,
            capture_output=True,
            check=False,
            env={**os.environ, "TMPDIR": folder},
        )
