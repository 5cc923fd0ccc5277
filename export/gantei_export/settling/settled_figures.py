"""The figures of `settled.html`: scores by label, and evidence against people."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gantei.pages.bilingual import Bilingual
from gantei.plots.age_agreement import estimated_against_real
from gantei.plots.settling_plots import evidence_over_people, values_by_label
from gantei.plots.style import DrawnFigure

from .performance import Performance
from .race import Race
from .settling_result import Settling

NAMED = 6
EVIDENCE: Bilingual = (
    "Evidence against each candidate, by the number of people. A candidate is dropped once it "
    "reaches the line and a rival is clearly better.",
    "人数に対する、各候補に反する証拠。線に達し、明らかに優れた候補がほかにあれば除外します。",
)
NAMES: Bilingual = (
    "Named are the best candidate, and the best one with each other value of a fact; the others "
    "are pale.",
    "名前を付けたのは最良の候補と、項目の値がそれと異なる候補のうち最良のもので、ほかは薄い線です。",
)


@dataclass(frozen=True)
class SettledFigure:
    """A figure, and what stands below it."""

    figure: DrawnFigure
    caption: Bilingual


def settled_figures(settling: Settling) -> Iterator[SettledFigure]:
    """Draw the best candidate's scores by label, and the evidence against every candidate.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    for each in settling.shown:
        yield _scores(settling, each)
    named = _named(settling.race) if settling.shown else {}
    words = [EVIDENCE, NAMES] if named else [EVIDENCE]
    yield SettledFigure(
        _evidence(settling.race, named),
        (" ".join(each[0] for each in words), "".join(each[1] for each in words)),
    )


def _scores(settling: Settling, performance: Performance) -> SettledFigure:
    output, units = settling.outputs[performance.output], performance.units
    best = "The best candidate, by person", "最良の候補（対象者ごと）"
    if performance.as_stated:
        best = (
            "The best candidate, by person, with the order that the labels say",
            "最良の候補（対象者ごと、ラベルが示す順序で）",
        )
    if output.kind == "regression":
        figure = estimated_against_real(
            units.estimates, units.truths.astype(np.float64), name=output.name, unit=output.unit
        )
        return SettledFigure(figure, (f"{best[0]}: {output.name}.", f"{best[1]}：{output.name}。"))
    classes = output.classes
    chosen = 1 if output.kind == "binary" else int(np.bincount(units.truths).argmax())
    values = units.estimates if output.kind == "binary" else units.estimates[:, chosen]
    figure = values_by_label(
        values, units.truths, classes=classes, axis=f"probability of {classes[chosen]}",
        extent=(0.0, 1.0),
    )  # fmt: skip
    caption = (
        f"{best[0]}: probability of {classes[chosen]} within each label of the table.",
        f"{best[1]}：表のラベルごとの「{classes[chosen]}」の確率。",
    )
    return SettledFigure(figure, caption)


def _evidence(race: Race, named: dict[int, str]) -> DrawnFigure:
    history = race.tournament.history
    people = np.array([number for number, _ in history], dtype=np.intp)
    log_e = np.array([values for _, values in history])
    dropped = race.tournament.dropped_at
    for column, at in enumerate(dropped):
        if at:
            log_e[people > at, column] = np.nan
    lines: NDArray[np.float64] = np.exp(np.clip(log_e, -60, 60))
    return evidence_over_people(
        people,
        {text: lines[:, index] for index, text in named.items()},
        threshold=float(np.exp(race.tournament.threshold)),
        others=[lines[:, index] for index in range(lines.shape[1]) if index not in named],
    )


def _named(race: Race) -> dict[int, str]:
    """The best candidate, and the best of those of which each fact is another."""
    best = race.winner
    named = {race.candidates.index(best): "best"}
    log_e = race.tournament.log_e()
    for key, word in best.facts:
        others = [
            index
            for index, each in enumerate(race.candidates)
            if each.words[key] != word
            and all(each.words[other] == its for other, its in best.facts if other != key)
        ]
        if others and len(named) < NAMED:
            index = min(others, key=lambda each: (not race.tournament.alive[each], log_e[each]))
            named[index] = f"{key.split('.')[-1]} {race.candidates[index].words[key]}"
    return named
