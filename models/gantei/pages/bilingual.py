"""Texts in English and Japanese, and how figures are written in them."""

from collections.abc import Iterable, Sequence

from ..findings.wording import Language, word_of
from ..labels.cohort import Level
from ..labels.estimated_output import EstimatedOutput
from ..statistics.measure import Measure
from ..statistics.metric_names import METRICS

Bilingual = tuple[str, str]
"""English, and the same in Japanese."""
IN_UNITS = frozenset({"mae", "rmse", "bias", "mae_of_mean"})
"""Figures in the output's unit, which have two decimals; the others have three."""
NONE = "–"
_LEVELS: dict[Level, Bilingual] = {
    "photograph": ("per photograph", "写真ごと"),
    "eye": ("per eye", "眼ごと"),
    "person": ("per person", "対象者ごと"),
}
_LEVELS_OF_VISITS: dict[Level, Bilingual] = {
    **_LEVELS,
    "eye": ("per eye and visit", "眼・受診ごと"),
    "person": ("per person and visit", "対象者・受診ごと"),
}


def level_name(level: Level, *, visits: bool) -> Bilingual:
    """Name a level; `visits`: whether anything tells the visits of persons apart.

    >>> from gantei.pages.bilingual import level_name
    >>> level_name("eye", visits=False)
    ('per eye', '眼ごと')
    """
    return (_LEVELS_OF_VISITS if visits else _LEVELS)[level]


def in_both(english: str, japanese: str, /, **values: Bilingual | str | float) -> Bilingual:
    """Fill in both texts; a value in both languages is taken in each text's own.

    >>> from gantei.report.bilingual import in_both
    >>> in_both("{n} of {what}", "{what} {n} 件", n=3, what=("age", "年齢"))
    ('3 of age', '年齢 3 件')
    """
    filled = [
        text.format(
            **{
                key: each[place] if isinstance(each, tuple) else each
                for key, each in values.items()
            }
        )
        for place, text in enumerate((english, japanese))
    ]
    return filled[0], filled[1]


def listed(names: Sequence[str]) -> Bilingual:
    """List names in a sentence."""
    if len(names) < 2:
        return "".join(names), "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}", "、".join(names)


def joined_in_both(texts: Iterable[Bilingual]) -> Bilingual:
    """Put sentences one behind the other."""
    every = list(texts)
    return " ".join(each[0] for each in every), "".join(each[1] for each in every)


def number_text(value: float | None, metric: str) -> str:
    """Write a figure; an en dash where there is none.

    >>> from gantei.report.bilingual import number_text
    >>> number_text(4.7, "mae"), number_text(0.95949, "auc"), number_text(None, "auc")
    ('4.70', '0.959', '–')
    """
    if value is None:
        return NONE
    decimals = 2 if metric in IN_UNITS else 3
    text = f"{value:.{decimals}f}" if abs(value) < 100_000 else f"{value:.3g}"
    return text.replace("-", "−") if float(text) else text.removeprefix("-")


def range_text(measure: Measure, language: Language = "en") -> str:
    """Write an interval, such as `0.912 to 0.981`; empty where there is none."""
    if measure.low is None or measure.high is None:
        return ""
    low, high = (number_text(each, measure.metric) for each in (measure.low, measure.high))
    return f"{low}〜{high}" if language == "ja" else f"{low} to {high}"


def with_range(measure: Measure, language: Language = "en") -> str:
    """Write a figure with its interval in brackets."""
    value = number_text(measure.value, measure.metric)
    between = range_text(measure, language)
    if not between:
        return value
    return f"{value}（{between}）" if language == "ja" else f"{value} ({between})"


def name_of(output: EstimatedOutput) -> Bilingual:
    """Name what is estimated: `age`, 年齢."""
    return output.name, word_of(output.name, "ja")


def unit_of_output(output: EstimatedOutput) -> Bilingual:
    """Name the unit of an error, behind its number: ` years`, ` 年`; nothing where it has none."""
    return _unit(output, {"years": "年"}.get(output.unit, output.unit))


def unit_of_value(output: EstimatedOutput) -> Bilingual:
    """Name the unit of a value itself, likewise: ` years`, ` 歳`."""
    return _unit(output, word_of(output.unit, "ja"))


def _unit(output: EstimatedOutput, japanese: str) -> Bilingual:
    if output.kind != "regression" or output.unit == "unknown":
        return "", ""
    return f" {output.unit}", f" {japanese}"


def class_of(output: EstimatedOutput, place: int) -> Bilingual:
    """Name a class."""
    name = output.classes[place]
    return name, word_of(name, "ja")


def metric_name(metric: str) -> Bilingual:
    """Name a figure."""
    name = METRICS[metric]
    return name.english, name.japanese
