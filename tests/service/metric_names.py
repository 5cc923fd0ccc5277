"""The metrics as docs/service.md names them; `test_metrics.py` holds it against what is served."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs/service.md"
_HISTOGRAM = re.compile(r"_(bucket|count|sum)$")


def documented():
    """Every metric of the table."""
    (table,) = re.findall(r"## Metrics\n(.*?)\n\nThe log", PAGE.read_text("utf-8"), re.S)
    rows = re.findall(r"^\| (`.*?) \|", table, re.M)
    return {name for row in rows for name in re.findall(r"`(.*?)`", row)}


def asked_for(query):
    """The metrics that a query names; of a histogram its own name."""
    names = set(re.findall(r"\b(?:gantei|process)_\w+", query))
    return {_HISTOGRAM.sub("", name) for name in names}
