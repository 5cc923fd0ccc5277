"""What a learning curve says of how much data is needed, in sentences."""

from collections.abc import Iterator

from gantei.pages.bilingual import Bilingual, in_both, number_text

from ..learning.learning_curve import FARTHEST, FEWEST_SIZES, LearningCurve, MorePeople

LESS = 0.9
"""Times the error of all people, which is asked for where nothing else is."""


def curve_words(curve: LearningCurve, reach: float | None = None) -> Iterator[Bilingual]:
    """Say how performance changes with the number of people, and how many more would help.

    Args:
        curve: that was measured.
        reach: the mean absolute error, or the accuracy, that is to be reached; None: an error that
            is a tenth smaller than that of all people.
    """
    first, last = curve.sizes[0], curve.sizes[-1]
    if len(curve.sizes) > 1:
        yield in_both(
            "{metric} with {few} people: {one}; with {many}: {other}.",
            "{metric}は、{few} 人で {one}、{many} 人で {other}。",
            metric=_metric(curve), few=first.people, many=last.people,
            one=_text(curve, first.error), other=_text(curve, last.error),
        )  # fmt: skip
    if curve.left_out:
        yield in_both(
            "Not measured with {sizes} people: too few of one class among them.",
            "{sizes} 人では、人数の足りないクラスがあり測定していません。",
            sizes=", ".join(map(str, curve.left_out)),
        )
    if curve.law is None:
        yield _no_law(curve)
        return
    wanted = LESS * last.error if reach is None else reach if _is_mae(curve) else 1 - reach
    yield _reached(curve, curve.to_reach(wanted))


def _no_law(curve: LearningCurve) -> Bilingual:
    if curve.why == "too-few-sizes":
        return in_both(
            "How many more people would help is unknown: that takes {n} sizes (25, 50, 100 …), so "
            "at least {people} people to learn from; there are {have}.",
            "あと何人で改善するかは分かりません（{n} 通り以上の人数、つまり学習に {people} 人以上"
            "が必要。"
            "今回は {have} 人）。",
            n=FEWEST_SIZES, people=round(1.2 * 25 * 2 ** (FEWEST_SIZES - 2)),
            have=curve.sizes[-1].people,
        )  # fmt: skip
    return (
        "It does not clearly improve with more people, so how many more would help is not "
        "estimated.",
        "人数を増やしても明らかな改善はないため、それ以上の人数については推定しません。",
    )


def _reached(curve: LearningCurve, more: MorePeople) -> Bilingual:
    wanted = _text(curve, more.error)
    if more.people is None:
        why = {
            "never": in_both("the curve levels off at {limit}", "曲線は {limit} で頭打ち",
                             limit=_text(curve, curve.law.limit if curve.law else 0.0)),
            "too-far": (f"it would take more than {FARTHEST} times as many people as here, too far "
                        "to extrapolate",
                        f"今回の人数の {FARTHEST} 倍を超え、この曲線からは分かりません"),
        }[more.why]  # fmt: skip
        return in_both("How many people it takes to reach {wanted} is unknown: {why}.",
                       "{wanted} に達する人数は示せません（{why}）。", wanted=wanted,
                       why=why)  # fmt: skip
    low = 0 if more.low is None else more.low
    between = (
        in_both("at least {low}", "{low} 人以上", low=low)
        if more.high is None
        else in_both("{low} to {high}", "{low}〜{high}", low=low, high=more.high)
    )
    return in_both(
        "To reach {wanted}, about {n} more people (95% interval: {between}), by an inverse power "
        "law.",
        "{wanted} に達するには、あと約 {n} 人（95% 区間：{between}）。べき乗則による推定です。",
        wanted=wanted, n=more.people, between=between,
    )  # fmt: skip


def _is_mae(curve: LearningCurve) -> bool:
    return curve.measure == "mae"


def _metric(curve: LearningCurve) -> Bilingual:
    return ("Mean absolute error", "平均絶対誤差") if _is_mae(curve) else ("Accuracy", "正解率")


def _text(curve: LearningCurve, error: float) -> str:
    if not _is_mae(curve):
        return number_text(1 - error, "accuracy")
    return f"{number_text(error, 'mae')} {curve.target.unit}".strip()
