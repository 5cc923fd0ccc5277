"""A table of results of `gantei predict`, in any format, with the outputs that it holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..calibrations.calibration import Calibration
from ..errors import OutputError
from ..study.run_manifest_path import run_manifest_path
from ..study.run_manifest_reading import read_run_manifest
from ..table_files.list_reading import read_table_file
from ..table_files.parquet_parts import table_sha256
from .estimated_output import EstimatedOutput
from .gap_columns import refuse_table_of_gaps
from .recorded_outputs import recorded_calibrations, recorded_findings, recorded_outputs
from .result_rows import ResultRow, result_columns, result_rows, result_values


@dataclass(frozen=True)
class ResultsTable:
    """The results of one run of `gantei predict`.

    Attributes:
        path: of the table.
        rows: one per photograph, in the table's order.
        outputs: what was estimated, in the order of the columns.
        values: float64 (rows, columns of all outputs); nan where a row has an error.
        groups: the names of the further columns, by which subgroups may be formed.
        of_every_row: the codes that every row of an estimator has, as `demo-sex:notice`.
        run: the run manifest.
        calibrations: those that the run was made with, by estimator, without embeddings.
        is_anonymous: whether the names are random identifiers and the digests keyed.
        is_changed: whether the table is another than the run has written; see `read_results`.
    """

    path: Path
    rows: tuple[ResultRow, ...] = field(repr=False)
    outputs: tuple[EstimatedOutput, ...]
    values: NDArray[np.float64] = field(repr=False)
    groups: tuple[str, ...]
    of_every_row: frozenset[str] = field(repr=False)
    run: Mapping[str, Any] = field(repr=False)
    is_anonymous: bool
    is_changed: bool
    calibrations: Mapping[str, Calibration] = field(repr=False, default_factory=dict)

    def places(self, output: EstimatedOutput) -> list[int]:
        """Where in `values` the columns of an output are."""
        columns = [column for each in self.outputs for column in each.columns]
        return [columns.index(column) for column in output.columns]

    def output(self, key: str) -> EstimatedOutput:
        """Give an output by its key, such as `demo-sex.sex`.

        Raises:
            OutputError: there is none; says which there are.
        """
        found = next((each for each in self.outputs if each.key == key), None)
        if found is None:
            known = ", ".join(each.key for each in self.outputs)
            raise OutputError(f"{self.path}: has no output {key}; known: {known}")
        return found


def read_results(path: Path, *, encoding: str | None = None) -> ResultsTable:
    """Read a table of results, .csv, .xlsx, .parquet or .jsonl, and the run manifest beside it.

    A table that was changed since the run wrote it is read all the same, as there are honest
    reasons: a person who left the study, a column for the site, a spreadsheet that saved it anew.
    `is_changed` says so, and who prints figures has to say it too, since no run vouches for them.

    Args:
        path: of the table; the run manifest is `<table>.run.json`.
        encoding: of a CSV without a byte order mark; None is UTF-8.

    Raises:
        OutputError: the table or its run manifest is missing or cannot be understood, a column of
            values is missing, a value is no number, a photograph is there twice, or it is a table
            of `gantei gap`, of whose columns no accuracy can be measured.
        MissingExtraError: what its format needs is not installed.

    >>> from pathlib import Path
    >>> from gantei.labels.results_table import read_results
    >>> results = read_results(Path("results.csv"))
    >>> [output.key for output in results.outputs], results.values.shape
    (['demo-age.age', 'demo-sex.sex'], (4, 2))
    """
    table = read_table_file(str(path), encoding=encoding, telling=("photograph", "sha256", "eye"))
    refuse_table_of_gaps(table.columns, str(path))
    run_path = run_manifest_path(path)
    run = read_run_manifest(path)
    outputs = recorded_outputs(run, run_path)
    calibrations = recorded_calibrations(run, run_path)
    columns = result_columns(table.columns, outputs, str(path), calibrations)
    return ResultsTable(
        path,
        result_rows(table.rows, columns),
        outputs,
        result_values(table.rows, columns, outputs),
        tuple(columns.groups),
        recorded_findings(run, run_path),
        run,
        is_anonymous=bool(run.get("anonymous", False)),
        is_changed=run.get("table_sha256") != table_sha256(path),
        calibrations=calibrations,
    )
