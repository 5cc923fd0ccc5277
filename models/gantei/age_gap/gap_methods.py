"""The paragraph on methods of an age gap, in English and Japanese."""

from collections.abc import Iterator

from ..pages.bilingual import Bilingual, in_both, joined_in_both, listed
from ..pages.methods_parts import estimators_sentence, flow_sentence, software_sentence
from ..statistics.draws import SEED
from .age_gap import AgeGap
from .gap_cautions import gap_cautions
from .gap_sentences import taken_as
from .gap_words import LEVELS, plain


def gap_methods(gap: AgeGap) -> Bilingual:
    """Write the paragraph; its Japanese is in the plain style of papers."""
    return joined_in_both(_sentences(gap))


def _sentences(gap: AgeGap) -> Iterator[Bilingual]:
    yield estimators_sentence([gap.output])
    labels = [each.sha256 for each in gap.files if each.role == "labels"]
    results = [each.sha256 for each in gap.files if each.role != "labels"]
    for place, flow in enumerate(gap.flows):
        yield flow_sentence(flow, results[place], labels[min(place, len(labels) - 1)])
    yield (
        "The gap is the estimated age, as the network gives it, minus the real age. Estimates were "
        "averaged over the photographs of an eye, then over the eyes of a person at a visit, which "
        "was the unit of analysis unless another is named.",
        "年齢差は、ネットワークの出力した推定年齢から実年齢を引いた値とした。推定値は片眼の写真で平"
        "均し、次に同じ受診の両眼で平均し、特に記さない限り、対象者の受診を分析の単位とした。",
    )
    if gap.people.groups:
        yield from _comparison(gap)
    yield from _rest(gap)
    yield from (each.methods for each in gap_cautions(gap) if each.methods[0])
    yield software_sentence()


def _comparison(gap: AgeGap) -> Iterator[Bilingual]:
    groups = listed(gap.people.compared)
    covariates = [taken_as(gap, each) for each in gap.covariates]
    english, japanese = listed([each[0] for each in covariates]), [each[1] for each in covariates]
    yield in_both(
        "{groups} ({people}) and {reference} ({others} people) were compared by the linear model "
        "gap ~ group + age + age²{plus}, over {units} {rows}{why}. Age was centred at {age} years.",
        "{groups_ja}（{people_ja}）と {reference}（{others} 人）は、線形モデル 年齢差 ~ 群 + 年齢 +"
        " 年齢²{plus_ja}により、{rows_ja} {units} 件で比較した{why_ja}。年齢は {age} "
        "歳を中心とした。",
        groups=groups[0], groups_ja=groups[1], reference=gap.people.reference,
        people=_people(gap, " people"), people_ja=_people(gap, " 人"),
        others=gap.model.people[gap.people.reference], units=gap.model.units[""],
        age=plain(gap.model.design.age, 1),
        plus=f" + {english[0]}" if covariates else "",
        plus_ja=f" + {'、'.join(japanese)}" if covariates else "",
        rows=LEVELS[gap.people.level][0], rows_ja=LEVELS[gap.people.level][1],
        why=_why(gap)[0], why_ja=_why(gap)[1],
    )  # fmt: skip
    several = len(gap.people.compared) > 1
    yield (
        "Standard errors are those of the bias-reduced sandwich over persons (CR2, doi "
        "10.1080/07350015.2016.1247004), with Student's t and Satterthwaite's degrees of freedom"
        + ("; two-sided p-values were adjusted by Holm's method over the groups." if several
           else "; p-values are two-sided."),
        "標準誤差は、対象者を単位とする偏りを減らしたサンドイッチ推定（CR2、doi "
        "10.1080/07350015.2016.1247004）と、Satterthwaite の自由度による t 分布で求めた。両側 p 値"
        + ("は群の間で Holm 法により補正した。" if several else "を示す。"),
    )  # fmt: skip
    if gap.line is not None:
        yield in_both(
            "In addition, a line estimate ~ age was fitted in {reference} alone (intercept {a} "
            "years, slope {b}), and again in each of {draws:,} bootstrap draws of persons (Philox "
            "generator, seed {seed}), so that the intervals of gaps from the line include its "
            "uncertainty. No error or R² of a gap is reported: correction by age changes them "
            "whatever the estimator is worth (PMC8357007, PMC9188975).",
            "これとは別に、推定年齢 ~ 年齢の直線を {reference} のみに当てはめ（切片 {a} 年、傾き "
            "{b}）、対象者を単位とした {draws:,} 回のブートストラップ（Philox、シード {seed}）のた"
            "びに当てはめ直して、直線の不確かさを区間に含めた。年齢による補正は、推定器の良否によら"
            "ず誤差と R² を変えるため（PMC8357007、PMC9188975）、年齢差の誤差や R² は示さない。",
            reference=gap.people.reference, a=plain(gap.line.line.intercept),
            b=plain(gap.line.line.slope, 3), draws=gap.options.draws, seed=SEED,
        )  # fmt: skip


def _why(gap: AgeGap) -> Bilingual:
    """Say why a row is no visit."""
    if gap.people.level == "visit":
        return "", ""
    return in_both(
        ", because {name} differed between the photographs of {n} of {all} visits",
        "（{all} 件の受診のうち {n} 件で {name} が写真により異なったため）",
        name=gap.options.group, n=gap.people.visits_of_several, all=len(gap.people.visits),
    )  # fmt: skip


def _people(gap: AgeGap, unit: str) -> str:
    counts = [str(gap.model.people[each]) for each in gap.people.compared]
    return f"{', '.join(counts)}{unit}"


def _rest(gap: AgeGap) -> Iterator[Bilingual]:
    if gap.repeats.groups:
        yield (
            "Repeatability is 1.96·√2 times the pooled standard deviation of the photographs of an "
            "eye at one visit (doi 10.1177/096228029900800204).",
            "反復性係数は、同じ受診・同じ眼の写真の標準偏差の 1.96·√2 倍とした（doi "
            "10.1177/096228029900800204）。",
        )
    if len(gap.pairs.right) > 2:
        yield (
            "Both eyes of a person at the first visit that has both were compared by limits of "
            "agreement and by the one-way intraclass correlation ICC(1) of their gaps less what "
            "age and its square explain (doi 10.1037/0033-2909.86.2.420), with the exact F "
            "interval.",
            "両眼は一致限界と、両眼がそろう最初の受診での、年齢とその 2 乗で説明される分を除いた年"
            "齢差の一元配置の級内相関係数 ICC(1)（doi 10.1037/0033-2909.86.2.420）と正確な F 区間で"
            "比べた。",
        )
    if len(gap.change):
        yield in_both(
            "Change per year was estimated within the {n} persons with visits on several dates, by "
            "a regression with a level for each person and the same standard errors.",
            "1 年あたりの変化は、日付の異なる受診がある {n} 人の中で、人ごとの切片をもつ回帰と同じ"
            "標準誤差により推定した。",
            n=len({*gap.change.persons.tolist()}),
        )  # fmt: skip
