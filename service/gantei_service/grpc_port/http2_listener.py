"""Whoever listens for HTTP/2: its connections, and the calls that are under way."""

import asyncio
import socket
import ssl
from collections.abc import Coroutine
from functools import partial
from typing import Any

from ..asgi import App
from .http2_connection import Http2Connection

MOST_CONNECTIONS = 256
MOST_UNDERWAY = 512
"""Calls of all connections together, those included that wait for their clients to read."""
CLOSING = 1.0
"""Seconds at the end in which what is written may reach the clients."""


class Http2Listener:
    """Listens on a socket and gives each call to an application of ASGI.

    Attributes:
        app: the application.
        connections: those that are open.
        calls: those that are under way.
    """

    def __init__(self, app: App, listening: socket.socket) -> None:
        """Prepare to listen.

        Args:
            app: answers each call.
            listening: a bound socket.
        """
        self.app = app
        self.connections: set[Http2Connection] = set()
        self.calls: set[asyncio.Task[None]] = set()
        self._listening = listening
        self._server: asyncio.Server | None = None

    async def start(self, context: ssl.SSLContext | None, handshake_timeout: float) -> None:
        """Begin to listen."""
        timeout = handshake_timeout if context else None
        self._server = await asyncio.get_running_loop().create_server(
            partial(Http2Connection, self),
            sock=self._listening, ssl=context, ssl_handshake_timeout=timeout,
        )  # fmt: skip

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        host, port, *_ = self._listening.getsockname()
        return str(host), int(port)

    @property
    def is_full(self) -> bool:
        """Whether as many calls are under way as there may be."""
        return len(self.calls) >= MOST_UNDERWAY

    def shutdown(self) -> None:
        """Listen no more, and let connections end after their last call."""
        if self._server:
            self._server.close()
        for each in [*self.connections]:
            each.shutdown()

    async def closed(self) -> None:
        """Wait until connections are closed, for a while."""
        until = asyncio.get_running_loop().time() + CLOSING
        while self.connections and asyncio.get_running_loop().time() < until:
            await asyncio.sleep(0.02)

    def add(self, connection: Http2Connection) -> None:
        """Add a connection; where there are too many, in the place of who is idle longest."""
        if len(self.connections) >= MOST_CONNECTIONS:
            waiting = [(each.idle_until, each) for each in self.connections]
            idle = [(until, each) for until, each in waiting if until is not None]
            if not idle:
                connection.cut()
                return
            min(idle, key=lambda pair: pair[0])[1].cut()
        self.connections.add(connection)

    def remove(self, connection: Http2Connection) -> None:
        """Forget a connection."""
        self.connections.discard(connection)

    def begin(self, call: Coroutine[Any, Any, None]) -> None:
        """Run a call."""
        task = asyncio.get_running_loop().create_task(call)
        self.calls.add(task)
        task.add_done_callback(self.calls.discard)
