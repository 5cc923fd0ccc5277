"""The photographs of one request: answered in time, while its client is there, and counted."""

import asyncio
from collections.abc import Coroutine, Sequence
from functools import partial
from typing import Any, TypeVar

from fastapi import Request

from gantei.estimator.estimator import Estimator

from .estimation import Examination, Explain, Upload
from .guard import RECORD
from .journal import Record
from .problems import Problem
from .state import State

T = TypeVar("T")


async def answer_all(
    request: Request,
    state: State,
    uploads: Sequence[Upload],
    estimators: Sequence[Estimator],
    explain: Explain = "none",
) -> list[dict[str, Any]]:
    """Give each photograph's entry, in order: `estimates`, or a `problem` of its own.

    Raises:
        Problem: `busy`, `deadline-exceeded` or `client-gone`; what has not begun is dropped.
    """
    record: Record = request.scope[RECORD]
    record.photographs = len(uploads)
    if len(uploads) == 1 and state.pool.idle:
        estimators = [state.served[each.name].lone or each for each in estimators]
    examinations = [
        Examination(upload, estimators, explain, record.id, state.metrics) for upload in uploads
    ]
    try:
        async with asyncio.timeout(state.settings.deadline):
            entries = await _unless_gone(request, _examined(state, examinations))
    except TimeoutError as error:
        raise Problem("deadline-exceeded", headers={"retry-after": "5"}) from error
    refused = [entry["problem"]["type"] for entry in entries if "problem" in entry]
    record.refused = len(refused)
    for kind in refused:
        state.metrics.problems.labels(kind.rpartition(":")[2]).inc()
    return entries


async def _examined(state: State, examinations: Sequence[Examination]) -> list[dict[str, Any]]:
    pool, batching = state.pool, state.batching
    if batching is None:
        return await pool.run_all([partial(pool.run, each.alone) for each in examinations])

    async def batched(each: Examination) -> dict[str, Any]:
        async with batching.room:
            return await each.batched(pool, batching)

    return await pool.run_all([partial(batched, each) for each in examinations], batching.underway)


async def _unless_gone(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Do the work while the client is there; of one that has gone, what has not begun is dropped.

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
