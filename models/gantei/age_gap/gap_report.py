"""The report of an age gap: page, figures, tables and methods."""

from dataclasses import asdict

from ..pages.bilingual import Bilingual
from ..pages.study_report import ReportTable, StudyReport
from .age_gap import AgeGap
from .gap_cautions import gap_cautions
from .gap_exclusions import LEFT_OUT_COLUMNS, left_out_rows
from .gap_methods import gap_methods
from .gap_sections import gap_sections
from .gap_sentences import gap_sentences
from .metrics_of_gap import COLUMN_NAMES, GAP_COLUMNS
from .persons_of_gap import PERSON_COLUMNS, person_rows

COMMAND = "gap"
_TITLE: Bilingual = ("Retinal age gap", "網膜年齢ギャップ")
_LEAD: Bilingual = (
    "Estimated minus real age, with 95% confidence intervals over persons. Research use only.",
    "推定年齢から実年齢を引いた年齢差と、対象者を単位とする 95% 信頼区間です。研究用途に限ります。",
)


def gap_report(gap: AgeGap) -> StudyReport:
    """Lay a gap out as a report.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    return StudyReport(
        command=COMMAND,
        title=_TITLE,
        lead=_LEAD,
        found=gap_sentences(gap),
        cautions=[each.text for each in gap_cautions(gap)],
        sections=gap_sections(gap),
        tables=_tables(gap),
        methods=gap_methods(gap),
        data=_data(gap),
        files=gap.files,
        outputs=[gap.output],
    )


def _tables(gap: AgeGap) -> list[ReportTable]:
    records = gap.rows()
    found = [
        ReportTable(
            "metrics.csv", GAP_COLUMNS, ([each[name] for name in COLUMN_NAMES] for each in records),
            ("every figure with its interval", "すべての指標と区間"),
        ),
        ReportTable(
            "persons.csv", PERSON_COLUMNS, person_rows(gap),
            ("each person's visits, with names", "対象者の受診ごとの値（名前を含む）"),
        ),
    ]  # fmt: skip
    if gap.left_out or gap.left_out_of_model:
        found.append(
            ReportTable(
                "excluded.csv", LEFT_OUT_COLUMNS,
                left_out_rows(gap.left_out, gap.left_out_of_model),
                ("what was left out, and why", "除外の一覧"),
            )
        )  # fmt: skip
    return found


def _data(gap: AgeGap) -> dict[str, object]:
    told = ("why_text", "name", "name_ja")
    return {
        "options": asdict(gap.options),
        "groups": list(gap.people.groups),
        "reference": gap.people.reference,
        "people": gap.model.people,
        "covariates": [
            {"name": each.name, "kind": each.kind, "base": gap.model.design.bases[each.name]}
            for each in gap.covariates
        ],
        "flows": [asdict(each) for each in gap.flows],
        "figures": [
            {key: cell for key, cell in row.items() if cell is not None and key not in told}
            for row in gap.rows()
        ],
        "cautions": [each.text[0] for each in gap_cautions(gap)],
    }
