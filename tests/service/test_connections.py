"""Connections that keep the server waiting are cut, and keep nobody else out."""

import socket
import time
from contextlib import suppress
from http.client import HTTPResponse

import pytest

from ..conftest import mean_network
from .conftest import wait_until
from .running_servers import answers, cut_after, running

pytest.importorskip("fastapi", reason="the service's packages are not installed")

REQUEST = b"GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n"
HEAD = b"POST /v1/predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: image/png\r\n"
LARGE = 30_000_000
"""Bytes of the weights; more than the two ends of a connection hold."""


@pytest.fixture
def connect(make_estimator, monkeypatch):
    """`connect()`: a connection to a server that waits 0.8 s, and has room for four."""
    import onnx

    from gantei_service import server as module
    from gantei_service.settings import Settings

    monkeypatch.setattr(module.TimedProtocol, "head_timeout", 0.8)
    monkeypatch.setattr(module.TimedProtocol, "read_timeout", 0.3)
    monkeypatch.setattr(module, "MOST_CONNECTIONS", 5)
    model = onnx.load_from_string(mean_network({"age": 1.0}))
    onnx.helper.set_model_props(model, {"padding": "x" * LARGE})
    folder = make_estimator(network=model.SerializeToString())
    settings = Settings(estimators=(str(folder),))
    opened = []
    with running(module.server_of(settings)) as url:
        wait_until(lambda: answers(url))

        def start():
            address = ("127.0.0.1", int(url.rpartition(":")[2]))
            opened.append(socket.create_connection(address, timeout=10))
            return opened[-1]

        yield start
        for each in opened:
            each.close()


def status(connection):
    """Read one answer; gives its status."""
    response = HTTPResponse(connection)
    response.begin()
    response.read()
    return response.status


@pytest.fixture
def refused(connect):
    """`refused(length)`: a connection on which a request was answered before its body has come."""

    def start(length):
        connection = connect()
        head = HEAD.replace(b"image/png", b"text/plain") + b"content-length: %d\r\n\r\n" % length
        connection.sendall(head)
        connection.recv(1, socket.MSG_PEEK)
        return connection

    return start


def test_a_client_that_sends_everything_first_reads_why_it_was_refused(refused):
    connection = refused(30 * 65536)
    for _ in range(30):
        connection.sendall(bytes(65536))
    assert status(connection) == 415
    time.sleep(1.2)  # longer than it waits for the rest of a body, or of a head
    connection.sendall(REQUEST)
    assert status(connection) == 200


def test_a_refused_body_that_does_not_end_is_cut(refused):
    connection = refused(10**9)
    with pytest.raises(ConnectionError):
        for _ in range(50):
            connection.sendall(bytes(1000))
            time.sleep(0.1)


def test_a_refused_body_in_chunks_is_cut_at_once(connect):
    connection = connect()
    head = HEAD.replace(b"image/png", b"text/plain") + b"transfer-encoding: chunked\r\n\r\n"
    connection.sendall(head + b"1\r\nx\r\n")
    response = HTTPResponse(connection)
    response.begin()
    assert (response.status, response.headers["connection"]) == (415, "close")


def test_a_connection_that_says_nothing_is_cut(connect):
    assert 0.2 < cut_after(connect()) < 5


def test_a_head_that_comes_byte_by_byte_is_cut(connect):
    connection = connect()
    began = time.monotonic()
    with pytest.raises(ConnectionError):
        for number in range(1000):
            connection.sendall(REQUEST[number : number + 1] or b"x")
            time.sleep(0.05)
    assert time.monotonic() - began < 5


def test_the_head_of_a_later_request_is_timed_too(connect):
    connection = connect()
    connection.sendall(REQUEST)
    assert status(connection) == 200
    time.sleep(1)
    connection.sendall(REQUEST)
    assert status(connection) == 200, "an idle connection may stay"
    connection.sendall(REQUEST[:10])
    assert 0.2 < cut_after(connection) < 5


def test_a_body_may_take_longer_than_a_head(connect):
    connection = connect()
    head = HEAD + b"content-length: 5\r\n"
    connection.sendall(head + b"\r\n")
    for _ in range(5):
        time.sleep(0.25)
        connection.sendall(b"x")
    assert status(connection) == 200


def test_an_answer_that_nobody_reads_is_given_up(connect):
    connection = connect()
    connection.sendall(REQUEST.replace(b"/livez", b"/v1/estimators/made/files/model.onnx"))
    time.sleep(1)
    received = 0
    with suppress(ConnectionError):
        while piece := connection.recv(65536):
            received += len(piece)
    assert received < LARGE


def test_connections_that_say_nothing_keep_nobody_out(connect):
    silent = [connect() for _ in range(20)]
    connection = connect()
    connection.sendall(REQUEST)
    assert status(connection) == 200
    assert all(cut_after(each) < 5 for each in silent)


def test_requests_under_way_are_not_cut_for_a_new_connection(connect):
    head = HEAD + b"content-length: 1\r\n"
    busy = [connect() for _ in range(4)]
    for each in busy:
        each.sendall(head + b"\r\n")
    time.sleep(0.2)
    late = connect()
    late.sendall(REQUEST)
    assert status(late) == 503
    for each in busy:
        each.sendall(b"x")
        assert status(each) == 200
