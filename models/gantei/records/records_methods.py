"""The paragraph on methods of `gantei records`, to print, in English and Japanese."""

from collections.abc import Iterator

from ..pages.bilingual import Bilingual, in_both, joined_in_both, name_of
from ..pages.methods_parts import estimators_sentence, flow_sentence, software_sentence
from .age_records import AgeRecords
from .class_records import ClassRecords
from .records_check import RecordsCheck

TO_ADD: Bilingual = (
    "To add, as gantei cannot know it: how the records were made, which source documents were "
    "looked at and by whom, and how many disagreements turned out to be wrong records.",
    "加筆が必要な点（gantei には分かりません）：記録の作成方法、確認した原資料と確認者、"
    "不一致のうち"
    "実際に誤りだった件数。",
)


def records_methods(check: RecordsCheck) -> Bilingual:
    """Give the paragraph."""
    return joined_in_both(_sentences(check))


def _sentences(check: RecordsCheck) -> Iterator[Bilingual]:
    results, labels = check.files
    yield estimators_sentence(check.outputs)
    yield flow_sentence(check.flow, results.sha256, labels.sha256)
    for of_classes in check.classes:
        yield _classes(of_classes)
    if check.classes:
        yield from _CLASSES
    for of_ages in check.ages:
        yield _ages(of_ages)
    if check.ages:
        yield from _AGES
    yield (
        "Records that disagree were listed for comparison with the source documents; none was "
        "changed.",
        "一致しない記録は、原資料との照合のために列挙し、記録の変更は行わなかった。",
    )
    yield software_sentence()


_CLASSES: tuple[Bilingual, ...] = (
    (
        "The mean logit of a person's eyes was calibrated by a logistic line for each number of "
        "eyes, fitted by the likelihood (1 − e)p + e(1 − p) of the recorded class, with e the "
        "share of wrong records, so that wrong records do not distort the calibration. Weakly "
        "informative normal priors hold the lines where people are few, and tie those of one and "
        "two eyes together.",
        "対象者の眼のロジットの平均を、眼の数ごとのロジスティック直線で較正した。直線は、"
        "誤りの割合を e "
        "として、記録されたクラスの尤度 (1 − e)p + e(1 − p) により当てはめ、"
        "誤った記録が較正に影響しない"
        "ようにした。人数が少ない場合に備え、弱情報の正規事前分布を用い、片眼と両眼の直線を関連づけた。",
    ),
    (
        "The posterior probability that a record is wrong was averaged over draws of the "
        "parameters (importance sampling around the maximum). The number of wrong records among "
        "the first of the list follows a mixture of Poisson-binomial distributions over these "
        "draws, from which 95% intervals were taken.",
        "記録が誤りである事後確率は、パラメータの抽出（最大点まわりの重点サンプリング）について平均した。"
        "一覧の上位に含まれる誤りの数は、抽出ごとのポアソン二項分布の混合に従うものとし、その 95% "
        "区間を求めた。",
    ),
)
_AGES: tuple[Bilingual, ...] = (
    (
        "The expected age was a line on the estimate, fitted with Tukey's bisquare for each number "
        "of eyes; residuals were divided by their median size among people with similar estimates. "
        "P-values are those of a t distribution whose degrees of freedom fit the middle nine "
        "tenths of the residuals, and were adjusted by the method of Benjamini and Hochberg (doi "
        "10.1111/j.2517-6161.1995.tb02031.x).",
        "推定から期待される年齢は、眼の数ごとに Tukey の bisquare 法で当てはめた直線とした。"
        "残差は、推定の"
        "近い対象者における残差の大きさの中央値で割った。p 値は、残差の中央 9 割に合う自由度の t "
        "分布に"
        "より、Benjamini–Hochberg 法（doi 10.1111/j.2517-6161.1995.tb02031.x）で補正した。",
    ),
)


def _classes(records: ClassRecords) -> Bilingual:
    rate = records.rate
    return in_both(
        "The recorded {name} of {n} people was compared with {key}; the share of wrong records "
        "was {how} {rate:.2%}, and the records support {low:.2%} to {high:.2%} (profile "
        "likelihood, 95%).",
        "{n} 人の記録された{name}を {key} と比較した。誤りの割合は{how} {rate:.2%} で、"
        "記録から支持される"
        "範囲は {low:.2%}〜{high:.2%} であった（プロファイル尤度、95%）。",
        name=name_of(records.people.output), n=len(records.people), key=records.people.output.key,
        how=("stated as", "指定した") if rate.source == "stated"
        else ("estimated from these records as", "記録から推定した"),
        rate=rate.value, low=rate.low, high=rate.high,
    )  # fmt: skip


def _ages(records: AgeRecords) -> Bilingual:
    unlikely = records.unlikely
    normal = unlikely.freedom >= 200
    return in_both(
        "{n} recorded ages were compared with {key}: {told} were unlikely at a false discovery "
        "rate of 5% ({tails}), or cannot be an age.",
        "記録された年齢 {n} 件を {key} と比較し、偽発見率 5% で {told} "
        "件を不一致とした（{tails}。年齢でありえない値を含む）。",
        n=len(records.people), key=records.people.output.key, told=int(records.told.sum()),
        tails=("normal tails", "正規分布の裾") if normal
        else (f"{unlikely.freedom:.1f} degrees of freedom", f"自由度 {unlikely.freedom:.1f}"),
    )  # fmt: skip
