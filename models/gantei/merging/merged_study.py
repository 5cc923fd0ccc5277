"""What merging is asked for, and whether that can be done and has been done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import OutputError
from ..study.definition import digest_of
from ..study.embeddings_file import check_free, check_path
from ..study.files_of_table import FilesOfTable
from ..study.overlay_files import OverlayFiles
from ..study.run_differences import differences
from ..study.table_in_the_way import (
    RunManifest,
    changed_files,
    check_free_places,
    known_table,
    worded_difference,
)
from ..study.table_writing import check_extent, check_form
from ..system.files import sha256_of
from ..system.processor import told_processors
from .shard_table import ShardTable

_PLACES = {
    "embeddings": "name the file into which they go by --embeddings",
    "maps": "name the folder that has them all by --maps",
}


@dataclass(frozen=True)
class MergedStudy(FilesOfTable):
    """The shards of a study, in the order of their numbers, and the table that they come to.

    `embeddings` is written, where the shards have them; in `maps` their overlays are.
    `rows_per_file`: of a Parquet table that is a folder of files.
    """

    shards: Sequence[ShardTable]
    table: Path
    embeddings: Path | None = None
    maps: Path | None = None
    rows_per_file: int | None = None

    @property
    def photographs(self) -> int:
        """Number of rows."""
        return sum(shard.photographs for shard in self.shards)

    @property
    def run(self) -> str:
        """Digest of the run, the same in all shards."""
        run: str = self.shards[0].manifest["run"]
        return run

    @property
    def parts(self) -> list[dict[str, Any]]:
        """What the run manifest says of the shards."""
        return [
            {
                "number": each.number,
                "table": each.table.name,
                "table_sha256": each.manifest["table_sha256"],
                **(told_processors(each.processors) if self.has_several_processors else {}),
            }
            for each in self.shards
        ]

    @property
    def journal_id(self) -> str:
        """Digest of what is merged and where it goes, by which a merge that was killed is known."""
        places = [path and str(path.resolve()) for path in (self.maps, self.embeddings)]
        return digest_of({"run": self.run, "shards": self.parts, "places": places})

    @property
    def has_several_processors(self) -> bool:
        """Whether the photographs were computed on processors of different kinds."""
        first = self.shards[0].processors
        return len(first) > 1 or any(each.processors != first for each in self.shards)

    def written_paths(self) -> tuple[Path, ...]:
        """All files that it may write."""
        return (*self.own_paths(), *([self.embeddings] if self.embeddings else []))

    def overlays(self) -> OverlayFiles | None:
        """Where the overlays are."""
        if self.maps is None:
            return None
        names = [each["name"] for each in self.shards[0].manifest["estimators"]]
        return OverlayFiles(self.maps, names, self.run)

    def check(self) -> None:
        """Refuse what cannot be merged as it is asked for, before any work.

        Raises:
            OutputError, MissingExtraError: the table, or what stands beside it, cannot be written
                there; or embeddings or maps were asked for that the shards do not have, or the
                other way round.
        """
        check_form(self.table, self.rows_per_file, (self.maps, self.embeddings))
        columns = len(self.shards[0].manifest["columns"])
        check_extent(self.table, self.photographs, columns, self.rows_per_file)
        read = {path.resolve() for each in self.shards for path in each.own_paths()}
        read |= {each.embeddings_path.resolve() for each in self.shards if each.embeddings_path}
        own = self.written_paths()
        if clash := next((path for path in own if path.resolve() in read), None):
            raise OutputError(f"{clash}: belongs to a shard; choose another --out or --embeddings")
        if len({path.resolve() for path in own}) < len(own):
            raise OutputError(f"{self.embeddings}: is written with the table; choose another name")
        beside = self.shards[0].manifest.get("beside", ())
        for key, path in (("embeddings", self.embeddings), ("maps", self.maps)):
            if key in beside and path is None:
                raise OutputError(f"the shards have {key}: {_PLACES[key]}")
            if path is not None and key not in beside:
                raise OutputError(f"no shard has {key}: leave out --{key}")
        if self.embeddings:
            check_path(self.embeddings)

    def check_place(self) -> None:
        """Refuse to replace files where there is no table.

        Raises:
            OutputError: there is one.
        """
        if self.embeddings:
            check_free(self.embeddings)
        check_free_places(self)

    def merged_before(self) -> Mapping[str, Any] | None:
        """Give the run manifest of the table that is there, if it was merged from these shards."""

        def read(manifest: RunManifest) -> RunManifest | None:
            same = (
                manifest["shards"] == self.parts
                and manifest["photographs"]["sha256"] == sha256_of(self.measures_path)
                and self.dictionary_path.is_file()
                and (
                    self.embeddings is None
                    or manifest["embeddings"]
                    == {"file": self.embeddings.name, "sha256": sha256_of(self.embeddings)}
                )
            )
            return manifest if same else None

        return known_table(self, self.run, self.rows_per_file, read)

    def difference(self) -> str:
        """Say how the table that is there differs from the merged one."""

        def clauses(manifest: RunManifest) -> list[str]:
            found = differences(manifest, self.shards[0].manifest, this="these shards", now="here")
            found += changed_files(self, self.rows_per_file, manifest)
            if "shards" not in manifest:
                found.append("it was not merged")
            elif manifest["shards"] != self.parts:
                found.append("it was merged from other tables")
            return found

        return worded_difference(self, clauses)
