"""The folder of `--out`: `settled.html` for people, `settled.json` for programs."""

import json
from pathlib import Path
from tempfile import TemporaryFile

from gantei.errors import OutputError
from gantei.system.files import atomic_write, ensure_folder

from .settled_page import settled_page
from .settled_record import settled_record
from .settling_result import Settling

PAGE, RECORD = "settled.html", "settled.json"


def check_folder(folder: Path, *, overwrite: bool) -> None:
    """Refuse a folder that cannot take them, before any work.

    Raises:
        OutputError: it is a file, holds those of another run, or cannot be written to.
    """
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file; name a folder")
    there = [name for name in (PAGE, RECORD) if (folder / name).exists()]
    if there and not overwrite:
        raise OutputError(
            f"{folder / there[0]} is there already: name another folder, or --overwrite"
        )
    _try_out(folder)


def _try_out(folder: Path) -> None:
    """Make the folder and write into it, and leave all as it was."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    ensure_folder(folder)
    try:
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written to: {error.strerror}") from error
    finally:
        for each in missing:
            each.rmdir()


def write_settled(settling: Settling, folder: Path, *, overwrite: bool = False) -> tuple[Path, ...]:
    """Write both, each whole or not at all; returns where they are.

    Raises:
        OutputError: the folder cannot take them.
        MissingExtraError: matplotlib is not installed.
    """
    check_folder(folder, overwrite=overwrite)
    contents = {
        PAGE: settled_page(settling),
        RECORD: json.dumps(settled_record(settling), ensure_ascii=False, indent=1).encode() + b"\n",
    }
    ensure_folder(folder)
    for name, content in contents.items():
        with atomic_write(folder / name) as file:
            file.write(content)
    return tuple(folder / name for name in contents)
