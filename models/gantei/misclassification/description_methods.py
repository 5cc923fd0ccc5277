"""A paragraph on methods to print, written from how frequencies were really corrected."""

from collections.abc import Iterator

from ..pages.bilingual import Bilingual, class_of, in_both, joined_in_both
from ..pages.methods_parts import estimators_sentence, flow_sentence, software_sentence
from .description import Description


def description_methods(description: Description) -> Bilingual:
    """Say in a paragraph what was done, in English and Japanese."""
    return joined_in_both(_sentences(description))


def _sentences(description: Description) -> Iterator[Bilingual]:
    read = description.read
    output = read.people.output
    yield estimators_sentence([output])
    yield flow_sentence(read.joined.flow, *(each.sha256 for each in read.files))
    yield in_both(
        "Probabilities were averaged as logits over the photographs of an eye, then over the eyes "
        "of a person; people counted as {label} from a probability of {threshold} on. Sex was "
        "recorded for {recorded} people with known {outcome} and estimated for {estimated}.",
        "確率は、ロジットを片眼の写真で平均し、次に両眼で平均した。確率 {threshold} 以上を"
        "{label}とした。{outcome} の分かる人のうち、性別の記録があったのは {recorded} 人、"
        "推定したのは {estimated} 人である。",
        label=class_of(output, 1), threshold=f"{description.options.threshold:g}",
        recorded=int(description.counts.recorded.sum()), outcome=description.outcome.given,
        estimated=int(description.counts.estimated.sum()),
    )  # fmt: skip
    yield _accuracy(description)
    is_exact = description.accuracy.counts.is_exact
    yield in_both(
        "Counts by estimated sex were corrected within each category by the matrix method, the "
        "maximum of the likelihood (doi 10.1002/sim.4780070704){recorded}. Intervals are those of "
        "the delta method with Poisson counts, on the logit scale for frequencies and the "
        "logarithmic one for ratios{uncertainty}.",
        "推定した性別ごとの人数は、区分ごとに行列法（最尤推定、doi 10.1002/sim.4780070704）"
        "で補正した{recorded}。区間は、人数を Poisson 分布とするデルタ法により、"
        "頻度はロジット尺度、比は対数尺度で求めた{uncertainty}。",
        recorded=(", and recorded sexes were added", "うえで、記録された性別の人数を加えた")
        if description.counts.recorded.sum() else ("", ""),
        uncertainty=("", "") if is_exact else (
            "; they include the uncertainty of sensitivity and specificity",
            "。区間には感度と特異度の不確かさを含めた",
        ),
    )  # fmt: skip
    yield software_sentence()


def _accuracy(description: Description) -> Bilingual:
    accuracy = description.accuracy
    where = (
        ("from the people whose sex was recorded", "性別の記録がある人から")
        if accuracy.source == "recorded"
        else ("from measurements elsewhere", "ほかで測定された値から")
    )
    if accuracy.is_assumed:
        return in_both(
            "Sensitivity and specificity were taken {where}, overall, and assumed to be the same "
            "in every category (non-differential); the range shows the frequencies if each "
            "differs by up to {vary} in each category.",
            "感度と特異度は{where}全体で求め、どの区分でも同じ（非差異的）と仮定した。範囲は、"
            "区分ごとにそれぞれ {vary} まで異なる場合である。",
            where=where, vary=f"{description.options.vary:g}",
        )  # fmt: skip
    return in_both(
        "Sensitivity and specificity were taken {where}, within each category of the outcome.",
        "感度と特異度は{where}、アウトカムの区分ごとに求めた。",
        where=where,
    )
