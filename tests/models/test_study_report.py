"""The report of a study's command: whole, harmless, in two languages, replaced by its own kind."""

import csv
import json
import re

import pytest

from gantei.errors import OutputError
from gantei.evaluation.evaluated_tables import EvaluatedFile
from gantei.evaluation.report_folder import report_folder
from gantei.labels.estimated_output import EstimatedOutput
from gantei.labels.exclusions import REASONS, Exclusion
from gantei.pages.excluded_parts import excluded_counts, excluded_table
from gantei.pages.html_parts import below
from gantei.pages.report_files import write_study_report
from gantei.pages.study_report import ReportFigure, ReportSection, ReportTable, StudyReport
from gantei.plots.style import DrawnFigure
from gantei.study.leading_columns import Column

CODE = next(code for code, reason in REASONS.items() if reason.what == "photograph")
WORDS = ("what <b>was</b> found", "結果 & 考察")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"/>'


def report(command="gap", figures=1, size=0):
    placed = [
        ReportFigure(
            f"figure-{place}",
            DrawnFigure(SVG + b" " * size, b"png", 85.0, 60.0, "a figure"),
            ("Below.", "説明。"),
        )
        for place in range(figures)
    ]
    columns = (Column("person", "text", "whose", "対象者"),)
    return StudyReport(
        command,
        ("Title", "題"),
        ("Lead.", "概要。"),
        [WORDS],
        [("a caution", "注意")],
        [ReportSection("first", ("First", "第一"), below(("body", "本文")), placed)],
        [
            ReportTable("persons.csv", columns, [["=1+1"]], ("a row per person", "対象者の表")),
            excluded_table([Exclusion("a.jpg", "p1", "results.csv, line 2", CODE, "because")]),
        ],
        ("We did a_b.", "方法を述べる。"),
        {"effect": 1.5},
        [EvaluatedFile("results", "results.csv", "0" * 64)],
        [EstimatedOutput("net", "age", "regression", "years", (), ("net.age",), "1" * 64)],
    )


@pytest.fixture
def written(tmp_path):
    with report_folder(tmp_path / "out", results="none", command="gap") as folder:
        write_study_report(report(), folder)
    return tmp_path / "out"


def test_the_page_says_what_was_found_in_both_languages_and_loads_nothing(written):
    page = (written / "report.html").read_text("utf-8")
    assert "what &lt;b&gt;was&lt;/b&gt; found" in page
    assert "結果 &amp; 考察" in page
    assert not re.search(r'(src|href)="(?!data:|#|figures/)', page)
    assert "default-src &#x27;none&#x27;" in page or "default-src 'none'" in page


def test_every_file_is_listed_with_its_digest_and_on_the_page(written):
    names = {path.relative_to(written).as_posix() for path in written.rglob("*") if path.is_file()}
    sums = {line.split("  ")[1] for line in (written / "SHA256SUMS").read_text().splitlines()}
    assert sums == names - {"SHA256SUMS"}
    page = (written / "report.html").read_text("utf-8")
    assert all(f"<code>{name}</code>" in page for name in names if "/" not in name
               and name not in ("SHA256SUMS", "report.html"))  # fmt: skip


def test_tables_are_described_and_calculate_nothing(written):
    with (written / "persons.csv").open(encoding="utf-8-sig") as file:
        assert list(csv.DictReader(file)) == [{"person": "'=1+1"}]
    with (written / "dictionary.csv").open(encoding="utf-8-sig") as file:
        described = {(row["table"], row["column"]) for row in csv.DictReader(file)}
    assert ("persons", "person") in described
    assert ("excluded", "reason_ja") in described


def test_the_figures_for_programs_name_nobody(written):
    told = json.loads((written / "report.json").read_text("utf-8"))
    assert told["format"] == "gantei gap"
    assert told["effect"] == 1.5
    assert "a.jpg" not in json.dumps(told)


def test_methods_are_markdown_that_keeps_names(written):
    assert "We did a\\_b." in (written / "methods.md").read_text("utf-8")


def test_a_report_of_another_command_is_never_replaced(written):
    refused = pytest.raises(OutputError, match="something else than a report of gantei records")
    with refused, report_folder(written, overwrite=True, results="none", command="records"):
        pass
    with report_folder(written, overwrite=True, results="none", command="gap") as folder:
        write_study_report(report(), folder)
    assert (written / "report.html").exists()


def test_figures_that_would_make_the_page_too_large_are_linked_alone(tmp_path):
    write_study_report(report(figures=3, size=900_000), tmp_path)
    page = (tmp_path / "report.html").read_bytes()
    assert len(page) < 3_000_000
    assert page.count(b"<img") == 2
    assert b'href="figures/figure-2.svg"' in page


def test_nothing_left_out_is_said():
    assert "Nothing was left out" in excluded_counts([])
    assert REASONS[CODE].text("en") in excluded_counts([(CODE, 3)])
