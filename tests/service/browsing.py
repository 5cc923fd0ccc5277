"""A browser without a window, for what the page's tests look at."""

import shutil
from contextlib import contextmanager

import pytest

CHROMIUM = shutil.which("chromium")
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on the path")


@contextmanager
def opened_browser():
    """Chromium, until the end of the block."""
    pytest.importorskip("playwright", reason="no browser's driver is installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Watched:
    """What a page does beside what it shows: requests, complaints."""

    def __init__(self, page, origin):
        self.origin = origin
        self.requests, self.complaints = [], []
        page.on("request", self._ask)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self.complaints.append(message.text))

    def _ask(self, request):
        self.requests.append(request)

    def sent(self, part):
        """Addresses that were asked and contain a text."""
        return [request.url for request in self.requests if part in request.url]

    def assert_quiet(self, *allowed):
        """Nothing left the origin, nothing was complained of but what is allowed."""
        outside = [r.url for r in self.requests if not r.url.startswith((self.origin, "blob:"))]
        assert outside == []
        assert [c for c in self.complaints if not any(word in c for word in allowed)] == []


def give(page, *paths):
    """Choose photographs, and wait until each is answered."""
    page.locator(".estimator, #token[open]").first.wait_for()
    page.set_input_files("#files", [str(path) for path in paths])
    finished(page)


def finished(page):
    page.locator("#table td").first.wait_for()
    page.locator("#progress").wait_for(state="hidden")


def row(page, label):
    return page.locator("tbody tr").filter(has=page.get_by_role("rowheader", name=label))
