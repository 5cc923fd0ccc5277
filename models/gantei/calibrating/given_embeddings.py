"""Embeddings beside a table of results: read, and matched to its rows."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import OutputError
from ..labels.results_table import ResultsTable
from ..study.embeddings import ENDINGS
from ..system.files import sha256_of
from ..table_files.optional_packages import arrow


def embeddings_of(path: Path, results: ResultsTable) -> NDArray[np.float64]:
    """Read what `gantei predict --embeddings` wrote, in the order of the rows of its results.

    An `.npy` has no names: its rows are those of the table as it was written, so it is taken only
    for that very table. A `.parquet` has the name and the digest of each photograph.

    Args:
        path: `.npy`, float32 (rows, width), or `.parquet`.
        results: whose run wrote it.

    Returns:
        float64 (rows, width); nan where a row has none.

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
    return _checked(_array(path), path, results)


def _array(path: Path) -> NDArray[Any]:
    try:
        return np.asarray(np.load(path, allow_pickle=False))
    except (OSError, ValueError) as error:
        raise OutputError(f"{path}: cannot be read as .npy: {error}") from error


def _checked(array: NDArray[Any], path: Path, results: ResultsTable) -> NDArray[np.float64]:
    if array.ndim != 2 or array.dtype.kind != "f" or len(array) != len(results.rows):
        raise OutputError(
            f"{path}: holds {array.dtype} {array.shape}; {len(results.rows)} rows are expected, "
            f"one for each of {results.path}"
        )
    return array.astype(np.float64)


def _of_parquet(path: Path, results: ResultsTable) -> NDArray[np.float64]:
    pyarrow, parquet = arrow()
    try:
        columns = parquet.read_table(path, columns=["photograph", "embedding"])
    except (OSError, KeyError, pyarrow.ArrowException) as error:
        raise OutputError(f"{path}: cannot be read as embeddings: {error}") from error
    vectors = dict(
        zip(columns["photograph"].to_pylist(), columns["embedding"].to_pylist(), strict=True)
    )
    width = max((len(each) for each in vectors.values() if each is not None), default=0)
    if not width or any(each is not None and len(each) != width for each in vectors.values()):
        raise OutputError(f"{path}: holds no embeddings, or some of another width")
    found = np.full((len(results.rows), width), np.nan)
    for number, row in enumerate(results.rows):
        if (vector := vectors.get(row.photograph)) is not None:
            found[number] = vector
    return found
