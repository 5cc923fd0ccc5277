"""What a study is: photographs, a backend, and the files that it writes."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..photographs.listing import PhotographList
from ..system.environment import environment
from .backends import AnyEstimator, Backend
from .columns import columns
from .dicom_columns import DicomColumns
from .extras import Extras
from .files_of_table import FilesOfTable
from .leading_columns import Column
from .measures_file import MeasuresFile
from .shard import StudyShard
from .stated_cameras import StatedCameras


@dataclass(frozen=True)
class Study(FilesOfTable):
    """A study to run: these photographs, by this backend, into this table.

    `plain_csv`: what is CSV of its files is for programs alone; see `write_csv`. `dicom_columns`
    stand in the table alone, behind the others. `refuse`: codes of findings that are errors here.
    `shard`: of a larger study, where the listing has the photographs of one shard alone.
    `dicom_key`: the file with the key of pseudonyms; None: it stands beside the table.
    `rows_per_file`: of a Parquet table that is a folder of files; None: the table is one file.
    """

    listing: PhotographList
    backend: Backend
    table: Path
    maps: Path | None = None
    embeddings: Path | None = None
    plain_csv: bool = False
    dicom_columns: DicomColumns | None = None
    refuse: frozenset[str] = frozenset()
    shard: StudyShard | None = None
    dicom_key: Path | None = None
    rows_per_file: int | None = None

    @property
    def estimators(self) -> Sequence[AnyEstimator]:
        """The estimators, in the order of their columns."""
        return self.backend.estimators

    def extras(self, run: str) -> Extras:
        """What is written beside the table; see `Extras`."""
        embeddings = None if self.embeddings is None else (self.embeddings, self.vectors_path)
        measures = MeasuresFile(
            self.measures_path, self.measures_journal_path, run, plain=self.plain_csv
        )
        return Extras(
            self.estimators, self.maps, embeddings, measures,
            allow_grey=self.backend.allow_grey, run=run,
        )  # fmt: skip

    def columns(self) -> tuple[Column, ...]:
        """The columns of the table.

        Raises:
            OutputError: one that a list brings has the name of another.
        """
        return columns(
            self.estimators,
            self.listing.columns,
            added=self.dicom_columns.columns() if self.dicom_columns else (),
            anonymous=self.listing.anonymous,
        )

    def columns_of_journal(self) -> tuple[Column, ...]:
        """The columns of the table without those of DICOM files, which are read at the end."""
        return columns(self.estimators, self.listing.columns, anonymous=self.listing.anonymous)

    def names(self) -> Iterator[str]:
        """The photographs' names in the table."""
        return self.listing.names()

    @property
    def persons_key_path(self) -> Path | None:
        """The key of persons' pseudonyms that it uses.

        None: a shard has no key of its own beside its table, since all shards need the same.
        """
        return self.dicom_key or (self.dicom_key_path if self.shard is None else None)

    def without_own_files(self) -> "Study":
        """The same, where files of its own that lie among the photographs are not passed by."""
        own = [*self.own_paths(), *filter(None, [self.embeddings, self.dicom_key])]
        return replace(self, listing=self.listing.without(own))

    def written_paths(self) -> Iterator[Path]:
        """All the files that it alone may write, overlays and embeddings with them."""
        yield from self.own_paths()
        if self.embeddings:
            yield self.embeddings
        if self.maps:
            for name in self.names():
                yield from (self.maps / f"{name}.{each.name}.png" for each in self.estimators)

    def journal_of(self, run: str) -> str:
        """Digest of the run, its shard and where its files go, which a run that resumes checked."""
        places = [path and str(path.resolve()) for path in (self.maps, self.embeddings)]
        return digest_of({"run": run, "places": places} | self.which_shard())

    def shard_and_key(self, dicom_key_sha256: str | None) -> dict[str, Any]:
        """What the run manifest says of shard and key of pseudonyms, which no row depends on."""
        if self.shard is not None:
            return {"shard": self.shard.as_dict(dicom_key_sha256)}
        return {"dicom_key_sha256": dicom_key_sha256} if dicom_key_sha256 else {}

    def which_shard(self) -> dict[str, Any]:
        """Which shard of a study it is, as a journal and a run manifest say it; else nothing."""
        if self.shard is None:
            return {}
        return {"shard": {"number": self.shard.number, "of": self.shard.of}}

    def identity(self) -> dict[str, Any]:
        """Everything that a row may depend on, except the photographs."""
        requested = {"maps": self.maps, "embeddings": self.embeddings}
        beside = [key for key, path in requested.items() if path is not None]
        return {
            **({"beside": beside} if beside else {}),
            **({"plain_csv": True} if self.plain_csv else {}),
            **({"refuse": sorted(self.refuse)} if self.refuse else {}),
            **({"dicom_columns": [*self.dicom_columns.tags]} if self.dicom_columns else {}),
            **({"anonymous": True} if self.listing.anonymous else {}),
            **({"place": place.address} if (place := self.listing.place) else {}),
            **({"image_column": column} if (column := self.listing.image_column) else {}),
            **({"eyes": eyes} if (eyes := self.listing.eyes()) else {}),
            **environment(),
            **self.backend.identity(),
            **self._calibrations(),
            "columns": [column.name for column in self.columns()],
            "estimators": [
                {
                    "name": each.name,
                    "device": each.device,
                    "weights_sha256": each.manifest.weights and each.manifest.weights.sha256,
                    "decoding": "reduced" if each.manifest.reduced_decoding else "full",
                    "manifest_sha256": digest_of(each.manifest.tables()),
                    "findings": [finding.as_dict() for finding in each.findings],
                }
                for each in self.estimators
            ],
        }

    def _calibrations(self) -> dict[str, Any]:
        """What the run manifest says of calibrations: each without embeddings, digests of all."""
        found = {each.name: each.calibration for each in self.estimators if each.calibration}
        if not found:
            return {}
        cameras = StatedCameras.of(self.listing.columns, self.estimators)
        return {
            "calibrations": {name: each.described() for name, each in found.items()},
            "calibration_sha256": {
                each.name: each.calibration_sha256 for each in self.estimators if each.calibration
            },
            "cameras": cameras.told_by,
        }


def digest_of(value: Mapping[str, Any]) -> str:
    """Digest of what JSON can hold, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


class PhotographsDigest:
    """Digest of photographs in the table's order: of each its name, and its sha256 or its stamp."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def add(self, name: str, value: str | None) -> None:
        """Take one photograph."""
        self._digest.update(f"{name}\0{value}\n".encode())

    def add_all(self, names: Iterable[str], values: Iterable[str | None]) -> None:
        """Take photographs."""
        pairs = zip(names, values, strict=True)
        self._digest.update("".join([f"{name}\0{value}\n" for name, value in pairs]).encode())

    def hexdigest(self) -> str:
        """The digest of those that were added."""
        return self._digest.hexdigest()
