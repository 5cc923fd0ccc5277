"""A connection of HTTP/2 as h2 keeps it, with our bounds; and its requests as ASGI has them."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.exceptions import ProtocolError
from h2.settings import SettingCodes, Settings
from hpack import HeaderTuple, NeverIndexedHeaderTuple

from ..asgi import AsgiMessage
from .http2_frames import LARGEST_DATA, LONGEST_HEAD

MOST_STREAMS = 100
"""Calls at a time of one connection."""
STREAM_WINDOW = 512 * 1024
CONNECTION_WINDOW = 1024 * 1024
"""Bytes that a client may send of a call, and in all, before an application has taken them."""
_FIRST_WINDOW = 65535  # of a connection, before anything is said of it
_OFTEN_THE_SAME = frozenset({b":status", b"content-type", b"grpc-status"})


def bounded_connection() -> H2Connection:
    """Make the server's side of a connection, which first tells the client its bounds."""
    config = H2Configuration(client_side=False, header_encoding=None)
    connection = H2Connection(config)
    connection.local_settings = Settings(
        client=False,
        initial_values={
            SettingCodes.MAX_CONCURRENT_STREAMS: MOST_STREAMS,
            SettingCodes.INITIAL_WINDOW_SIZE: STREAM_WINDOW,
            SettingCodes.MAX_FRAME_SIZE: LARGEST_DATA,
            SettingCodes.MAX_HEADER_LIST_SIZE: LONGEST_HEAD,
        },
    )
    connection.max_inbound_frame_size = LARGEST_DATA
    connection.decoder.max_header_list_size = LONGEST_HEAD
    connection.initiate_connection()
    connection.increment_flow_control_window(CONNECTION_WINDOW - _FIRST_WINDOW)
    return connection


def packable(header: tuple[bytes, bytes]) -> HeaderTuple:
    """Let h2 remember only what comes again: how much it may remember, the client says."""
    always = header[0] in _OFTEN_THE_SAME
    return HeaderTuple(*header) if always else NeverIndexedHeaderTuple(*header)


def scope_of_connection(transport: asyncio.BaseTransport) -> AsgiMessage:
    """Give what all its requests have in common."""
    told = transport.get_extra_info
    client, server = told("peername"), told("sockname")
    return {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "2",
        "scheme": "https" if told("ssl_object") else "http", "root_path": "",
        "client": client and tuple(client[:2]), "server": server and tuple(server[:2]),
    }  # fmt: skip


def scope_of_request(headers: Sequence[tuple[bytes, bytes]]) -> AsgiMessage:
    """Give what a request's headers say."""
    pseudo = {key: value for key, value in headers if key.startswith(b":")}
    path, _, query = pseudo.get(b":path", b"").partition(b"?")
    host = [(b"host", pseudo[b":authority"])] if b":authority" in pseudo else []
    own = [
        (key, value) for key, value in headers
        if not key.startswith(b":") and not (host and key == b"host")
    ]  # fmt: skip
    return {
        "method": pseudo.get(b":method", b"").decode("latin-1"), "path": path.decode("latin-1"),
        "raw_path": path, "query_string": query, "headers": host + own,
    }  # fmt: skip


@contextmanager
def connection_errors() -> Iterator[None]:
    """Call it a lost connection where the client has withdrawn a call, or does not read.

    Raises:
        ConnectionError: it has.
    """
    try:
        yield
    except (ProtocolError, TimeoutError) as error:
        raise ConnectionResetError from error
