"""Writing `<table>.persons.csv`, and what the run manifest says of it."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from ..system.files import atomic_write, sha256_of
from ..table_files.csv_writing import Cell, write_csv
from .leading_columns import Column


def write_persons(
    path: Path, people: Iterator[Sequence[Cell]], columns: Sequence[Column], *, plain: bool
) -> dict[str, Any]:
    """Write the table of persons, and give what the run manifest says of it.

    Where there are none there is no such table, nor one of an earlier run.

    Args:
        path: of the file.
        people: a row for each; see `PersonPhotographs.rows`.
        columns: of the rows.
        plain: as `write_csv` has it.

    Raises:
        OutputError: it cannot be written.
    """
    count = 0
    first = next(people, None)
    if first is None:
        path.unlink(missing_ok=True)
        return {}

    def counted() -> Iterator[Sequence[Cell]]:
        nonlocal count
        for count, person in enumerate(chain([first], people), start=1):  # noqa: B007
            yield person

    head = [column.name for column in columns]
    with atomic_write(path) as file:
        write_csv(head, counted(), file, plain=plain)
    return {"persons": {"count": count, "file": path.name, "sha256": sha256_of(path)}}


def persons_are_there(path: Path, manifest: Mapping[str, Any]) -> bool:
    """Whether the table of persons at `path` is the one that a run manifest tells of.

    Raises:
        OSError, KeyError: it cannot be read, or nothing of it is told.
    """
    told = manifest.get("persons")
    return told is None or told["sha256"] == sha256_of(path)
