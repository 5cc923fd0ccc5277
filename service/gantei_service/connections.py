"""Connections under uvicorn: one that keeps the server waiting is cut.

uvicorn bounds the time between an answer and the next head, and the guard that of a body. This
bounds the rest: the head itself, however slowly it comes, and an answer that nobody reads.
"""

import asyncio
import math
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_TIMEOUT = 10.0
"""Seconds from the connection, or from the first byte of a later head, to the head's end."""
READ_TIMEOUT = 30.0
"""Seconds in which a client takes at least what the transport's buffer holds, 64 kB."""


class TimedProtocol(H11Protocol):
    """One connection. When the server is full, one without a head makes room for a new one."""

    head_timeout = HEAD_TIMEOUT
    read_timeout = READ_TIMEOUT
    _head: asyncio.TimerHandle | None = None
    _reading: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for a head; where the server is full, in the place of who waits longest."""
        super().connection_made(transport)
        if self.limit_concurrency and len(self.connections) >= self.limit_concurrency:
            idle = [each for each in self.connections if isinstance(each, TimedProtocol)]
            min(idle, key=TimedProtocol._idle_until)._make_room()
        self._head = self.loop.call_later(self.head_timeout, self._cut)

    def data_received(self, data: bytes) -> None:
        """Take what has come; a request that begins with it ends the wait."""
        before = self.cycle
        super().data_received(data)
        if self.cycle is not before:
            self._head = _cancelled(self._head)
        elif self._head is None:
            if self.cycle.response_complete:
                self._head = self.loop.call_later(self.head_timeout, self._cut)
        elif self.cycle and self.conn.their_state is h11.IDLE and not self.conn.trailing_data[0]:
            # The rest of a refused body has come, and nothing of another head.
            self._head = _cancelled(self._head)
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def pause_writing(self) -> None:
        """Begin to wait for the client to read."""
        super().pause_writing()
        self._reading = self.loop.call_later(self.read_timeout, self._cut)

    def resume_writing(self) -> None:
        """The client reads."""
        super().resume_writing()
        self._reading = _cancelled(self._reading)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._head = _cancelled(self._head)
        self._reading = _cancelled(self._reading)
        super().connection_lost(exc)

    def _idle_until(self) -> float:
        """When the wait for a head ends; never, where there is a request."""
        timer = self._head or self.timeout_keep_alive_task
        return timer.when() if timer else math.inf

    def _make_room(self) -> None:
        if self._idle_until() < math.inf:
            self._cut()

    def _cut(self) -> None:
        self._head = _cancelled(self._head)
        self._unset_keepalive_if_required()
        self.connections.discard(self)  # at once: many may come before it is really gone
        # Not closed, which would wait for what is unsent and for the end of TLS.
        self.transport.abort()


def _cancelled(timer: asyncio.TimerHandle | None) -> asyncio.TimerHandle | None:
    """Cancel a timer; give what takes its place."""
    if timer is not None:
        timer.cancel()
    return None
