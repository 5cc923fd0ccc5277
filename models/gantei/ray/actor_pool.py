"""Chunks over the actors of Ray: in order, with a bound on what waits, and none lost or doubled."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Any, TypeVar

In = TypeVar("In")
Out = TypeVar("Out")

QUEUED = 2
"""Chunks an actor has at once: while it works on one, the next is there already."""
_AHEAD = 4
"""Chunks per actor that are at work or wait for an earlier one: no more of them are in memory."""


def ordered_over(
    actors: Sequence[Any], call: Callable[[Any, In], Any], chunks: Iterable[In]
) -> Generator[Any]:
    """Map chunks over actors, and give what comes of each in the order of the chunks.

    Ray repeats the calls of an actor that ended, so that each chunk has one answer.

    Args:
        actors: of Ray.
        call: begins the work on a chunk, and gives Ray's reference to what comes of it.
        chunks: taken as there is room for them.

    Raises:
        RayError: of Ray, where a chunk ended every actor that worked on it.
    """
    import ray

    ahead = iter(chunks)
    free = deque([*actors] * QUEUED)
    at_work: dict[Any, Any] = {}
    waiting: deque[Any] = deque()
    while True:
        while free and len(waiting) < _AHEAD * len(actors):
            chunk = next(ahead, None)
            if chunk is None:
                break
            reference = call(actor := free.popleft(), chunk)
            at_work[reference] = actor
            waiting.append(reference)
        if not waiting:
            return
        done, _ = ray.wait([*at_work], num_returns=1)
        free.extend(at_work.pop(reference) for reference in done)
        while waiting and waiting[0] not in at_work:
            yield ray.get(waiting.popleft())
