"""`python -m tests.pages`: write anew the pages of docs/ that follow from the code."""

from pathlib import Path

from . import commands, evaluate, findings, manifest, python_api, python_types

DOCS = Path(__file__).parents[2] / "docs"
PAGES = (commands, evaluate, findings, manifest, python_api, python_types)

if __name__ == "__main__":
    for page in PAGES:
        (DOCS / page.PAGE).write_text(page.text(), "utf-8")
