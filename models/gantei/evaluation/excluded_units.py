"""`excluded.csv`: every photograph, row of labels and unit that is in no figure, and why."""

from collections import Counter
from collections.abc import Iterator

from ..labels.cohort import Level
from ..labels.estimated_output import EstimatedOutput
from ..labels.exclusions import REASONS, Exclusion
from ..study.leading_columns import Column
from .evaluation import Evaluation

RESULTS_COLUMN = Column("results", "text", "the table of results", "結果の表のファイル名")
EXCLUSION_COLUMNS = (
    Column(
        "name",
        "text",
        "the photograph, as the results name it; the row of labels, as that names it; or the unit",
        "写真（結果の表での名前）、ラベルの行（その名前）、または集計の単位",
    ),
    Column("person", "text", "whose it is, where known", "対象者（分かる場合）"),
    Column("where", "text", "the row that it is about", "該当する行"),
    Column("code", "text", "code of the reason", "理由のコード"),
    Column("reason", "text", "what all of this code have in common", "理由の種類（英語）"),
    Column("reason_ja", "text", "the same in Japanese", "理由の種類（日本語）"),
    Column("text", "text", "what is wrong with this one", "個別の理由"),
)
"""What every table says of each that is left out."""
COLUMNS = (
    RESULTS_COLUMN,
    Column(
        "output",
        "text",
        "of which output's figures it is left out; empty: of all",
        "除外された推定項目。空欄はすべて",
    ),
    Column(
        "level",
        "text",
        "from which level on it is left out: a photograph without a label is left out of eyes and "
        "persons too; empty: of all",
        "除外された集計の単位（写真で除外されたものは、眼と対象者の集計にも入らない）。空欄はすべて",
        range="photograph, eye, person",
    ),
    *EXCLUSION_COLUMNS,
)
"""The columns of `excluded.csv`."""


def excluded_rows(evaluation: Evaluation) -> Iterator[list[str | None]]:
    """Lay out what was left out, by the columns: of everything first, then of each output."""
    for results, exclusion in evaluation.exclusions:
        yield _row(results, "", "", exclusion)
    for output in evaluation.outputs:
        for exclusion, levels in _by_levels(evaluation, output).items():
            yield _row("", output.key, levels[0], exclusion)


def left_out_of(
    evaluation: Evaluation, output: EstimatedOutput
) -> dict[tuple[str, tuple[Level, ...]], int]:
    """Count what is left out of an output's figures, by the reason and the levels of the figures.

    An eye that nobody knows is in the figures per photograph and per person, but in none per eye.
    """
    counts = Counter(
        (exclusion.code, levels) for exclusion, levels in _by_levels(evaluation, output).items()
    )
    order = list(REASONS)
    return dict(sorted(counts.items(), key=lambda each: order.index(each[0][0])))


def counts_units(code: str) -> bool:
    """Whether a reason of an output is counted in eyes or visits, and not in photographs."""
    return code == "labels-differ"


def _by_levels(
    evaluation: Evaluation, output: EstimatedOutput
) -> dict[Exclusion, tuple[Level, ...]]:
    found: dict[Exclusion, tuple[Level, ...]] = {}
    for (key, level), cohort in evaluation.cohorts.items():
        if key == output.key:
            for exclusion in dict.fromkeys(cohort.exclusions):
                found[exclusion] = (*found.get(exclusion, ()), level)
    return found


def _row(results: str, output: str, level: str, exclusion: Exclusion) -> list[str | None]:
    cells = (
        *(results, output, level, exclusion.name, exclusion.person, exclusion.where),
        *(exclusion.code, exclusion.reason(), exclusion.reason("ja"), exclusion.text),
    )
    return [cell or None for cell in cells]
