"""The response to a request as it leaves."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress

from .asgi import AsgiMessage, Send
from .logs import RequestRecord
from .problems import MEDIA_TYPE, PlainProblem, Problem
from .request_body import LimitedRequestBody

PIECE = 65536
"""Bytes of an answer that are handed to the server at a time, and wait for the client there."""
KEPT = frozenset({b"allow", b"content-range"})
ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
)


class ResponseSender:
    """The response as it leaves: every error is a problem, whoever wrote it."""

    def __init__(
        self,
        send: Send,
        record: RequestRecord,
        body: LimitedRequestBody,
        unread: Callable[[int], AbstractContextManager[float]],
    ) -> None:
        self._to_server = send
        self._unread = unread
        self._record = record
        self._body = body
        self._replaced = False
        self.status = 0
        self.lost = False

    async def send(self, message: AsgiMessage) -> None:
        """Send what the application answers, an error in our own shape."""
        if message["type"] != "http.response.start":
            if not self._replaced:
                await self._send_in_pieces(message)
            return
        headers = [(key.lower(), value) for key, value in message.get("headers", ())]
        status = message["status"]
        if status >= 400 and dict(headers).get(b"content-type") != MEDIA_TYPE.encode():
            self._replaced = True
            kept = [pair for pair in headers if pair[0] in KEPT]
            await self.problem(PlainProblem(status), kept)
            return
        await self._start(status, headers)

    async def problem(
        self, problem: Problem, kept: list[tuple[bytes, bytes]] | None = None
    ) -> None:
        """Answer with a problem, unless an answer has begun."""
        if self.status:
            return
        self._record.problem = problem.kind
        content = problem.body(self._record)
        headers = [(key.encode(), value.encode()) for key, value in problem.headers.items()]
        headers += [
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-length", str(len(content)).encode()),
            *(kept or ()),
        ]
        with suppress(Exception):  # the client has gone, and `_send` has noted it
            await self._start(problem.status, headers)
            await self._send({"type": "http.response.body", "body": content})

    async def _send_in_pieces(self, message: AsgiMessage) -> None:
        # The server takes a large answer whole, and keeps it for as long as the client reads it.
        # Of pieces it takes the next one when the last has nearly gone, so the wait shows here.
        content = message.get("body", b"")
        if len(content) <= PIECE:
            return await self._send(message)
        with self._unread(len(content)) as seconds:
            try:
                async with asyncio.timeout(seconds):
                    for start in range(0, len(content), PIECE):
                        more = start + PIECE < len(content) or message.get("more_body", False)
                        piece = content[start : start + PIECE]
                        await self._send({**message, "body": piece, "more_body": more})
            except TimeoutError as error:
                raise Problem("client-gone") from error
        return None

    async def _send(self, message: AsgiMessage) -> None:
        try:
            await self._to_server(message)
        except (Exception, asyncio.CancelledError):
            # The server has closed the connection, as after a chunk that is none.
            gone = Problem("client-gone")
            self.lost, self.status, self._record.problem = True, gone.status, gone.kind
            raise

    async def _start(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        self.status = status
        given = {key for key, _ in headers}
        headers += [pair for pair in ALWAYS if pair[0] not in given]
        if self._body.is_left:
            headers.append((b"connection", b"close"))
        headers.append((b"x-request-id", self._record.id.encode()))
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
