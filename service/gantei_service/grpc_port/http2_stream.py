"""A stream of HTTP/2 as an application of ASGI sees it: what has come, and what goes back."""

import asyncio
from collections import deque
from typing import Protocol

from ..asgi import AsgiMessage

Headers = list[tuple[bytes, bytes]]


class StreamWriter(Protocol):
    """What a stream asks of its connection."""

    def taken(self, stream: int, size: int) -> None:
        """Let the client send as much again as an application has taken."""

    def send_headers(self, stream: int, headers: Headers, *, end: bool) -> None:
        """Send headers, or trailers."""

    async def send_data(self, stream: int, data: bytes, *, end: bool) -> None:
        """Send data, as fast as the client takes it."""


class Http2Stream:
    """One stream; its connection tells it what comes, an application of ASGI has the rest.

    Attributes:
        has_ended: whether the client has sent everything.
        is_gone: whether the client has withdrawn it, or has gone.
        is_answered: whether everything has been sent.
    """

    def __init__(self, number: int, writer: StreamWriter) -> None:
        self.number = number
        self.has_ended = self.is_gone = self.is_answered = False
        self._writer = writer
        self._pieces: deque[tuple[bytes, int]] = deque()
        self._unwanted = 0
        self._has_begun = False
        self._news = asyncio.Event()
        self._end_told = False
        self._start: Headers | None = None
        self._has_trailers = False

    def add(self, data: bytes, size: int) -> None:
        """Take what has come; `size` is that with padding, as flow control counts it.

        Nothing is kept that comes to a call whose answer has begun; nor may much more come then.
        """
        if self._has_begun:
            self._unwanted += size
            return
        self._pieces.append((data, size))
        self._news.set()

    def end(self) -> None:
        """Note that the client has sent everything."""
        self.has_ended = True
        self._news.set()

    def lose(self) -> None:
        """Note that the client has withdrawn it, or has gone."""
        self.is_gone = True
        self._news.set()

    def untaken(self) -> int:
        """Give the bytes that no application has taken, and forget them."""
        size = self._unwanted + sum(each for _, each in self._pieces)
        self._unwanted = 0
        self._pieces.clear()
        return size

    async def receive(self) -> AsgiMessage:
        """Give the next piece of the body; after its end, wait until the client has gone."""
        while not self.is_gone:
            if self._pieces:
                data, size = self._pieces.popleft()
                self._writer.taken(self.number, size)
                self._end_told = self.has_ended and not self._pieces
                return {"type": "http.request", "body": data, "more_body": not self._end_told}
            if self.has_ended and not self._end_told:
                self._end_told = True
                return {"type": "http.request", "body": b"", "more_body": False}
            self._news.clear()
            await self._news.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: AsgiMessage) -> None:
        """Send a part of the answer.

        Raises:
            ConnectionError: the client has gone, or does not read.
        """
        if self.is_gone:
            raise ConnectionResetError
        match message["type"]:
            case "http.response.start":
                status = str(message["status"]).encode()
                self._start = [(b":status", status), *message.get("headers", ())]
                self._has_trailers = message.get("trailers", False)
                self._unwanted, self._has_begun = self.untaken(), True
            case "http.response.body":
                body, more = message.get("body", b""), message.get("more_body", False)
                await self._send_body(body, end=not more and not self._has_trailers)
            case "http.response.trailers":
                self._end_with(message.get("headers", []))

    async def _send_body(self, body: bytes, *, end: bool) -> None:
        if self._start is not None:
            start, self._start = self._start, None
            only = end and not body
            self._writer.send_headers(self.number, start, end=only)
            if only:
                self.is_answered = True
                return
        if body or end:
            await self._writer.send_data(self.number, body, end=end)
        self.is_answered = end

    def _end_with(self, trailers: Headers) -> None:
        self._writer.send_headers(self.number, [*trailers], end=True)
        self.is_answered = True
