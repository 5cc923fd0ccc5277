"""What settling has shown, in English and Japanese."""

from collections.abc import Mapping, Sequence

from gantei.pages.bilingual import Bilingual
from gantei.statistics.measure import Measure
from gantei.statistics.metric_names import METRICS

from .performance import Performance
from .scale_words import scale_lines
from .settling_result import Settling
from .verdicts import Difference, FactVerdict, VerdictOnFact

JOINED = ", ", "、"

FACTS: Mapping[str, Bilingual] = {
    "size": ("input size", "入力サイズ"),
    "scale": ("pixel scale", "画素値の尺度"),
    "colour": ("colour order", "色の並び"),
    "crop": ("crop", "切り抜き"),
    "mirror": ("mirroring of left eyes", "左眼の左右反転"),
    "decoder": ("JPEG decoder", "JPEG デコーダー"),
    "resampling": ("resampling", "補間"),
    "positive": ("label that counts as positive", "陽性とするラベル"),
    "classes": ("order of the labels", "ラベルの順序"),
    "transform": ("final activation", "最後の活性化関数"),
}


def headline(settling: Settling) -> Bilingual:
    """What came of it, in a sentence."""
    people = len(settling.race.people)
    if settling.signal == "too early":
        return (
            f"Too early: {people} people do not yet show that any candidate predicts the labels.",
            f"まだ判断できません。{people}人では、ラベルを予測できる候補があるとまだ言えません。",
        )
    if settling.signal != "signal":
        return (
            f"None of these works: {people} people do not show that any candidate predicts the "
            "labels.",
            f"どの候補も合いません。{people}人を調べても、ラベルを予測できる候補があるとは言えません。",
        )
    if settling.contradicted:
        keys = JOINED[0].join(each.fact.key for each in settling.contradicted)
        return (
            f"Contradiction: the labels of {people} people disagree with what is known of {keys}.",
            f"矛盾があります。{people}人のラベルは、{keys} の既知の値と合いません。",
        )
    opened = [each for each in settling.verdicts if each.fact.role == "open"]
    if not opened:
        stated = [each.fact.key for each in settling.verdicts]
        return (
            f"Nothing stated is contradicted by the labels of {people} people: "
            f"{JOINED[0].join(stated)}.",
            f"{people}人のラベルと矛盾する記載はありません（{JOINED[1].join(stated)}）。",
        )
    settled = [each for each in opened if each.verdict == "settled"]
    still = [each for each in opened if each.verdict == "not yet"]
    english = f"{len(settled)} of {len(opened)} facts settled by {people} people"
    japanese = f"{people}人で、{len(opened)}項目のうち{len(settled)}項目が決まりました"
    if still:
        english += f"; not yet: {JOINED[0].join(each.fact.key for each in still)}"
        japanese += f"（未決定：{JOINED[1].join(each.fact.key for each in still)}）"
    return f"{english}.", f"{japanese}。"


PLAIN_VERDICTS: Mapping[VerdictOnFact, Bilingual] = {
    "agrees": ("stated; the labels agree", "記載どおり（ラベルと一致）"),
    "unopposed": ("stated; nothing speaks against it", "記載どおり（反する証拠なし）"),
    "nothing": ("cannot be judged", "判断できません"),
}


def verdict_words(verdict: FactVerdict) -> Bilingual:
    """What became of a fact."""
    others = JOINED[0].join(verdict.left[1:])
    match verdict.verdict:
        case "settled":
            return (
                f"settled: the best of the {verdict.tried} tried",
                f"決定：試した{verdict.tried}通りのうち最良",
            )
        case "alike":
            gap = _difference(verdict.difference, verdict.people)
            return (
                f"not told apart from {others}, but it hardly matters: {gap[0]}",
                f"{others} と区別できませんが、影響はほとんどありません（{gap[1]}）",
            )
        case "not yet":
            return _not_yet(verdict, others)
        case "not compared":
            return (
                f"not compared with another value: only {verdict.value} was tried",
                f"{verdict.value} しか試していないため、ほかの値と比べていません",
            )
        case "contradicted":
            return _contradiction(verdict)
    return PLAIN_VERDICTS[verdict.verdict]


def _contradiction(verdict: FactVerdict) -> Bilingual:
    before, value = verdict.fact.before, verdict.value
    if verdict.fact.origin == "fitted":
        return (
            f"contradiction: {before} was settled before, on other people or labels; these say "
            f"{value}. One of the two tables may be coded the other way round",
            f"矛盾：以前は {before} に決まりましたが、今回のラベルからは {value}。どちらかの表の"
            "符号が逆の可能性があります",
        )
    return (
        f"contradiction: {before} is stated, but the labels say {value}. Either the statement is "
        "wrong, or the labels are coded the other way round",
        f"矛盾：記載は {before}、ラベルからは {value}。記載の誤りか、ラベルの符号が逆です",
    )


def _not_yet(verdict: FactVerdict, others: str) -> Bilingual:
    gap = _difference(verdict.difference, verdict.people)
    if verdict.more_people is None:
        more = (
            "how many more people it takes cannot be said yet",
            "あと何人必要かは、まだ分かりません",
        )
    else:
        number = _rounded(verdict.more_people)
        more = f"about {number} more people should settle it", f"あと約{number}人で決まる見込みです"
    shown = (f" ({gap[0]})", f"（{gap[1]}）") if gap[0] else ("", "")
    return (
        f"the best so far, not yet told apart from {others}{shown[0]}; {more[0]}",
        f"現時点で最良ですが、{others} とまだ区別できません{shown[1]}。{more[1]}",
    )


def _rounded(people: int) -> int:
    step = 5 if people < 50 else 10 if people < 200 else 50
    return -(-people // step) * step


def _difference(gap: Difference | None, people: int) -> Bilingual:
    if gap is None:
        return "", ""
    mean, most = (_number(each, gap.unit) for each in (gap.mean, gap.most))
    unit, unit_ja = ("", "") if gap.unit == "probability" else _unit(gap.unit)
    from_what, from_what_ja = "", ""
    if gap.unlike:
        from_what = f" from the best one left, with {' and '.join(gap.unlike)}"
        from_what_ja = f"（残った候補のうち {JOINED[1].join(gap.unlike)} との差）"
    return (
        f"{gap.output} differs{from_what} by at most {most}{unit}, {mean}{unit} on average, among "
        f"{people} people",
        f"{people}人で {gap.output} の差は最大{most}{unit_ja}、平均{mean}{unit_ja}{from_what_ja}",
    )


def _unit(unit: str) -> Bilingual:
    return f" {unit}", "歳" if unit == "years" else f" {unit}"


def _number(value: float, unit: str) -> str:
    if unit == "probability":
        return f"{value:.3f}"
    return f"{value:,.0f}" if 10 <= value < 1e6 else f"{value:.2g}"


def figure_words(measure: Measure) -> Bilingual:
    """A figure with its interval."""
    name = METRICS[measure.metric]
    if measure.value is None:
        return f"{name.english}: not estimable", f"{name.japanese}：推定不能"
    interval, interval_ja = "", ""
    if measure.low is not None and measure.high is not None:
        interval = f" (95% confidence interval {measure.low:.3g} to {measure.high:.3g})"
        interval_ja = f"（95% 信頼区間 {measure.low:.3g}〜{measure.high:.3g}）"
    return (
        f"{name.english} {measure.value:.3g}{interval}",
        f"{name.japanese} {measure.value:.3g}{interval_ja}",
    )


def _figures(output: str, how: Bilingual, measured: Sequence[Measure]) -> Bilingual:
    shown = [figure_words(each) for each in measured]
    return (
        f"{output}, {how[0]}: {'; '.join(each[0] for each in shown)}",
        f"{output}（{how[1]}）：{'、'.join(each[1] for each in shown)}",
    )


def performance_words(performance: Performance) -> list[Bilingual]:
    """How good the best candidate is, beside what is reported, and what its number means."""
    by_person = "by person", "対象者ごと"
    if performance.as_stated:
        by_labels = (
            f"{by_person[0]}, with the order that the labels say",
            f"{by_person[1]}、ラベルが示す順序で",
        )
        lines = [
            _figures(performance.output, by_labels, performance.measured),
            _figures(performance.output, ("as stated", "記載の順序で"), performance.as_stated),
        ]
    else:
        lines = [_figures(performance.output, by_person, performance.measured)]
    for each in performance.reported:
        worse = each in performance.worse
        lines.append(
            (
                f"the publisher reports {each.metric} {each.value:g} ({each.data})"
                + ("; here it is worse" if worse else ""),
                f"公開元の報告：{each.metric} {each.value:g}（{each.data}）"
                + ("。ここではこれより劣ります" if worse else ""),
            )
        )
    lines += scale_lines(performance)
    return lines


def effort_words(settling: Settling) -> Bilingual:
    """How many candidates, people and runs of the network there were."""
    people = len(settling.race.people)
    photographs = sum(len(each.photographs) for each in settling.race.people)
    percent = settling.options.percent
    share = settling.runs / max(settling.full_runs, 1)
    finer = settling.fine is not None
    return (
        f"{settling.grid.explanation(finer=finer)}. {people} people, {photographs} photographs; "
        f"{settling.runs:,} runs of the network, {share:.1%} of the {settling.full_runs:,} that "
        f"every candidate on every photograph would take. Confidence {percent}%.",
        f"候補{settling.grid.numbers('＋', finer=finer)}通り、{people}人、写真{photographs}枚。"
        f"ネットワークの実行は{settling.runs:,}回（全候補×全写真なら{settling.full_runs:,}回）。信頼水準{percent}%。",
    )


RELATIVE_TO_TABLE: Bilingual = (
    "The order of the labels is settled relative to this table: if its coding is the other way "
    "round, so is the order.",
    "ラベルの順序は、この表を基準に決めたものです。表の符号が逆なら、順序も逆になります。",
)
PUBLISHED: Bilingual = (
    "Facts that the file, the publisher or you have stated were not varied, except the order of "
    "the labels: other orders were tried, to find a contradiction.",
    "ファイル、公開元、利用者が示した項目は変えていません。ただしラベルの順序は、矛盾を見つけるためほかの"
    "順序も試しました。",
)


def has_order(settling: Settling) -> bool:
    """Whether the labels have told an order: settled, agreed or contradicted."""
    return any(
        is_order(each.fact.key) and each.verdict in ("settled", "agrees", "contradicted")
        for each in settling.verdicts
    )


def is_order(key: str) -> bool:
    """Whether a fact is an order of labels."""
    return key.rsplit(".", maxsplit=1)[-1] in ("positive", "classes")


def fact_words(key: str) -> Bilingual:
    """What a fact is called."""
    return FACTS.get(key.rsplit(".", maxsplit=1)[-1], (key, key))
