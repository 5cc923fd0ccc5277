"""Tables of photographs with the columns of their estimates beside, for Ray Data."""

from collections.abc import Iterator, Sequence
from itertools import compress
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from ..errors import InferenceError, SettingError
from ..inference.matched_results import matched
from ..inference.pipeline import estimate
from ..inference.prediction import PhotographResult
from ..photographs.eyes import EyeOption, known_eye
from ..photographs.study_photograph import StudyPhotograph
from ..study.columns import columns, row
from ..study.leading_columns import Column
from ..table_files.optional_packages import arrow
from .estimator_actor import ActorOptions, open_backend

if TYPE_CHECKING:
    import pyarrow as pa

_NOT_ADDED = {"photograph", "person", "person_from"}
"""Columns of a study's table that a data set has by itself, or not at all."""
_UNNAMED = StudyPhotograph(Path(), "")
"""What is added to a row says nothing of its names."""


class EstimateTables:
    """Estimators in an actor of Ray Data: tables of photographs in, the same with estimates out."""

    def __init__(
        self, options: ActorOptions, column: str, eye_column: str | None, *, embeddings: bool
    ) -> None:
        """Open the estimators.

        Args:
            options: which, and what they may use.
            column: with paths, the bytes of files, or records of `bytes` and `path`.
            eye_column: with `right`, `left`, `detect` or nothing; None: there is none.
            embeddings: whether to add each estimator's vectors.

        Raises:
            GanteiError: as `open_backend`, or an estimator has no embedding.
        """
        self._backend = open_backend(options)
        self._column, self._eye_column, self._embeddings = column, eye_column, embeddings
        for each in self._backend.estimators if embeddings else ():
            each.embedding_width()  # fails before any photograph is read
        described = columns(self._backend.estimators)
        self._added = [each.name not in _NOT_ADDED for each in described]
        self._columns: Sequence[Column] = [*compress(described, self._added)]

    def __call__(self, table: "pa.Table") -> "pa.Table":
        """Give the table with the columns of the estimates behind its own.

        Raises:
            SettingError: a column is missing, or has the name of one that is added.
            InferenceError: a network could not be run.
        """
        pyarrow, _ = arrow()
        results, estimators = [*self._results(table)], self._backend.estimators
        rows = [[*compress(row(_UNNAMED, each, estimators), self._added)] for each in results]
        kinds = {"text": pyarrow.string(), "number": pyarrow.float32()}
        for place, column in enumerate(self._columns):
            cells = pyarrow.array([each[place] for each in rows], kinds[column.kind])
            table = _append_column(table, column.name, cells)
        for number, each in enumerate(estimators if self._embeddings else ()):
            vectors = [found.embeddings[number] if not found.error else None for found in results]
            kind = pyarrow.list_(pyarrow.float32())
            table = _append_column(table, f"{each.name}.embedding", pyarrow.array(vectors, kind))
        return table

    def _results(self, table: "pa.Table") -> Iterator[PhotographResult]:
        """Estimate for each row, in order; what is no photograph is an error of its row."""
        told = [_source(value) for value in _cells_of(table, self._column)]
        said = _cells_of(table, self._eye_column) if self._eye_column else [None] * len(told)
        eyes: list[EyeOption] = [
            known_eye(eye, PurePath(name).name) for (_, name), eye in zip(told, said, strict=True)
        ]
        results = estimate(
            (source for source, _ in told),
            self._backend.estimators,
            allow_grey=self._backend.allow_grey,
            workers=self._backend.workers,
            explain="embedding" if self._embeddings else None,
            eyes=eyes,
            memory=self._backend.memory,
        )
        try:
            for _, result in matched(told, results, lambda each: each[0]):
                yield result
        except InferenceError as error:
            error.source = ""  # Ray writes what it says into its logs
            raise


def _source(value: Any) -> tuple[str | bytes, str]:
    """Give the photograph of a cell, and the path that may tell its eye; "" where there is none.

    Data sets of Hugging Face have records of `bytes` and `path`, of which either may be missing.
    """
    if isinstance(value, dict):
        path = value.get("path") or ""
        return value.get("bytes") or path, path
    if isinstance(value, bytes):
        return value, ""
    text = value if isinstance(value, str) else ""
    return text, text


def _cells_of(table: "pa.Table", name: str) -> list[Any]:
    if name not in table.column_names:
        known = ", ".join(table.column_names)
        raise SettingError(f"the data set has no column {name!r}; it has {known}")
    return list(table[name].to_pylist())


def _append_column(table: "pa.Table", name: str, cells: Any) -> "pa.Table":
    if name in table.column_names:
        raise SettingError(
            f"the data set has a column {name!r} already, which the estimates would have: rename "
            "or drop it before"
        )
    return table.append_column(name, cells)
