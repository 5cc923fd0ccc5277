"""`gantei serve`: the application under uvicorn."""

import ipaddress
import socket

import uvicorn

from gantei.errors import SettingError

from .app import create_app
from .journal import configure
from .settings import Settings

MOST_CONNECTIONS = 512
KEEP_ALIVE = 15
"""Seconds that an idle connection stays open."""
GRACE = 90
"""Seconds that accepted requests have to be answered in after SIGTERM."""


def serve(settings: Settings, host: str, port: int) -> None:
    """Serve until the process is told to end; accepted requests are answered first.

    Raises:
        SettingError: other machines could reach it and nobody would be asked for a token.
        GanteiError: as `create_app`.
        OSError: the port is taken.
    """
    if not (settings.token_file or settings.insecure or _is_loopback(host)):
        raise SettingError(
            f"without tokens the service listens on this machine only, not on {host}: name a "
            "--token-file, or say --insecure"
        )
    configure()
    config = uvicorn.Config(
        create_app(settings),
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # whose address it is decides who is answered
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
        ws="none",
    )
    uvicorn.Server(config).run()


def _is_loopback(host: str) -> bool:
    try:
        addresses = {info[4][0] for info in socket.getaddrinfo(host, None)}
    except OSError as error:
        raise SettingError(f"--host {host}: {error.strerror or error}") from error
    return all(ipaddress.ip_address(address).is_loopback for address in addresses)
