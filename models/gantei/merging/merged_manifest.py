"""The run manifest of a merged table: that of one machine, and which shards it comes from."""

from dataclasses import asdict
from typing import Any

from ..study.run_summary import Summary
from .merged_study import MergedStudy
from .whole_study import WholeStudy

OF_SHARDS = frozenset({"shard", "stamps_sha256", "photographs", "maps", "embeddings"})
"""What holds for one shard alone, or is told anew."""


def merged_manifest(
    study: MergedStudy, whole: WholeStudy, table_sha256: str, skipped: dict[str, int]
) -> dict[str, Any]:
    """Give the run manifest, without persons and what stands beside the table.

    Args:
        study: that is merged.
        whole: once all rows have been read.
        table_sha256: of the merged table.
        skipped: files that were passed by, by their kinds.
    """
    told = [shard.manifest["summary"] for shard in study.shards]
    seconds = sum(each["seconds_of_last_process"] for each in told)
    summary = Summary(
        len(whole.order),
        sum(whole.errors.values()),
        sum(each["resumed"] for each in told),
        round(seconds, 3),
        whole.findings,
        whole.errors,
    )
    return {
        **_kept(study),
        "summary": asdict(summary),
        "files_skipped": skipped,
        "table": study.table.name,
        "rows_per_file": study.rows_per_file,
        "table_sha256": table_sha256,
        **whole.facts(),
        "shards": study.parts,
        # Of the whole they cannot be told: the stamps themselves went with the shards' journals.
        "shard_stamps_sha256": [each.manifest.get("stamps_sha256") for each in study.shards],
    }


def _kept(study: MergedStudy) -> dict[str, Any]:
    """What all shards say, and the key of pseudonyms where the whole run would say it."""
    kept: dict[str, Any] = {}
    keys = {each.dicom_key_sha256 for each in study.shards} - {None}
    own = OF_SHARDS | ({"processor", "processors"} if study.has_several_processors else set())
    for key, value in study.shards[0].manifest.items():
        if key == "shard" and keys:
            (kept["dicom_key_sha256"],) = keys
        elif key not in own:
            kept[key] = value
    return kept
