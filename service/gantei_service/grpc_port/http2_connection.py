"""Connections of HTTP/2, each of which carries many calls, within bounds of number and time."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Protocol

from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    RemoteSettingsChanged,
    RequestReceived,
    StreamEnded,
    StreamReset,
    WindowUpdated,
)
from h2.exceptions import ProtocolError
from hyperframe.frame import GoAwayFrame

from ..asgi import App, AsgiMessage
from ..connections import HEAD_TIMEOUT, READ_TIMEOUT
from ..logs import failure, log
from .http2_frames import FrameMeter
from .http2_settings import (
    bounded_connection,
    connection_errors,
    packable,
    scope_of_connection,
    scope_of_request,
)
from .http2_stream import Headers, Http2Stream

CALLS_IN_ALL = 10_000
"""Of a connection; then its client makes another: a little is remembered of each."""
IDLE_TIMEOUT = 300.0
"""Seconds that a connection without a call stays open."""


class ConnectionOwner(Protocol):
    """What a connection needs of whoever listens."""

    app: App

    @property
    def is_full(self) -> bool:
        """Whether no call is begun for the moment."""

    def add(self, connection: "Http2Connection") -> None:
        """Add a connection."""

    def remove(self, connection: "Http2Connection") -> None:
        """Forget a connection."""

    def begin(self, call: Coroutine[Any, Any, None]) -> None:
        """Run a call."""


class Http2Connection(asyncio.Protocol):
    """One connection."""

    def __init__(self, owner: ConnectionOwner) -> None:
        self._owner = owner
        self._loop = asyncio.get_running_loop()
        self._h2 = bounded_connection()
        self._meter = FrameMeter()
        self._streams: dict[int, Http2Stream] = {}
        self._window_opened = asyncio.Event()
        self._is_read = asyncio.Event()
        self._is_read.set()
        self._is_greeted = False
        self._is_leaving = False
        self._timer: asyncio.TimerHandle | None = None
        self._reading: asyncio.TimerHandle | None = None

    @property
    def idle_until(self) -> float | None:
        """When it is cut unless something comes; None while there is a call."""
        return self._timer.when() if self._timer else None

    # Of the transport.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Tell the client the bounds, and begin to wait for its first frame."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - for the types
        self._transport = transport
        self._about = scope_of_connection(transport)
        self._owner.add(self)
        self._wait(HEAD_TIMEOUT, self.cut)
        self._flush()

    def data_received(self, data: bytes) -> None:
        """Take what has come."""
        if self._meter.refuses(data):
            self._go_away(ErrorCodes.ENHANCE_YOUR_CALM)
            self._close()
            return
        try:
            events = self._h2.receive_data(data)
        except ProtocolError:
            self._flush()  # which tells the client
            self._close()
            return
        for event in events:
            self._handle(event)
        self._flush()

    def pause_writing(self) -> None:
        """Begin to wait for the client to read, and read no more of it before."""
        self._is_read.clear()
        self._transport.pause_reading()
        self._reading = self._loop.call_later(READ_TIMEOUT, self.cut)

    def resume_writing(self) -> None:
        """The client reads."""
        self._is_read.set()
        self._transport.resume_reading()
        if self._reading:
            self._reading.cancel()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell every call."""
        self._owner.remove(self)
        for timer in (self._timer, self._reading):
            if timer:
                timer.cancel()
        for stream in self._streams.values():
            stream.lose()
        for each in (self._window_opened, self._is_read):
            each.set()

    # Of whoever listens.

    def shutdown(self) -> None:
        """Take no more calls, and close after the last of those that are there."""
        if not self._is_leaving:
            self._is_leaving = True
            self._go_away(ErrorCodes.NO_ERROR)
        if not self._streams:
            self._close()

    def cut(self) -> None:
        """End it at once; a `close` would wait for what is unsent."""
        self._owner.remove(self)
        self._transport.abort()

    # Of its streams.

    def taken(self, stream: int, size: int) -> None:
        """Let the client send as much again as an application has taken."""
        with suppress(ProtocolError):  # it has gone meanwhile
            self._h2.acknowledge_received_data(size, stream)
        self._flush()

    def send_headers(self, stream: int, headers: Headers, *, end: bool) -> None:
        """Send headers, or trailers.

        Raises:
            ConnectionError: the client has withdrawn the call.
        """
        with connection_errors():
            self._h2.send_headers(stream, [*map(packable, headers)], end_stream=end)
        if end:  # else data comes at once
            self._flush()

    async def send_data(self, stream: int, data: bytes, *, end: bool) -> None:
        """Send data, as fast as the client takes it, within `READ_TIMEOUT` in all.

        Raises:
            ConnectionError: the client has withdrawn the call, or does not read.
        """
        with connection_errors():
            async with asyncio.timeout(READ_TIMEOUT):  # not anew at each window of a byte
                await self._send_all(stream, memoryview(data), end=end)

    async def _send_all(self, stream: int, left: memoryview, *, end: bool) -> None:
        if end and not left:
            self._h2.end_stream(stream)
            self._flush()
        while left:
            if self._transport.is_closing():
                raise ConnectionResetError
            size = min(
                len(left),
                self._h2.local_flow_control_window(stream),
                self._h2.max_outbound_frame_size,
            )
            if size <= 0:
                self._window_opened.clear()
                await self._window_opened.wait()
                continue
            self._h2.send_data(stream, bytes(left[:size]), end and size == len(left))
            self._flush()
            left = left[size:]
            await self._is_read.wait()

    # Calls.

    def _handle(self, event: Event) -> None:
        match event:
            case RequestReceived():
                self._begin(event)
            case DataReceived() if stream := self._streams.get(event.stream_id or 0):
                stream.add(event.data or b"", event.flow_controlled_length or 0)
            case DataReceived():  # of a call that is over
                self.taken(event.stream_id or 0, event.flow_controlled_length or 0)
            case StreamEnded() if stream := self._streams.get(event.stream_id or 0):
                stream.end()
            case StreamReset():
                if stream := self._streams.get(event.stream_id or 0):
                    stream.lose()
                self._window_opened.set()
            case WindowUpdated():
                self._window_opened.set()
            case RemoteSettingsChanged():
                self._window_opened.set()
                if not self._is_greeted:  # its first frame
                    self._is_greeted = True
                    self._wait(IDLE_TIMEOUT, self.shutdown)
            case ConnectionTerminated():
                self._close()

    def _begin(self, event: RequestReceived) -> None:
        number = event.stream_id or 0
        if self._is_leaving or self._owner.is_full:  # the client asks elsewhere, or again
            with suppress(ProtocolError):
                self._h2.reset_stream(number, ErrorCodes.REFUSED_STREAM)
            return
        if self._timer:
            self._timer.cancel()
            self._timer = None
        stream = self._streams[number] = Http2Stream(number, self)
        scope = {**self._about, **scope_of_request(event.headers or ())}
        self._owner.begin(self._answer(stream, scope))
        if number > 2 * CALLS_IN_ALL:
            self.shutdown()

    async def _answer(self, stream: Http2Stream, scope: AsgiMessage) -> None:
        try:
            await self._owner.app(scope, stream.receive, stream.send)
        except ConnectionError:
            pass  # the client has gone, as it may at any time
        except Exception as error:  # noqa: BLE001 - the connection has others
            log("call failed", logging.ERROR, **failure(error))
        finally:
            self._finish(stream)

    def _finish(self, stream: Http2Stream) -> None:
        del self._streams[stream.number]
        with suppress(ProtocolError):
            self._h2.acknowledge_received_data(stream.untaken(), stream.number)
        if not (stream.is_gone or (stream.has_ended and stream.is_answered)):
            # What is still to come of an answered call is not wanted.
            code = ErrorCodes.NO_ERROR if stream.is_answered else ErrorCodes.INTERNAL_ERROR
            with suppress(ProtocolError):
                self._h2.reset_stream(stream.number, code)
        self._flush()
        if self._is_leaving and not self._streams:
            self._close()
        elif not self._streams and not self._transport.is_closing():
            self._wait(IDLE_TIMEOUT, self.shutdown)

    def _wait(self, seconds: float, then: Callable[[], None]) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = self._loop.call_later(seconds, then)

    def _go_away(self, code: ErrorCodes) -> None:
        """Say which calls are the last; h2 itself would send nothing more of them after that."""
        frame = GoAwayFrame(0)
        frame.last_stream_id, frame.error_code = self._h2.highest_inbound_stream_id, code
        self._flush()
        if not self._transport.is_closing():
            self._transport.write(frame.serialize())

    def _flush(self) -> None:
        data = self._h2.data_to_send()
        if data and not self._transport.is_closing():
            self._transport.write(data)

    def _close(self) -> None:
        if not self._transport.is_closing():
            self._transport.close()
            self._wait(READ_TIMEOUT, self._transport.abort)  # for one who does not read the rest
