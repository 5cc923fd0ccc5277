"""The page and its parts in a browser: what the tests of the page share."""

import pytest

from gantei.catalogue.entries import find

from .browsing import Watched, opened_browser
from .server_process import Server

DRAWN = find("demo-age").folder


@pytest.fixture(scope="module")
def browser():
    with opened_browser() as browser:
        yield browser


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    running = Server("demo-age", tmp_path_factory.mktemp("log") / "log", "--with", "demo-sex")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def eyes(tmp_path_factory):
    """Photographs of three people, the last with a left eye only, and two files that are none."""
    folder = tmp_path_factory.mktemp("photographs") / "eyes"
    folder.mkdir()
    for number, name in enumerate(("1-right", "1-left", "2-right", "2-left", "3-left")):
        drawn = DRAWN / f"golden-{number % 3 + 1}.jpg"
        (folder / f"person-0000{name}.jpg").write_bytes(drawn.read_bytes())
    for name in ("labels.csv", "README.txt"):
        (folder / name).write_text("no picture")
    return folder


@pytest.fixture
def visit(browser, server):
    """`visit(**context)`: the page in a new tab, watched; what it complains of fails the test."""
    opened = []

    def open_page(at=server, path="/", allowed=(), init=None, **context):
        tab = browser.new_context(**{"locale": "en-GB"} | context)
        tab.set_default_timeout(20_000)
        page = tab.new_page()
        if init:
            page.add_init_script(init)
        page.watched = Watched(page, f"http://127.0.0.1:{at.port}")
        opened.append((tab, page, allowed))
        page.goto(f"http://127.0.0.1:{at.port}{path}")
        return page

    yield open_page
    for tab, page, allowed in opened:
        page.watched.assert_quiet(*allowed)
        tab.close()


@pytest.fixture(scope="module")
def module():
    """`module(name, code, argument)`: what a function of (module, argument) gives, on a page."""
    from gantei_service.routes.page import assets

    def answer(route):
        asset = assets().get(route.request.url.rpartition("/")[2])
        if asset is None:
            return route.fulfill(body="<!doctype html>", content_type="text/html")
        return route.fulfill(body=asset.content, content_type=asset.media_type)

    with opened_browser() as browser:
        page = browser.new_page()
        page.route("**/*", answer)
        page.goto("http://page.test/")

        def run(name, code, argument=None):
            program = f"async given => ({code})(await import('./page/{name}.js'), given)"
            return page.evaluate(program, argument)

        yield run
