"""The same bytes under several names: found over a whole study, and said of each but the first."""

from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import replace

from ..findings.finding import Finding
from ..inference.prediction import PhotographResult
from ..photographs.listing import StudyPhotograph

SAME_FILE = "same-file"
"""The code of the finding."""


class SameFiles:
    """The digests of the photographs so far, each with the name under which it was met first.

    A photograph takes some 120 bytes of memory.
    """

    def __init__(self) -> None:
        self._first: dict[bytes, str] = {}

    def first_of(self, name: str, sha256: str | None) -> str | None:
        """Note a photograph; gives the name of an earlier one with the same bytes, if any."""
        if sha256 is None:
            return None
        first = self._first.setdefault(bytes.fromhex(sha256), name)
        return None if first == name else first


def same_file(first: str) -> Finding:
    """Say that a photograph has the same bytes as the one of that name."""
    return Finding("same-file", first=first)


def with_same_files(
    photographs: Iterable[StudyPhotograph],
    results: Generator[PhotographResult],
    known: SameFiles | None,
) -> Generator[tuple[StudyPhotograph, PhotographResult]]:
    """Pair photographs with their results, which say where they are the same as an earlier one.

    `known` has those of the rows that were finished before; it is added to. None: they are not
    sought, as in a shard, which does not have all photographs.
    """
    with closing(results):
        for listed, result in zip(photographs, results, strict=True):
            sha256 = listed.shown_sha256(result.sha256)
            first = known.first_of(listed.name, sha256) if known is not None else None
            if first is None:
                yield listed, result
                continue
            found = (*result.photograph_findings, same_file(first))
            yield listed, replace(result, photograph_findings=found)
