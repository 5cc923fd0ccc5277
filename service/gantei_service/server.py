"""`gantei serve`: the application under uvicorn."""

import asyncio
import errno
import ipaddress
import os
import socket
import ssl
from dataclasses import replace
from functools import partial

import uvicorn

from gantei.errors import SettingError

from .app import create_app
from .connections import HEAD_TIMEOUT, TimedProtocol
from .logs import configure, log
from .settings import Settings
from .tls import Certificate, tls_context

MOST_CONNECTIONS = 512
KEEP_ALIVE = 15
"""Seconds that an idle connection stays open."""
HANDSHAKE_TIMEOUT = HEAD_TIMEOUT
GRACE = 90
"""Seconds that accepted requests have to be answered in after SIGTERM."""


def serve(settings: Settings, host: str, port: int, certificate: Certificate | None = None) -> None:
    """Serve until the process gets a signal to end; accepted requests are answered first.

    Raises:
        SettingError: other machines could reach it and no token would be required; the
            address cannot be listened on; or the certificate cannot be used.
        GanteiError: as `create_app`.
    """
    family, address = _resolved(host, port)
    if not (settings.token_file or settings.insecure or _is_loopback(address)):
        raise SettingError(
            f"without tokens the service listens on this machine only, not on {host}: name a "
            "--token-file, or say --insecure"
        )
    tls = tls_context(certificate) if certificate else None
    configure()
    with bound(family, address) as listening:  # first: a port that is taken shows at once
        server_of(settings, tls).run([listening])


def server_of(settings: Settings, tls: ssl.SSLContext | None = None) -> uvicorn.Server:
    """Load the application, and put it under uvicorn.

    Raises:
        GanteiError: as `create_app`.
    """
    config = uvicorn.Config(
        create_app(replace(settings, drain_refused_bodies=True)),  # `TimedProtocol` bounds it
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
    config.ssl = tls  # uvicorn's own would also offer ciphers without authenticated encryption
    return _Server(config)


class _Server(uvicorn.Server):
    """uvicorn's, with a bound for the handshake of TLS, which asyncio gives 60 s."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        loop = asyncio.get_running_loop()
        if self.config.ssl:
            bounded = partial(loop.create_server, ssl_handshake_timeout=HANDSHAKE_TIMEOUT)
            loop.create_server = bounded  # type: ignore[method-assign]
        await super().startup(sockets)
        scheme = "https" if self.config.ssl else "http"
        for each in sockets or () if self.started else ():
            log("listening", address=_url(scheme, *each.getsockname()[:2]))


def bound(family: socket.AddressFamily, address: tuple[str, int]) -> socket.socket:
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
        remedy = "; name another --port" if error.errno == errno.EADDRINUSE else ""
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
