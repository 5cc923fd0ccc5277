"""Chromium: pages of other origins send photographs in vain, the service's own page does not."""

import http.client
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from .browsing import give, needs_browser
from .conftest import encoded_picture, wait_until
from .server_process import Server

pytest.importorskip("fastapi", reason="the service's packages are not installed")
pytestmark = [pytest.mark.reference, needs_browser]

REFUSED = 'gantei_rejections_total{reason="cross-origin"}'
PAGE = """<!doctype html>
<form method="post" enctype="multipart/form-data" target="answer">
<input type="file" name="photographs"></form><iframe name="answer"></iframe>"""
SEND = """async ({ address, bytes, by }) => {
  const photograph = new File([new Uint8Array(bytes)], "1.png", { type: "image/png" });
  if (by === "fetch") {
    const body = new FormData();
    body.append("photographs", photograph);
    await fetch(address, { method: "POST", mode: "no-cors", body });
  } else {
    const files = new DataTransfer();
    files.items.add(photograph);
    const form = document.querySelector("form");
    form.querySelector("input").files = files.files;
    form.action = address;
    form.submit();
  }
}"""


@contextmanager
def answering(handler):
    """A server on loopback, which has a `port`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        server.port = server.server_address[1]
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Elsewhere(BaseHTTPRequestHandler):
    """A page that has nothing to do with the service."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("content-type", "text/html")
        if self.path == "/nobodys":
            self.send_header("content-security-policy", "sandbox allow-scripts allow-forms")
        self.end_headers()
        self.wfile.write(PAGE.encode())

    def log_message(self, *_):
        pass


class Proxy(Elsewhere):
    """Sends everything on under the service's own address, and says nothing of it."""

    def do_GET(self):
        size = int(self.headers.get("content-length", 0))
        kept = {name: self.headers[name] for name in self.headers if name.lower() != "host"}
        upstream = http.client.HTTPConnection("127.0.0.1", self.server.upstream)
        upstream.request(self.command, self.path, self.rfile.read(size), kept)
        answer = upstream.getresponse()
        content = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "connection"):
                self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        upstream.close()

    do_POST = do_GET


@pytest.fixture
def own_server(tmp_path):
    """`own_server(*options)`: a server of the test's own."""
    with ExitStack() as stack:

        def start(*options):
            running = Server("demo-age", tmp_path / "log", *options)
            stack.callback(running.stop)
            return running

        yield start


@pytest.mark.parametrize("by", ["fetch", "form"])
@pytest.mark.parametrize(
    "page", ["http://127.0.0.1:{}/", "http://localhost:{}/", "http://127.0.0.1:{}/nobodys"]
)
def test_a_page_of_another_origin_sends_a_photograph_in_vain(browser, server, page, by):
    """Another port of the same host, another host, and a page without an origin."""
    before, looked_at = server.metric(REFUSED), server.metric("gantei_photographs_total")
    with answering(Elsewhere) as other, browser.new_context() as tab:
        opened = tab.new_page()
        opened.goto(page.format(other.port))
        address = f"http://127.0.0.1:{server.port}/v1/predict"
        sent = {"address": address, "bytes": [*encoded_picture(1)], "by": by}
        opened.evaluate(SEND, sent)
        wait_until(lambda: server.metric(REFUSED) == before + 1)
    assert server.metric("gantei_photographs_total") == looked_at


def test_the_own_page_works_under_either_name_of_this_machine(browser, server, eyes):
    for host in ("127.0.0.1", "localhost"):
        with browser.new_context() as tab:
            page = tab.new_page()
            page.goto(f"http://{host}:{server.port}/")
            give(page, eyes / "person-00003-left.jpg")
            assert page.locator("#table data").count() == 2


def test_a_page_behind_a_proxy_works_where_its_origin_is_stated(own_server, visit, eyes):
    with answering(Proxy) as proxy:
        server = own_server("--public-origin", f"http://127.0.0.1:{proxy.port}")
        proxy.upstream = server.port
        page = visit(at=proxy)
        give(page, eyes / "person-00003-left.jpg")
        assert page.locator("#table data").count() == 1
        assert server.metric(REFUSED) == 0


def test_a_page_behind_a_proxy_that_changes_the_host_says_what_to_do(server, visit, eyes):
    with answering(Proxy) as proxy:
        proxy.upstream = server.port
        page = visit(at=proxy, allowed=("403",))
        page.locator(".estimator").first.wait_for()
        page.set_input_files("#files", [str(eyes / "person-00003-left.jpg")])
        page.get_by_text("--public-origin").wait_for()
