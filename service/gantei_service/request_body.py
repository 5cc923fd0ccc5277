"""The body of a request as it arrives, limited in size and time."""

import asyncio
import time
from dataclasses import dataclass

from gantei.findings.finding import Finding

from .asgi import AsgiMessage, Receive
from .logs import RequestRecord
from .problems import Problem
from .settings import MEGABYTE, Settings


@dataclass
class MemoryInUse:
    """Bytes in memory for all requests: bodies, and answers that clients have not read."""

    bytes: int = 0


class LimitedRequestBody:
    """A request's body as it arrives, limited in size and time."""

    def __init__(
        self,
        receive: Receive,
        settings: Settings,
        in_use: MemoryInUse,
        record: RequestRecord,
        scope: AsgiMessage,
    ) -> None:
        self._receive = receive
        self._settings = settings
        self._in_use = in_use
        self._record = record
        self._until = time.monotonic() + settings.body_timeout
        self.whole = not announced(scope)
        names = {name for name, _ in scope["headers"]}
        self._may_stay_out = not names.isdisjoint({b"transfer-encoding", b"expect"})

    async def receive(self) -> AsgiMessage:
        """Give the next piece.

        Raises:
            Problem: `slow-body`, `client-gone`, `body-too-large` or `busy`.
        """
        if self.whole:  # only the client's going away can come now
            return await self._receive()
        left = min(self._settings.piece_timeout, self._until - time.monotonic())
        try:
            async with asyncio.timeout(left):
                message = await self._receive()
        except TimeoutError as error:
            raise Problem("slow-body") from error
        if message["type"] == "http.disconnect":
            raise Problem("client-gone")
        size = len(message.get("body", b""))
        self._record.bytes += size
        self._in_use.bytes += size
        self.whole = not message.get("more_body", False)
        if self._record.bytes > self._settings.body_limit:
            raise self._too_large()
        if self._in_use.bytes > self._settings.memory_limit:
            raise Problem("busy", headers={"retry-after": "1"})
        return message

    @property
    def is_left(self) -> bool:
        """Whether what is still to come is left unread.

        The rest of a body that was refused early is read and discarded for a while, because many
        clients look for the answer only when they have sent everything. Chunks may be of one byte,
        and cost too much; a client that sent `Expect` may go on with another request.
        """
        drained = self._settings.drain_refused_bodies and not self._may_stay_out
        return not self.whole and not (drained and self._record.problem != "slow-body")

    def refuse_announced(self, size: int) -> None:
        """Refuse a body whose head says that it is too large.

        Raises:
            Problem: `body-too-large`.
        """
        if size > self._settings.body_limit:
            raise self._too_large()

    def _too_large(self) -> Problem:
        return Problem(
            "body-too-large", Finding("body-limit", megabytes=self._settings.body_limit / MEGABYTE)
        )


def announced(scope: AsgiMessage) -> int:
    """The body's length as its head says it: 0 without a body, 1 where it comes in chunks."""
    headers = dict(scope["headers"])
    if b"transfer-encoding" in headers:
        return 1
    length = headers.get(b"content-length", b"0")
    return int(length) if length.isdigit() else 1
