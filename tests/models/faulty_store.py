"""An object store and web server on loopback that misbehaves as it is told, request by request.

Buckets and folders are the same to it: `/bucket/name` is a file. It speaks what reading needs of
S3, and no more: GET with ranges, HEAD, ETags.
"""

import hashlib
import threading
import time
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

import pytest

DATE = "Mon, 01 Jan 2024 00:00:00 GMT"


class FaultyStore:
    """Files by their paths, and what goes wrong with them.

    Attributes:
        files: path without its first `/` → bytes.
        faults: path → what to do at each next request for it, a function of the handler each; None
            is a good answer. The last one stays.
        asked: (method, path with its query, headers) of every request so far.
    """

    def __init__(self):
        self.files = {}
        self.faults = defaultdict(list)
        self.asked = []
        self.server = _Server(("127.0.0.1", 0), _Handler)
        self.server.store = self
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self):
        """Its address, without a `/` at the end."""
        return f"http://127.0.0.1:{self.server.server_port}"

    def close(self):
        """Stop it."""
        self.server.shutdown()
        self.server.server_close()

    def fault_for(self, path):
        """The next fault at a path."""
        waiting = self.faults.get(path)
        if not waiting:
            return None
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Say nothing of clients that hang up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format, *arguments):
        pass

    def do_GET(self):
        store = self.server.store
        store.asked.append((self.command, unquote(self.path), dict(self.headers)))
        self.name = unquote(urlsplit(self.path).path).removeprefix("/")
        fault = store.fault_for(self.name)
        (fault or whole)(self)

    do_HEAD = do_PUT = do_GET

    def answer(self, status, headers, body=b""):
        """Send an answer."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, str(value))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def list_page(self, keys, more=""):
        """Send a page of a bucket's list, and how the next is asked for, where there is one."""
        body = "".join(
            f"<Contents><Key>{key}</Key><Size>3</Size><ETag>e</ETag>"
            "<LastModified>2024-01-01T00:00:00.000Z</LastModified></Contents>"
            for key in keys
        )
        body += f"<NextContinuationToken>{more}</NextContinuationToken>" * bool(more)
        body = f"<ListBucketResult>{body}</ListBucketResult>".encode()
        self.answer(200, {"content-length": len(body)}, body)

    def hang_up(self):
        """Close the connection."""
        self.wfile.flush()
        self.connection.shutdown(2)
        self.close_connection = True


def whole(handler):
    """A good answer, of the whole file or the range that was requested."""
    sent(handler, None)


def sent(handler, cut, *, etag=None, length=None):
    """Send a file, cut off after `cut` bytes, with another ETag or length where given."""
    data = handler.server.store.files.get(handler.name)
    if data is None:
        handler.answer(404, {"content-length": 0})
        return
    first = int(handler.headers.get("range", "bytes=0-")[6:].split("-")[0])
    headers = {
        "content-length": len(data) - first if length is None else length,
        "etag": etag or f'"{hashlib.md5(data).hexdigest()}"',
        "last-modified": DATE,
    }
    if first:
        headers["content-range"] = f"bytes {first}-{len(data) - 1}/{len(data)}"
    handler.answer(206 if first else 200, headers, data[first:][:cut])
    if cut is not None:
        handler.hang_up()


def cut_off(handler):
    """Send a part of the file."""
    sent(handler, 100)


def changed_and_cut_off(handler):
    """Send a part of a file that is another at each request."""
    sent(handler, 100, etag=f'"{len(handler.server.store.asked)}"')


def longer_than_said(handler):
    """Send more bytes than the length says."""
    sent(handler, None, length=10)
    handler.hang_up()


def shorter_than_said(handler):
    """Send fewer bytes than the length says."""
    sent(handler, None, length=10**6)
    handler.hang_up()


def twice(handler):
    """Send a good answer two times, and keep the connection."""
    whole(handler)
    whole(handler)
    handler.close_connection = False


def unsized(handler, **headers):
    """Send a body without a length, in chunks, without an end."""
    sent = {"transfer-encoding": "chunked", "etag": '"e"', "last-modified": DATE}
    handler.answer(200, {**headers, **sent})
    while True:
        handler.wfile.write(b"4000\r\n" + bytes(0x4000) + b"\r\n")


def endless_though_sized(handler):
    """Send the same behind a length, which HTTP then passes over."""
    unsized(handler, **{"content-length": 100})


def silent(handler):
    """Send nothing for a second."""
    time.sleep(1)
    handler.hang_up()


def dripping(handler):
    """Send a byte at a time, never silent for long."""
    handler.answer(200, {"content-length": 10**6, "etag": '"e"', "last-modified": DATE})
    for _ in range(100):
        handler.wfile.write(b"x")
        time.sleep(0.05)


def status(number, **headers):
    """Answer with a status, and a body that tells a secret."""
    body = b"<Error><Message>secret</Message></Error>"

    def fault(handler):
        handler.answer(number, {"content-length": len(body), **headers}, body)

    return fault


def redirect(url, number=307):
    """Answer that the file is elsewhere."""
    return status(number, location=url)


@pytest.fixture
def store():
    """One such server."""
    opened = FaultyStore()
    yield opened
    opened.close()
