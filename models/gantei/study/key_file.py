"""The key of an anonymous study: which identifier stands for which name, and the study's secret.

A CSV of `kind`, `identifier`, `name`, that its owner alone can read. Lines are only ever added, so
that what identifiers stand for is never lost, and the same names keep theirs from run to run.
"""

import os
import re
import secrets
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ..errors import OutputError
from ..system.files import atomic_write, exclusive_lock
from ..table_files.csv_writing import write_csv
from ..table_files.list_reading import read_table_file

NamedKind = Literal["photograph", "person", "file"]
"""What has a name: a photograph, a person, a file that was passed by."""

COLUMNS = ("kind", "identifier", "name")
FIRST = "secret"
"""The kind of the first line, whose identifier is the secret by which digests are keyed."""
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
LENGTH = 12
"""Letters of an identifier, 59 bits; with its kind before it, no number to a spreadsheet."""
PATIENCE = 60.0
"""Seconds to wait for another process that adds to the same key."""


@dataclass(frozen=True)
class StudyKey:
    """Identifiers by kind and name, and the secret of the study."""

    secret: bytes = field(repr=False)
    identifiers: Mapping[tuple[str, str], str] = field(repr=False)


def open_key(path: Path, names: Iterable[tuple[NamedKind, str]]) -> StudyKey:
    """Read a key, or begin it, and add an identifier for each name that has none yet.

    Raises:
        OutputError: there is a file at `path` that is no key, that others can read, or that cannot
            be written.
    """
    if path.suffix.lower() != ".csv":
        raise OutputError(f"{path}: a key is a .csv file; name one")
    busy = f"another process is writing {path.name}; wait for it"
    with exclusive_lock(path.with_name(f".{path.name}.lock"), PATIENCE, busy):
        secret, identifiers = _read(path) if path.exists() else (secrets.token_hex(32), {})
        missing = [key for key in dict.fromkeys(names) if key not in identifiers]
        taken = {*identifiers.values()}
        for kind, name in missing:
            while (identifier := _random(kind)) in taken:
                pass
            taken.add(identifier)
            identifiers[kind, name] = identifier
        if missing or not path.exists():
            _write(path, secret, identifiers)
    return StudyKey(bytes.fromhex(secret), identifiers)


def names_by_identifier(path: Path) -> dict[str, str]:
    """Read which name each identifier of a key stands for; nothing where there is no key yet.

    Raises:
        OutputError: the file at `path` is no key, or others can read it.
    """
    identifiers = _read(path)[1] if path.exists() else {}
    return {identifier: name for (_, name), identifier in identifiers.items()}


def _random(kind: str) -> str:
    return f"{kind}-{''.join(secrets.choice(LETTERS) for _ in range(LENGTH))}"


def _read(path: Path) -> tuple[str, dict[tuple[str, str], str]]:
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise OutputError(f"{path}: others can read this key; keep it from them: chmod 600 {path}")
    table = read_table_file(str(path))
    lines = [tuple(row.cells) for row in table.rows]
    if tuple(table.columns) != COLUMNS or not lines or lines[0][0] != FIRST:
        raise OutputError(f"{path}: is no key of an anonymous study; name another file")
    if not re.fullmatch("[0-9a-f]{64}", lines[0][1]):
        raise OutputError(f"{path}: its secret is not 64 hexadecimal digits; name another file")
    return lines[0][1], {(kind, name): identifier for kind, identifier, name in lines[1:]}


def _write(path: Path, secret: str, identifiers: Mapping[tuple[str, str], str]) -> None:
    lines = [(kind, identifier, name) for (kind, name), identifier in identifiers.items()]
    with atomic_write(path, mode=0o600) as file:
        write_csv(COLUMNS, [(FIRST, secret, ""), *lines], file)
