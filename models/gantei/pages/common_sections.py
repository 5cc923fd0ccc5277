"""The sections that the reports of several commands have."""

from collections.abc import Iterable

from .bilingual import Bilingual
from .html_parts import Html, both, bullets
from .study_report import ReportSection


def participants_section(body: Html) -> ReportSection:
    """Say who takes part."""
    return ReportSection("participants", ("Participants", "対象者"), body)


def left_out_section(body: Html) -> ReportSection:
    """Say what was left out."""
    return ReportSection("left-out", ("Left out", "除外"), body)


def limits_section(limits: Iterable[Bilingual]) -> ReportSection:
    """Say what the report cannot answer."""
    title = ("What this cannot say", "この結果からは分からないこと")
    return ReportSection("limits", title, bullets(both(each) for each in limits))
