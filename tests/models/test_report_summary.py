"""What every analysis says on standard error, in one order."""

from pathlib import Path

from gantei.commands.report_summary import write_report_summary
from gantei.labels.exclusions import Exclusion

FOUND, CAUTION = ("Found.", "結果。"), ("Careful.", "注意。")
EXCLUSIONS = [
    Exclusion("c.jpg", "", "l.csv, line 4", "no-photograph", "c.jpg is not there"),
    Exclusion("a.jpg", "P1", "r.csv, line 2", "no-label-row", "no row"),
    Exclusion("b.jpg", "P2", "r.csv, line 3", "no-label-row", "no row"),
    Exclusion("P3", "P3", "l.csv, line 5", "no-covariate", "no camera"),
    Exclusion("P4", "P4", "l.csv, line 6", "no-covariate", "no camera"),
    Exclusion("P5", "P5", "l.csv, line 7", "no-value", "no age"),
    Exclusion("P6", "P6", "l.csv, line 8", "no-value", "no age"),
]


def test_findings_come_first_then_notes_what_was_left_out_and_the_folder(capsys):
    write_report_summary([FOUND], [CAUTION], EXCLUSIONS, Path("out"), ["report.html", "a.csv"])
    assert capsys.readouterr().err.splitlines() == [
        "Found.",
        "note: Careful.",
        "left out: 2 photographs not in the table of labels (no-label-row)",
        "labels not used: 1 row that match no photograph in the results (no-photograph)",
        "left out: 2 people without a value that the analysis needs (no-value)",
        "left out: 2 eyes or visits without a covariate (no-covariate)",
        "out: report.html, a.csv",
    ]


def test_nobody_is_named_and_no_folder_without_a_report(capsys):
    write_report_summary([FOUND], [], EXCLUSIONS, None, [])
    said = capsys.readouterr().err
    assert "P1" not in said
    assert "a.jpg" not in said
    assert len(said.splitlines()) == 5
