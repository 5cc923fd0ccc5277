"""The key of an anonymous study: which identifier stands for which name, and the study's secret.

A CSV of `kind`, `identifier`, `name`, that its owner alone can read. Lines are only ever added, so
that what identifiers stand for is never lost, and the same names keep theirs from run to run.
"""

import os
import re
import secrets
import stat
from codecs import BOM_UTF8
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from ..errors import OutputError
from ..system.files import atomic_write, exclusive_lock, remove_partial_files
from ..table_files.csv_writing import write_csv
from ..table_files.list_reading import read_table_file
from ..table_files.table_read import ReadRow

NamedKind = Literal["photograph", "person", "file"]
"""What has a name: a photograph, a person, a file that was passed by."""

COLUMNS = ("kind", "identifier", "name")
FIRST = "secret"
"""The kind of the first line, whose identifier is the secret by which digests are keyed."""
DIGITS = "[0-9a-f]{64}"
"""Of the secret."""
IDENTIFIER = "{}-[a-z0-9]+"
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
            be written; says what is wrong with it, and in which line.
    """
    path = Path(os.path.realpath(path))  # a link stays one, and what it leads to is the key
    if path.suffix.lower() != ".csv":
        raise OutputError(f"{path}: a key is a .csv file; name one")
    busy = f"another process is writing {path.name}; wait for it"
    wanted = dict.fromkeys(names)
    while True:
        seen = _state(path)
        secret, identifiers = _read(path) if seen else (secrets.token_hex(32), {})
        missing = [key for key in wanted if key not in identifiers]
        if seen and not missing:
            return StudyKey(bytes.fromhex(secret), identifiers)
        with exclusive_lock(path.with_name(f".{path.name}.lock"), PATIENCE, busy):
            if _state(path) != seen:
                continue  # another process has added to it: read that, and hold up nobody meanwhile
            remove_partial_files([path])
            _add(missing, identifiers)
            _write(path, secret, identifiers)
        return StudyKey(bytes.fromhex(secret), identifiers)


def _state(path: Path) -> tuple[int, int, int] | None:
    """What tells one version of the file from the next, which takes its place; None: no file."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def _add(missing: Iterable[tuple[NamedKind, str]], identifiers: dict[tuple[str, str], str]) -> None:
    taken = {*identifiers.values()}
    for kind, name in missing:
        while (identifier := _random(kind)) in taken:
            pass
        taken.add(identifier)
        identifiers[kind, name] = identifier


def read_key(path: Path) -> StudyKey:
    """Read a key that is there, and write nothing.

    Raises:
        OutputError: there is none at `path`, or others can read it.
    """
    if not path.is_file():
        raise OutputError(f"{path}: no such file; name the key that the table was made with")
    secret, identifiers = _read(path)
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
    """The secret, and the identifiers; a key that says two things of anything is none."""
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise OutputError(f"{path}: others can read this key; keep it from them: chmod 600 {path}")
    table = read_table_file(str(path))
    if tuple(table.columns) != COLUMNS or not table.rows or table.rows[0].cells[0] != FIRST:
        raise OutputError(f"{path}: is no key of an anonymous study; name another file")
    with path.open("rb") as file:
        if file.read(len(BOM_UTF8)) != BOM_UTF8:  # without it names with apostrophes are others
            raise OutputError(
                f"{path}: another program has saved this key, without the byte order mark of "
                "UTF-8 with which it begins; take it as it was"
            )
    first, *others = table.rows
    if not re.fullmatch(DIGITS, first.cells[1]):
        raise _damaged(first, "its secret is not 64 hexadecimal digits")
    return first.cells[1], _identifiers(others)


def _identifiers(rows: Sequence[ReadRow]) -> dict[tuple[str, str], str]:
    identifiers: dict[tuple[str, str], str] = {}
    taken: set[str] = set()
    for row in rows:
        kind, identifier, name = row.cells
        if kind not in get_args(NamedKind):
            raise _damaged(row, f"there is no kind {kind!r}")
        if not re.fullmatch(IDENTIFIER.format(kind), identifier):
            raise _damaged(row, f"{identifier!r} is no identifier of a {kind}")
        if identifier in taken:
            raise _damaged(row, f"{identifier} stands for another name already")
        if (kind, name) in identifiers:
            raise _damaged(row, f"the same {kind} has another identifier already")
        taken.add(identifier)
        identifiers[kind, name] = identifier
    return identifiers


def _damaged(row: ReadRow, what: str) -> OutputError:
    return OutputError(f"{row.where}: {what}; take the key as it was, or begin a new one")


def _write(path: Path, secret: str, identifiers: Mapping[tuple[str, str], str]) -> None:
    lines = [(kind, identifier, name) for (kind, name), identifier in identifiers.items()]
    with atomic_write(path, mode=0o600) as file:
        write_csv(COLUMNS, [(FIRST, secret, ""), *lines], file)
