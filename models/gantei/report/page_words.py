"""What the report's page says itself, in English and Japanese."""

from collections.abc import Iterable

from ..evaluation.figure_reasons import reason_text
from ..evaluation.sample_size import SampleSize
from ..labels.cohort import Level
from ..pages.bilingual import Bilingual, number_text
from ..statistics.metric_names import METRICS

TITLE = ("What the estimates are worth on these people", "この対象者での推定の精度")
LEAD = (
    "Local validation, {level}, with 95% confidence intervals. Research use only: this is not a "
    "medical device, and nothing here makes the estimators fit for diagnosis.",
    "手元のデータによる検証です（{level}）。区間は 95% 信頼区間です。研究用であり、"
    "医療機器ではなく、"
    "診断には使えません。",
)
SUMMARY_JA = "要約"
PARTICIPANTS = ("Participants", "対象者")
LEFT_OUT = ("What was left out", "除外")
LISTED = (
    "excluded.csv, in the folder of this report, lists each of them with its reason.",
    "除外した一件ごとの理由は、このレポートのフォルダーの excluded.csv にあります。",
)
COUNTED = (
    "Photographs with a finding are in the figures; those with an error have no estimate.",
    "注意の付いた写真は集計に含み、エラーの写真には推定値がありません。",
)
AND_EXCLUDED = (" excluded.csv,", "excluded.csv（除外の一覧）、")
LIMITS = ("What this cannot say", "この結果から言えないこと")
METHODS = ("Methods", "方法")
CITE = ("How to cite", "引用")
FILES = ("Files", "ファイル")
SAMPLE_SIZE = ("How many people would be enough", "必要な人数")
LAST_SECTIONS = (
    ("left-out", LEFT_OUT),
    ("sample-size", SAMPLE_SIZE),
    ("limits", LIMITS),
    ("methods", METHODS),
    ("cite", CITE),
    ("files", FILES),
)
FIGURES = ("Figures", "図")
TABLE = ("All measures with 95% confidence intervals", "指標と 95% 信頼区間")
DECADES = ("Error by real value", "実際の値ごとの誤差")
REPORTED = ("Beside what the publisher reports", "公開元の報告との並記")
GROUPS = ("Groups", "群ごとの結果")
COMPARED = ("Compared on the same people", "同じ対象者での比較")
_MEANS = (
    ": the mean over the photographs of each eye, then over the eyes (probabilities as logits).",
    "眼ごとに写真を平均し、両眼を平均しました（確率はロジットで平均）。",
)
_POINTS: dict[Level, Bilingual] = {
    "photograph": ("Each point is a photograph.", "点は写真 1 枚です。"),
    "eye": ("Each point is an eye.", "点は片眼です。"),
    "person": (f"Each point is a person{_MEANS[0]}", f"点は対象者 1 人です。{_MEANS[1]}"),
}
_POINTS_OF_VISITS: dict[Level, Bilingual] = {
    **_POINTS,
    "eye": ("Each point is an eye at one visit.", "点は 1 回の受診の片眼です。"),
    "person": (
        f"Each point is a person at one visit{_MEANS[0]}",
        f"点は対象者の 1 回の受診です。{_MEANS[1]}",
    ),
}
CANNOT_SAY: tuple[Bilingual, ...] = (
    (
        "How the estimators perform on other people, cameras, places or diseases.",
        "ほかの集団、カメラ、施設、疾患での精度。",
    ),
    (
        "How far a single estimate can be trusted: all figures are of many people.",
        "一人ひとりの推定値をどこまで信頼できるか。どの値も集団についてのものです。",
    ),
    (
        "Whether some of these people were among those that the estimators were trained on; if so, "
        "the figures are too good.",
        "推定器の学習に使われた人が含まれているかどうか。含まれていれば、結果は実際より良く出ます。",
    ),
    (
        "Whether the labels are right: a wrong age or sex in the table counts as an error of the "
        "estimator.",
        "ラベルが正しいかどうか。表の年齢や性別の誤りは推定の誤りとして数えられます。",
    ),
    (
        "Why groups differ: cameras, ages and diseases may go together.",
        "群の間に差がある理由。カメラ、年齢、疾患は互いに関連していることがあります。",
    ),
    (
        "Anything on health, ageing or identity: an estimated age that differs from the real one "
        "does not mean disease.",
        "健康、老化、個人の特定について。推定年齢と実年齢の差は病気を意味しません。",
    ),
)
REPORTING = (
    "Reporting: TRIPOD+AI, doi 10.1136/bmj-2023-078378; checklist.csv says what of it is answered "
    "here.",
    "報告の指針：TRIPOD+AI、doi 10.1136/bmj-2023-078378。この中で答えている項目は checklist.csv に"
    "あります。",
)
WEIGHTS = ("weights", "重み")
FILES_HEAD = (("what", "種類"), ("file", "ファイル"), ("sha256", "SHA-256"))
BESIDE = (
    "Beside this page: metrics.csv and metrics.json (every figure),{excluded} methods.md (a "
    "paragraph to print), checklist.csv (TRIPOD+AI), and figures as SVG and PNG.",
    "同じフォルダー：metrics.csv と metrics.json（すべての指標）、{excluded}"
    "methods.md（論文用の文）、checklist.csv（TRIPOD+AI）、図（SVG と PNG）。",
)
SAMPLE_SIZE_HEAD = (
    ("output and measure", "推定項目と指標"),
    ("wanted width of the interval", "望む区間の幅"),
    ("width here", "ここでの幅"),
    ("people here", "ここでの人数"),
    ("people needed", "必要な人数"),
)


def points_of_figures(level: Level, *, visits: bool) -> Bilingual:
    """Say what a point of the figures is; `visits`: whether anything tells visits apart."""
    return (_POINTS_OF_VISITS if visits else _POINTS)[level]


def sample_size_rows(sizes: Iterable[SampleSize]) -> list[list[str]]:
    """Write how many people each figure needs."""
    return [
        [
            f"{each.key}: {METRICS[each.metric].english}",
            f"{each.width:g}",
            number_text(each.width_now, each.metric),
            "–" if each.people_now is None else str(each.people_now),
            reason_text(each.why) if each.people is None else str(each.people),
        ]
        for each in sizes
    ]
