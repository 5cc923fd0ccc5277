"""Clients of gRPC's port that want to keep its memory or its time for themselves."""

import time
from contextlib import contextmanager, suppress

import pytest

from .conftest import encoded_picture, wait_until
from .grpc_clients import INFER, SERVICE, RawConnection, framed, infer_request, serving

pytest.importorskip("fastapi", reason="the service's packages are not installed")
pytest.importorskip("h2", reason="what gRPC needs is not installed")
pytest.importorskip("tritonclient", reason="Triton's client is not installed")
pytestmark = pytest.mark.reference

LIVE = f"{SERVICE}ServerLive"
BASE = (
    (":method", "POST"), (":scheme", "http"), (":authority", "localhost"), ("te", "trailers"),
    ("content-type", "application/grpc"),
)  # fmt: skip


@pytest.fixture
def start(make_estimator):
    """`start(**settings)`: a running server."""
    from gantei_service.settings import Settings

    @contextmanager
    def begin(**settings):
        with serving(Settings(estimators=(str(make_estimator()),), workers=2, **settings)) as it:
            yield it

    return begin


def begun(connection, path, *more):
    """Begin a call with headers that may be there twice."""
    connection.h2.config.validate_outbound_headers = False
    stream = connection.h2.get_next_available_stream_id()
    connection.h2.send_headers(stream, [(":path", path), *BASE, *more])
    connection.flush()
    return stream


def test_two_lengths_of_a_body_are_refused_as_a_proxy_may_believe_the_other(start):
    with start() as server, RawConnection(server.port) as connection:
        # Two that differ end the connection with h2 4.4 already; 4.3 would believe the first.
        stream = begun(connection, INFER, *[("content-length", "5")] * 2)
        told, _ = connection.answer(stream)
        assert (told["grpc-status"], told["gantei-problem"]) == ("3", "malformed-header")


def test_what_follows_a_message_is_refused_as_it_comes(start):
    with start() as server, RawConnection(server.port) as connection:
        stream = begun(connection, INFER)
        connection.send(stream, framed(b"") + b"x")
        told, _ = connection.answer(stream)
        assert told["gantei-code"] == "grpc-one-message"


def test_a_window_that_opens_a_byte_at_a_time_keeps_no_answer_waiting(start, monkeypatch):
    from gantei_service.grpc_port import http2_connection

    monkeypatch.setattr(http2_connection, "READ_TIMEOUT", 1.0)
    with start() as server, RawConnection(server.port) as connection:
        connection.h2.update_settings({4: 0})
        stream = begun(connection, INFER)
        connection.send(stream, framed(infer_request(encoded_picture(2)).SerializeToString()), True)
        wait_until(lambda: server.server.grpc.calls)
        with suppress(ConnectionError):
            for _ in range(30):
                connection.h2.increment_flow_control_window(1, stream)
                connection.flush()
                time.sleep(0.1)
        assert not server.server.grpc.calls


def test_what_comes_to_an_answer_that_nobody_reads_is_not_kept(start):
    with start() as server, RawConnection(server.port) as connection:
        connection.answer(begun(connection, LIVE))  # after which the server's windows are known
        connection.h2.update_settings({4: 0})
        stream = begun(connection, LIVE)  # which needs no token
        for _ in range(32):
            connection.send(stream, bytes(16000))
        (served,) = server.server.grpc.connections
        wait_until(lambda: [each._unwanted for each in served._streams.values()] == [512_000])
        assert not any(each._pieces for each in served._streams.values())
        connection.h2.update_settings({4: 65535})  # and the connection's window is given back
        connection.flush()
        assert connection.answer(stream)[0]["grpc-status"] == "0"
        for _ in range(4):
            news = connection.events()
            while connection.h2.outbound_flow_control_window < 480_000:
                next(news)
            stream = begun(connection, LIVE)
            for _ in range(30):
                connection.send(stream, bytes(16000))
            assert connection.answer(stream)[0]["grpc-status"] == "0"


def test_all_connections_together_have_so_many_calls_and_who_reads_is_answered(start, monkeypatch):
    from gantei_service.grpc_port import http2_listener

    monkeypatch.setattr(http2_listener, "MOST_UNDERWAY", 20)
    with start() as server:
        stalled = [RawConnection(server.port) for _ in range(4)]
        try:
            for connection in stalled:
                connection.h2.update_settings({4: 0})
                for _ in range(10):
                    begun(connection, LIVE)
            wait_until(lambda: len(server.server.grpc.calls) == 20)
            with RawConnection(server.port) as connection:
                assert connection.answer(begun(connection, LIVE)) == ({}, 7)  # REFUSED_STREAM
        finally:
            for connection in stalled:
                connection.socket.close()
        wait_until(lambda: not server.server.grpc.calls)
        with RawConnection(server.port) as connection:
            assert connection.answer(begun(connection, LIVE))[0]["grpc-status"] == "0"


def test_texts_have_a_length_of_which_many_fit_into_memory():
    from gantei_service.grpc_port.grpc_messages import read_infer, read_model
    from gantei_service.grpc_port.protobuf_fields import LONGEST_TEXT, bytes_field, text_field
    from gantei_service.problems import Problem

    longest = "x" * LONGEST_TEXT
    assert read_model(memoryview(text_field(1, longest))) == (longest, "")
    for message in (text_field(1, longest + "x"), text_field(3, longest + "x"),
                    bytes_field(5, text_field(1, longest + "x"))):  # fmt: skip
        with pytest.raises(Problem) as caught:
            read_infer(memoryview(message), 100)
        assert caught.value.kind == "malformed-body"
