"""Why a figure is missing, and what to know before quoting one: codes, and their words."""

from types import MappingProxyType

from ..findings.wording import Language
from ..statistics.reasons import REASONS
from .smallest_groups import FEW_OF_A_CLASS, FEW_PEOPLE
from .threshold import OPTIMISTIC

NO_PERSONS = "no-persons"
FIGURE_REASONS: MappingProxyType[str, tuple[str, str]] = MappingProxyType({
    **REASONS,
    FEW_PEOPLE: ("fewer than 10 persons in the group", "群の人数が10人未満です"),
    FEW_OF_A_CLASS: (
        "fewer than 10 persons of a class in the group",
        "群の中に人数が10人未満のクラスがあります",
    ),
    OPTIMISTIC: (
        "the threshold was chosen on these same people: expect lower values on others",
        "閾値をこの対象者自身で選んだため、ほかの集団ではこれより悪くなると見込まれます",
    ),
})  # fmt: skip
"""By the codes of `why` and `notes`, English and Japanese."""


def reason_text(code: str, language: Language = "en") -> str:
    """Word a code; empty for none, and the code itself where it is unknown.

    >>> from gantei.evaluation.figure_reasons import reason_text
    >>> reason_text("few-people-in-group")
    'fewer than 10 persons in the group'
    """
    english, japanese = FIGURE_REASONS.get(code, (code, code))
    return japanese if language == "ja" else english
