"""Digests of photographs: as a table has them, and as their files are now, several at once."""

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from itertools import islice, tee
from pathlib import Path
from typing import TypeVar

from ..inference.parallel import ordered
from ..inference.read_ahead import ReadAhead
from ..inference.stage_times import StageTimes
from ..photographs.photograph_source import PhotographDigest, photograph_digest
from ..photographs.stored_photograph import PhotographPlace
from ..photographs.study_photograph import StudyPhotograph
from ..system.cores import cores
from ..table_files.streamed_columns import streamed_columns

_AT_ONCE = 1_000
"""Items that are looked at together, so that those without a photograph wait for no thread."""
T = TypeVar("T")


def recorded_digests(path: Path) -> Iterator[tuple[str, str | None]]:
    """Read the name and the digest of each photograph in a table of results, or of measures.

    Raises:
        OutputError, MissingExtraError: as `streamed_columns`.
    """
    for name, sha256 in streamed_columns(path, ("photograph", "sha256")):
        yield name, sha256 or None


def digests_of(
    photographs: Iterable[StudyPhotograph], workers: int | None = None
) -> Generator[PhotographDigest]:
    """Read photographs, and give the digests of their bytes as rows have them, in their order.

    Of each file on disk a piece is in memory at a time. Below an address it is the whole
    photograph; many are read at the same time, as `ReadAhead` does.

    Args:
        photographs: taken as they are read.
        workers: photographs that are hashed at the same time; None: one per core.
    """
    listed, read = tee(photographs)
    with ReadAhead(None, StageTimes()) as ahead:
        pairs = zip(listed, ahead.each(each.source for each in read), strict=True)
        yield from ordered(_shown_digest, pairs, workers or cores())


def with_digests(
    items: Iterable[tuple[T, StudyPhotograph | None]], workers: int | None = None
) -> Generator[tuple[T, PhotographDigest | None]]:
    """Give items on, in order, each with the digest of its photograph, as `digests_of` has it.

    Args:
        items: each with the photograph that is read; None: none is.
        workers: as `digests_of` takes them.
    """
    left = iter(items)
    while some := [*islice(left, _AT_ONCE)]:
        wanted = (listed for _, listed in some if listed is not None)
        with closing(digests_of(wanted, workers)) as digests:
            for item, listed in some:
                yield item, None if listed is None else next(digests)


def _shown_digest(pair: tuple[StudyPhotograph, PhotographPlace]) -> PhotographDigest:
    listed, source = pair
    found = photograph_digest(source)
    return found._replace(sha256=listed.shown_sha256(found.sha256))
