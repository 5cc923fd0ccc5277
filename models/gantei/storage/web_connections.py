"""Connections to a web server that nobody vouches for: where they lead, and how long they take.

An `httpx.Client` writes whole addresses into logs, keeps cookies, and waits anew for each piece of
an answer; here are connections alone.
"""

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..errors import PhotographError, SettingError
from ..findings.finding import Finding
from ..system.version import __version__
from .address import is_link_local
from .environment_proxy import EnvironmentProxy, proxy_of, unusable_proxy
from .reading_bounds import CONNECT, LONGEST_REQUEST, READS_AT_ONCE, SILENCE

if TYPE_CHECKING:
    import httpx

_LAST_PORT = 65535


class WebConnections:
    """Connections to one server, or to the proxy that the environment names for it.

    Each is for one request. What a server sends beyond an answer would be taken for the answer to
    the next request on the same connection, and a photograph get the values of another.
    """

    def __init__(self, url: str) -> None:
        """Connect to nothing yet.

        Raises:
            SettingError: the proxy or the certificates of the environment cannot be used.
        """
        self._transport = _transport(proxy_of(url))
        self._deadline = _Deadline()
        pool: Any = self._transport._pool  # httpx gives no other way to its sockets
        pool._network_backend = _UntilDeadline(pool._network_backend, self._deadline)
        self.close = self._transport.close

    @contextmanager
    def request(self, method: str, url: "httpx.URL") -> "Iterator[httpx.Response]":
        """Send a request, and give the answer, whose body is read within the block.

        Raises:
            httpx.HTTPError: there is none.
            PhotographError: it takes longer than `LONGEST_REQUEST`, or the server has a link-local
                address now.
        """
        import httpx

        headers = {
            "user-agent": f"gantei/{__version__}",
            "accept-encoding": "identity",
            "connection": "close",  # so that httpcore uses it for nothing else
        }
        timeout = httpx.Timeout(SILENCE, connect=CONNECT).as_dict()
        request = httpx.Request(method, url, headers=headers, extensions={"timeout": timeout})
        self._deadline.ends = time.monotonic() + LONGEST_REQUEST
        response = self._transport.handle_request(request)
        try:
            yield response
        finally:
            response.close()


def looked_up_host(url: str) -> str:
    """Give the host of an address as it is looked up.

    Raises:
        ValueError: no such host or port can be; its text may have the whole address.
    """
    import httpx

    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise ValueError(url) from error
    if not parts.host or (parts.port or 0) > _LAST_PORT:
        raise ValueError(url)
    host = parts.raw_host.decode("ascii")
    host.encode("idna")  # as sockets do
    return host


def _transport(proxy: EnvironmentProxy | None) -> "httpx.HTTPTransport":
    import httpx

    try:
        return httpx.HTTPTransport(
            proxy=None if proxy is None else _proxy(proxy),
            limits=httpx.Limits(max_connections=2 * READS_AT_ONCE),
        )
    except ImportError as error:  # of what SOCKS needs
        raise SettingError(str(error)) from error
    except OSError as error:
        raise SettingError(f"SSL_CERT_FILE or SSL_CERT_DIR: {error}") from error


def _proxy(named: EnvironmentProxy) -> "httpx.Proxy":
    import httpx

    try:
        looked_up_host(named.address)
        return httpx.Proxy(named.address)
    except ValueError:  # its text may have a part of the password
        raise unusable_proxy(named.variable) from None


class _Deadline(threading.local):
    """When the request of this thread has to be answered."""

    ends = math.inf

    def left(self, timeout: float | None) -> float:
        """Seconds to wait for the next bytes.

        Raises:
            PhotographError: none are left.
        """
        left = self.ends - time.monotonic()
        if left <= 0:
            raise PhotographError(Finding("stored-slow", seconds=LONGEST_REQUEST))
        return left if timeout is None else min(timeout, left)


class _UntilDeadline:
    """Makes connections, as httpcore's `NetworkBackend`, of which a read ends by the deadline."""

    def __init__(self, backend: Any, deadline: _Deadline) -> None:
        self._backend, self._deadline = backend, deadline

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, **how: Any) -> Any:
        stream = self._backend.connect_tcp(host, port, self._deadline.left(timeout), **how)
        peer = stream.get_extra_info("server_addr")
        if is_link_local(str(peer[0])):  # by a name that meant something else before
            stream.close()
            raise PhotographError(Finding("stored-elsewhere"))
        return _StreamUntilDeadline(stream, self._deadline)


class _StreamUntilDeadline:
    """A connection, as httpcore's `NetworkStream`."""

    def __init__(self, stream: Any, deadline: _Deadline) -> None:
        self._stream, self._deadline = stream, deadline
        self.write, self.close = stream.write, stream.close
        self.get_extra_info = stream.get_extra_info

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            data: bytes = self._stream.read(max_bytes, self._deadline.left(timeout))
        finally:
            self._deadline.left(timeout)
        return data

    def start_tls(self, *how: Any, **named: Any) -> "_StreamUntilDeadline":
        return _StreamUntilDeadline(self._stream.start_tls(*how, **named), self._deadline)
