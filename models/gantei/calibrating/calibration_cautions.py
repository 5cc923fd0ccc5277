"""What to know before a calibration is used."""

from collections.abc import Iterator, Mapping

import numpy as np

from ..calibrations.calibration import LineCalibration
from ..labels.true_values import is_of_age
from ..pages.bilingual import Bilingual, class_of, in_both, name_of
from ..pages.flow_parts import notes_of
from ..statistics.embedding_spread import LEAST_PEOPLE as EMBEDDED
from .before_and_after import before_and_after
from .calibrated_people import LEAST_OF_A_CAMERA
from .fitted_calibration import FittedCalibration
from .fitted_output import FittedOutput
from .found_words import percent
from .smallest_calibrations import FEW_OF_A_CLASS, FEW_PEOPLE, people_of_classes

NARROW = 8.0
"""Standard deviation of ages, in years, below which a line says little."""
STRONG, UNLIKELY, FEWEST = 0.3, 0.001, 20
"""Cramér's V, or the root of the share of variance, that is told where chance is this unlikely."""


def calibration_cautions(fitted: FittedCalibration) -> tuple[Bilingual, ...]:
    """Say what to know, the most important first."""
    return tuple(_cautions(fitted))


def _cautions(fitted: FittedCalibration) -> Iterator[Bilingual]:
    labels = fitted.calibration.labels_sha256
    if any(each.fitted_on(labels) for each in fitted.settings):
        yield (
            "Facts of this estimator were settled on these same labels: the errors and intervals "
            "are smaller than those of other people. Calibrate on other people.",
            "この推定器の設定は、同じラベルで決めたものです。誤差と区間は、"
            "ほかの人々の場合より小さくなります。"
            "別の対象者で較正してください。",
        )
    yield from notes_of(fitted.joined.flow)
    for each in fitted.outputs:
        yield from _of_output(each, fitted.calibration.level)
    yield from _of_people(fitted)
    if fitted.calibration.embeddings is None:
        yield (
            "The calibration cannot tell how far a photograph lies from those calibrated on: no "
            f"embeddings were given, or they are of fewer than {EMBEDDED} people. Give those that "
            "gantei predict wrote by --embeddings.",
            f"較正に使った写真からの距離は示されません。埋め込みが指定されていないか、{EMBEDDED} "
            f"人未満です"
            "（--embeddings で gantei predict の埋め込みを指定できます）。",
        )


def _of_output(fitted: FittedOutput, level: float) -> Iterator[Bilingual]:
    name = name_of(fitted.output)
    people = fitted.record.people
    if people < FEW_PEOPLE:
        yield in_both(
            "{name}: {n} people are few: another {n} of this site may give another calibration. "
            "{few} or more are safer.",
            "{name}：{n} 人は少なく、同じ施設の別の {n} 人では較正が変わる可能性があります。"
            "{few} 人以上が"
            "望まれます。",
            name=name, n=people, few=FEW_PEOPLE,
        )  # fmt: skip
    if isinstance(fitted.record, LineCalibration):
        yield from _of_number(fitted, fitted.record, level)
    else:
        yield from _of_classes(fitted)
    found = before_and_after(fitted)
    if found.after is not None and found.after >= found.without:
        yield in_both(
            "{name}: calibrated estimates are no better here than answering {what} for everybody: "
            "the photographs tell nothing.",
            "{name}：較正した推定値は、全員に{what}を答えた場合より良くありません。"
            "写真から得られる情報が"
            "ありません。",
            name=name,
            what=("the mean", "平均") if found.metric == "mae" else (
                "the shares of the classes", "各クラスの割合"
            ),
        )  # fmt: skip
    elif found.metric == "log_loss" and found.after is not None and found.after > found.before:
        yield in_both(
            "{name}: calibration does not improve the probabilities (log loss {after:.3f}, "
            "cross-validated; {before:.3f} before).",
            "{name}：較正しても確率は改善しません（対数損失 {after:.3f}、交差検証。"
            "較正前 {before:.3f}）。",
            name=name, after=found.after, before=found.before,
        )  # fmt: skip


def _of_number(fitted: FittedOutput, record: LineCalibration, level: float) -> Iterator[Bilingual]:
    truths = np.asarray(fitted.drawn.truths, np.float64)
    if is_of_age(fitted.output) and float(truths.std()) < NARROW:
        yield in_both(
            "{name}: these ages lie close together ({low:.0f} to {high:.0f} years, standard "
            "deviation {spread:.1f}): the line draws every estimate towards their mean, and holds "
            "for such ages alone.",
            "{name}：年齢の幅が狭いため（{low:.0f}〜{high:.0f}歳、標準偏差 {spread:.1f}）、"
            "較正した値は"
            "平均に近づきます。この年齢層以外には使えません。",
            name=name_of(fitted.output), low=float(truths.min()), high=float(truths.max()),
            spread=float(truths.std()),
        )  # fmt: skip
    if without := [each for each in record.bands if each.down is None]:
        yield in_both(
            "{name}: {n} of {all} bands have no interval: too few people for {level}.",
            "{name}：{all} 区分のうち {n} 区分は、{level} の区間を求めるには人数が足りません。",
            name=name_of(fitted.output), n=len(without), all=len(record.bands),
            level=percent(level),
        )  # fmt: skip


def _of_classes(fitted: FittedOutput) -> Iterator[Bilingual]:
    counts = people_of_classes(fitted.drawn)
    least = int(np.argmin(counts))
    if counts[least] < FEW_OF_A_CLASS:
        yield in_both(
            "{name}: only {n} people are {label}.",
            "{name}：{label}は {n} 人しかいません。",
            name=name_of(fitted.output), n=counts[least], label=class_of(fitted.output, least),
        )  # fmt: skip


def _of_people(fitted: FittedCalibration) -> Iterator[Bilingual]:
    who = fitted.who
    told = sum(camera != "" for camera in who.cameras)
    if unnamed := told - sum(who.named_cameras.values()):
        yield in_both(
            "{n} photographs are of cameras with fewer than {least} people each: the calibration "
            "does not name these, and warns of their photographs as of another camera.",
            "写真 {n} 枚のカメラは、それぞれ {least} 人未満です。較正はこれらのカメラを記録せず、"
            "その写真には別のカメラとして注意を示します。",
            n=unnamed, least=LEAST_OF_A_CAMERA,
        )  # fmt: skip
    cameras, sexes = who.person_cameras, who.sexes
    ages = {
        person: each.label.age
        for person, each in zip(who.persons, who.photographs, strict=True)
        if each.label.age is not None
    }
    strength = association_of_classes(cameras, sexes)
    if strength is not None:
        yield in_both(
            "Camera and sex go together here (Cramér's V {v:.2f}): what the camera does to an "
            "estimate is taken for a difference between the sexes.",
            "カメラと性別に関連があります（Cramér の V は {v:.2f}）。カメラによる推定値の差が、"
            "性別の差として"
            "較正されます。",
            v=strength,
        )  # fmt: skip
    strength = association_with_number(cameras, ages)
    if strength is not None:
        yield in_both(
            "Camera and age go together here (correlation ratio {v:.2f}): what the camera does to "
            "an estimate is taken for a difference in age.",
            "カメラと年齢に関連があります（相関比 {v:.2f}）。カメラによる推定値の差が、"
            "年齢の差として較正"
            "されます。",
            v=strength,
        )  # fmt: skip


def association_of_classes(one: Mapping[str, str], other: Mapping[str, str]) -> float | None:
    """Give Cramér's V of two groupings of people; None where it is weak, or may be chance."""
    both = [person for person in one if person in other]
    if len(both) < FEWEST:
        return None
    _, rows = np.unique([one[each] for each in both], return_inverse=True)
    _, columns = np.unique([other[each] for each in both], return_inverse=True)
    counts = np.zeros((rows.max() + 1, columns.max() + 1))
    np.add.at(counts, (rows, columns), 1)
    if min(counts.shape) < 2:
        return None
    from scipy.stats import chi2_contingency

    square, p, *_ = chi2_contingency(counts, correction=False)
    strength = float(np.sqrt(square / len(both) / (min(counts.shape) - 1)))
    return strength if strength >= STRONG and p < UNLIKELY else None


def association_with_number(
    groups: Mapping[str, str], numbers: Mapping[str, float]
) -> float | None:
    """Give the root of the share of variance between groups; None as above."""
    both = [person for person in groups if person in numbers]
    if len(both) < FEWEST:
        return None
    values = np.array([numbers[each] for each in both])
    _, places = np.unique([groups[each] for each in both], return_inverse=True)
    parts = [values[places == each] for each in range(places.max() + 1)]
    parts = [each for each in parts if len(each) > 1]
    if len(parts) < 2 or np.ptp(values) == 0:
        return None
    from scipy.stats import f_oneway

    together = np.concatenate(parts)
    between = sum(len(each) * (each.mean() - together.mean()) ** 2 for each in parts)
    strength = float(np.sqrt(between / ((together - together.mean()) ** 2).sum()))
    return strength if strength >= STRONG and f_oneway(*parts).pvalue < UNLIKELY else None
