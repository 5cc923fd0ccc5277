"""Photographs that have another name by now, told by their bytes."""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..inference.parallel import ordered
from ..photographs.study_photograph import StudyPhotograph
from .existing_table import photograph_sha256


class RenamedPhotographs(NamedTuple):
    """What became of rows without a photograph, and of photographs without a row.

    `renamed` has the name in the row and the name now; `missing` and `not_in_table` are the others.
    """

    renamed: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    not_in_table: tuple[str, ...]


def renamed_photographs(
    missing: Sequence[tuple[str, str | None]], left: Iterable[StudyPhotograph], workers: int
) -> RenamedPhotographs:
    """Pair each row without a photograph with a photograph without a row that has its bytes.

    Of several with the same bytes, the first row and the first photograph belong together. Where no
    row lacks its photograph, none is read.

    Args:
        missing: name and digest of each row without a photograph.
        left: photographs without a row.
        workers: photographs that are read at the same time.
    """
    rows: dict[str, deque[int]] = {}
    for number, (_, sha256) in enumerate(missing):
        if sha256 is not None:
            rows.setdefault(sha256, deque()).append(number)
    now: dict[int, str] = {}
    others = []
    if not rows:
        others = [each.name for each in left]
    else:
        for name, sha256 in ordered(_with_sha256, left, workers):
            if sha256 is not None and rows.get(sha256):
                now[rows[sha256].popleft()] = name
            else:
                others.append(name)
    names = [name for name, _ in missing]
    return RenamedPhotographs(
        tuple((names[number], now[number]) for number in sorted(now)),
        tuple(name for number, name in enumerate(names) if number not in now),
        tuple(others),
    )


def _with_sha256(listed: StudyPhotograph) -> tuple[str, str | None]:
    return listed.name, photograph_sha256(listed)
