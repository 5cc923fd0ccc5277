"""The way to one server: requests that are repeated where that helps, errors that say what to do.

Nothing of the environment has a say in it, no proxy and no `.netrc`: photographs go to the server
that was named, directly. Redirects are not followed, so that a token stays with it too.
"""

import ipaddress
import os
import random
import re
import ssl
import time
from dataclasses import dataclass
from itertools import count
from threading import Event
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from ..errors import ExplanationError, SettingError, TransferError, UnknownEstimatorError
from ..system.offline import refuse_offline
from ..wire.credentials import checked_token, trusting
from ..wire.http_failures import one_line, retry_after, tls_error, why_refused, why_unanswered
from ..wire.schemas import ProblemDocument

if TYPE_CHECKING:
    import httpx

KIND = "urn:problem-type:gantei:"
RETRIES = 3
"""How often a request is sent again after a connection broke or could not be made."""
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
"""Seconds before a request is sent again; doubled each time, unless the server says how many."""
PASSING = frozenset({502, 503, 504})
"""Too much to do, or a proxy in front that gets no answer for the moment."""
CONNECT_TIMEOUT = 10.0
IDLE = 10.0
"""Seconds that a connection is kept for the next request; the server keeps it for 15."""
LARGEST_ANSWER = 64_000_000
"""Bytes; a photograph with the maps of three estimators has some 100 thousand."""


class RefusedRequestError(TransferError):
    """A request that the server answered with an error of this `status`."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.status)


@dataclass(frozen=True)
class _HttpReply:
    status: int
    kind: str
    headers: "httpx.Headers"
    content: bytes

    def problem(self) -> ProblemDocument | None:
        """The problem document that a gantei server sends; None where another machine answered."""
        try:
            return ProblemDocument.model_validate_json(self.content)
        except ValidationError:
            return None


class Connection:
    """Requests to one server, from several threads at a time."""

    def __init__(
        self,
        url: str,
        token: str | None,
        ca: str | os.PathLike[str] | None,
        *,
        connections: int,
        timeout: float,
        patience: float,
    ) -> None:
        """Prepare; nothing is sent yet. For the arguments and errors see `Client`."""
        import httpx

        self.url, loopback = _checked_url(url)
        if not loopback:
            refuse_offline(f"estimate on this machine, without {self.url}")
        headers = {"accept": "application/json", "accept-encoding": "identity"}
        if token is not None:
            headers["authorization"] = f"Bearer {checked_token(token)}"
        self._has_token = token is not None
        self._timeout = timeout
        self._patience = patience
        self._http = httpx.Client(
            base_url=self.url,
            headers=headers,
            verify=trusting(ca) if ca else ssl.create_default_context(),
            timeout=httpx.Timeout(timeout, connect=CONNECT_TIMEOUT),
            limits=httpx.Limits(
                max_connections=connections,
                max_keepalive_connections=connections,
                keepalive_expiry=IDLE,
            ),
            trust_env=False,
        )

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def ask(self, method: str, path: str, stop: Event | None = None, **content: Any) -> bytes:
        """Send a request until it is answered, and give the JSON of the answer.

        Args:
            method: of the request, which must be one that may arrive twice.
            path: below the server's address.
            stop: set, nothing is sent again.
            content: its body, as httpx takes it.

        Raises:
            TransferError: it was not answered; a `RefusedRequestError` where there was a status.
            UnknownEstimatorError, ExplanationError: the server says so.
        """
        import httpx

        until = time.monotonic() + self._patience
        for attempt in count():
            pause = min(FIRST_PAUSE * 2**attempt, LONGEST_PAUSE)
            try:
                reply = self._once(method, path, content)
            except httpx.RequestError as error:
                if attempt >= RETRIES or not _may_pass(error):
                    raise TransferError(f"{self.url} {self._why(error)}") from error
            else:
                if reply.status not in PASSING:
                    return self._checked(reply)
                pause = min(retry_after(reply.headers) or pause, LONGEST_PAUSE)
                if time.monotonic() + pause > until:
                    raise self._refusal(reply)
            # Not all at the same moment, nor sooner than the server said.
            pause *= random.uniform(1, 1.5)  # noqa: S311 - no secret
            if (stop or Event()).wait(pause):
                break
        raise TransferError(f"{self.url}: not asked again, because nobody waits for the answer")

    def _once(self, method: str, path: str, content: dict[str, Any]) -> _HttpReply:
        until = time.monotonic() + self._timeout
        with self._http.stream(method, path, **content) as response:
            body = bytearray()
            for piece in response.iter_bytes():
                body += piece
                if len(body) > LARGEST_ANSWER or time.monotonic() > until:
                    raise TransferError(f"{self.url} answers without end; not a gantei server?")
            kind = response.headers.get("content-type", "")
            return _HttpReply(response.status_code, kind, response.headers, bytes(body))

    def _checked(self, reply: _HttpReply) -> bytes:
        if reply.status != 200:
            raise self._refusal(reply)
        if "json" not in reply.kind:
            raise TransferError(
                f"{self.url} answers what no gantei server answers; see the address"
            )
        return reply.content

    def _refusal(self, reply: _HttpReply) -> Exception:
        problem = reply.problem()
        kind = problem.type.removeprefix(KIND) if problem else ""
        detail = one_line(problem.detail) if problem else ""
        if kind == "unknown-estimator":
            return UnknownEstimatorError(f"{self.url}: {detail}")
        if problem and kind == "no-explanation":
            return _explanation_error(problem)
        advice = self._advice(reply.status) if problem else _advice_on_proxy(reply.status)
        advice = advice or why_refused(
            reply.status, reply.headers,
            login="without a --token-file it answers clients of its own machine only",
            missing="has no gantei server at this address",
        )  # fmt: skip
        title = one_line(problem.title) if problem else f"status {reply.status}"
        number = request_id(reply.headers)
        reason = "; ".join(filter(None, (title, detail, number and f"request {number}")))
        return RefusedRequestError(f"{self.url} {advice or 'refuses'} ({reason})", reply.status)

    def _advice(self, status: int) -> str:
        """Say what to do about a refusal of the server itself; empty where that follows from it."""
        known = "does not know the token" if self._has_token else "asks for a token"
        return {
            401: f"{known}: pass token=…, or --token-file or GANTEI_TOKEN",
            413: "takes less; its operator may allow more by --body-limit",
        }.get(status, "")

    def _why(self, error: "httpx.RequestError") -> str:
        return why_unanswered(
            error, ca="ca=… or --ca", connect=CONNECT_TIMEOUT, silence=self._timeout
        )


def _advice_on_proxy(status: int) -> str:
    """Say what to do where something else answered than gantei, such as a proxy in front of it."""
    return {
        401: "is behind a proxy that asks who you are, which gantei's token does not say",
        403: "is behind a proxy that does not let you in; its operator may know why",
        413: "is behind a proxy that takes less; its operator may allow more there (nginx: "
        "client_max_body_size)",
        502: "is behind a proxy that cannot reach it; see whether gantei runs",
        503: "is behind a proxy that has no gantei to ask; see whether it runs",
        504: "is behind a proxy that does not wait for its answer; its operator may have it wait "
        "longer (nginx: proxy_read_timeout)",
    }.get(status, "")


def _explanation_error(problem: ProblemDocument) -> Exception:
    try:
        return ExplanationError(problem.finding())
    except ValueError:
        return TransferError(f"the server gives no explanation: {one_line(problem.detail)}")


def request_id(headers: "httpx.Headers") -> str:
    """The number of a request in the server's log; empty where it has none."""
    found = re.fullmatch(r"[0-9A-Za-z-]{1,64}", headers.get("x-request-id", ""))
    return found[0] if found else ""


def _checked_url(url: str) -> tuple[str, bool]:
    """The address without a slash at its end, and whether it is of this machine."""
    import httpx

    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, TypeError) as error:
        raise SettingError(f"{url!r} is not the address of a server: {error}") from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise SettingError(f"{url!r} is not the address of a server, like http://127.0.0.1:3000")
    if parsed.userinfo or parsed.query or parsed.fragment:
        raise SettingError("a server's address has no user, question mark or #; tokens are apart")
    try:
        loopback = ipaddress.ip_address(parsed.host).is_loopback
    except ValueError:
        loopback = parsed.host == "localhost"
    return str(parsed).rstrip("/"), loopback


def _may_pass(error: "httpx.RequestError") -> bool:
    """Whether sending again may help. A server that is silent for so long has hung."""
    import httpx

    passing = (httpx.NetworkError, httpx.RemoteProtocolError, httpx.ConnectTimeout)
    return isinstance(error, passing) and tls_error(error) is None
