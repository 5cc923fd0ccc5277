"""The flow of participants: how many photographs and labels there were, and what became of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field

VISITS_OF_DAYS = "visits-of-days"
FLOW_NOTES: Mapping[str, tuple[str, str]] = {
    "table-changed": (
        "The table of results was changed after gantei predict wrote it: its run manifest no "
        "longer vouches for it.",
        "結果の表は、出力された後に変更されています。元の実行記録では内容を保証できません。",
    ),
    "calibrated-columns": (
        "The results also have calibrated columns, which were not used: everything here starts "
        "from the estimates as the network gives them.",
        "結果の表には較正済みの列もありますが、使っていません。ここでは、ネットワークが出力した"
        "推定値をもとにしています。",
    ),
    "eyes-contradict": (
        "Of some photographs, labels and results name different eyes; those of the results are "
        "used.",
        "左右の記載がラベルと結果で異なる写真があります。結果の表の左右を使いました。",
    ),
    "names-by-end": (
        "Some photographs were matched by the end of their names alone, without folders or suffix.",
        "フォルダー名や拡張子を除いた、名前の末尾だけで対応づけた写真があります。",
    ),
    "persons-alike": (
        "Some persons differ in spaces, capitals or leading zeros alone, and count as different "
        "people; if they are the same, intervals are too narrow.",
        "空白、大文字と小文字、または先頭のゼロだけが異なる対象者がいます（別人として数えます）。同一人物"
        "であれば、区間が狭すぎることになります。",
    ),
    "visits-no-days": (
        "Some visits are not dates with the year first: each such text counts as a visit of its "
        "own, and a person's ages are not checked against it.",
        "受診日の列に日付（年が先頭）でない値があります。そのような記載はそれぞれ別の受診として数え、年齢の"
        "確認には使いません。",
    ),
    VISITS_OF_DAYS: (
        "The names of some photographs of one person have different days, but the labels have them "
        "as one visit: all are taken to be of one age and one day. Name the column that tells "
        "visits apart by --visit, in a table of labels with a row for each photograph.",
        "名前に含まれる日付が異なる同一人物の写真が、ラベルでは 1 回の受診になっています（同じ日、"
        "同じ年齢とみなします）。写真ごとに 1 行のラベルの表で、受診を区別する列を --visit で指定し"
        "てください。",
    ),
    "persons-dated": (
        "Some persons, as the names of photographs tell them, differ in a date alone and count as "
        "different people; if they are the same, intervals are too narrow. Name a column of "
        "persons by --person.",
        "写真の名前から読み取った対象者に、日付だけが異なるものがあります（別人として数えます）。同一人物"
        "であれば、区間が狭すぎることになります。--person で対象者の列を指定してください。",
    ),
}
"""What holds for all of it, in English and Japanese, by its code."""


@dataclass(frozen=True)
class Flow:
    """What became of the photographs of a table of results, and of the rows of labels.

    `photographs` is the sum of `excluded` and `joined`; `labels` that of `unused` and `used`.

    Attributes:
        photographs: rows in the results, or photographs that are listed.
        labels: rows in the table of labels.
        excluded: photographs that were left out, by the code of the first reason.
        joined: photographs with labels, that are left.
        people: their persons; None where nothing tells them.
        unused: rows of labels that say nothing of a photograph, by the code of the reason.
        used: rows of labels of photographs, whether these are left or not.
        findings: photographs that are left and have a finding, by its code, without the
            estimator's name; most frequent first.
        errors: photographs without an estimate, by the code of the error.
        notes: codes of `FLOW_NOTES`.
        first: where what a note tells of stands first, by its code, such as `labels.csv, line 3`.
    """

    photographs: int
    labels: int
    excluded: Mapping[str, int]
    joined: int
    people: int | None
    unused: Mapping[str, int]
    used: int
    findings: Mapping[str, int]
    errors: Mapping[str, int]
    notes: tuple[str, ...] = ()
    first: Mapping[str, str] = field(default_factory=dict)

    def note_texts(self, code: str) -> tuple[str, str]:
        """Word a note in English and Japanese, with where what it tells of stands first."""
        english, japanese = FLOW_NOTES[code]
        if where := self.first.get(code):
            return f"{english} The first: {where}.", f"{japanese}最初の箇所：{where}。"
        return english, japanese
