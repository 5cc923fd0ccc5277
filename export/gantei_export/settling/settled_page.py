"""`settled.html`: one page that loads nothing, in English with Japanese."""

from collections.abc import Iterator, Sequence

import numpy as np

from gantei.pages.bilingual import Bilingual
from gantei.pages.html_page import html_page
from gantei.pages.html_parts import Html, below, both, bullets, image, section, table, text

from .race import Race
from .settle_words import (
    PUBLISHED,
    RELATIVE_TO_TABLE,
    effort_words,
    fact_words,
    has_order,
    headline,
    performance_words,
    verdict_words,
)
from .settled_figures import settled_figures
from .settling_advice import measured_with, what_next
from .settling_result import Settling
from .verdicts import FactVerdict

TITLE: Bilingual = (
    "what people with known labels tell of its facts",
    "ラベルの分かる対象者による設定の検討",
)
FACTS: Bilingual = ("Facts", "項目")
HEAD: tuple[Bilingual, ...] = (
    ("fact", "項目"),
    ("value", "値"),
    ("verdict", "判定"),
    ("tried", "試した値"),
    ("before", "以前の値"),
)
GOODNESS: Bilingual = ("The best candidate", "最良の候補")
EVIDENCE: Bilingual = ("Scores and evidence", "推定値と証拠")
CANDIDATES: Bilingual = ("All candidates", "すべての候補")
FINER: Bilingual = (
    "Decoders and resampling, with the best of them",
    "デコーダーと補間（最良の候補で）",
)
RACE_HEAD: tuple[Bilingual, ...] = (
    ("candidate", "候補"),
    ("log₁₀ of the e-value against it", "候補に反する e 値（log₁₀）"),
    ("dropped after (people)", "除外時の人数"),
)
NEXT: Bilingual = ("What to do next", "次にすること")
KNOW: Bilingual = ("Notes", "注意")


def settled_page(settling: Settling) -> bytes:
    """Write the page, which may hold nothing but its own style and its own figures.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    said = f'<div class="found">{below(headline(settling))}</div>\n'
    name = settling.entry.name
    return html_page(
        f"{name}: {TITLE[0]}",
        "settle",
        f"<header><h1>{text(name)}: {both(TITLE)}</h1>\n{said}"
        f"{below(effort_words(settling))}</header>\n<main>\n{''.join(_sections(settling))}</main>\n",
    )


def _sections(settling: Settling) -> Iterator[Html]:
    head = [both(each) for each in HEAD]
    yield section(
        "facts", FACTS, table(head, [_fact(each) for each in settling.verdicts], stacked=True)
    )
    lines = [words for each in settling.shown for words in performance_words(each)]
    lines += measured_with(settling)
    if settling.shown:
        yield section("best", GOODNESS, bullets(both(words) for words in lines))
    figures = "".join(
        f"<figure>{image(each.figure)}<figcaption>{below(each.caption)}</figcaption></figure>\n"
        for each in settled_figures(settling)
    )
    yield section("evidence", EVIDENCE, f'<div class="figures">{figures}</div>\n')
    if advice := what_next(settling):
        yield section("next", NEXT, bullets(both(words) for words in advice))
    yield section("know", KNOW, bullets(both(words) for words in _know(settling)))
    yield section("candidates", CANDIDATES, _race(settling.race))
    if settling.fine:
        yield section("finer", FINER, _race(settling.fine))


def _fact(verdict: FactVerdict) -> Sequence[Html]:
    origin = verdict.fact.origin
    before = text(verdict.fact.before)
    if origin != verdict.fact.before:
        before += f" ({text(origin)})"
    return (
        f"{both(fact_words(verdict.fact.key))}<br><code>{text(verdict.fact.key)}</code>",
        text(verdict.shown or "?"),
        both(verdict_words(verdict)),
        text(", ".join(verdict.fact.values)),
        before,
    )


def _know(settling: Settling) -> Iterator[Bilingual]:
    if has_order(settling):
        yield RELATIVE_TO_TABLE
    yield PUBLISHED
    for note in settling.notes:
        yield note.english, note.japanese
    for what, why in settling.grid.contradicted.items():
        yield f"Not tried: {what}: {why}.", f"試していません：{what}（{why}）。"
    excluded = sum(settling.left_out.values())
    failed = sum(settling.failed.values())
    yield (
        f"{settling.with_labels} photographs have labels; {excluded} have none or were left out; "
        f"{failed} could not be read.",
        f"ラベルのある写真{settling.with_labels}枚、ラベルがないか除いた写真{excluded}枚、読めない写真"
        f"{failed}枚。",
    )
    yield (
        f"Table of labels: sha256 {settling.table.sha256}.",
        f"ラベルの表：sha256 {settling.table.sha256}。",
    )


def _race(race: Race) -> Html:
    """Every candidate, least evidence against it first."""
    tournament = race.tournament
    log_e = tournament.log_e()
    order = sorted(range(len(race.candidates)), key=lambda each: (
        not tournament.alive[each], -int(tournament.dropped_at[each]), log_e[each]
    ))  # fmt: skip
    rows = [
        (
            text(race.candidates[index].text),
            f"{log_e[index] / np.log(10):.1f}",
            f"{tournament.dropped_at[index]}" if tournament.dropped_at[index] else "–",
        )
        for index in order
    ]
    listed = table([both(each) for each in RACE_HEAD], rows, stacked=True)
    number = len(race.candidates)
    shown = both((f"show all {number}", f"{number}通りをすべて表示"))
    return f"<details><summary>{shown}</summary>{listed}</details>\n"
