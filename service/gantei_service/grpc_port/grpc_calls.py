"""The calls of `inference.GRPCInferenceService`, answered as an application of ASGI.

It stands behind the guard, as the addresses of HTTP do. A message comes behind one byte, which says
whether it is compressed, and its length in four.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import NamedTuple

from fastapi import Request

import gantei
from gantei.findings.finding import Finding

from ..asgi import AsgiMessage, Receive, Send
from ..context import LiveContext, ServiceContext
from ..dispatch import unless_gone
from ..guard import RECORD
from ..model_index import indexed_models
from ..open_protocol import (
    PLATFORM,
    VERSION,
    answer,
    find_model,
    input_tensors,
    model_parameters,
    output_tensors,
    refuse_other_outputs,
)
from ..problems import Problem, quoted
from ..request_body import too_large
from .grpc_messages import (
    read_index,
    read_infer,
    read_model,
    write_flag,
    write_index,
    write_infer,
    write_model,
    write_server,
)

SERVICE = "/inference.GRPCInferenceService/"
MOST_CALLS = 256
"""Calls that are answered at a time; as many places are left for HTTP."""
HEAD = 5
"""Bytes before a message."""
_TIMEOUT = re.compile(r"(\d{1,8})([HMSmun])", re.ASCII)
_SECONDS = {"H": 3600.0, "M": 60.0, "S": 1.0, "m": 1e-3, "u": 1e-6, "n": 1e-9}

_Call = Callable[[ServiceContext, Request, memoryview], Awaitable[bytes]]


class CalledRoute(NamedTuple):
    """What metrics and the log name a call by."""

    path: str


class GrpcCalls:
    """Answers calls."""

    def __init__(self, live: LiveContext, most_bytes: Callable[[], int]) -> None:
        """Answer by what is served at the moment.

        Args:
            live: the estimators.
            most_bytes: of a request's body.
        """
        self._live = live
        self._most_bytes = most_bytes
        self._underway = 0

    async def __call__(self, scope: AsgiMessage, receive: Receive, send: Send) -> None:
        """Answer one call.

        Raises:
            Problem: it is not answered.
        """
        call = CALLS.get(scope["path"].removeprefix(SERVICE))
        if call is None or not scope["path"].startswith(SERVICE):
            detail = Finding("grpc-call-unknown", call=quoted(scope["path"]), known=[*CALLS])
            raise Problem("not-found", detail)
        scope["route"] = CalledRoute(scope["path"])
        headers = dict(scope["headers"])
        _refuse_other_clients(headers)
        content = await self._content(call, Request(scope, receive), _timeout(headers))
        told = [(b"content-type", b"application/grpc")]
        await send({"type": "http.response.start", "status": 200, "headers": told})
        body = b"\0" + len(content).to_bytes(HEAD - 1, "big") + content
        await send({"type": "http.response.body", "body": body})

    async def _content(self, call: _Call, request: Request, seconds: float | None) -> bytes:
        context = self._live.now
        if call in WITHOUT_MESSAGE:  # nobody without a token is waited for
            return await call(context, request, memoryview(b""))
        if self._underway >= MOST_CALLS:
            raise Problem("busy", headers={"retry-after": "1"})
        self._underway += 1
        try:
            async with asyncio.timeout(seconds):
                return await call(context, request, await self._message(request.receive))
        except TimeoutError as error:
            raise Problem("deadline-exceeded") from error
        finally:
            self._underway -= 1

    async def _message(self, receive: Receive) -> memoryview:
        """Receive a call's one message; its length is looked at before it has come."""
        held = bytearray()
        more, length = True, 0
        while more:
            piece = await receive()
            before = len(held)
            held += piece.get("body", b"")
            more = piece.get("more_body", False)
            if before < HEAD <= len(held):
                if held[0]:
                    raise _compressed()
                length = int.from_bytes(held[1:HEAD], "big")
                most = self._most_bytes()
                if HEAD + length > most:
                    raise too_large(most)
            if len(held) > HEAD + length:
                break
        if len(held) != HEAD + length:
            raise Problem("malformed-body", Finding("grpc-one-message"))
        return memoryview(held)[HEAD:]


async def _server_live(_: ServiceContext, __: Request, ___: memoryview) -> bytes:
    return write_flag(True)


async def _server_ready(context: ServiceContext, _: Request, __: memoryview) -> bytes:
    return write_flag(context.is_ready)


async def _model_ready(context: ServiceContext, _: Request, message: memoryview) -> bytes:
    find_model(context, *read_model(message))
    return write_flag(context.is_ready)


async def _server_metadata(_: ServiceContext, __: Request, ___: memoryview) -> bytes:
    return write_server("gantei", gantei.__version__)


async def _model_metadata(context: ServiceContext, _: Request, message: memoryview) -> bytes:
    estimator = find_model(context, *read_model(message))
    manifest = estimator.manifest
    return write_model(
        estimator.name, VERSION, PLATFORM, input_tensors(manifest), output_tensors(manifest)
    )


async def _repository_index(context: ServiceContext, _: Request, message: memoryview) -> bytes:
    return write_index(indexed_models(context, only_ready=read_index(message)))


async def _model_infer(context: ServiceContext, request: Request, message: memoryview) -> bytes:
    context.refuse_unready()
    call = await context.pool.run(partial(read_infer, message, context.settings.photographs))
    estimator = find_model(context, call.model, call.version)
    refuse_other_outputs(estimator.manifest, call.outputs)
    record = request.scope[RECORD]
    outputs = await unless_gone(request.receive, answer(context, record, estimator, call.inputs))
    return write_infer(call, estimator.name, VERSION, outputs, model_parameters(estimator))


def _refuse_other_clients(headers: dict[bytes, bytes]) -> None:
    """See that it is a client of gRPC, which no page in a browser can be, and compresses nothing.

    Raises:
        Problem: `malformed-header` or `unsupported-media-type`.
    """
    if headers.get(b"te") != b"trailers":
        raise Problem("malformed-header", Finding("grpc-without-trailers"))
    if headers.get(b"grpc-encoding", b"identity") != b"identity":
        raise _compressed()


def _compressed() -> Problem:
    accepted = {"grpc-accept-encoding": "identity"}
    return Problem("unsupported-media-type", Finding("grpc-compressed"), headers=accepted)


def _timeout(headers: dict[bytes, bytes]) -> float | None:
    """Read the seconds that a client waits, by its own clock; None: for ever.

    Raises:
        Problem: `malformed-header`.
    """
    if (sent := headers.get(b"grpc-timeout")) is None:
        return None
    if not (found := _TIMEOUT.fullmatch(sent.decode("latin-1"))):
        raise Problem("malformed-header", Finding("grpc-timeout-invalid"))
    return int(found[1]) * _SECONDS[found[2]]


CALLS: dict[str, _Call] = {
    "ServerLive": _server_live,
    "ServerReady": _server_ready,
    "ModelReady": _model_ready,
    "ServerMetadata": _server_metadata,
    "ModelMetadata": _model_metadata,
    "RepositoryIndex": _repository_index,
    "ModelInfer": _model_infer,
}
"""By the name of each."""
WITHOUT_MESSAGE = (_server_live, _server_ready)
"""Those whose message is empty, and is not looked at."""
