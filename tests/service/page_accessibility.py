"""What axe-core finds on a page: rules of accessibility that a program can check."""

from functools import cache
from pathlib import Path

import pytest


@cache
def _axe():
    package = pytest.importorskip("axe_playwright_python", reason="axe-core is not installed")
    return Path(package.__file__).with_name("axe.min.js").read_text("utf-8")


def findings(page):
    """Each rule that is broken, with the elements; the script goes round the page's own policy."""
    page.evaluate(_axe())
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    return [(each["id"], node["target"], node["html"]) for each in found for node in each["nodes"]]
