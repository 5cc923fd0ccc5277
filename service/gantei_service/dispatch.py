"""Answer the photographs of one request, within the deadline and while its client is connected."""

import asyncio
from collections.abc import Coroutine, Sequence
from functools import partial
from typing import Any, TypeVar

from fastapi import Request

from gantei.estimator.estimator import Estimator

from .context import ServiceContext
from .guard import RECORD
from .logs import RequestRecord
from .photograph_job import Explain, PhotographJob, UploadedPhotograph
from .problems import Problem

T = TypeVar("T")


async def estimate_all(
    request: Request,
    context: ServiceContext,
    uploads: Sequence[UploadedPhotograph],
    estimators: Sequence[Estimator],
    explain: Explain = "none",
) -> list[dict[str, Any]]:
    """Give each photograph's entry, in order: `estimates`, or a `problem` of its own.

    Raises:
        Problem: `busy`, `deadline-exceeded` or `client-gone`; jobs that wait are dropped.
    """
    record: RequestRecord = request.scope[RECORD]
    record.photographs = len(uploads)
    if len(uploads) == 1 and context.pool.idle:
        estimators = [context.loaded[each.name].all_cores or each for each in estimators]
    jobs = [
        PhotographJob(upload, estimators, explain, record.id, context.metrics) for upload in uploads
    ]
    try:
        async with asyncio.timeout(context.settings.deadline):
            entries = await _unless_gone(request, _run_jobs(context, jobs))
    except TimeoutError as error:
        raise Problem("deadline-exceeded", headers={"retry-after": "5"}) from error
    refused = [entry["problem"]["type"] for entry in entries if "problem" in entry]
    record.refused = len(refused)
    for kind in refused:
        context.metrics.problems.labels(kind.rpartition(":")[2]).inc()
    return entries


async def _run_jobs(context: ServiceContext, jobs: Sequence[PhotographJob]) -> list[dict[str, Any]]:
    pool, batching = context.pool, context.batching
    if batching is None:
        return await pool.run_all([partial(pool.run, each.alone) for each in jobs])

    async def batched(each: PhotographJob) -> dict[str, Any]:
        async with batching.room:
            return await each.batched(pool, batching)

    return await pool.run_all([partial(batched, each) for each in jobs], batching.underway)


async def _unless_gone(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Do the work while the client is connected; once it has gone, drop what has not started.

    Raises:
        Problem: `client-gone`, or what the work raises.
    """
    task = asyncio.create_task(work)
    gone = asyncio.create_task(_gone(request))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise Problem("client-gone")
    finally:
        for each in (task, gone):
            each.cancel()
        await asyncio.gather(task, gone, return_exceptions=True)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
