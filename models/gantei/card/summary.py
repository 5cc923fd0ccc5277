"""The head of a card: what it is in two languages, and what must not be overlooked."""

from collections.abc import Sequence

from ..findings.wording import word_of
from ..manifests.fields import UNKNOWN
from ..manifests.manifest import Binary, Categorical, Manifest, Regression
from .adapted_from import adapted_ja
from .document import Block, FactList, Paragraph
from .measured_here import MeasuredHere, measured_blocks

RESEARCH_USE = (
    "Research use. Not an approved medical device; not for diagnosis.",
    "研究用です。承認された医療機器ではなく、診断には使えません。",
)
NOT_FOR_JA = (
    "診断、個人の特定や本人確認、性自認の推測、診療・就労・保険の可否の判断。"
    "年齢と性別は配慮を要する情報で、網膜は個人を特定し得ます。"
)
METRICS_JA = {
    "mean absolute error": "平均絶対誤差",
    "root mean square error": "二乗平均平方根誤差",
    "accuracy": "正解率",
}
UNITS_JA = {"years": "年", "fraction": ""}
UNKNOWN_LABEL_JA = "二つの区分のうち不明な一方"


def summary(manifest: Manifest, measured: Sequence[MeasuredHere] = ()) -> tuple[Block, ...]:
    """Write titles, warnings, and the Japanese summary."""
    blocks: list[Block] = [Paragraph(manifest.title), Paragraph(manifest.title_ja)]
    blocks += [Paragraph(sentence, strong=True) for sentence in RESEARCH_USE]
    notices = (manifest.notice, manifest.notice_ja)
    blocks += [Paragraph(notice, strong=True) for notice in notices if notice.strip()]
    blocks += [
        Paragraph("日本語の要約(詳細は以下の英文)", strong=True),
        _japanese(manifest, measured),
    ]
    return tuple(blocks)


def _japanese(manifest: Manifest, measured: Sequence[MeasuredHere]) -> FactList:
    unsettled = manifest.unsettled()
    settled = (
        f"{len(unsettled)} 項目が不明で、利用者が根拠とともに定めるまで推定しません"
        if unsettled
        else "推定に要る項目はすべて定まっています"
    )
    counts = ((len(manifest.assumed()), "仮定"), (len(manifest.fitted()), "ラベルに基づき決定"))
    basis = "、".join(f"{count} 項目は{how}" for count, how in counts if count)
    rows = [
        ("推定するもの", "、".join(_output(name, each) for name, each in manifest.output.items())),
        *([("元の推定器", adapted_ja(manifest.adapted))] if manifest.adapted else []),
        ("使ってはならないこと", NOT_FOR_JA),
        ("前処理と出力", settled + (f"(うち {basis})" if basis else "")),
        ("公表された性能", _reported(manifest)),
        *_measured(manifest, measured),
        ("重み", _weights(manifest)),
        ("再配布の可否", _unknown_ja(manifest.source.redistribution)),
    ]
    if manifest.citation:
        rows.append(("謝辞の文例", manifest.citation.acknowledgement_ja))
    return FactList(tuple(rows))


def _output(name: str, output: Regression | Binary | Categorical) -> str:
    name = word_of(name, "ja")
    match output:
        case Regression(unit=unit):
            return f"{name}({'単位は不明' if unit == UNKNOWN else UNITS_JA.get(unit, unit)})"
        case Binary(positive=positive):
            label = UNKNOWN_LABEL_JA if positive == UNKNOWN else word_of(positive, "ja")
            return f"{name}({label}である確率、0〜1)"
        case Categorical():
            return f"{name}(各区分の確率、0〜1)"


def _reported(manifest: Manifest) -> str:
    if manifest.variant:
        return f"軽量版のため、元の {manifest.variant.of} との差だけを測っています"
    figures = (
        f"{METRICS_JA.get(each.metric, each.metric)} {each.value:g}"
        f"{UNITS_JA.get(each.unit, ' ' + each.unit)}"
        for each in manifest.reported
    )
    found = "、".join(figures)
    return f"{found}(条件と出典は Evaluation の表)" if found else "公表されていません"


def _measured(manifest: Manifest, measured: Sequence[MeasuredHere]) -> tuple[tuple[str, str], ...]:
    if not measured_blocks(manifest, measured):
        return ()
    return (("手元で測った性能", "公表値とは別に Evaluation の Measured here の表にあります"),)


def _weights(manifest: Manifest) -> str:
    if manifest.weights is None:
        return "同梱していません。公開元から入手して gantei import で取り込みます"
    return f"{manifest.weights.file}、{manifest.weights.bytes} バイト"


def _unknown_ja(text: str) -> str:
    return "不明" if text == UNKNOWN else text
