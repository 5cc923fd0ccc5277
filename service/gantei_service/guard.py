"""The guard: what every request passes before and after it is answered, whoever answers it.

It lets in who may ask, bounds what a body may hold and how long it may take, gives every error one
shape, and writes the request's line in the log.
"""

import asyncio
import ipaddress
import logging
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

from .journal import Record, failure, log
from .metrics import METHODS, Metrics
from .problems import MEDIA_TYPE, PlainProblem, Problem
from .settings import Settings
from .tokens import Tokens

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

RECORD = "gantei.record"
"""Key of the request's `Record` in the ASGI scope."""
OPEN_TO_ALL = frozenset({"/", "/docs", "/livez", "/readyz", "/v2/health/live", "/v2/health/ready"})
PIECE = 65536
"""Bytes of an answer that are handed to the server at a time, and wait for the client there."""
OPEN_FOLDER = "/page/"
"""What the page loads: files of this package, which hold no data."""
KEPT = frozenset({b"allow", b"content-range"})
ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
)


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(self, app: App, settings: Settings, metrics: Metrics) -> None:
        self._app = app
        self._settings = settings
        self._metrics = metrics
        self._tokens = Tokens(settings.token_file) if settings.token_file else None
        self.held = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        if scope["type"] != "http":
            return await send({"type": "websocket.close", "code": 1008})
        record = scope[RECORD] = Record(open_inference=f"{scope['path']}/".startswith("/v2/"))
        body = _Body(receive, self._settings, self, record, scope)
        answer = _Answer(send, record, body, self._unread)
        try:
            self._admit(scope, record)
            _refuse_two_lengths(scope)
            body.refuse_announced(_announced(scope))
            await self._app(scope, body.receive, answer.send)
        except Problem as problem:
            await answer.problem(problem)
            if answer.lost:
                await _until_gone(receive)
        except Exception as error:  # noqa: BLE001 - the last place to catch it
            if not answer.lost:
                log("request failed", logging.ERROR, request=record.id, **failure(error))
                await answer.problem(Problem("internal-error"))
        finally:
            self.held -= record.bytes
            self._remember(scope, record, answer.status)
        return None

    def _admit(self, scope: Message, record: Record) -> None:
        if scope["path"] in OPEN_TO_ALL or scope["path"].startswith(OPEN_FOLDER):
            return
        if self._tokens:
            given = [value for key, value in scope["headers"] if key == b"authorization"]
            sent = given[0].decode("latin-1") if len(given) == 1 else None
            record.token = self._tokens.owner(sent)
            if record.token is None:
                raise Problem("token-required", headers={"www-authenticate": "Bearer"})
        elif not self._settings.insecure:
            if not _from_here(scope):
                raise Problem("not-from-here")
            if not _meant_here(scope):
                raise Problem("not-from-here", "ask for localhost, or for an address in numbers")

    @contextmanager
    def _unread(self, size: int) -> Iterator[float]:
        """Count an answer in memory while its client reads it; give the seconds it may take."""
        self.held += size
        try:
            yield self._settings.body_timeout
        finally:
            self.held -= size

    def _remember(self, scope: Message, record: Record, status: int) -> None:
        route = getattr(scope.get("route"), "path", "other")
        method = scope["method"] if scope["method"] in METHODS else "other"
        seconds = time.perf_counter() - record.began
        self._metrics.requests.labels(route, method, str(status)).inc()
        self._metrics.request_seconds.labels(route).observe(seconds)
        if record.problem:
            self._metrics.problems.labels(record.problem).inc()
        log(
            "request", request=record.id, token=record.token or None, route=route,
            method=method, status=status,
            milliseconds=round(1000 * seconds, 1), bytes=record.bytes,
            photographs=record.photographs, refused=record.refused, problem=record.problem,
        )  # fmt: skip


class _Body:
    """A request's body as it arrives, counted and timed."""

    def __init__(
        self, receive: Receive, settings: Settings, guard: Guard, record: Record, scope: Message
    ) -> None:
        self._receive = receive
        self._settings = settings
        self._guard = guard
        self._record = record
        self._until = time.monotonic() + settings.body_timeout
        self.whole = not _announced(scope)
        names = {name for name, _ in scope["headers"]}
        self._may_stay_out = not names.isdisjoint({b"transfer-encoding", b"expect"})

    async def receive(self) -> Message:
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
        self._guard.held += size
        self.whole = not message.get("more_body", False)
        if self._record.bytes > self._settings.body_limit:
            raise self._too_large()
        if self._guard.held > self._settings.held_limit:
            raise Problem("busy", headers={"retry-after": "1"})
        return message

    @property
    def is_left(self) -> bool:
        """Whether what is still to come of it is not worth reading off.

        What was refused early is read off for a while, for many clients look for the answer only
        when they have sent everything. Chunks may be of one byte, and cost too much; who asked
        whether to send it at all may go on with another request.
        """
        return not self.whole and (self._may_stay_out or self._record.problem == "slow-body")

    def refuse_announced(self, size: int) -> None:
        if size > self._settings.body_limit:
            raise self._too_large()

    def _too_large(self) -> Problem:
        return Problem("body-too-large", f"at most {self._settings.body_limit} bytes are taken")


class _Answer:
    """The response as it leaves: every error is a problem, whoever wrote it."""

    def __init__(
        self,
        send: Send,
        record: Record,
        body: _Body,
        unread: Callable[[int], AbstractContextManager[float]],
    ) -> None:
        self._to_server = send
        self._unread = unread
        self._record = record
        self._body = body
        self._replaced = False
        self.status = 0
        self.lost = False

    async def send(self, message: Message) -> None:
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
        with suppress(Exception):  # nobody is there to be told, and `_send` has noted it
            await self._start(problem.status, headers)
            await self._send({"type": "http.response.body", "body": content})

    async def _send_in_pieces(self, message: Message) -> None:
        # The server takes a large answer whole, and keeps it for as long as the client reads it.
        # Of pieces it takes the next one when the last has nearly gone, so it is seen here.
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

    async def _send(self, message: Message) -> None:
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


async def _until_gone(receive: Receive) -> None:
    """Wait until the server knows that the connection it has closed is gone.

    It would call it an error to return without an answer before.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(1):
            while (await receive())["type"] != "http.disconnect":
                pass


def _announced(scope: Message) -> int:
    """The body's length as its head says it: 0 without a body, 1 where it comes in chunks."""
    headers = dict(scope["headers"])
    if b"transfer-encoding" in headers:
        return 1
    length = headers.get(b"content-length", b"0")
    return int(length) if length.isdigit() else 1


def _refuse_two_lengths(scope: Message) -> None:
    """A proxy in front may believe the other one, and take the rest for another's request."""
    if {b"transfer-encoding", b"content-length"} <= dict(scope["headers"]).keys():
        raise Problem("malformed-header")


def _meant_here(scope: Message) -> bool:
    """Whether the address asked for is this machine's, by number or as localhost.

    A page of the internet may let its own name point to 127.0.0.1, and its scripts would then ask
    from this machine's browser, and read the answers.
    """
    hosts = [value.decode("latin-1") for key, value in scope["headers"] if key == b"host"]
    for host in hosts:
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
        try:
            ipaddress.ip_address(name.strip("[]"))
        except ValueError:
            if name.lower() != "localhost":
                return False
    return True


def _from_here(scope: Message) -> bool:
    client = scope.get("client")
    try:
        address = ipaddress.ip_address(client[0]) if client else None
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool(address and (mapped or address).is_loopback)
