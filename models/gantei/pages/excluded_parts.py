"""What a report left out: a table of its own with every one, and their number on the page."""

from collections import Counter
from collections.abc import Iterable

from ..evaluation.excluded_units import EXCLUSION_COLUMNS
from ..labels.exclusions import REASONS, Exclusion
from .html_parts import Html, both, table
from .study_report import ReportTable

EXCLUDED_CSV = "excluded.csv"
LEFT_OUT_OF = {
    "photograph": ("photographs", "写真"),
    "label": ("rows of labels", "ラベルの行"),
    "unit": ("eyes or visits", "眼または受診"),
    "person": ("people", "対象者"),
}
"""What a reason leaves out, by `what_is_left_out`."""
PHOTOGRAPHS_OF_AN_OUTPUT = frozenset({"no-label", "ages-unexplained", "other-eye", "eye-unknown"})
"""Reasons of one output that are listed photograph by photograph."""


def what_is_left_out(code: str) -> str:
    """Say what a reason's exclusions are, each: a photograph, label (a row), unit or person.

    >>> from gantei.pages.excluded_parts import what_is_left_out
    >>> what_is_left_out("no-label"), what_is_left_out("no-group")
    ('photograph', 'unit')
    """
    return "photograph" if code in PHOTOGRAPHS_OF_AN_OUTPUT else REASONS[code].what


def excluded_table(exclusions: Iterable[Exclusion]) -> ReportTable:
    """Give `excluded.csv`: every photograph, row of labels and unit that is left out, and why."""
    rows = (
        [cell or None for cell in (
            *(each.name, each.person, each.where, each.code, each.reason(), each.reason("ja")),
            each.text,
        )]
        for each in exclusions
    )  # fmt: skip
    return ReportTable(
        EXCLUDED_CSV, EXCLUSION_COLUMNS, rows, ("what was left out, and why", "除外の一覧")
    )


def excluded_by_reason(exclusions: Iterable[Exclusion]) -> Html:
    """Write how many were left out for which reason, in the order of a flow of participants."""
    counts = Counter(each.code for each in exclusions)
    return excluded_counts((code, counts[code]) for code in REASONS if counts[code])


def excluded_counts(counts: Iterable[tuple[str, int]]) -> Html:
    """Write how many were left out for which reason, by the reason's code."""
    rows = [
        [both((REASONS[code].text("en"), REASONS[code].text("ja"))),
         both(LEFT_OUT_OF[what_is_left_out(code)]), str(count)]
        for code, count in counts
    ]  # fmt: skip
    if not rows:
        return f"<p>{both(('Nothing was left out.', '除外したものはありません。'))}</p>\n"
    head = (("reason", "理由"), ("of what", "対象"), ("number", "件数"))
    return table([both(each) for each in head], rows)
