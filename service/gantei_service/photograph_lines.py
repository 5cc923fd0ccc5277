"""An answer of lines (NDJSON): photograph by photograph as they are done, and whether that is all.

In the order in which they are done: a small photograph does not wait for a large one before it, and
no line waits in memory for another. Photographs are estimated at full speed whoever reads: a slow
reader keeps lines waiting, which count as memory until they are sent, and no place in the pool.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.responses import Response

from .asgi import AsgiMessage, Receive, Send
from .dispatch import Arrived, unless_gone
from .guard import RECORD
from .logs import RequestRecord, failure, log
from .problems import Problem
from .request_body import MemoryInUse
from .response_sender import PIECE

MEDIA_TYPE = "application/x-ndjson"
HEADERS = {
    "vary": "accept",
    "x-accel-buffering": "no",  # nginx would keep lines back, and write them to its disk
}


class PhotographLines(Response):
    """The answer; what goes wrong before its first line is answered as everywhere.

    Args:
        work: estimates, and hands each entry over with its place.
        in_use: where lines count until they are sent.
        patience: seconds that a client may keep the server waiting in all.
        tidy_after: has the system given back what was held, told the most bytes of all answers.
    """

    media_type = MEDIA_TYPE

    def __init__(
        self,
        work: Callable[[Arrived], Coroutine[Any, Any, None]],
        in_use: MemoryInUse,
        patience: float,
        tidy_after: Callable[[int], None],
    ) -> None:
        super().__init__(headers=HEADERS)
        del self.headers["content-length"]
        self._work = work
        self._in_use = in_use
        self._patience = patience
        self._tidy_after = tidy_after
        self._begun = False

    async def __call__(self, scope: AsgiMessage, receive: Receive, send: Send) -> None:
        """Answer; what goes wrong after the first line stands in the last one.

        Raises:
            Problem: before the first line; the request cannot be answered, or not in time.
        """
        record: RequestRecord = scope[RECORD]
        try:
            await unless_gone(receive, self._answered(record, send))
        except Problem as problem:
            if not self._begun:
                raise
            record.problem = problem.kind  # the client has gone, or does not read

    async def _answered(self, record: RequestRecord, send: Send) -> None:
        lines: asyncio.Queue[bytes | None] = asyncio.Queue()
        most = 0
        with self._in_use.answering() as hold:

            def arrived(place: int, entry: dict[str, Any]) -> None:
                nonlocal most
                line = _line({"index": place, "photograph": entry})
                hold(len(line))
                most = max(most, self._in_use.bytes)
                lines.put_nowait(line)

            work = asyncio.create_task(self._work(arrived))
            work.add_done_callback(lambda _: lines.put_nowait(None))
            answered = 0
            try:
                while (line := await lines.get()) is not None:
                    await self._send(send, line)
                    hold(-len(line))
                    answered += 1
                problem = self._problem_of(work, record)
            finally:
                work.cancel()
                self._tidy_after(most)
                await asyncio.gather(work, return_exceptions=True)
            await self._send(send, _last_line(record, answered, problem), more=False)

    def _problem_of(self, work: asyncio.Task[None], record: RequestRecord) -> Problem | None:
        """Give what the work ended with, for the last line.

        Raises:
            Problem: that, where no line has been sent.
        """
        error = work.exception()
        if error is None:
            return None
        if not isinstance(error, Problem):
            if not self._begun:
                raise error
            log("request failed", logging.ERROR, request=record.id, **failure(error))
            error = Problem("internal-error")
        if not self._begun:
            raise error
        record.problem = error.kind
        return error

    async def _send(self, send: Send, line: bytes, *, more: bool = True) -> None:
        """Send a line, and the head before the first one, while there is patience.

        Raises:
            Problem: `client-gone`: it does not read.
        """
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout(self._patience):
                if not self._begun:
                    self._begun = True
                    head = {"status": self.status_code, "headers": self.raw_headers}
                    await send({"type": "http.response.start", **head})
                for start in range(0, len(line), PIECE):
                    rest = more or start + PIECE < len(line)
                    piece = line[start : start + PIECE]
                    await send({"type": "http.response.body", "body": piece, "more_body": rest})
        except TimeoutError as error:
            raise Problem("client-gone") from error
        self._patience -= loop.time() - began


def _last_line(record: RequestRecord, answered: int, problem: Problem | None) -> bytes:
    told: dict[str, Any] = {
        "complete": problem is None,
        "photographs": record.photographs,
        "answered": answered,
        "refused": record.refused,
    }
    return _line(told | ({"problem": problem.document(record)} if problem else {}))


def _line(value: dict[str, Any]) -> bytes:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode() + b"\n"
