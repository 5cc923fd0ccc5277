"""Calls of gRPC while time passes: deadlines, cancellation, reloads, the end, TLS, and attacks."""

import logging
import shutil
import signal
import socket
import ssl
import struct
import time
import urllib.request
from contextlib import suppress

import pytest

from .certificates import Authority, trusting
from .conftest import encoded_picture, wait_until
from .grpc_clients import (
    INFER,
    SERVICE,
    RawConnection,
    framed,
    infer_request,
    messages,
    method,
    serving,
)
from .metric_samples import samples
from .running_servers import cut_after

pytest.importorskip("fastapi", reason="the service's packages are not installed")
pytest.importorskip("h2", reason="what gRPC needs is not installed")
grpc = pytest.importorskip("grpc", reason="grpcio is not installed")
pytest.importorskip("tritonclient", reason="Triton's client is not installed")
pytestmark = pytest.mark.reference

PICTURE = encoded_picture(2)


@pytest.fixture
def start(make_estimator):
    """`start(**settings)`: a running server."""
    from gantei_service.settings import Settings

    running = []

    def begin(folder=None, certificate=None, hangups=None, **settings):
        chosen = Settings(
            **{"estimators": (str(folder or make_estimator()),), "workers": 2} | settings
        )
        running.append(serving(chosen, certificate, hangups))
        return running[-1].__enter__()

    yield begin
    for each in running:
        each.__exit__(None, None, None)


@pytest.fixture
def slow(monkeypatch):
    """Every photograph takes a second; gives those that have begun."""
    from gantei_service.photograph_job import PhotographJob

    whole = PhotographJob._estimated
    begun = []

    def waiting(job, photograph):
        begun.append(job)
        time.sleep(1)
        return whole(job, photograph)

    monkeypatch.setattr(PhotographJob, "_estimated", waiting)
    return begun


@pytest.fixture
def infer():
    """`infer(server)`: `ModelInfer` on a channel of its own."""
    opened = []

    def connect(server):
        opened.append(grpc.insecure_channel(server.target))
        return method(opened[-1], "ModelInfer")

    yield connect
    for each in opened:
        each.close()


def waiting_photographs(server):
    with urllib.request.urlopen(f"{server.url}/metrics", timeout=20) as answer:
        return samples(answer.read().decode())["gantei_photographs_waiting"]


def code_after(server, telling):
    """The code by which the server ends a connection on which `telling` writes bytes."""
    with RawConnection(server.port) as connection:
        with suppress(ConnectionError):
            telling(connection)
        return connection.ended_by()


def test_a_clients_deadline_and_its_going_drop_what_waits(start, infer, slow):
    server = start()
    call = infer(server)
    with pytest.raises(grpc.RpcError) as caught:
        call(infer_request(*[PICTURE] * 20), timeout=0.5)
    assert caught.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    withdrawn = call.future(infer_request(*[PICTURE] * 20), timeout=60)
    wait_until(lambda: len(slow) > 3)
    withdrawn.cancel()
    wait_until(lambda: waiting_photographs(server) == 0)
    assert len(slow) < 15
    wait_until(lambda: not server.server.grpc.calls)


def test_a_deadline_is_kept_by_the_server_too(start, slow):
    server = start()
    with RawConnection(server.port) as connection:
        stream = connection.begin(grpc_timeout="200m")
        connection.send(stream, framed(infer_request(PICTURE).SerializeToString()), end=True)
        told, _ = connection.answer(stream)
        assert (told["grpc-status"], told["gantei-problem"]) == ("4", "deadline-exceeded")
        stream = connection.begin(grpc_timeout="200x", end=True)
        assert connection.answer(stream)[0]["gantei-code"] == "grpc-timeout-invalid"
    with RawConnection(server.port) as connection:  # a body that does not come is no way out
        stream = connection.begin(grpc_timeout="200m")
        assert connection.answer(stream)[0]["grpc-status"] == "4"


def test_calls_that_have_begun_are_answered_after_the_signal_to_end(start, infer, slow):
    server = start()
    call = infer(server)
    begun = call.future(infer_request(PICTURE), timeout=60)
    last = call.future(infer_request(*[PICTURE] * 6), timeout=60)  # 3 s for two workers
    wait_until(lambda: len(slow) > 2)
    server.server.should_exit = True
    assert begun.result().outputs
    assert last.result().outputs
    with pytest.raises(grpc.RpcError) as caught:
        call(infer_request(PICTURE), timeout=5)
    assert caught.value.code() == grpc.StatusCode.UNAVAILABLE


def test_calls_in_flight_end_with_the_old_estimator(start, infer, slow, make_estimator, replaced):
    from gantei_service.hangups import Hangups

    folder, hangups = make_estimator(), Hangups()
    server = start(folder, hangups=hangups)
    call = infer(server)
    before = call(infer_request(PICTURE), timeout=60).outputs[0].contents.fp32_contents[0]
    del slow[:]
    old = call.future(infer_request(PICTURE), timeout=60)
    wait_until(lambda: slow)
    replaced(folder, 2.0)
    hangups._note(signal.SIGHUP, None)
    assert old.result().outputs[0].contents.fp32_contents[0] == before

    def now():
        return call(infer_request(PICTURE), timeout=60).outputs[0].contents.fp32_contents[0]

    wait_until(lambda: now() == pytest.approx(2 * before))


# What no client would send.


def test_a_message_that_says_it_is_too_long_is_refused_before_it_has_come(start):
    server = start(body_limit=1_000_000)
    with RawConnection(server.port) as connection:
        stream = connection.begin()
        connection.send(stream, b"\0" + struct.pack(">I", 2**31) + b"x")
        told, _ = connection.answer(stream)
        assert (told["grpc-status"], told["gantei-problem"]) == ("8", "body-too-large")
        stream = connection.begin()
        connection.send(stream, b"\1" + struct.pack(">I", 10))
        assert connection.answer(stream)[0]["gantei-code"] == "grpc-compressed"
        stream = connection.begin(grpc_encoding="gzip")
        assert connection.answer(stream)[0]["gantei-code"] == "grpc-compressed"


def test_nobody_without_a_token_is_waited_for(start, token_file):
    server = start(token_file=token_file)
    with RawConnection(server.port) as connection:
        for name, status in (("ServerLive", "0"), ("ServerReady", "0"), ("ModelInfer", "16")):
            for _ in range(90):  # of which no message comes
                told, _ = connection.answer(connection.begin(f"{SERVICE}{name}"))
                assert told["grpc-status"] == status
    wait_until(lambda: not server.server.grpc.calls)


def test_a_call_has_one_whole_message(start):
    server = start()
    with RawConnection(server.port) as connection:
        for body in (b"", b"\0", framed(b"")[:4], framed(b"abc")[:-1], framed(b"") + framed(b"")):
            stream = connection.begin(f"{SERVICE}ServerMetadata")
            connection.send(stream, body, end=True)
            told, _ = connection.answer(stream)
            assert (told["grpc-status"], told["gantei-code"]) == ("3", "grpc-one-message"), body


NO_CALLS = (
    ({"te": ""}, INFER, "3", "grpc-without-trailers"),
    ({}, "/", "12", "grpc-call-unknown"),
    ({}, "/v1/predict", "12", "grpc-call-unknown"),
    ({}, "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", "12", "grpc-call-unknown"),
    ({"origin": "https://other.example"}, INFER, "7", "origin-not-own"),
    ({"sec_fetch_site": "cross-site"}, INFER, "7", "sent-by-other-page"),
)


def test_what_is_no_call_of_the_service_is_refused(start):
    server = start()
    with RawConnection(server.port) as connection:
        for headers, path, status, code in NO_CALLS:
            told, _ = connection.answer(connection.begin(path, end=True, **headers))
            assert told[":status"] == "200"
            assert (told["grpc-status"], told["gantei-code"]) == (status, code)


def test_what_is_no_grpc_is_told_so_by_http(start):
    server = start()
    with RawConnection(server.port) as connection:
        for change in ({"content_type": "application/json"}, {"content_type": ""}):
            told, _ = connection.answer(connection.begin(INFER, end=True, **change))
            assert told == {":status": "415"}
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n" + bytes(100))
        assert cut_after(connection) < 5


def test_a_body_that_stops_coming_is_cut_off_and_the_connection_goes_on(start):
    server = start(piece_timeout=0.5)
    with RawConnection(server.port) as connection:
        stream = connection.begin()
        connection.send(stream, framed(bytes(100))[:50])
        told, _ = connection.answer(stream)
        assert (told["grpc-status"], told["gantei-problem"]) == ("4", "slow-body")
        stream = connection.begin(f"{SERVICE}ServerLive")
        connection.send(stream, framed(b""), end=True)
        assert connection.answer(stream)[0]["grpc-status"] == "0"


def pings(connection):
    for _ in range(2100):
        connection.h2.ping(bytes(8))
    connection.flush()


def empty_data(connection):
    stream = connection.begin()
    for _ in range(2100):
        connection.h2.send_data(stream, b"")
    connection.flush()


def resets(connection):
    for _ in range(2100):
        stream = connection.h2.get_next_available_stream_id()
        connection.h2.send_headers(stream, [
            (":method", "POST"), (":scheme", "http"), (":path", INFER), (":authority", "localhost"),
            ("te", "trailers"), ("content-type", "application/grpc"),
        ])  # fmt: skip
        connection.h2.reset_stream(stream)
    connection.flush()


def settings_frames(connection):
    connection.socket.sendall(bytes.fromhex("000000040000000000") * 2100)


def frame(kind, length, flags=0, stream=1):
    return length.to_bytes(3, "big") + bytes([kind, flags]) + struct.pack(">I", stream)


def long_frame(connection):
    connection.socket.sendall(frame(0, 100_000) + bytes(1000))


def long_head(connection):
    connection.socket.sendall(frame(1, 20_000, 4) + bytes(1000))


def head_in_pieces(connection):
    connection.socket.sendall(frame(1, 5) + bytes(5))


def continuation(connection):
    connection.socket.sendall(frame(9, 5, 4) + bytes(5))


def long_settings(connection):
    connection.socket.sendall(frame(4, 6000, 0, 0) + bytes(6000))


def test_frames_that_cost_the_server_more_than_their_sender_end_the_connection(start):
    server = start()
    for telling in (
        pings, empty_data, resets, settings_frames, long_frame, long_head, head_in_pieces,
        continuation, long_settings,
    ):  # fmt: skip
        # Told to calm down; None where that was lost, because what it still sent was not read.
        assert code_after(server, telling) in (11, None), telling
        wait_until(lambda: not server.server.grpc.connections, 5)
        wait_until(lambda: not server.server.grpc.calls, 5)
        assert server.server.grpc.app._app.in_use.bytes == 0
        with RawConnection(server.port) as connection:
            stream = connection.begin(f"{SERVICE}ServerLive")
            connection.send(stream, framed(b""), end=True)
            assert connection.answer(stream)[0]["grpc-status"] == "0"


def test_headers_that_unpack_to_more_than_they_are_end_the_connection(start):
    server = start()

    def bomb(connection):
        connection.h2.encoder.header_table_size = 4096
        stream = connection.h2.get_next_available_stream_id()
        value = ("x-many", "y" * 300)
        connection.h2.send_headers(stream, [
            (":method", "POST"), (":scheme", "http"), (":path", INFER), (":authority", "localhost"),
            *[value] * 100,  # 34 kB
        ])  # fmt: skip
        connection.flush()

    assert code_after(server, bomb) not in (0, 2)
    wait_until(lambda: not server.server.grpc.connections)


def test_idle_connections_make_room_and_end(start, monkeypatch):
    from gantei_service.grpc_port import http2_connection, http2_listener

    monkeypatch.setattr(http2_listener, "MOST_CONNECTIONS", 4)
    server = start()
    silent = [RawConnection(server.port, preface=False) for _ in range(20)]
    try:
        assert cut_after(silent[0].socket) < 5  # before its time is over
        wait_until(lambda: len(server.server.grpc.connections) == 4)
        with RawConnection(server.port) as connection:
            stream = connection.begin(f"{SERVICE}ServerLive")
            connection.send(stream, framed(b""), end=True)
            assert connection.answer(stream)[0]["grpc-status"] == "0"
    finally:
        for each in silent:
            each.socket.close()
    monkeypatch.setattr(http2_connection, "HEAD_TIMEOUT", 0.3)
    monkeypatch.setattr(http2_connection, "IDLE_TIMEOUT", 0.6)
    with RawConnection(server.port, preface=False) as connection:
        assert cut_after(connection.socket) < 3
    with RawConnection(server.port) as connection:
        assert connection.ended_by() == 0
    with RawConnection(server.port) as connection:
        connection.answer(connection.begin(f"{SERVICE}ServerLive", end=True))
        assert connection.ended_by() == 0


def test_a_connection_with_a_call_makes_room_for_nobody(start, monkeypatch):
    from gantei_service.grpc_port import http2_listener

    monkeypatch.setattr(http2_listener, "MOST_CONNECTIONS", 1)
    server = start()
    with RawConnection(server.port) as connection:
        stream = connection.begin()
        wait_until(lambda: server.server.grpc.calls)
        with RawConnection(server.port, preface=False) as other:
            assert cut_after(other.socket) < 5
        connection.send(stream, framed(infer_request(PICTURE).SerializeToString()), end=True)
        assert connection.answer(stream)[0]["grpc-status"] == "0"


def test_a_client_that_reads_nothing_is_cut(start, monkeypatch):
    from gantei_service.grpc_port import http2_connection

    monkeypatch.setattr(http2_connection, "READ_TIMEOUT", 0.5)
    server = start()
    with RawConnection(server.port) as connection:
        connection.h2.update_settings({4: 0})  # nothing may be sent of an answer
        stream = connection.begin()
        connection.send(stream, framed(infer_request(PICTURE).SerializeToString()), end=True)
        told, code = connection.answer(stream)
        assert (told["content-type"], code) == ("application/grpc", 2)
    wait_until(lambda: not server.server.grpc.calls)


def test_a_connection_ends_after_so_many_calls_and_its_client_makes_another(
    start, infer, monkeypatch
):
    from gantei_service.grpc_port import http2_connection

    monkeypatch.setattr(http2_connection, "CALLS_IN_ALL", 5)
    server = start()
    call, seen = infer(server), set()
    for _ in range(20):
        assert call(infer_request(PICTURE), timeout=20).outputs
        seen |= server.server.grpc.connections
    assert len(seen) > 2


# TLS.


@pytest.fixture
def authority(tmp_path):
    pytest.importorskip("cryptography.x509", reason="cryptography is not installed")
    return Authority(tmp_path)


def shown_files(authority, name, password=None):
    files = authority.sign(name, password)
    shutil.copy(files[0], authority.folder / "shown.pem")
    shutil.copy(files[1], authority.folder / "shown.key")
    return authority.folder / "shown.pem", authority.folder / "shown.key"


def name_shown(server, authority):
    context = trusting(authority)
    context.set_alpn_protocols(["h2"])
    with (
        socket.create_connection(("127.0.0.1", server.port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as connection,
    ):
        assert connection.selected_alpn_protocol() == "h2"
        return dict(each[0] for each in connection.getpeercert()["subject"])["commonName"]


def ready(server, credentials):
    """Whether a client with these credentials is told that the server is ready."""
    with grpc.secure_channel(server.target, credentials) as channel:
        return method(channel, "ServerReady")(messages().ServerReadyRequest(), timeout=20).ready


def test_tls_shows_the_certificate_of_http_and_another_after_a_reload(
    start, authority, tmp_path, caplog
):
    from gantei_service.hangups import Hangups
    from gantei_service.served_certificate import ServedCertificate
    from gantei_service.tls import Certificate

    caplog.set_level(logging.INFO, "gantei.service")
    password = tmp_path / "password"
    password.write_text("a b c")
    files = shown_files(authority, "first", b"a b c")
    hangups = Hangups()
    server = start(certificate=ServedCertificate(Certificate(*files, password)), hangups=hangups)
    credentials = grpc.ssl_channel_credentials(authority.path.read_bytes())
    wait_until(lambda: ready(server, credentials))
    with grpc.secure_channel(server.target, credentials) as channel:
        call = method(channel, "ModelInfer")
        before = call(infer_request(PICTURE), timeout=20).outputs
        shown_files(authority, "second", b"a b c")
        assert name_shown(server, authority) == "first"
        hangups._note(signal.SIGHUP, None)
        wait_until(lambda: name_shown(server, authority) == "second")
        assert call(infer_request(PICTURE), timeout=20).outputs == before
    with grpc.insecure_channel(server.target) as channel, pytest.raises(grpc.RpcError):
        method(channel, "ServerReady")(messages().ServerReadyRequest(), timeout=3)


def test_only_clients_with_a_certificate_are_let_in_where_that_is_asked_for(start, authority):
    from gantei_service.served_certificate import ServedCertificate
    from gantei_service.tls import Certificate

    files = shown_files(authority, "first")
    own = [path.read_bytes() for path in authority.sign("client")]
    server = start(certificate=ServedCertificate(Certificate(*files, None, authority.path)))
    root = authority.path.read_bytes()
    wait_until(lambda: ready(server, grpc.ssl_channel_credentials(root, own[1], own[0])))
    with pytest.raises(grpc.RpcError) as caught:
        ready(server, grpc.ssl_channel_credentials(root))
    assert caught.value.code() == grpc.StatusCode.UNAVAILABLE


def test_a_handshake_that_does_not_come_is_cut(start, authority, monkeypatch):
    from gantei_service import server as module
    from gantei_service.served_certificate import ServedCertificate
    from gantei_service.tls import Certificate

    monkeypatch.setattr(module, "HANDSHAKE_TIMEOUT", 0.5)
    server = start(certificate=ServedCertificate(Certificate(*shown_files(authority, "first"))))
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        assert cut_after(connection) < 5
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.load_verify_locations(authority.path)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    old.set_ciphers("ECDHE+AES:@SECLEVEL=0")
    with (
        socket.create_connection(("127.0.0.1", server.port), timeout=10) as plain,
        old.wrap_socket(plain, server_hostname="127.0.0.1") as connection,
    ):
        assert "GCM" in connection.cipher()[0]
