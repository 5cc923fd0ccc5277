"""Which files the folder of a message holds, and how large each may be."""

import os
import stat
from itertools import islice
from pathlib import Path

from gantei.signing.contents import SIGNATURE_FILE

from .federation_errors import FederationError
from .message_arrays import LARGEST_ARRAYS
from .message_records import MOST_SITES

JSON_FILE = "federation.json"
ARRAYS_FILE = "sums.bin"
JOINS_FOLDER = "joins"
ANSWERS_FOLDER = "answers"
LARGEST_JSON = 1_000_000
"""Bytes; that of 100 sites and 1,000 arrays takes 200,000."""
LARGEST_FILES = {JSON_FILE: LARGEST_JSON, ARRAYS_FILE: LARGEST_ARRAYS, SIGNATURE_FILE: LARGEST_JSON}
"""Bytes of the files of a message."""


def check_names(folder: Path) -> None:
    """See that a folder holds the files of a message and no others, none too large."""
    names = _names_in(folder, {*LARGEST_FILES, JOINS_FOLDER, ANSWERS_FOLDER})
    if JSON_FILE not in names:
        raise FederationError(f"{folder}: is not a folder of a federation: it holds no {JSON_FILE}")
    messages = [folder]
    numbers = {str(number) for number in range(1, MOST_SITES + 1)}
    for kind in names & {JOINS_FOLDER, ANSWERS_FOLDER}:
        for number in _names_in(folder / kind, numbers):
            _names_in(folder / kind / number, {*LARGEST_FILES})
            messages.append(folder / kind / number)
    for each in messages:
        for name, largest in LARGEST_FILES.items():
            file = each / name
            if not os.path.lexists(file):
                continue
            found = file.lstat()
            if not stat.S_ISREG(found.st_mode):  # opened, a pipe would wait for ever
                raise FederationError(f"{file}: is not a plain file")
            if found.st_size > largest:
                raise FederationError(f"{file}: larger than {largest} bytes, the most that is read")


def _names_in(folder: Path, allowed: set[str]) -> set[str]:
    try:
        names = {entry.name for entry in islice(os.scandir(folder), len(allowed) + 1)}
    except OSError as error:
        raise FederationError(f"{folder}: cannot be read: {error.strerror or error}") from error
    if others := sorted(names - allowed):
        raise FederationError(
            f"{folder}: holds {others[0]!r}, which is no file of a message; "
            "a message is passed on as it was written"
        )
    return names
