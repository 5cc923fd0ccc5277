"""`<table>.skipped.csv` of a whole study, from those of its shards."""

import csv
from collections import Counter
from collections.abc import Iterator
from heapq import merge
from io import TextIOWrapper

from ..errors import OutputError
from ..study.skipped_files import COLUMNS
from ..system.file_in_turn import opened_in_turn
from ..system.files import atomic_write
from ..table_files.csv_reading import cells_of
from ..table_files.csv_writing import write_csv
from .merged_study import MergedStudy
from .shard_table import ShardTable


def merge_skipped(study: MergedStudy, *, plain: bool) -> dict[str, int]:
    """Write the list of all files that were passed by, and count them by their kinds.

    Without any there is no list.

    Raises:
        OutputError: a list is missing or another than its run manifest tells of, or the merged one
            cannot be written.
    """
    counts: Counter[str] = Counter()
    for shard in study.shards:
        counts.update(shard.manifest["files_skipped"])
    if not counts:
        study.skipped_path.unlink(missing_ok=True)
        return {}
    with atomic_write(study.skipped_path) as file:
        write_csv(
            COLUMNS, merge(*(_rows(each, plain=plain) for each in study.shards)), file, plain=plain
        )
    return dict(sorted(counts.items()))


def _rows(shard: ShardTable, *, plain: bool) -> Iterator[list[str]]:
    expected, found = Counter(shard.manifest["files_skipped"]), Counter[str]()
    if not expected:
        return
    path = shard.skipped_path
    try:
        encoding = "utf-8" if plain else "utf-8-sig"
        with TextIOWrapper(opened_in_turn(path), encoding, newline="") as file:
            rows = cells_of(file, plain=plain)
            next(rows, None)
            for row in rows:
                _, kind, *_ = row
                found[kind] += 1
                yield row
    except (ValueError, csv.Error) as error:
        raise OutputError(f"{path}: cannot be read: {error}") from error
    except OSError as error:
        raise OutputError(
            f"{path}: cannot be read: {error.strerror}; it belongs beside {shard.table.name}"
        ) from error
    if found != expected:
        raise OutputError(f"{path}: was changed since gantei predict wrote it; take it as it was")
