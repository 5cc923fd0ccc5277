"""Why a photograph, a row or a unit is left out of an evaluation, and how that is said."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason for leaving something out.

    Attributes:
        english: in a few words, behind a number: "12 not in the table of labels".
        japanese: the same.
        what: of what there is one: photographs, rows of labels, units of one output, or people.
    """

    english: str
    japanese: str
    what: Literal["photograph", "label", "unit", "person"]

    def text(self, language: Literal["en", "ja"] = "en") -> str:
        """Say it in a language."""
        return self.japanese if language == "ja" else self.english


REASONS: Mapping[str, Reason] = {
    # Photographs, in the order in which they are asked.
    "no-label-row": Reason(
        "not in the table of labels", "ラベルの表に該当する行がない", "photograph"
    ),
    "other-file": Reason(
        "whose name is in the labels, but for another file (sha256)",
        "名前はラベルにあるが、ファイルの内容（sha256）が異なる",
        "photograph",
    ),
    "labels-contradict": Reason(
        "with rows of labels that contradict each other",
        "ラベルの複数の行の内容が食い違う",
        "photograph",
    ),
    "no-estimate": Reason(
        "without an estimate, because of an error", "エラーのため推定値がない", "photograph"
    ),
    "no-person": Reason(
        "of an unknown person, where those of others are known",
        "ほかの写真と違い、対象者が分からない",
        "photograph",
    ),
    "copies-contradict": Reason(
        "that are the same file, with different persons or labels",
        "同じ内容のファイルなのに、対象者かラベルが異なる",
        "photograph",
    ),
    "same-file": Reason(
        "that are copies of another (same sha256)",
        "ほかの写真と同じ内容（sha256 が同じ）",
        "photograph",
    ),
    "two-sexes": Reason(
        "of a person recorded with two sexes",
        "同じ対象者に男女両方の性別が記されている",
        "photograph",
    ),
    # Rows of labels.
    "no-photograph": Reason(
        "that match no photograph in the results", "結果の表に該当する写真がない", "label"
    ),
    "row-of-other-file": Reason(
        "that name a photograph, but another file (sha256)",
        "写真の名前は一致するが、ファイルの内容（sha256）が異なる",
        "label",
    ),
    "row-repeated": Reason("that repeat another row", "ほかの行の繰り返し", "label"),
    "row-contradicts": Reason(
        "that contradict another row of the same photograph or person",
        "同じ写真または対象者の別の行と内容が食い違う",
        "label",
    ),
    # Units of one output at one level.
    "no-label": Reason("without a label of this output", "この推定項目のラベルがない", "unit"),
    "ages-unexplained": Reason(
        "of a person whose ages do not fit the dates of the visits",
        "同じ対象者の年齢の違いを受診日で説明できない",
        "unit",
    ),
    "labels-differ": Reason(
        "whose photographs have different labels", "写真によってラベルが異なる", "unit"
    ),
    "other-eye": Reason(
        "whose labels and names tell different eyes",
        "ラベルと写真の名前で左右が異なる",
        "unit",
    ),
    "eye-unknown": Reason(
        "of an unknown eye, so in no mean per eye",
        "左右が分からず、眼ごとの平均に使えない",
        "unit",
    ),
    # People of one analysis.
    "no-value": Reason("without a value that the analysis needs", "解析に必要な値がない", "person"),
    "values-differ": Reason(
        "whose photographs have different values that the analysis needs",
        "解析に必要な値が写真によって異なる",
        "person",
    ),
    "category-unseen": Reason(
        "of a category that nobody has whose sex is recorded",
        "性別の記録がある人の中に同じ区分の人がいない",
        "person",
    ),
    # Visits in a comparison of groups.
    "no-group": Reason("without a group", "群が分からない", "unit"),
    "groups-differ": Reason(
        "whose photographs are of different groups", "写真によって群が異なる", "unit"
    ),
    "no-covariate": Reason("without a covariate", "共変量が分からない", "unit"),
}
"""Every code of an exclusion, in the order of a flow of participants."""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Something that was left out, and why.

    Attributes:
        name: of the photograph, as the results have it; of a row of labels, as that names it.
        person: whose it is; empty where nothing tells.
        where: the row that it is about, such as `labels.csv, line 3`.
        code: of `REASONS`.
        text: what is wrong with this one, in a sentence.
    """

    name: str
    person: str
    where: str
    code: str
    text: str

    def reason(self, language: Literal["en", "ja"] = "en") -> str:
        """What all of this code have in common, in a few words."""
        return REASONS[self.code].text(language)


def counted_reasons(exclusions: Sequence[Exclusion]) -> str:
    """Say for which reasons things were left out, each with how many and with the first of them.

    >>> from gantei.labels.exclusions import Exclusion, counted_reasons
    >>> one = Exclusion("a.jpg", "", "r.csv, line 2", "no-estimate", "it has the error no-eye")
    >>> counted_reasons([one, one])
    '2 without an estimate, because of an error (r.csv, line 2: it has the error no-eye)'
    """
    counts = Counter(each.code for each in exclusions)
    first = {each.code: each for each in reversed(exclusions)}
    return "; ".join(
        f"{counts[code]} {REASONS[code].english} ({_said(first[code])})"
        for code in REASONS
        if counts[code]
    )


def _said(exclusion: Exclusion) -> str:
    begins = "" if exclusion.where in exclusion.text else f"{exclusion.where}: "
    return f"{begins}{exclusion.text}"
