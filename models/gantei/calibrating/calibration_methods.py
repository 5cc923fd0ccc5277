"""A paragraph on the methods of a calibration, to print."""

from collections.abc import Iterator

from ..calibrations.calibration import LineCalibration
from ..pages.bilingual import Bilingual, in_both, joined_in_both
from ..pages.methods_parts import estimators_sentence, flow_sentence, software_sentence
from ..statistics.number_line import FOLDS
from .before_and_after import PEOPLE_IN_BAND
from .fitted_calibration import FittedCalibration
from .found_words import percent
from .number_fitting import people_in_band


def calibration_methods(fitted: FittedCalibration) -> Bilingual:
    """Say in a paragraph what was done, in English and Japanese."""
    return joined_in_both(_sentences(fitted))


def _sentences(fitted: FittedCalibration) -> Iterator[Bilingual]:
    made = fitted.calibration
    results, labels = (each.sha256 for each in fitted.files)
    yield estimators_sentence([each.output for each in fitted.outputs])
    yield flow_sentence(fitted.joined.flow, results, labels)
    yield in_both(
        "Estimates were calibrated on {people} people ({photographs} photographs), each person "
        "with the same weight.",
        "推定値は {people} 人（写真 {photographs} 枚）で、各人の重みを等しくして較正した。",
        people=made.people.people, photographs=made.people.photographs,
    )  # fmt: skip
    if any(not isinstance(each.record, LineCalibration) for each in fitted.outputs):
        yield (
            "Probabilities were calibrated by logistic regression on the logit (maximum likelihood;"
            " one slope, and an intercept for each class but the first), with the sandwich "
            "covariance over persons (doi 10.1093/biomet/73.1.13).",
            "確率は、ロジットのロジスティック回帰（最尤法。傾きは共通、"
            "切片は最初以外のクラスごと）で較正し、"
            "共分散は対象者をクラスターとするサンドイッチ推定量（doi 10.1093/biomet/73.1.13）"
            "で求めた。",
        )
    if any(isinstance(each.record, LineCalibration) for each in fitted.outputs):
        yield from _of_numbers(made.level)
    if made.embeddings is not None:
        yield in_both(
            "The distance of a photograph from these people was Mahalanobis' distance of the "
            "network's embedding, with {n} directions of the spatial sign covariance (doi "
            "10.1007/BF02595862) and one variance in all others; the limit is the 99% conformal "
            "quantile of cross-fitted distances.",
            "対象者からの写真の距離は、ネットワークの埋め込みのマハラノビス距離で測った。"
            "共分散は、空間符号共分散"
            "（doi 10.1007/BF02595862）の {n} 方向とその他に共通の分散で表し、"
            "限界は交差適合した距離の 99% "
            "コンフォーマル分位点とした。",
            n=len(made.embeddings.directions),
        )
    yield software_sentence()


def _of_numbers(level: float) -> Iterator[Bilingual]:
    yield in_both(
        "Numbers were calibrated by a straight line of the real value on the estimate (least "
        "squares). Prediction intervals of {level} are split-conformal (doi "
        "10.1080/01621459.2017.1307116): the ranks of residuals of one photograph drawn from each "
        "person, each residual from the line fitted without that person's fold (of {folds}), by "
        "bands of the estimate with at least {least} people. They are meant for single photographs "
        "of new people of the same site. Coverage is shown by bands of the real value with at "
        "least {shown} people.",
        "数値は、推定値に対する実際の値の直線（最小二乗法）で較正した。{level} "
        "予測区間は分割コンフォーマル法"
        "（doi 10.1080/01621459.2017.1307116）により、対象者ごとに 1 "
        "枚を選んだ写真の残差の順位から、推定値の"
        "区分（{least} 人以上）ごとに求めた。残差は、対象者を {folds} 分割し、"
        "本人を含まない直線から計算した。"
        "区間は、同じ施設の新たな対象者の 1 枚の写真に対するものである。"
        "区間が実際の値を含む割合は、実際の値の区分"
        "（{shown} 人以上）ごとに示した。",
        level=percent(level), folds=FOLDS, least=people_in_band(level), shown=PEOPLE_IN_BAND,
    )  # fmt: skip
