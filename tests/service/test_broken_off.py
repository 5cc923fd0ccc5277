"""Connections that break in the middle of a request leave no error behind."""

import json
import os

import pytest

from .conftest import encoded_picture, wait_until

pytest.importorskip("fastapi", reason="the service's packages are not installed")
pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals as Windows does not have them")

STRIPS = (273, 279)
"""Tags of a TIFF whose number is refused before Pillow sees it."""
HEAD = b"POST /v1/predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: image/png\r\n"
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n"


def lines(server):
    return [json.loads(line) for line in server.log.read_text().splitlines()]


@pytest.mark.parametrize(
    "sent",
    [
        HEAD + b"content-length: 500\r\n\r\nthe rest never comes",
        CHUNKED + b"5\r\nabcde\r\n",
        CHUNKED + b"5\r\nabcde\r\nno length\r\n",
    ],
)
def test_a_body_that_breaks_off_is_a_client_that_has_gone(serve, sent):
    server = serve()
    with server.connect() as connection:
        connection.sendall(sent)
        if b"no length" in sent:
            assert connection.recv(100).startswith(b"HTTP/1.1 400")
    gone = [{"route": "/v1/predict", "status": 499, "problem": "client-gone"}]
    wait_until(
        lambda: (
            [
                {key: line[key] for key in gone[0]}
                for line in lines(server)
                if line["event"] == "request" and line["route"] == "/v1/predict"
            ]
            == gone
        )
    )
    assert "error" not in {line["level"] for line in lines(server)}


def test_a_body_of_two_lengths_that_breaks_off_at_once_is_no_error_either(serve):
    server = serve()
    with server.connect() as connection:
        connection.sendall(CHUNKED.replace(b"\r\n\r\n", b"\r\ncontent-length: 5\r\n\r\nzz\r\n"))
        assert connection.recv(100).startswith(b"HTTP/1.1 400")
    wait_until(lambda: "request" in {line["event"] for line in lines(server)})
    server.get("/livez")
    assert "error" not in {line["level"] for line in lines(server)}


def test_what_pillow_warns_of_is_a_line_without_its_words(serve):
    server = serve()
    tiff = encoded_picture(1, format="TIFF")
    damaged = bytearray(tiff)
    at = int.from_bytes(tiff[4:8], "little") + 2  # the first entry: tag, type, count, value
    for entry in range(at, at + 12 * int.from_bytes(tiff[at - 2 : at], "little"), 12):
        if int.from_bytes(tiff[entry : entry + 2], "little") not in STRIPS:
            damaged[entry + 4 : entry + 8] = b"\xff\xff\xff\x0f"
    with server.connect() as connection:
        connection.sendall(HEAD + f"content-length: {len(damaged)}\r\n\r\n".encode() + damaged)
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
    told = [line for line in lines(server) if line["event"] == "library"]
    assert [each["logger"] for each in told if "Tag" not in str(each)] == ["py.warnings"] * len(
        told
    )
    assert told
