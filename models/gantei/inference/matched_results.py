"""Results beside the photographs that were asked about: one each, in order, of the same name."""

from collections.abc import Callable, Iterable, Iterator
from itertools import zip_longest
from typing import TypeVar

from ..errors import TransferError
from ..photographs.photograph_source import PhotographSource, source_name
from .prediction import PhotographResult

Asked = TypeVar("Asked")


def matched(
    asked: Iterable[Asked],
    results: Iterable[PhotographResult],
    source_of: Callable[[Asked], PhotographSource],
) -> Iterator[tuple[Asked, PhotographResult]]:
    """Pair what was asked about with its results, whoever estimated them.

    After the last photograph, `results` is asked once more, so that it comes to its own end.

    Raises:
        TransferError: a result is of another photograph, is missing, or is one too many; the pairs
            before it are right.
    """
    for number, (one, result) in enumerate(zip_longest(asked, results), 1):
        if one is None or result is None or result.source != source_name(source_of(one)):
            raise TransferError(
                f"result {number} of this run is missing, or is that of another photograph: "
                "whoever estimates loses or confuses results. Nothing of it is written, and the "
                "rows before it are kept; without --on or --server, the same command goes on by "
                "this machine"
            )
        yield one, result
