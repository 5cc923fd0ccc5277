"""Writing `<table>.persons.csv`, and what the run manifest says of it."""

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from ..system.files import atomic_write, sha256_of
from ..table_files.csv_writing import write_csv
from .columns import Row
from .definition import Study
from .persons_table import person_columns, person_rows


def write_persons(study: Study, rows: Iterable[Row]) -> dict[str, Any]:
    """Write the table of persons, and give what the run manifest says of it.

    Where no row has a person there is no such table, nor one of an earlier run.

    Raises:
        OutputError: it cannot be written.
    """
    path, count = study.persons_path, 0
    people = person_rows(rows, study.estimators, len(study.listing.columns))
    first = next(people, None)
    if first is None:
        path.unlink(missing_ok=True)
        return {}

    def counted() -> Iterable[list[Any]]:
        nonlocal count
        for count, person in enumerate(chain([first], people), start=1):  # noqa: B007
            yield person

    head = [column.name for column in person_columns(study.estimators)]
    with atomic_write(path) as file:
        write_csv(head, counted(), file, plain=study.plain_csv)
    return {"persons": {"count": count, "file": path.name, "sha256": sha256_of(path)}}


def persons_are_there(study: Study, manifest: Mapping[str, Any]) -> bool:
    """Whether the table of persons is the one that a run manifest tells of.

    Raises:
        OSError, KeyError: it cannot be read, or nothing of it is told.
    """
    told = manifest.get("persons")
    return told is None or told["sha256"] == sha256_of(study.persons_path)
