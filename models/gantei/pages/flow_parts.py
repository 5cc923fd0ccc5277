"""The flow of participants as boxes: for the page, and for the figure."""

from collections.abc import Iterable, Sequence

from ..labels.exclusions import REASONS
from ..labels.flow import VISITS_OF_DAYS, Flow
from ..plots.participant_flow import FlowBox
from ..terminal.plural import counted
from .bilingual import Bilingual
from .html_parts import Html, both, bullets

BilingualBox = tuple[FlowBox, FlowBox]
"""A box in English, and the same in Japanese."""


def box(said: Bilingual, left_out: Sequence[Bilingual], *, begins: bool = False) -> BilingualBox:
    """Make a box: what came so far, what was left out after it, and whether no arrow leads here."""
    english, japanese = (
        FlowBox(said[place], tuple(each[place] for each in left_out), begins) for place in (0, 1)
    )
    return english, japanese


def boxes_of_flow(
    flow: Flow, name: str, left_out: Sequence[Bilingual] = ()
) -> tuple[BilingualBox, BilingualBox]:
    """Give the first two boxes: the photographs of a table, and those that have labels.

    Args:
        flow: of the table.
        name: of the table's file.
        left_out: what is left out of the second box, in words with their numbers.
    """
    photographs = counted(flow.photographs, "photograph")
    start = (f"{photographs} in {name}", f"{name} の写真 {flow.photographs} 枚")
    kept = (
        f"{counted(flow.joined, 'photograph')} with labels",
        f"ラベルのある写真 {flow.joined} 枚",
    )
    if flow.people is not None:
        kept = f"{kept[0]}, of {flow.people} people", f"{kept[1]}、{flow.people} 人"
    return box(start, counted_reasons_of(flow.excluded.items()), begins=True), box(kept, left_out)


def notes_of(flow: Flow, *, ages: bool = True) -> list[Bilingual]:
    """Word what is to know of the tables, such as that the results were changed.

    `ages`: whether ages are used, so that it matters on which day a photograph was taken.
    """
    return [flow.note_texts(each) for each in flow.notes if ages or each != VISITS_OF_DAYS]


def counted_reasons_of(counts: Iterable[tuple[str, int]]) -> list[Bilingual]:
    """Word how many were left out for which reason, by its code."""
    return [
        (f"{n} {REASONS[code].text('en')}", f"{REASONS[code].text('ja')}：{n}")
        for code, n in counts
    ]


def flow_of_boxes(boxes: Iterable[BilingualBox]) -> Html:
    """Write the flow as boxes that break into lines where the page is narrow."""
    parts = []
    for english, japanese in boxes:
        items = [both(each) for each in zip(english.left_out, japanese.left_out, strict=True)]
        beside = f'<div class="out">{bullets(items)}</div>' if items else ""
        lines = zip(english.text.split("\n"), japanese.text.split("\n"), strict=True)
        shown = "<br>".join(both(each) for each in lines)
        begins = ' class="begins"' if english.begins else ""
        parts.append(f'<li{begins}><div class="box">{shown}</div>{beside}</li>')
    return f'<ol class="flow">{"".join(parts)}</ol>\n'
