"""Whether shards are all those of one study, each once."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from ..errors import OutputError
from ..photographs.persons import WORDS
from ..study.files_of_table import TableAlone
from ..study.run_differences import differences
from ..study.same_files import SAME_FILE
from .shard_table import ShardTable, absent, read_shard

MOST_NAMED = 10
"""Missing shards that a message names."""


def read_shards(tables: Sequence[Path]) -> list[ShardTable]:
    """Read the run manifests of all shards of a study, and give them in the order of their numbers.

    Raises:
        OutputError: one is no shard, or of another run or study than the first; one is missing, or
            there twice.
    """
    shards = [read_shard(table) for table in _tables(tables)]
    if not shards:
        raise OutputError("no shards: name their tables, such as shard-*.csv")
    for shard in shards[1:]:
        _check_alike(shard, shards[0])
    by_number: dict[int, ShardTable] = {}
    for shard in shards:
        if (other := by_number.setdefault(shard.number, shard)) is not shard:
            raise OutputError(
                f"{shard.table} and {other.table} are both shard {shard.number} of {shard.of}; "
                "leave one out"
            )
    if missing := [number for number in range(1, shards[0].of + 1) if number not in by_number]:
        raise OutputError(_missing(missing, shards[0].of))
    if SAME_FILE in shards[0].manifest.get("refuse", ()):
        raise OutputError(
            f"{shards[0].table}: was made with --refuse {SAME_FILE}, which no shard can tell: only "
            "the merged table has that code. Run the shards without it, and leave its rows out"
        )
    return [by_number[number] for number in sorted(by_number)]


def _tables(given: Sequence[Path]) -> list[Path]:
    """Leave out what stands beside another table, which `shard-*.csv` names too, and repetitions.

    Raises:
        OutputError: something stands beside a table that is gone, or not finished.
    """
    beside = {path for each in given for path in TableAlone(each).own_paths() if path != each}
    tables = [path for path in dict.fromkeys(given) if path not in beside]
    for path in tables:
        if table := _table_of(path):
            raise absent(table, path)
    return tables


def _table_of(path: Path) -> Path | None:
    """The table beside which a file stands, by its name; None: it is a table itself, or neither."""
    if TableAlone(path).run_path.exists():
        return None
    parts = path.name.split(".")
    tables = (path.with_name(".".join(parts[:count])) for count in range(1, len(parts)))
    return next((each for each in tables if path in TableAlone(each).own_paths()), None)


def _check_alike(shard: ShardTable, first: ShardTable) -> None:
    name = first.table.name
    if shard.manifest["run"] != first.manifest["run"]:
        found = differences(shard.manifest, first.manifest, this=name, now=f"in {name}")
        raise OutputError(
            f"{shard.table}: is of another run than {first.table}: "
            f"{', '.join(found) or 'its run manifest has another digest'}"
        )
    if shard.of != first.of:
        raise OutputError(
            f"{shard.table}: is shard {shard.number} of {shard.of}, and {first.table} one of "
            f"{first.of}; merge shards of one division"
        )
    if (shard.listed, shard.names_sha256) != (first.listed, first.names_sha256):
        had = f"{shard.listed} photographs when it ran, and {first.listed} when"
        if shard.listed == first.listed:
            had = "other photographs when it ran than when"
        key = ", or with another key (--anonymous)" if shard.manifest.get("anonymous") else ""
        raise OutputError(
            f"{shard.table}: the study had {had} {first.table} ran; run each shard again that ran "
            "before photographs were added or removed, or give all the same folder and --root"
            f"{key}"
        )
    _check_told_alike(shard, first)
    keys = {each.dicom_key_sha256 for each in (shard, first)} - {None}
    if len(keys) > 1:
        raise OutputError(
            f"{shard.table}: its pseudonyms of persons in DICOM files were made with another key "
            f"than those of {first.table}; run the shards with one --dicom-key"
        )


def _check_told_alike(shard: ShardTable, first: ShardTable) -> None:
    """Refuse shards of which somebody has told other persons, or cells of other photographs."""
    if shard.persons_by != first.persons_by:
        before, now = map(_persons_in_words, (first.persons_by, shard.persons_by))
        raise OutputError(
            f"{shard.table}: was made {now}, and {first.table} "
            f"{before if before != now else 'with another'}; run the shards with one --persons"
        )
    if shard.list_sha256 != first.list_sha256:
        raise OutputError(
            f"{shard.table}: its list says other things of the study's photographs than that of "
            f"{first.table}; run the shards with one list (--from, --encoding)"
        )


def _persons_in_words(told_by: str | None) -> str:
    if told_by is None:
        return "without --persons"
    return f"with {f'--persons {told_by}' if told_by in WORDS else 'a pattern of --persons'}"


def _missing(numbers: Iterable[int], of: int) -> str:
    found = [str(number) for number in numbers]
    named = ", ".join(found[:MOST_NAMED])
    more = f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
    if len(found) == 1:
        return f"shard {named} of {of} is missing: run it, or name its table too"
    return f"shards {named}{more} of {of} are missing: run them, or name their tables too"
