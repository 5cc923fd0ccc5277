"""Who took part in adapting an estimator, for its report: of a head, or of a whole network."""

from collections import Counter

import numpy as np

from gantei.labels.estimated_output import EstimatedOutput
from gantei.labels.exclusions import REASONS
from gantei.pages.bilingual import class_of, in_both, name_of
from gantei.pages.flow_parts import box, boxes_of_flow, counted_reasons_of, flow_of_boxes
from gantei.pages.html_parts import Html, both, table

from ..adapting.labelled_photographs import LabelledPhotographs


def participants(labelled: LabelledPhotographs, output: EstimatedOutput) -> Html:
    """Write the flow of photographs, and who was learnt from."""
    joined = set(labelled.flow.excluded) | set(labelled.flow.unused)
    left = Counter(each.code for each in labelled.exclusions)
    later = [(code, left[code]) for code in REASONS if left[code] and code not in joined]
    flow = labelled.flow
    start = box(
        in_both("{n} photographs given", "指定された写真 {n} 枚", n=flow.photographs),
        counted_reasons_of(flow.excluded.items()), begins=True,
    )  # fmt: skip
    _, kept = boxes_of_flow(flow, "", counted_reasons_of(later))
    used = box(
        in_both(
            "{n} photographs of {people} people, to learn from and to test on",
            "学習と評価に使用：{people} 人、写真 {n} 枚",
            n=len(labelled), people=labelled.people,
        ), [],
    )  # fmt: skip
    return flow_of_boxes([start, kept, used]) + _who(labelled, output)


def _who(labelled: LabelledPhotographs, output: EstimatedOutput) -> Html:
    rows: list[list[Html]] = []
    if output.kind == "regression":
        low, high = float(labelled.truths.min()), float(labelled.truths.max())
        said = in_both("{low:g} to {high:g} {unit}", "{low:g}〜{high:g} {unit_ja}", low=low,
                       high=high, unit=output.unit,
                       unit_ja={"years": "歳"}.get(output.unit, output.unit))  # fmt: skip
        rows.append([both(name_of(output)), both(said)])
    for place in range(len(output.classes)):
        own = labelled.truths == place
        said = in_both(
            "{n} photographs of {people} people", "{people} 人、写真 {n} 枚",
            n=int(own.sum()), people=len(np.unique(labelled.persons[own])),
        )  # fmt: skip
        rows.append([both(class_of(output, place)), both(said)])
    known = labelled.ages[np.isfinite(labelled.ages)]
    if len(known) and output.unit != "years":
        said = in_both(
            "{low:g} to {high:g} years, of {n} photographs", "{low:g}〜{high:g}歳（写真 {n} 枚）",
            low=float(known.min()), high=float(known.max()), n=len(known),
        )  # fmt: skip
        rows.append([both(("ages", "年齢")), both(said)])
    head = [both(("what", "項目")), both(("of whom", "内訳"))]
    return table(head, rows)
