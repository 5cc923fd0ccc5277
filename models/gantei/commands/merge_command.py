"""`gantei merge`: the tables of all shards of a study into one."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..terminal.plural import tallied
from .given_photographs import local_path
from .options import add_rows_per_file
from .photograph_options import STANDARD_STREAM
from .predict_summary import (
    write_counts,
    write_files,
    write_passed_by,
    write_processors,
    write_sentences,
)

if TYPE_CHECKING:
    from ..merging.merged_study import MergedStudy

ALL_GOOD, SOME_FAILED = 0, 1


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    merge = commands.add_parser(
        "merge",
        help="merge the tables of a study's shards into one",
        description="Merge the tables that gantei predict --shard wrote, all shards of one study, "
        "into the table that one machine would have written, with everything beside it. The "
        "shards stay as they are. A finished table of the same shards stays, too, and another one "
        "is refused unless --overwrite is given.",
        epilog="Exit code: 0 all good, 1 some rows have an error, 2 nothing could be merged.",
    )
    merge.add_argument(
        "tables",
        metavar="TABLE",
        nargs="+",
        type=Path,
        help="the tables of all shards, in any order; shard-*.csv will do, since files that gantei "
        "wrote beside another table are passed over",
    )
    merge.add_argument(
        "--out",
        metavar="FILE",
        required=True,
        type=local_path,
        help="merged table, .csv, .xlsx, .parquet or .jsonl; the shards may have another format",
    )
    add_rows_per_file(merge)
    merge.add_argument(
        "--embeddings",
        metavar="FILE",
        type=local_path,
        help="also write the shards' embeddings, whose files lie beside their tables, as .npy or "
        ".parquet",
    )
    merge.add_argument(
        "--maps",
        metavar="DIR",
        type=local_path,
        help="folder into which all shards drew their maps: checks that every picture is there, "
        "and changes none",
    )
    merge.add_argument(
        "--overwrite",
        action="store_true",
        help="replace a merged table of another run or of other shards",
    )
    merge.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    from ..errors import OutputError
    from ..merging.merge_shards import merge_shards
    from ..merging.merged_study import MergedStudy
    from ..merging.shard_checks import read_shards
    from ..terminal.progress import progress

    if str(chosen.out) == STANDARD_STREAM:
        raise OutputError("gantei merge writes several files: name the table by --out")
    shards = read_shards(chosen.tables)
    study = MergedStudy(shards, chosen.out, chosen.embeddings, chosen.maps, chosen.rows_per_file)
    with progress(study.photographs, "row") as bar:
        merged = merge_shards(study, overwrite=chosen.overwrite, advance=bar.update)
    _write_summary(study, merged.manifest, was_there=merged.was_there)
    return SOME_FAILED if merged.manifest["summary"]["failed"] else ALL_GOOD


def _write_summary(study: "MergedStudy", manifest: Mapping[str, Any], *, was_there: bool) -> None:
    from ..labels.recorded_outputs import recorded_sentences

    summary = manifest["summary"]
    already = ", already merged" if was_there else ""
    sys.stderr.write(
        f"{tallied(summary['photographs'], 'photograph')} of "
        f"{tallied(len(study.shards), 'shard')}{already}: "
        f"{summary['photographs'] - summary['failed']:,} estimated, "
        f"{summary['failed']:,} failed\n"
    )
    write_passed_by(manifest["files_skipped"])
    write_counts("failed", summary["errors"])
    write_counts("warnings", summary["findings"])
    if study.has_several_processors:
        write_processors([kind for each in study.shards for kind in each.processors or [{}]])
    write_sentences(recorded_sentences(manifest, study.run_path))
    write_files(study)
    if study.embeddings:
        sys.stderr.write(f"{study.embeddings}\n")
