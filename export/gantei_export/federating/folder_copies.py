"""Copies of whole folders: under their name only once they are complete."""

import os
import shutil
import tempfile
from pathlib import Path

from gantei.errors import OutputError
from gantei.system.files import ensure_folder


def copy_folder(source: Path, out: Path) -> None:
    """Copy a folder to where nothing is yet.

    Raises:
        OutputError: something is there, or it cannot be written.
    """
    if os.path.lexists(out):
        raise OutputError(f"{out}: exists already; name another --out, or remove it first")
    ensure_folder(out.parent)
    incoming = None
    try:
        incoming = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
        shutil.copytree(source, incoming / "whole")
        (incoming / "whole").rename(out)
    except OSError as error:
        raise OutputError(f"{out}: cannot be written: {error.strerror or error}") from error
    finally:
        if incoming:
            shutil.rmtree(incoming, ignore_errors=True)
