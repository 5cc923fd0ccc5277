"""Answer the photographs of one request, within the deadline and while its client is connected."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Sequence
from functools import partial
from typing import Any, TypeVar

from gantei.estimator.estimator import Estimator

from .asgi import Receive
from .context import ServiceContext
from .logs import RequestRecord
from .photograph_job import Explain, PhotographJob, UploadedPhotograph
from .problems import Problem

T = TypeVar("T")
Arrived = Callable[[int, dict[str, Any]], None]


async def estimate_all(
    record: RequestRecord,
    context: ServiceContext,
    uploads: Sequence[UploadedPhotograph],
    estimators: Sequence[Estimator],
    explain: Explain = "none",
    hold: Callable[[int], None] | None = None,
) -> list[dict[str, Any]]:
    """Give each photograph's entry, in order: `estimates`, or a `problem` of its own.

    Args:
        record: as `estimate_each`.
        context: as `estimate_each`.
        uploads: the photographs.
        estimators: all that are asked.
        explain: what is wanted beside the values.
        hold: counts the bytes of overlays, which are the better part of an answer.

    Raises:
        Problem: as `estimate_each`.
    """
    entries: dict[int, dict[str, Any]] = {}

    def arrived(place: int, entry: dict[str, Any]) -> None:
        if hold is not None:
            hold(sum(len(each) for each in _overlays(entry)))
        entries[place] = entry

    await estimate_each(record, context, uploads, estimators, explain, arrived)
    return [entries[place] for place in range(len(uploads))]


async def estimate_each(
    record: RequestRecord,
    context: ServiceContext,
    uploads: Sequence[UploadedPhotograph],
    estimators: Sequence[Estimator],
    explain: Explain,
    arrived: Arrived,
) -> None:
    """Hand over each photograph's entry as soon as it is there.

    Cancelled, it drops the jobs that wait.

    Args:
        record: of the request, which learns how many photographs there are.
        context: with which the request began.
        uploads: the photographs.
        estimators: all that are asked.
        explain: what is wanted beside the values.
        arrived: takes a place among the photographs, from 0, and the entry; a problem that it
            raises ends the work.

    Raises:
        Problem: `busy` or `deadline-exceeded`; jobs that wait are dropped.
    """
    record.photographs = len(uploads)
    pool, batching = context.pool, context.batching
    is_alone = len(uploads) == 1 and pool.idle
    if is_alone:
        estimators = [context.loaded[each.name].all_cores or each for each in estimators]
    idle = pool.threads if is_alone else None

    async def answer(place: int, upload: UploadedPhotograph) -> None:
        job = PhotographJob(
            upload, estimators, explain, record.id, context.metrics, record.trace, idle
        )
        if batching is None:
            entry = await job.alone(pool)
        else:
            async with batching.room:
                entry = await job.batched(pool, batching)
        if problem := entry.get("problem"):
            record.refused += 1
            context.metrics.problems.labels(problem["type"].rpartition(":")[2]).inc()
        arrived(place, entry)

    jobs = [partial(answer, place, upload) for place, upload in enumerate(uploads)]
    try:
        async with asyncio.timeout(context.settings.deadline):
            await pool.run_all(jobs, batching.underway if batching else None)
    except TimeoutError as error:
        raise Problem("deadline-exceeded", headers={"retry-after": "5"}) from error


def _overlays(entry: dict[str, Any]) -> Iterator[str]:
    """The overlays of an entry, in base64."""
    for estimate in entry.get("estimates", {}).values():
        if "overlay" in estimate:
            yield estimate["overlay"]["base64"]


async def unless_gone(receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """Do the work while the client is connected; once it has gone, drop what has not started.

    Raises:
        Problem: `client-gone`, or what the work raises.
    """
    task = asyncio.create_task(work)
    gone = asyncio.create_task(_gone(receive))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise Problem("client-gone")
    finally:
        for each in (task, gone):
            each.cancel()
        await asyncio.gather(task, gone, return_exceptions=True)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
