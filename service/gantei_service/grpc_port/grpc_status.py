"""Answers of ASGI as answers of gRPC, whose status comes last; of a problem, nothing else comes."""

import json
from urllib.parse import quote

from ..asgi import App, AsgiMessage, Receive, Send
from ..problems import MEDIA_TYPE, PREFIX

CONTENT_TYPE = b"application/grpc"
_TAKEN = (CONTENT_TYPE, CONTENT_TYPE + b"+proto")
LONGEST_MESSAGE = 2000
"""Characters of what is wrong; clients take 8 kB of headers."""
OF_KIND = {"deadline-exceeded": 4, "not-found": 12}
OF_STATUS = {
    400: 3, 401: 16, 403: 7, 404: 5, 405: 12, 408: 4, 409: 10, 413: 8, 415: 12, 422: 3,
    499: 1, 500: 13, 503: 14,
}  # fmt: skip
"""The statuses of gRPC: by the last word of a problem's type, else by its status in HTTP."""
UNKNOWN = 2
_KEPT = frozenset({b"x-request-id", b"retry-after", b"grpc-accept-encoding"})
_PRINTABLE = "".join(map(chr, range(0x20, 0x7F))).replace("%", "")


class GrpcAnswers:
    """Middleware in front of everything that answers calls."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: AsgiMessage, receive: Receive, send: Send) -> None:
        """Answer a call; what is no gRPC is told so by HTTP's own status."""
        kind = dict(scope["headers"]).get(b"content-type", b"")
        if kind.partition(b";")[0].strip() not in _TAKEN or scope["method"] != "POST":
            await send({"type": "http.response.start", "status": 415})
            await send({"type": "http.response.body"})
            return
        await self._app(scope, receive, _Answer(send).send)


class _Answer:
    """One answer as it leaves."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._problem: list[tuple[bytes, bytes]] | None = None
        self._content = bytearray()

    async def send(self, message: AsgiMessage) -> None:
        """Send a part of the answer."""
        headers = message.get("headers", [])
        if message["type"] == "http.response.start":
            kept = [pair for pair in headers if pair[0] in _KEPT]
            if dict(headers).get(b"content-type") == MEDIA_TYPE.encode():
                self._problem = kept
            else:
                await self._begin([(b"content-type", CONTENT_TYPE), *kept], trailers=True)
            return
        if self._problem is not None:
            self._content += message.get("body", b"")
            if not message.get("more_body", False):
                told = [*self._problem, *_told(json.loads(self._content))]
                await self._begin([(b"content-type", CONTENT_TYPE), *told], trailers=False)
                await self._send({"type": "http.response.body"})
            return
        await self._send(message)
        if not message.get("more_body", False):
            ended = [(b"grpc-status", b"0")]
            await self._send({"type": "http.response.trailers", "headers": ended})

    async def _begin(self, headers: list[tuple[bytes, bytes]], *, trailers: bool) -> None:
        start = {"type": "http.response.start", "status": 200, "headers": headers}
        await self._send({**start, "trailers": trailers})


def _told(problem: dict[str, object]) -> list[tuple[bytes, bytes]]:
    """Give a problem as gRPC has it: a number, a sentence, and its kind and code beside it."""
    kind = str(problem["type"]).removeprefix(PREFIX)
    status = OF_KIND.get(kind) or OF_STATUS.get(int(str(problem["status"])), UNKNOWN)
    message = ": ".join(str(problem[key]) for key in ("title", "detail") if key in problem)
    return [
        (b"grpc-status", str(status).encode()),
        (b"grpc-message", quote(message[:LONGEST_MESSAGE], safe=_PRINTABLE).encode()),
        (b"gantei-problem", kind.encode()),
        (b"gantei-code", str(problem["code"]).encode()),
    ]
