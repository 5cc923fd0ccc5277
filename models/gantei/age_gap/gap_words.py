"""How figures of a gap are written in sentences and cells."""

from collections.abc import Mapping

from ..findings.wording import Language
from ..pages.bilingual import NONE, Bilingual
from ..statistics.measure import Measure
from .gap_names import GAP_METRICS, PER_YEAR
from .gap_rows import GapLevel

_JAPANESE_UNITS = {"years": "年", PER_YEAR: "年/年", "fraction": "", "": ""}
LEVELS: Mapping[GapLevel, Bilingual] = {
    "photograph": ("photographs", "写真"),
    "eye": ("eyes", "眼"),
    "visit": ("visits", "受診"),
    "person": ("persons", "対象者"),
}
"""What rows of a level are called."""


def plain(value: float | None, decimals: int = 2) -> str:
    """Write a number; a minus as wide as a plus, no minus before zero.

    >>> from gantei.age_gap.gap_words import plain
    >>> plain(-1.234), plain(-0.001), plain(None)
    ('−1.23', '0.00', '–')
    """
    if value is None:
        return NONE
    text = f"{value:.{decimals}f}"
    return text.replace("-", "−") if float(text) else text.removeprefix("-")


def decimals_of(metric: str) -> int:
    """Give the decimals of a figure: two for years, three for plain numbers and changes."""
    return 2 if GAP_METRICS[metric].unit == "years" else 3


def between(measure: Measure, language: Language = "en") -> str:
    """Write an interval, such as `0.59 to 2.79`; empty where there is none."""
    if measure.low is None or measure.high is None:
        return ""
    low, high = (plain(each, decimals_of(measure.metric)) for each in (measure.low, measure.high))
    return f"{low}〜{high}" if language == "ja" else f"{low} to {high}"


def with_interval(measure: Measure) -> Bilingual:
    """Write a figure with its unit and its interval in brackets."""
    unit = GAP_METRICS[measure.metric].unit
    value = plain(measure.value, decimals_of(measure.metric))
    english = f"{value} {unit}" if unit and unit != "fraction" else value
    japanese = f"{value} {_JAPANESE_UNITS[unit]}".rstrip()
    if not between(measure):
        return english, japanese
    return (
        f"{english} (95% CI {between(measure)})",
        f"{japanese}（95% 信頼区間 {between(measure, 'ja')}）",
    )


def p_text(p: float | None) -> str:
    """Write a p-value.

    >>> from gantei.age_gap.gap_words import p_text
    >>> p_text(0.0312), p_text(0.00001), p_text(None)
    ('p = 0.031', 'p < 0.001', '')
    """
    if p is None:
        return ""
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"


def percent(share: float) -> str:
    """Write a share in per cent."""
    return f"{100 * share:.0f}%"
