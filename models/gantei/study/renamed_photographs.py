"""Photographs that have another name by now, told by their bytes."""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..photographs.study_photograph import StudyPhotograph
from .photograph_digests import with_digests


class RenamedPhotographs(NamedTuple):
    """What became of rows without a photograph, and of photographs without a row.

    `renamed` has the name in the row and the name now; `missing` and `not_in_table` are the others.
    """

    renamed: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    not_in_table: tuple[str, ...]


def renamed_photographs(
    missing: Sequence[tuple[str, str | None]],
    left: Iterable[StudyPhotograph],
    workers: int | None = None,
) -> RenamedPhotographs:
    """Pair each row without a photograph with a photograph without a row that has its bytes.

    Of several with the same bytes, the first row and the first photograph belong together. Where no
    row lacks its photograph, none is read.

    Args:
        missing: name and digest of each row without a photograph.
        left: photographs without a row.
        workers: photographs that are read at the same time; None: one per core.
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
        for name, found in with_digests(((each.name, each) for each in left), workers):
            if found and found.sha256 is not None and rows.get(found.sha256):
                now[rows[found.sha256].popleft()] = name
            else:
                others.append(name)
    names = [name for name, _ in missing]
    return RenamedPhotographs(
        tuple((names[number], now[number]) for number in sorted(now)),
        tuple(name for number, name in enumerate(names) if number not in now),
        tuple(others),
    )
