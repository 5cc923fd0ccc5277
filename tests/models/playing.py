"""A server that plays back what it is told to, and a client of it."""

import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import gantei
from gantei.findings.finding import Finding
from gantei.remote import connection

PICTURE = b"what the server makes of it is its own affair"
SHA256 = hashlib.sha256(PICTURE).hexdigest()
WARNING = Finding("notice", text="made", text_ja="")
ESTIMATE = {
    "values": {"age": {"value": 44.5, "unit": "years"}},
    "warnings": [WARNING.as_dict()],
}
ENTRY = {
    "name": "1", "sha256": SHA256, "size": {"height": 9, "width": 9}, "eye": None, "eye_from": None,
}  # fmt: skip
GOOD = ENTRY | {"estimates": {"made": ESTIMATE}}


def reply(status=200, said=None, **headers):
    """An answer: a number, JSON, and headers; bytes are sent as they are."""
    kind = "application/json" if status == 200 else "application/problem+json"
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return status, {"content-type": kind, **headers}, body


ANSWER = reply(said={"photographs": [GOOD]})


def problem(status, kind, finding=None, **headers):
    finding = finding or Finding(kind)
    said = {
        "type": f"urn:problem-type:gantei:{kind}", "title": "A title", "status": status,
        "code": finding.code, "values": dict(finding.values), "request_id": "0123abc",
        "detail": finding.text(),
    }  # fmt: skip
    return reply(status, said, **{"x-request-id": "0123abc"} | headers)


HANG_UP = "hang up"


@pytest.fixture
def playing(monkeypatch):
    """`playing(*replies)`: a client of a server that gives these, the last one for ever."""
    monkeypatch.setattr(connection, "FIRST_PAUSE", 0.01)
    opened = []

    def start(*replies, **options):
        seen = []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                seen.append((self.path, dict(self.headers), body, time.monotonic()))
                answer = replies[min(len(seen), len(replies)) - 1]
                if callable(answer):
                    answer = answer(body)
                if answer == HANG_UP:
                    self.close_connection = True
                    return
                status, headers, content = answer
                self.send_response(status)
                for key, value in headers.items():
                    self.send_header(key, value)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        server.handle_error = lambda *_: None  # of clients that have gone
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        client = gantei.Client(f"http://127.0.0.1:{server.server_address[1]}/", **options)
        client.seen = seen
        opened.append((client, server, thread))
        return client

    yield start
    for client, server, thread in opened:
        client.close()
        server.shutdown()
        server.server_close()
        thread.join()
