"""The guard: what every request passes before and after it is answered, whoever answers it.

It lets in who may ask, bounds what a body may hold and how long it may take, gives every error one
shape, and writes the request's line in the log.
"""

import asyncio
import ipaddress
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from gantei.findings.finding import Finding

from .asgi import App, AsgiMessage, Receive, Send
from .logs import RequestRecord, failure, log
from .metrics import METHODS, Metrics
from .problems import Problem
from .request_body import LimitedRequestBody, MemoryInUse, announced
from .response_sender import ResponseSender
from .settings import Settings
from .tokens import Tokens

RECORD = "gantei.record"
"""Key of the request's `Record` in the ASGI scope."""
OPEN_TO_ALL = frozenset({"/", "/docs", "/livez", "/readyz", "/v2/health/live", "/v2/health/ready"})
OPEN_FOLDER = "/page/"
"""What the page loads: files of this package, which hold no data."""


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(self, app: App, settings: Settings, metrics: Metrics) -> None:
        self._app = app
        self._settings = settings
        self._metrics = metrics
        self._tokens = Tokens(settings.token_file) if settings.token_file else None
        self.in_use = MemoryInUse()

    async def __call__(self, scope: AsgiMessage, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        if scope["type"] != "http":
            return await send({"type": "websocket.close", "code": 1008})
        record = scope[RECORD] = RequestRecord(
            open_inference=f"{scope['path']}/".startswith("/v2/")
        )
        body = LimitedRequestBody(receive, self._settings, self.in_use, record, scope)
        answer = ResponseSender(send, record, body, self._unread)
        try:
            self._admit(scope, record)
            _refuse_two_lengths(scope)
            body.refuse_announced(announced(scope))
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
            self.in_use.bytes -= record.bytes
            self._remember(scope, record, answer.status)
        return None

    def _admit(self, scope: AsgiMessage, record: RequestRecord) -> None:
        if scope["path"] in OPEN_TO_ALL or scope["path"].startswith(OPEN_FOLDER):
            return
        if self._tokens:
            given = [value for key, value in scope["headers"] if key == b"authorization"]
            sent = given[0].decode("latin-1") if len(given) == 1 else None
            record.token = self._tokens.owner(sent)
            if record.token is None:
                raise Problem("token-required", headers={"www-authenticate": "Bearer"})
        elif not self._settings.insecure:
            if not _is_this_machine(scope):
                raise Problem("loopback-only")
            if not _asks_for_this_machine(scope):
                raise Problem("loopback-only", Finding("address-not-local"))

    @contextmanager
    def _unread(self, size: int) -> Iterator[float]:
        """Count an answer in memory while its client reads it; give the seconds it may take."""
        self.in_use.bytes += size
        try:
            yield self._settings.body_timeout
        finally:
            self.in_use.bytes -= size

    def _remember(self, scope: AsgiMessage, record: RequestRecord, status: int) -> None:
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


async def _until_gone(receive: Receive) -> None:
    """Wait until the server knows that the connection it has closed is gone.

    It would call it an error to return without an answer before.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(1):
            while (await receive())["type"] != "http.disconnect":
                pass


def _refuse_two_lengths(scope: AsgiMessage) -> None:
    """A proxy in front may believe the other one, and take the rest for another's request."""
    if {b"transfer-encoding", b"content-length"} <= dict(scope["headers"]).keys():
        raise Problem("malformed-header")


def _asks_for_this_machine(scope: AsgiMessage) -> bool:
    """Whether the address of the request is this machine's, by number or as localhost.

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


def _is_this_machine(scope: AsgiMessage) -> bool:
    client = scope.get("client")
    try:
        address = ipaddress.ip_address(client[0]) if client else None
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool(address and (mapped or address).is_loopback)
