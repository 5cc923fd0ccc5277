"""The body of a request as it arrives, limited in size and time."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from gantei.findings.finding import Finding

from .asgi import AsgiMessage, Receive
from .inflating import Inflater, inflater_for
from .logs import RequestRecord
from .problems import Problem
from .settings import MEGABYTE, Settings


@dataclass
class MemoryInUse:
    """Bytes in memory for all requests: bodies, and answers that clients have not read.

    Attributes:
        bytes: so many there are; the event loop alone counts them.
        most: so many there may be.
    """

    bytes: int = 0
    most: int = 512 * MEGABYTE

    @contextmanager
    def answering(self) -> Iterator[Callable[[int], None]]:
        """Count what is made for one request's answer, by the function that is given.

        A negative number gives back what has been sent.

        Raises:
            Problem: `busy`, by that function, where there is no room for it.
        """
        held = 0

        def hold(size: int) -> None:
            nonlocal held
            if size > 0 and self.bytes + size > self.most:
                raise Problem("busy", headers={"retry-after": "1"})
            self.bytes += size
            held += size

        try:
            yield hold
        finally:
            self.bytes -= held


class LimitedRequestBody:
    """A request's body as it arrives, inflated, limited in size and time."""

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
        self._inflater: Inflater | None = None
        self._announced = announced(scope)
        self._all_here = self._all_given = not self._announced
        names = {name for name, _ in scope["headers"]}
        self._may_stay_out = not names.isdisjoint({b"transfer-encoding", b"expect"})

    async def receive(self) -> AsgiMessage:
        """Give the next piece.

        Raises:
            Problem: `slow-body`, `client-gone`, `body-too-large`, `malformed-body` or `busy`.
        """
        if self._all_given:  # only the client's going away can come now
            return await self._receive()
        inflater = self._inflater
        message = await (self._inflated(inflater) if inflater else self._arrived())
        size = len(message.get("body", b""))
        self._record.bytes += size
        self._in_use.bytes += size
        self._all_given = not message.get("more_body", False)
        if self._record.bytes > self._most:
            raise too_large(self._most)
        if self._in_use.bytes > self._in_use.most:
            raise Problem("busy", headers={"retry-after": "1"})
        return message

    async def _arrived(self) -> AsgiMessage:
        """Wait for the next piece as it comes."""
        left = min(self._settings.piece_timeout, self._until - time.monotonic())
        try:
            async with asyncio.timeout(left):
                message = await self._receive()
        except TimeoutError as error:
            raise Problem("slow-body") from error
        if message["type"] == "http.disconnect":
            raise Problem("client-gone")
        self._all_here = not message.get("more_body", False)
        return message

    async def _inflated(self, inflater: Inflater) -> AsgiMessage:
        """Give the next inflated piece; of one that comes many may be made, and others wait."""
        await asyncio.sleep(0)
        while not (piece := inflater.inflated()):
            if self._all_here:
                inflater.refuse_cut_off()
                break
            inflater.feed((await self._arrived()).get("body", b""))
            if (
                inflater.taken > self._most
            ):  # of which nothing may come, as of a name in gzip's head
                raise too_large(self._most)
        return {"type": "http.request", "body": piece, "more_body": bool(piece)}

    @property
    def is_left(self) -> bool:
        """Whether what is still to come is left unread.

        The rest of a body that was refused early is read and discarded for a while, because many
        clients look for the answer only when they have sent everything. Chunks may be of one byte,
        and cost too much; a client that sent `Expect` may go on with another request.
        """
        drained = self._settings.drain_refused_bodies and not self._may_stay_out
        return not self._all_here and not (drained and self._record.problem != "slow-body")

    def begin(self, scope: AsgiMessage) -> None:
        """Look at what the head says of the body.

        Raises:
            Problem: `unsupported-media-type`, or `body-too-large`.
        """
        self._inflater = inflater_for(scope)
        if self._announced > self._most:
            raise too_large(self._most)

    @property
    def _most(self) -> int:
        return most_of_body(self._settings, self._in_use)


def most_of_body(settings: Settings, in_use: MemoryInUse) -> int:
    """Bytes that a body may have."""
    return min(settings.body_limit, in_use.most)


def too_large(most: int) -> Problem:
    """Make the problem of a body that has more."""
    return Problem("body-too-large", Finding("body-limit", megabytes=most / MEGABYTE))


def announced(scope: AsgiMessage) -> int:
    """The body's length as its head says it: 0 without a body, 1 where it comes in pieces."""
    headers = dict(scope["headers"])
    if b"transfer-encoding" in headers:
        return 1
    length = headers.get(b"content-length", b"1" if scope.get("http_version") == "2" else b"0")
    return int(length) if length.isdigit() else 1
