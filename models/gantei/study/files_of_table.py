"""The files that stand beside a study's table, by its name."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from ..system.files import exclusive_lock
from .run_manifest_path import run_manifest_path


class FilesOfTable:
    """Where the files of the table at `table` stand; results.csv is the example."""

    table: Path

    @property
    def dictionary_path(self) -> Path:
        """The data dictionary, `results.csv.dictionary.csv`: what each column means."""
        return self.table.with_name(f"{self.table.name}.dictionary.csv")

    @property
    def run_path(self) -> Path:
        """The run manifest, `results.csv.run.json`: what made the table."""
        return run_manifest_path(self.table)

    @property
    def skipped_path(self) -> Path:
        """The files that were passed by, `results.csv.skipped.csv`; not there without any."""
        return self.table.with_name(f"{self.table.name}.skipped.csv")

    @property
    def persons_path(self) -> Path:
        """What comes together for each person, `results.csv.persons.csv`; not there without any."""
        return self.table.with_name(f"{self.table.name}.persons.csv")

    @property
    def measures_path(self) -> Path:
        """What each photograph looks like, `results.csv.photographs.csv`."""
        return self.table.with_name(f"{self.table.name}.photographs.csv")

    @property
    def dicom_key_path(self) -> Path:
        """The key of persons' pseudonyms, `results.csv.dicom-key`; not there without DICOM."""
        return self.table.with_name(f"{self.table.name}.dicom-key")

    @property
    def journal_path(self) -> Path:
        """The finished rows of an unfinished run."""
        return self.table.with_name(f"{self.table.name}.partial")

    @property
    def vectors_path(self) -> Path:
        """The embeddings of an unfinished run."""
        return self.table.with_name(f"{self.table.name}.embeddings.partial")

    @property
    def measures_journal_path(self) -> Path:
        """What the photographs of an unfinished run look like."""
        return self.table.with_name(f"{self.table.name}.photographs.partial")

    def own_paths(self) -> tuple[Path, ...]:
        """The files that it writes in any case."""
        beside = (self.dictionary_path, self.run_path, self.persons_path, self.skipped_path)
        done = (self.table, *beside, self.measures_path, self.dicom_key_path)
        return (*done, *self.unfinished_paths())

    def unfinished_paths(self) -> tuple[Path, ...]:
        """Those of them that an unfinished run has."""
        return (self.journal_path, self.vectors_path, self.measures_journal_path)

    def locked(self) -> AbstractContextManager[None]:
        """Keep other processes from writing the table in the meantime.

        Raises:
            OutputError: one is writing it.
        """
        busy = f"another process is writing {self.table.name}; wait for it"
        return exclusive_lock(self.table.with_name(f".{self.table.name}.lock"), 0, busy)


@dataclass(frozen=True)
class TableAlone(FilesOfTable):
    """A table of which nothing but its path is known."""

    table: Path
