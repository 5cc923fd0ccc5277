"""What depends on a real server: connections that break, stall or never end, and signals."""

import json
import os
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Thread

import pytest

from gantei.command_line import main

from .conftest import encoded_picture, wait_until

pytest.importorskip("fastapi", reason="the service's packages are not installed")
pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals as Windows does not have them")

HEAD = "POST /v1/predict HTTP/1.1\r\nhost: localhost\r\n"


def multipart(*pictures):
    """Head and body of a request, as bytes."""
    body = b"".join(
        b'--b\r\ncontent-disposition: form-data; name="photographs"; filename="a.png"\r\n\r\n'
        + picture
        + b"\r\n"
        for picture in pictures
    )
    body += b"--b--\r\n"
    head = f"content-type: multipart/form-data; boundary=b\r\ncontent-length: {len(body)}\r\n\r\n"
    return (HEAD + head).encode() + body


def answer(connection):
    """Status and body of the answer on a connection that the server closes, or that says enough."""
    data = b""
    while True:
        head, _, body = data.partition(b"\r\n\r\n")
        lengths = [line for line in head.split(b"\r\n") if line.startswith(b"content-length")]
        if lengths and len(body) >= int(lengths[0].split(b":")[1]):
            return int(head.split()[1]), json.loads(body)
        data += (piece := connection.recv(65536))
        if not piece:
            raise AssertionError(f"the server hung up after {data!r}")


def status_of(address, path):
    """The first line of the answer."""
    with socket.create_connection(address, timeout=20) as connection:
        connection.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
        return connection.recv(1000).decode().partition("\r\n")[0]


def test_a_body_without_end_is_refused_while_it_comes(serve):
    server = serve("--body-limit", "1")
    with server.connect() as connection:
        connection.sendall(
            f"{HEAD}content-type: image/png\r\ntransfer-encoding: chunked\r\n\r\n".encode()
        )
        for _ in range(16):
            connection.sendall(b"10000\r\n" + bytes(65536) + b"\r\n")
        status, problem = answer(connection)
        assert (status, problem["type"]) == (413, "urn:problem-type:gantei:body-too-large")
    assert server.get("/livez")[0] == 200


def test_a_body_that_stalls_is_given_up(make_estimator):
    import uvicorn

    from gantei_service.app import create_app
    from gantei_service.settings import Settings

    app = create_app(Settings(estimators=(str(make_estimator()),), piece_timeout=0.2))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="none"))
        thread = Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            wait_until(lambda: server.started)
            wait_until(lambda: "200" in status_of(listening.getsockname(), "/readyz"))
            with socket.create_connection(listening.getsockname(), timeout=20) as connection:
                head = f"{HEAD}content-type: image/png\r\ncontent-length: 9\r\n\r\nx"
                connection.sendall(head.encode())
                status, problem = answer(connection)
        finally:
            server.should_exit = True
            thread.join()
    assert (status, problem["type"]) == (408, "urn:problem-type:gantei:slow-body")


@pytest.mark.parametrize("options", [(), ("--batch", "4")])
def test_the_work_of_a_client_that_has_gone_is_dropped(serve, options):
    server = serve("--workers", "1", *options)
    picture = encoded_picture(1, 3000)
    with server.connect() as connection:
        connection.sendall(multipart(*[picture] * 60))
        wait_until(lambda: server.metric("gantei_photographs_total") >= 1)
    gone = 'gantei_rejections_total{reason="client-gone"}'
    wait_until(lambda: server.metric(gone) == 1)
    assert server.metric("gantei_photographs_waiting") == 0
    done = server.metric("gantei_photographs_total")
    time.sleep(0.5)
    assert server.metric("gantei_photographs_total") <= done + 1
    assert done < 50


@pytest.mark.parametrize("options", [(), ("--batch", "4")])
def test_every_accepted_request_is_answered_after_sigterm(serve, options):
    server = serve("--workers", "2", *options)
    request = multipart(*[encoded_picture(1, 2000)] * 4)

    def send(_):
        with server.connect() as connection:
            connection.sendall(request)
            return answer(connection)

    with ThreadPoolExecutor(8) as threads:
        answers = [threads.submit(send, number) for number in range(8)]
        wait_until(
            lambda: (
                server.metric("gantei_photographs_total")
                + server.metric("gantei_photographs_waiting")
                >= 32
            )
        )
        server.process.send_signal(signal.SIGTERM)
        for each in answers:
            status, body = each.result(timeout=60)
            assert status == 200
            assert ["estimates" in entry for entry in body["photographs"]] == [True] * 4
    server.process.wait(20)
    with pytest.raises(OSError):
        server.connect()


def test_the_log_is_json_lines(serve):
    server = serve()
    with server.connect() as connection:
        connection.sendall(b"nonsense\r\n\r\n")
        connection.recv(1000)
    server.process.send_signal(signal.SIGTERM)
    server.process.wait(20)
    lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    assert {"request", "estimators checked"} <= {line["event"] for line in lines}


def test_the_command_listens_on_this_machine_only_unless_told(capsys, make_estimator):
    arguments = ["serve", "--host", "0.0.0.0", "--with", str(make_estimator())]
    assert main(arguments) == 2
    assert "--token-file" in capsys.readouterr().err


def test_the_log_tells_where_the_page_is(serve):
    server = serve()
    lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    told = [line["address"] for line in lines if line["event"] == "listening"]
    assert told == [f"http://127.0.0.1:{server.port}/"]


def test_a_port_that_is_taken_is_told_in_words(capsys, make_estimator):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert main(["serve", "--port", port, "--with", str(make_estimator())]) == 2
    told = capsys.readouterr().err
    assert "in use" in told
    assert "--port" in told


def test_an_answer_does_not_wait_for_the_clients_acknowledgement():
    from gantei_service.server import bound

    with bound(socket.AF_INET, ("127.0.0.1", 0)) as listening:
        assert listening.proto == socket.IPPROTO_TCP  # what asyncio asks before it sets NODELAY
