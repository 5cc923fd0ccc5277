"""The photographs of each person, and what they come to, however many there are.

Those of a person may stand anywhere in a table. They wait on disk until they are sorted by person,
and are averaged many at once, column by column: each sum in the order of the table, so that its
last digit is the same whether one machine has read all rows or shards were merged.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, islice, pairwise
from operator import ne
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..system.stored_texts import ExternalSort
from .averaging import EYES, UNKNOWN_EYE, AveragingScale, OutputValues
from .columns import ERROR, Row
from .leading_columns import EYE, PERSON, SHA256
from .persons_table import PersonValues

AT_ONCE = 20_000
"""Photographs that are averaged at once."""
_ROWS = 1_000
"""Rows that are taken at once."""
_SIDES = (*EYES, UNKNOWN_EYE)
_CODES = {None: "2", "right": "0", "left": "1"}
"""Of each eye, its place in `_SIDES`; of a photograph with an error, `_FAILED`."""
_FAILED = "3"
_PLACE, _DIGEST, _NUMBER = 13, 64, 16
"""Digits of a row's place in the table, of a digest, and of the bytes of a number."""
_ESCAPED = re.compile("[\0-\n]")
"""What ends a person's name or a text in the sort, and what escapes them."""
_Counts = NDArray[np.int64]
_Floats = NDArray[np.float64]


class PersonPhotographs:
    """The rows of a table that have a person: first `add` all, then take the `rows` of persons.

    In memory are the photographs of some people, and a few MB for each million of all.
    """

    def __init__(self, values: PersonValues, folder: Path | None = None) -> None:
        """Begin with none; they wait in an unnamed file in `folder`, see `ExternalSort`."""
        self._scales, self._places = values.scales, values.places
        self._width = len(values.places)
        self._tail = _PLACE + 1 + _DIGEST + _NUMBER * self._width
        self._texts = ExternalSort(folder)
        self._count = 0

    def add(
        self,
        persons: Sequence[str | None],
        eyes: Sequence[str | None],
        sha256s: Sequence[str | None],
        errors: Sequence[str | None],
        values: Sequence[Sequence[float | None]],
    ) -> None:
        """Take the next rows of the table, column by column; those with an error have no values.

        Raises:
            OutputError: there is no room for them on disk.
        """
        named = [person for person in persons if person is not None]
        if _ESCAPED.search("".join(named)):
            persons = [person and _ESCAPED.sub(_escape, person) for person in persons]
        matrix = np.array(values, np.float64).reshape(self._width, len(persons))
        digits, step = matrix.T.tobytes().hex(), _NUMBER * self._width
        none = "0" * _DIGEST
        cells = enumerate(zip(persons, eyes, sha256s, errors, strict=True), self._count)
        starts = range(0, len(digits), step)
        self._texts.extend(
            [
                f"{person}\0{place:0{_PLACE}}{_CODES[eye]}{sha256}{digits[start : start + step]}"
                if error is None
                else f"{person}\0{place:0{_PLACE}}{_FAILED}{none}{digits[start : start + step]}"
                for (place, (person, eye, sha256, error)), start in zip(cells, starts, strict=True)
                if person is not None
            ]
        )
        self._count += len(persons)

    def noted(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Give rows of a table on, and `add` each."""
        left = iter(rows)
        while some := [*islice(left, _ROWS)]:
            places = (PERSON, EYE, SHA256, ERROR)
            person, eye, sha256, error = ([row[place] for row in some] for place in places)
            cells = [[row[place] for row in some] for place in self._places]
            self.add(person, eye, sha256, error, cells)
            yield from some

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Lay out what they come to for each person, in the order of their names.

        Those with an error are counted only, and so are copies: of photographs of the same person
        and eye with the same sha256 the first one's values are used.
        """
        for texts in self._whole_persons():
            yield from self._averaged(texts)

    def _whole_persons(self) -> Iterator[list[str]]:
        """All photographs of some persons at a time."""
        waiting: list[str] = []
        for some in self._texts.sorted():
            waiting += some
            if len(waiting) >= AT_ONCE:
                last = bisect_left(waiting, waiting[-1][: -self._tail])
                if last:
                    yield waiting[:last]
                    del waiting[:last]
        if waiting:
            yield waiting

    def _averaged(self, texts: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        tail = self._tail
        named = [text[:-tail] for text in texts]
        letters = "".join([text[-tail:] for text in texts]).encode()
        cells = np.frombuffer(letters, np.uint8).reshape(len(texts), tail)
        is_first = np.fromiter(map(ne, named, ["", *named]), bool, len(texts))
        person = np.cumsum(is_first) - 1
        persons = [_unescaped(named[place][:-1]) for place in np.flatnonzero(is_first)]
        code = cells[:, _PLACE].astype(np.int64) - ord("0")
        is_used = code < len(_SIDES)
        photographs = np.bincount(person, minlength=len(persons))
        failed = np.bincount(person[~is_used], minlength=len(persons))
        # With the eye and the digest, which follow each other.
        eyes = [text[_PLACE - tail : _PLACE - tail + 1 + _DIGEST] for text in texts]
        is_used &= _are_first(list(zip(named, eyes, strict=True)))
        slot = len(_SIDES) * person[is_used] + code[is_used]
        counts = np.bincount(slot, minlength=len(_SIDES) * len(persons)).reshape(-1, len(_SIDES))
        digits = cells[is_used, _PLACE + 1 + _DIGEST :].tobytes().decode()
        matrix = np.frombuffer(bytes.fromhex(digits), np.float64).reshape(-1, self._width)
        means = [cell for part in self._parts() for cell in _means(matrix, slot, counts, *part)]
        leading = (photographs.tolist(), failed.tolist(), *counts.T.tolist())
        yield from zip(persons, *leading, *means, strict=True)

    def _parts(self) -> list[tuple[AveragingScale, slice]]:
        """The scales, each with its part of a photograph's values."""
        ends = [*accumulate((scale.width for scale in self._scales), initial=0)]
        return [
            (scale, slice(*each)) for scale, each in zip(self._scales, pairwise(ends), strict=True)
        ]


def _are_first(keys: Sequence[tuple[str, str]]) -> NDArray[np.bool_]:
    """Whether each is the first of its kind."""
    last_to_first = zip(reversed(keys), reversed(range(len(keys))), strict=True)
    found = np.zeros(len(keys), bool)
    found[[*dict(last_to_first).values()]] = True
    return found


def _means(
    matrix: _Floats, slot: _Counts, counts: _Counts, scale: AveragingScale, part: slice
) -> Iterator[list[float | None]]:
    """For each value: the means of all persons, those of each eye, and right minus left."""
    there = scale.columns_there([column.tolist() for column in matrix.T[part]])
    back = scale.columns_back([_eye_means(column, slot, counts) for column in there])
    for column in back:
        whole, right, left = np.array(_rounded(column)).reshape(3, len(counts))
        for cells in (whole, right, left, np.array(_rounded((right - left).tolist()))):
            yield [None if each != each else each for each in cells.tolist()]  # noqa: PLR0124


def _eye_means(values: OutputValues, slot: _Counts, counts: _Counts) -> list[float]:
    """The means of all persons, then those of right eyes, then those of left ones; NaN of none."""
    sums = np.bincount(slot, weights=values, minlength=counts.size).reshape(counts.shape)
    with np.errstate(invalid="ignore"):
        right, left, unknown = (sums / counts).T
    has_right, has_left, _ = (counts > 0).T
    one = np.where(has_right, right, np.where(has_left, left, unknown))
    whole = np.where(has_right & has_left, (right + left) / 2, one)
    return [*whole.tolist(), *right.tolist(), *left.tolist()]


def _rounded(values: OutputValues) -> list[float]:
    """To nine digits, as many as tell any two values of photographs apart."""
    return [*map(float, ("%.9g " * len(values) % tuple(values)).split())]


def _escape(found: re.Match[str]) -> str:
    # Sorted as before: behind the end of a shorter name, before what is not escaped.
    return f"\1{chr(ord('0') + ord(found[0]))}"


def _unescaped(person: str) -> str:
    if "\1" not in person:
        return person
    return re.sub("\1(.)", lambda found: chr(ord(found[1]) - ord("0")), person)
