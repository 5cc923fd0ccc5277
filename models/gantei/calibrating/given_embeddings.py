"""Embeddings beside a table of results: read, and matched to its rows."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import OutputError
from ..labels.results_table import ResultsTable
from ..study.embeddings_file import ENDINGS
from ..system.files import sha256_of
from ..table_files.optional_packages import arrow
from ..table_files.parquet_batches import batches

_COLUMNS = ("photograph", "embedding")
_AT_ONCE = 10_000


def embeddings_of(path: Path, results: ResultsTable) -> NDArray[np.floating[Any]]:
    """Open what `gantei predict --embeddings` wrote, in the order of the rows of its results.

    An `.npy` has no names: its rows are those of the table as it was written, so it is taken only
    for that very table. A `.parquet` has the name of each photograph.

    Args:
        path: `.npy`, float32 (rows, width), or `.parquet`.
        results: whose run wrote it.

    Returns:
        (rows, width), float32; nan where a row has none. An `.npy` stays in its file until used.

    Raises:
        OutputError: it cannot be read, is not that run's, or the rows cannot be matched.
        MissingExtraError: Parquet needs pyarrow.
    """
    if path.suffix.lower() not in ENDINGS:
        raise OutputError(f"{path}: unknown ending; embeddings are {' or '.join(ENDINGS)}")
    if not path.is_file():
        raise OutputError(f"{path}: is no file; name the one that --embeddings of predict wrote")
    told = results.run.get("embeddings")
    written = told.get("sha256") if isinstance(told, Mapping) else None
    if written != sha256_of(path):
        raise OutputError(
            f"{path}: are not the embeddings of {results.path}, whose run "
            + ("wrote none" if written is None else "wrote others")
            + "; give the results and the embeddings of one run of gantei predict"
        )
    if path.suffix.lower() == ".parquet":
        return _of_parquet(path, results)
    if results.is_changed:
        raise OutputError(
            f"{results.path}: was changed since the run that wrote it, so its rows may be others "
            f"than those of {path}; take the table as it was written, or embeddings as .parquet"
        )
    return _of_npy(path, results)


def _of_npy(path: Path, results: ResultsTable) -> NDArray[np.floating[Any]]:
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise OutputError(f"{path}: cannot be read as .npy: {error}") from error
    if array.ndim != 2 or array.dtype.kind != "f" or len(array) != len(results.rows):
        raise OutputError(
            f"{path}: holds {array.dtype} {array.shape}; {len(results.rows)} rows are expected, "
            f"one for each of {results.path}"
        )
    return np.asarray(array)


def _of_parquet(path: Path, results: ResultsTable) -> NDArray[np.floating[Any]]:
    pyarrow, parquet = arrow()
    try:
        with parquet.ParquetFile(path, pre_buffer=False) as file:
            read = batches(file, path, _AT_ONCE, _COLUMNS, as_python=False)
            kept = [field for field in file.schema_arrow if field.name in _COLUMNS]
            table = pyarrow.Table.from_batches(read, pyarrow.schema(kept))
        vectors = table["embedding"].combine_chunks()
        flat = vectors.flatten().to_numpy(zero_copy_only=False)
        there = vectors.is_valid().to_numpy(zero_copy_only=False)
    except OutputError:
        raise
    except (OSError, KeyError, AttributeError, pyarrow.ArrowException) as error:
        raise OutputError(f"{path}: cannot be read as embeddings: {error}") from error
    names = table["photograph"].to_pylist()
    count = int(there.sum())
    lengths = vectors.value_lengths().drop_null().unique().to_pylist()
    if len(lengths) != 1 or flat.dtype.kind != "f":
        raise OutputError(f"{path}: holds no embeddings, or some of another width")
    rows = flat.reshape(count, lengths[0])
    places = dict(zip((names[row] for row in np.flatnonzero(there)), range(count), strict=True))
    found = np.full((len(results.rows), lengths[0]), np.nan, np.float32)
    for number, row in enumerate(results.rows):
        if (place := places.get(row.photograph)) is not None:
            found[number] = rows[place]
    return found
