"""From an evaluation to the files of its report: page, figures, methods and checklist."""

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from ..evaluation.evaluation import Evaluation
from ..labels.estimated_output import EstimatedOutput
from ..pages.methods_parts import methods_markdown
from ..pages.study_report import ReportFigure
from ..plots.participant_flow import participant_flow
from ..plots.style import DrawnFigure
from ..system.files import atomic_write, ensure_folder
from .checklist import write_checklist
from .group_forests import forests_of
from .methods_text import methods
from .participants import flow_boxes
from .placed_figures import figures_of
from .report_page import FiguresOfOutput, report_page

PAGE, FIGURES, METHODS, CHECKLIST = "report.html", "figures", "methods.md", "checklist.csv"
LONGEST_NAME = 60


def write_report(evaluation: Evaluation, folder: Path) -> tuple[str, ...]:
    """Write page, figures, methods and checklist into a folder, and give the names of the files.

    The same evaluation gives the same bytes. No photograph and no person is named in them.

    Args:
        evaluation: what was found.
        folder: is there; files of these names are replaced.

    Raises:
        OutputError: a file cannot be written.
        MissingExtraError: matplotlib or scikit-learn is not installed.
    """
    drawn = drawn_figures(evaluation)
    flow = participant_flow([english for english, _ in flow_boxes(evaluation)])
    figures = [("flow", flow)]
    for each in drawn.values():
        figures += [(placed.kind, placed.figure) for placed in (*each.figures, *each.forests)]
    files = _files(figures) | {
        PAGE: report_page(evaluation, drawn),
        METHODS: methods_markdown(methods(evaluation)).encode("utf-8", "backslashreplace"),
    }
    ensure_folder(folder / FIGURES)
    for name, content in files.items():
        with atomic_write(folder / name) as file:
            file.write(content)
    with atomic_write(folder / CHECKLIST) as file:
        write_checklist(evaluation, file)
    return (PAGE, METHODS, CHECKLIST, f"{FIGURES}/")


def drawn_figures(evaluation: Evaluation) -> dict[str, FiguresOfOutput]:
    """Draw the figures of every output, by its key.

    Raises:
        MissingExtraError: matplotlib or scikit-learn is not installed.
    """
    return {
        output.key: FiguresOfOutput(
            _named(place, output, figures_of(evaluation, output)),
            _named(place, output, forests_of(evaluation, output)),
        )
        for place, output in enumerate(evaluation.outputs, 1)
    }


def _files(figures: Iterable[tuple[str, DrawnFigure]]) -> dict[str, bytes]:
    found = {}
    for name, figure in figures:
        found[f"{FIGURES}/{name}.svg"] = figure.svg
        found[f"{FIGURES}/{name}.png"] = figure.png
    return found


def _named(
    place: int, output: EstimatedOutput, figures: Iterable[ReportFigure]
) -> tuple[ReportFigure, ...]:
    """Name files so that every system stores them, whatever an output is called."""
    of = re.sub(r"[^A-Za-z0-9.-]+", "-", output.key)[:LONGEST_NAME].strip(".-") or "output"
    return tuple(replace(each, kind=f"{place:02}-{of}-{each.kind}") for each in figures)
