"""What to know before a figure of an age gap is quoted: each a sentence that these data give."""

import re
from collections.abc import Iterator, Mapping

import numpy as np

from ..evaluation.remarked_rows import settled_here
from ..pages.bilingual import listed
from ..pages.known_manifest import known_manifest, notices_of
from .age_gap import AgeGap
from .gap_backgrounds import CAMERA
from .gap_calibrations import calibration_cautions
from .gap_caution import GapCaution, caution
from .gap_design import AGE_SQUARED
from .gap_words import LEVELS, p_text, percent, plain

LEAST_OVERLAP = 0.5
OTHER_CAMERAS = 0.1
"""Share of a group that would need another camera to be photographed as the reference is."""
SIGNIFICANT = 0.05
FEW = 10
_AGES = re.compile(r"(\d{1,3})(?:\.\d+)?\s*(?:-|–|−|〜|~|to)\s*(\d{1,3})")


def gap_cautions(gap: AgeGap) -> tuple[GapCaution, ...]:
    """Give everything to know before a figure is quoted, what concerns the comparison first."""
    return (
        *_of_groups(gap),
        *_rows(gap),
        *_overlap(gap),
        *_cameras(gap),
        *_slopes(gap),
        *_bend(gap),
        *calibration_cautions(gap),
        *_training(gap),
        *_settled(gap),
        *_left_out(gap),
    )


def _of_groups(gap: AgeGap) -> Iterator[GapCaution]:
    yield from map(GapCaution, notices_of([gap.output]))
    if not gap.people.groups:
        yield GapCaution(
            (
                "Nobody is compared: no groups were named, and no reference. A raw gap by itself "
                "says little, because it changes with age.",
                "群も基準も指定されていないため、比較はしていません。補正していない年齢差は年齢とと"
                "もに変わるため、それだけではほとんど何も言えません。",
            )
        )
    small = [each for each in gap.people.groups if gap.model.people[each] < FEW]
    if small:
        yield caution((
            "Fewer than {few} people are in {en}: no interval is given.",
            "{ja} は {few} 人未満のため、区間を示していません。",
        ), few=FEW, en=listed(small)[0], ja=listed(small)[1],
        )  # fmt: skip


def _rows(gap: AgeGap) -> Iterator[GapCaution]:
    """Say why a row is no visit."""
    if gap.people.level == "visit":
        return
    yield caution((
        "{name} differs between the photographs of {n} of {all} visits: rows of the comparison are "
        "{rows}, and those of a person one cluster, so that nobody counts as two.",
        "{all} 件の受診のうち {n} 件で、{name} が写真により異なります。そのため群は{rows_ja}ごとに"
        "比較し、標準誤差は対象者を単位としています。",
    ),
        name=gap.options.group, n=gap.people.visits_of_several, all=len(gap.people.visits),
        rows=LEVELS[gap.people.level][0], rows_ja=LEVELS[gap.people.level][1],
    )  # fmt: skip


def _overlap(gap: AgeGap) -> Iterator[GapCaution]:
    for group in gap.people.compared:
        shares = [
            found.measure.value
            for metric in ("ages_within_reference", "reference_within_ages")
            if (found := gap.figure(metric, group)) and found.measure.value is not None
        ]
        if shares and min(shares) < LEAST_OVERLAP:
            yield caution((
                "{group} and {reference} share less than half of their ages: {a} of {group} lie "
                "within the central 95% of ages of {reference}, and {b} the other way round. Their "
                "difference rests on the form of the curve in age; compare people of the same "
                "ages.",
                "{group} と {reference} は年齢があまり重なりません（{reference} の年齢の中央 95% "
                "に入る {group} は {a}、逆は {b}）。群間差は年齢の曲線の形に左右されます。同じ年齢"
                "の人どうしで比べてください。",
            ), (
                "{a} of {group} lay within the central 95% of ages of {reference}, and {b} the "
                "other way round.",
                "{reference} の年齢の中央 95% に入る {group} は {a}、逆は {b} であった。",
            ),
                group=group, reference=gap.people.reference, a=percent(shares[0]),
                b=percent(shares[-1]),
            )  # fmt: skip


def _cameras(gap: AgeGap) -> Iterator[GapCaution]:
    reference = gap.cameras.get(gap.people.reference, {})
    if gap.options.group.casefold() in CAMERA:
        return
    held = any(each.name.casefold().startswith("camera") for each in gap.covariates)
    for group in gap.people.compared:
        own = gap.cameras.get(group, {})
        if not own or not reference:
            continue
        names = sorted({*own, *reference})
        shares = [
            np.array([counts.get(each, 0) for each in names]) / sum(counts.values())
            for counts in (own, reference)
        ]
        moved = float(np.abs(shares[0] - shares[1]).sum() / 2)
        most = names[int(np.argmax(np.abs(shares[0] - shares[1])))]
        if moved < OTHER_CAMERAS or not _differ(own, reference):
            continue
        advice = (
            ("The model holds the camera constant, as far as both groups have each.",
             "モデルではカメラを揃えていますが、両群に共通するカメラの範囲に限られます。")
            if held else
            ("A camera moves an estimate: hold it constant by --covariates, or photograph both "
             "alike.",
             "カメラによって推定値は変わります。--covariates でカメラを揃えるか、同じように撮影して"
             "ください。")
        )  # fmt: skip
        yield caution((
            "{group} and {reference} were photographed by different cameras: {most} took {a} of "
            "{group} and {b} of {reference}. {advice}",
            "{group} と {reference} はカメラが異なります（{most}：{group} の {a}、{reference} の "
            "{b}）。{advice}",
        ), (
            "Camera {most} took {a} of {group} and {b} of {reference}.",
            "カメラ {most} で撮影したのは、{group} の {a}、{reference} の {b} であった。",
        ),
            group=group, reference=gap.people.reference, most=most, advice=advice,
            a=percent(own.get(most, 0) / sum(own.values())),
            b=percent(reference.get(most, 0) / sum(reference.values())),
        )  # fmt: skip


def _differ(one: Mapping[str, int], other: Mapping[str, int]) -> bool:
    """Whether two groups differ in their cameras by more than chance (chi-squared)."""
    from scipy.stats import chi2_contingency

    names = sorted({*one, *other})
    counts = [[each.get(name, 0) for name in names] for each in (one, other)]
    return len(names) > 1 and float(chi2_contingency(counts).pvalue) < SIGNIFICANT


def _slopes(gap: AgeGap) -> Iterator[GapCaution]:
    for group in gap.people.compared:
        found = gap.figure("slope_difference", group)
        if found is None or found.p_holm is None or found.p_holm >= SIGNIFICANT:
            continue
        yield caution((
            "With age, the gap of {group} changes by {value} years per year more than that of "
            "{reference} ({p}): no single difference holds at every age.",
            "{group} の年齢差は、年齢 1 歳あたり {reference} より {value} 年多く変わります（{p}）。"
            "一つの群間差がどの年齢にも当てはまるわけではありません。",
        ), (
            "The slope of the gap on age differed between {group} and {reference} by {value} years "
            "per year ({p}).",
            "年齢差の年齢に対する傾きは、{group} と {reference} で 1 歳あたり {value} 年異なった"
            "（{p}）。",
        ),
            group=group, reference=gap.people.reference, value=plain(found.measure.value, 3),
            p=p_text(found.p_holm),
        )  # fmt: skip


def _bend(gap: AgeGap) -> Iterator[GapCaution]:
    """Say where a straight line does not describe the estimates, as gaps beside it rest on that."""
    terms = (each for each in gap.figures if each.term == AGE_SQUARED)
    found = next(terms, None)
    if gap.line is None or found is None or found.measure.p is None:
        return
    if found.measure.p < SIGNIFICANT:
        yield caution((
            "Estimates bend with age ({p} for age²): gaps from the straight line of the "
            "reference, as in persons.csv, are biased. The comparison at the same age is not: age² "
            "is in its model.",
            "推定年齢は実年齢に対して曲がっています（年齢² の {p}）。基準群の直線からの年齢差"
            "（persons.csv の値も）は偏ります。年齢を揃えた比較は年齢² を含むため偏りません。",
        ), (
            "The gap was not linear in age ({p} for age²).",
            "年齢差は年齢に対して直線的でなかった（年齢² の {p}）。",
        ),
            p=p_text(found.measure.p),
        )  # fmt: skip


def _training(gap: AgeGap) -> Iterator[GapCaution]:
    manifest = known_manifest(gap.output)
    told = _AGES.search(manifest.training.ages) if manifest else None
    if told is None:
        return
    low, high = (int(each) for each in told.groups())
    outside = (gap.people.visits.ages < low) | (gap.people.visits.ages > high)
    if outside.any():
        yield caution((
            "{n} visits are of people outside the ages that {name} was trained on ({low} to "
            "{high}): nothing is known of its estimates there.",
            "{n} 件の受診は {name} の学習時の年齢（{low}〜{high} 歳）の範囲外です。その年齢での推定"
            "については何も分かりません。",
        ), (
            "{n} visits were of people outside the ages that {name} was trained on ({low} to "
            "{high}).",
            "{n} 件の受診は {name} の学習時の年齢（{low}〜{high} 歳）の範囲外であった。",
        ),
            n=int(outside.sum()), name=gap.output.estimator, low=low, high=high,
        )  # fmt: skip


def _settled(gap: AgeGap) -> Iterator[GapCaution]:
    digests = [each.sha256 for each in gap.files if each.role == "labels"]
    facts = [each for digest in digests for each in settled_here(gap.output, gap.settings, digest)]
    if facts:
        yield caution((
            "{en} of {name} were settled with these same labels, so its estimates are fitted to "
            "these people, and their gaps are too small.",
            "{name} の設定（{ja}）はこのラベル自身で決めたため、推定値はこの対象者に合わせてあり、"
            "年齢差は小さめに出ます。",
        ), (
            "Settings of {name} ({en}) were fitted on these same labels.",
            "{name} の設定（{ja}）は、このラベル自身で決めた。",
        ),
            en=listed(facts)[0], ja=listed(facts)[1], name=gap.output.estimator,
        )  # fmt: skip


def _left_out(gap: AgeGap) -> Iterator[GapCaution]:
    for flow in gap.flows:
        for note in flow.notes:
            yield GapCaution(flow.note_texts(note))
    if count := len(gap.left_out_of_model):
        yield caution((
            "{n} of {all} {rows} lack a group or a covariate, or are of several groups, and are "
            "not compared; if they differ from the others, the result does not hold for everybody. "
            "excluded.csv lists them.",
            "{rows_ja} {all} 件のうち {n} 件は、群または共変量が分からないか群が一つに定まらず、比"
            "較に入れていません。ほかと性質が異なれば、結果は全体には当てはまりません。"
            "excluded.csv に一覧があります。",
        ), (
            "{n} of {all} {rows} without a group or a covariate, or of several groups, were left "
            "out of the comparison.",
            "{rows_ja} {all} 件のうち、群または共変量が分からないか群が一つに定まらない {n} 件は比"
            "較から除いた。",
        ),
            n=count, all=len(gap.people.compared_rows),
            rows=LEVELS[gap.people.level][0], rows_ja=LEVELS[gap.people.level][1],
        )  # fmt: skip
