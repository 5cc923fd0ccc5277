"""Why a figure is missing, and what to know before quoting one: codes, and their words."""

from types import MappingProxyType

from ..findings.wording import Language
from ..statistics.reasons import REASONS
from .remarked_rows import REVERSED, SETTLED_HERE
from .smallest_groups import FEW_OF_A_CLASS, FEW_PEOPLE
from .threshold import OPTIMISTIC

NO_PERSONS = "no-persons"
ONE_AT_THE_END = "one-at-the-end"
FIGURE_REASONS: MappingProxyType[str, tuple[str, str]] = MappingProxyType({
    **REASONS,
    FEW_PEOPLE: ("fewer than 10 persons in the group", "群の人数が10人未満です"),
    FEW_OF_A_CLASS: (
        "fewer than 10 persons of a class in the group",
        "群の中に人数が10人未満のクラスがあります",
    ),
    ONE_AT_THE_END: (
        "one of the two figures is at the end of its range",
        "二つの値の一方が、取りうる範囲の端にあります",
    ),
    SETTLED_HERE: (
        "facts of the estimator were fitted on these same labels: expect worse figures on others",
        "推定器の設定をこのラベル自身で決めたため、ほかの集団ではこれより悪くなると見込まれます",
    ),
    REVERSED: (
        "worse than chance: the labels, or the estimator's classes, may be the other way round",
        "偶然より悪い値です。ラベルまたは推定器のクラスが逆になっている可能性があります",
    ),
    OPTIMISTIC: (
        "the threshold was chosen on these same people: expect lower values on others",
        "閾値をこの対象者自身で選んだため、ほかの集団ではこれより悪くなると見込まれます",
    ),
})  # fmt: skip
"""By the codes of `why` and `notes`, English and Japanese."""


def reason_of_difference(code: str) -> str:
    """Give the code of a difference for that of one of the two figures behind it.

    >>> from gantei.evaluation.figure_reasons import reason_of_difference
    >>> reason_of_difference("at-the-end")
    'one-at-the-end'
    """
    return ONE_AT_THE_END if code == "at-the-end" else code


def reason_text(code: str, language: Language = "en") -> str:
    """Word a code; empty for none, and the code itself where it is unknown.

    >>> from gantei.evaluation.figure_reasons import reason_text
    >>> reason_text("few-people-in-group")
    'fewer than 10 persons in the group'
    """
    english, japanese = FIGURE_REASONS.get(code, (code, code))
    return japanese if language == "ja" else english
