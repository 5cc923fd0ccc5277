"""`gantei serve`: the application under uvicorn."""

import asyncio
import errno
import ipaddress
import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import uvicorn

from gantei.errors import SettingError

from .app import create_service
from .connections import HEAD_TIMEOUT, TimedProtocol
from .hangups import Hangups
from .logs import configure, flush, log
from .reloading import Reloader
from .served_certificate import ServedCertificate
from .settings import Settings
from .state_metrics import connection_metrics
from .tls import Certificate

if TYPE_CHECKING:
    from .grpc_port.http2_listener import Http2Listener

MOST_CONNECTIONS = 512
KEEP_ALIVE = 15
"""Seconds that an idle connection stays open."""
HANDSHAKE_TIMEOUT = HEAD_TIMEOUT
GRACE = 90
"""Seconds that accepted requests have to be answered in after SIGTERM."""


def serve(
    settings: Settings,
    host: str,
    port: int,
    certificate: Certificate | None = None,
    hangups: Hangups | None = None,
    grpc_port: int | None = None,
) -> None:
    """Serve until the process gets a signal to end; accepted requests are answered first.

    Args:
        settings: all that can be chosen.
        host: name or address to listen on.
        port: 0 for any that is free.
        certificate: None: no TLS.
        hangups: the signals at which everything is read again, those before included.
        grpc_port: of the same host, for gRPC; None: not spoken.

    Raises:
        SettingError: other machines could reach it and no token would be required; the
            address cannot be listened on; or the certificate cannot be used.
        GanteiError: as `create_service`.
    """
    family, address = _resolved(host, port)
    if not (settings.token_file or settings.insecure or _is_loopback(address)):
        raise SettingError(
            f"without tokens the service listens on this machine only, not on {host}: name a "
            "--token-file, or say --insecure"
        )
    shown = ServedCertificate(certificate) if certificate else None
    configure()
    with ExitStack() as stack:  # first: a port that is taken shows at once
        listening = stack.enter_context(bound(family, address))
        grpc = None
        if grpc_port is not None:
            grpc = stack.enter_context(bound(family, (address[0], grpc_port), "--grpc-port"))
        server_of(settings, shown, hangups, grpc).run([listening])


def server_of(
    settings: Settings,
    certificate: ServedCertificate | None = None,
    hangups: Hangups | None = None,
    grpc: socket.socket | None = None,
) -> uvicorn.Server:
    """Load the application, and put it under uvicorn, and beside it what listens for gRPC.

    Raises:
        GanteiError: as `create_service`.
    """
    # `TimedProtocol` bounds what is drained.
    settings = replace(
        settings,
        drain_refused_bodies=True,
        reload_address=True,
        host=f"uvicorn {uvicorn.__version__}",
    )
    service = create_service(settings, certificate)
    config = uvicorn.Config(
        service.app,
        http=TimedProtocol,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # whose address it is decides who is answered
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
        ws="none",
    )
    config.load()
    # uvicorn's own would also offer ciphers without authenticated encryption.
    config.ssl = certificate.context if certificate else None
    server = _Server(config, service.reloader, hangups or Hangups())
    open_now = server.server_state.connections
    service.metrics.observe(partial(connection_metrics, open_now, MOST_CONNECTIONS))
    if grpc:
        from .grpc_port.grpc_service import grpc_listener

        server.grpc = grpc_listener(service, grpc)
        server.grpc_tls = certificate.http2 if certificate else None
    return server


class _Server(uvicorn.Server):
    """uvicorn's, with a bound for the handshake of TLS, which asyncio gives 60 s, and reloads."""

    grpc: "Http2Listener | None" = None
    grpc_tls: ssl.SSLContext | None = None

    def __init__(self, config: uvicorn.Config, reloader: Reloader, hangups: Hangups) -> None:
        super().__init__(config)
        self._reloader = reloader
        self._hangups = hangups
        self._reloads: set[asyncio.Task[None]] = set()

    async def on_tick(self, counter: int) -> bool:
        """Reload, where that was asked for since the last tick, a tenth of a second ago."""
        asked = self._hangups.asked()
        if asked == "end":
            self.should_exit = True
        elif asked == "reload":
            task = asyncio.create_task(self._reloader.signalled())
            self._reloads.add(task)  # or it would be forgotten
            task.add_done_callback(self._reloads.discard)
        return await super().on_tick(counter)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take signals; the one that ended the server is raised again after that, and ends it."""
        with super().capture_signals():
            try:
                yield
            finally:
                flush()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        loop = asyncio.get_running_loop()
        if self.config.ssl:
            bounded = partial(loop.create_server, ssl_handshake_timeout=HANDSHAKE_TIMEOUT)
            loop.create_server = bounded  # type: ignore[method-assign]
        await super().startup(sockets)
        scheme = "https" if self.config.ssl else "http"
        for each in sockets or () if self.started else ():
            log("listening", address=_url(scheme, *each.getsockname()[:2]))
        if self.grpc and self.started:
            await self.grpc.start(self.grpc_tls, HANDSHAKE_TIMEOUT)
            log("listening for gRPC", address=_url(scheme, *self.grpc.address))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self.grpc:
            self.grpc.shutdown()
            for call in self.grpc.calls:  # uvicorn waits for them, as for requests
                self.server_state.tasks.add(call)
                call.add_done_callback(self.server_state.tasks.discard)
        await super().shutdown(sockets)
        if self.grpc:
            await self.grpc.closed()


def bound(
    family: socket.AddressFamily, address: tuple[str, int], option: str = "--port"
) -> socket.socket:
    """Bind a socket to an address.

    Raises:
        SettingError: the address is not of this machine, or taken.
    """
    # asyncio switches Nagle's algorithm off only where the protocol is said: 40 ms an answer.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except OSError as error:
        listening.close()
        remedy = f"; name another {option}" if error.errno == errno.EADDRINUSE else ""
        raise SettingError(
            f"{address[0]}, port {address[1]}: {error.strerror or error}{remedy}"
        ) from error
    return listening


def _url(scheme: str, host: str, port: int) -> str:
    return f"{scheme}://[{host}]:{port}/" if ":" in host else f"{scheme}://{host}:{port}/"


def _resolved(host: str, port: int) -> tuple[socket.AddressFamily, tuple[str, int]]:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, OverflowError) as error:
        raise SettingError(f"--host {host} --port {port}: {error}") from error
    return family, (str(address[0]), port)


def _is_loopback(address: tuple[str, int]) -> bool:
    return ipaddress.ip_address(address[0].partition("%")[0]).is_loopback
