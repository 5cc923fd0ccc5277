"""The guard: what every request passes before and after it is answered, whoever answers it.

It lets in who may ask, bounds what a body may hold and how long it may take, gives every error one
shape, and writes the request's line in the log.
"""

import asyncio
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from copy import copy

from .asgi import App, AsgiMessage, Receive, Send
from .logs import RequestRecord, failure, log
from .metrics import METHODS, Metrics
from .problems import Problem
from .request_body import LimitedRequestBody, MemoryInUse, most_of_body
from .request_trace import Attribute, RequestTracer
from .response_sender import ResponseSender
from .settings import Settings
from .tokens import Tokens
from .who_asks import refuse_other_machines, refuse_other_pages

RECORD = "gantei.record"
"""Key of the request's `Record` in the ASGI scope."""
OPEN_TO_ALL = frozenset({
    "/", "/docs", "/livez", "/readyz", "/v2/health/live", "/v2/health/ready",
    "/inference.GRPCInferenceService/ServerLive", "/inference.GRPCInferenceService/ServerReady",
})  # fmt: skip
OPEN_FOLDER = "/page/"
"""What the page loads: files of this package, which hold no data."""
METRICS = "/metrics"
_LENGTHS = frozenset({b"transfer-encoding", b"content-length"})


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(
        self,
        app: App,
        settings: Settings,
        metrics: Metrics,
        tokens: Tokens | None,
        tracer: RequestTracer | None = None,
    ) -> None:
        self._app = app
        self._settings = settings
        self._metrics = metrics
        self._tokens = tokens
        self._tracer = tracer or RequestTracer()
        self.in_use = MemoryInUse()

    def beside(self, app: App) -> "Guard":
        """Guard another application too, for the same clients and within the same bounds."""
        guard = copy(self)
        guard._app = app
        return guard

    @property
    def most_of_body(self) -> int:
        """Bytes that a body may have."""
        return most_of_body(self._settings, self.in_use)

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
            self._trace(scope, record)
            refuse_other_pages(scope, self._settings.public_origins)
            _refuse_two_lengths(scope)
            body.begin(scope)
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

    def close(self) -> None:
        """Send what is left of the traces, for a short while at most; for the end of a process."""
        self._tracer.close()

    def _admit(self, scope: AsgiMessage, record: RequestRecord) -> None:
        if _is_open(scope["path"]):
            return
        if self._tokens:
            given = [value for key, value in scope["headers"] if key == b"authorization"]
            sent = given[0].decode("latin-1") if len(given) == 1 else None
            if (owner := self._tokens.owner(sent)) is None:
                raise Problem("token-required", headers={"www-authenticate": "Bearer"})
            record.token, record.may_reload = owner
        elif not self._settings.insecure:
            refuse_other_machines(scope)

    def _trace(self, scope: AsgiMessage, record: RequestRecord) -> None:
        """Begin the trace of a request that was let in; not of probes, and not of metrics."""
        if not _is_open(scope["path"]) and scope["path"] != METRICS:
            parents = [value for key, value in scope["headers"] if key == b"traceparent"]
            record.trace = self._tracer.begin([each.decode("latin-1") for each in parents])

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
        record.trace.answered(
            f"{method} {route}", _attributes(record, route, method, status), record.problem,
            failed=status >= 500,
        )  # fmt: skip
        log(
            "request", request=record.id, token=record.token or None, route=route,
            method=method, status=status,
            milliseconds=round(1000 * seconds, 1), bytes=record.bytes,
            photographs=record.photographs, refused=record.refused, problem=record.problem,
        )  # fmt: skip


def _is_open(path: str) -> bool:
    return path in OPEN_TO_ALL or path.startswith(OPEN_FOLDER)


def _attributes(
    record: RequestRecord, route: str, method: str, status: int
) -> dict[str, Attribute]:
    """What a request's span says, by OpenTelemetry's names where it has some."""
    return {
        "http.request.method": method, "http.route": route, "http.response.status_code": status,
        "http.request.body.size": record.bytes, "gantei.request_id": record.id,
        "gantei.photographs": record.photographs, "gantei.refused": record.refused,
    }  # fmt: skip


async def _until_gone(receive: Receive) -> None:
    """Wait until the server knows that the connection it has closed is gone.

    It would call it an error to return without an answer before.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(1):
            while (await receive())["type"] != "http.disconnect":
                pass


def _refuse_two_lengths(scope: AsgiMessage) -> None:
    """A proxy in front may believe the other one, and take the rest for another's request.

    We would too: h2 4.3 holds a body of HTTP/2 against the first length, and we look at the last.
    """
    lengths = [name for name, _ in scope["headers"] if name in _LENGTHS]
    if len(lengths) > 1:
        raise Problem("malformed-header")
