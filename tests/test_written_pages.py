"""The pages of docs/ that are written from the code say what it says."""

import pytest

from gantei.findings.wording import wording

from .pages import findings, manifest
from .pages.__main__ import DOCS, PAGES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.PAGE)
def test_the_page_is_what_the_code_says(page):
    # argparse and ast lay text out differently from version to version: words count, not lines.
    assert (DOCS / page.PAGE).read_text("utf-8").split() == page.text().split(), (
        f"write docs/{page.PAGE} anew: python -m tests.pages"
    )


def test_every_key_of_a_manifest_says_what_it_means():
    missing = manifest.without_text()
    assert missing == [], f"write what it means beneath {missing}, in models/gantei/manifests"


def test_every_finding_stands_on_its_page():
    page = findings.text()
    codes = {code for code in wording("en")["texts"] if not code.endswith(".item")}
    assert {code for code in codes if f"| `{code}` |" not in page} == set()
