"""Connections of HTTP/2 on which anything at all is sent."""

import asyncio
import struct

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

pytest.importorskip("fastapi", reason="the service's packages are not installed")
pytest.importorskip("h2", reason="what gRPC needs is not installed")

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


class Transport(asyncio.Transport):
    """Takes what is written, until it is closed."""

    def __init__(self):
        super().__init__()
        self.written = bytearray()
        self.is_closed = False

    def write(self, data):
        assert not self.is_closed
        self.written += data

    def is_closing(self):
        return self.is_closed

    def close(self):
        self.is_closed = True

    abort = close

    def get_extra_info(self, name, default=None):
        return ("127.0.0.1", 1) if name in ("peername", "sockname") else default


def frame(kind, flags, stream, content):
    head = len(content).to_bytes(3, "big") + bytes([kind, flags]) + struct.pack(">I", stream)
    return head + content


CALL = frame(
    1,
    5,
    1,
    bytes.fromhex("838644012f410474657374"),  # POST, http, /, test
)
CONNECT = frame(1, 5, 1, bytes.fromhex("4207434f4e4e454354410474657374"))
FRAMES = st.builds(
    frame,
    st.integers(0, 12), st.integers(0, 255), st.integers(0, 9), st.binary(max_size=40),
)  # fmt: skip


def taken(frames):
    """Let a connection take frames; gives the paths that were asked for, and what was written."""
    from gantei_service.grpc_port.http2_connection import Http2Connection
    from gantei_service.grpc_port.http2_listener import Http2Listener

    asked, failed, transport = [], [], Transport()

    async def app(scope, receive, send):
        asked.append(scope["path"])
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b"answer"})

    async def run():
        asyncio.get_running_loop().set_exception_handler(lambda *told: failed.append(told))
        listener = Http2Listener(app, None)
        connection = Http2Connection(listener)
        connection.connection_made(transport)
        for data in (PREFACE + frame(4, 0, 0, b""), *frames):
            if not transport.is_closed:
                connection.data_received(data)
            await asyncio.sleep(0)
        for _ in range(5):
            await asyncio.sleep(0)
        connection.connection_lost(None)
        for _ in range(5):
            await asyncio.sleep(0)
        assert not listener.connections and not listener.calls

    asyncio.run(run())
    assert not failed
    return asked, bytes(transport.written)


def test_a_call_is_answered():
    asked, written = taken([CALL])
    assert asked == ["/"]
    assert written.endswith(frame(0, 1, 1, b"answer"))


@pytest.mark.parametrize(
    "withdrawn", [CALL + frame(3, 0, 1, bytes(4)), CALL + frame(7, 0, 0, bytes(8))]
)
def test_a_client_that_has_gone_before_its_answer_is_no_error(caplog, withdrawn):
    caplog.set_level("INFO", "gantei.service")
    assert taken([withdrawn])[0] == ["/"]
    assert not caplog.records


@settings(max_examples=300, deadline=None)
@example([CONNECT])
@given(st.lists(FRAMES | st.just(CALL) | st.binary(max_size=30), max_size=12))
def test_any_frames_are_answered_or_end_the_connection_and_never_an_error(frames):
    taken(frames)


def meter():
    from gantei_service.grpc_port.http2_frames import FrameMeter

    return FrameMeter()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(256, 65536), max_size=4), st.lists(st.integers(1, 70_000), max_size=9))
def test_frames_are_followed_wherever_they_are_cut(sizes, cuts):
    sent = PREFACE + b"".join(frame(0, 0, 1, bytes(size)) for size in sizes)
    watched, place = meter(), 0
    for cut in cuts:
        assert not watched.refuses(sent[place : place + cut])
        place += cut
    assert not watched.refuses(sent[place:])
    assert watched.refuses(frame(0, 0, 1, bytes(65537))[:9])


def test_data_without_end_costs_nothing_and_small_pieces_are_counted():
    watched = meter()
    watched.refuses(PREFACE)
    assert not any(watched.refuses(frame(0, 0, 1, bytes(16384))) for _ in range(5000))
    assert watched.refuses(frame(0, 0, 1, b"x") * 5000)


def test_heads_of_calls_that_are_over_are_counted_and_those_of_new_ones_are_not():
    watched = meter()
    watched.refuses(PREFACE)
    head = bytes.fromhex("83")
    assert not any(watched.refuses(frame(1, 4, 2 * each + 1, head)) for each in range(5000))
    assert watched.refuses(frame(1, 4, 1, head) * 5000)
    watched = meter()
    watched.refuses(PREFACE)
    assert watched.refuses(frame(1, 4, 2**31 + 7, head) * 5000)  # the first bit is none of a number
