"""From a report to the files of its folder."""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ..evaluation.report_folder import REPORT_JSON, format_of
from ..study.columns import write_dictionary
from ..study.leading_columns import Column
from ..system.environment import environment
from ..system.files import atomic_write, ensure_folder
from ..table_files.csv_writing import write_csv
from .methods_parts import methods_markdown
from .study_page import FIGURES, study_page
from .study_report import StudyReport

PAGE, METHODS, DICTIONARY = "report.html", "methods.md", "dictionary.csv"
VERSION = 1
"""Of the layout of `report.json`."""
_LIBRARIES = ("scipy", "scikit-learn", "matplotlib")


def write_study_report(report: StudyReport, folder: Path) -> tuple[str, ...]:
    """Write page, figures, methods and tables into a folder, and give the names of the files.

    Args:
        report: what was found.
        folder: is there, such as `report_folder` gives; files of these names are replaced.

    Raises:
        OutputError: a file cannot be written.
    """
    ensure_folder(folder / FIGURES)
    for name, content in _contents(report):
        with atomic_write(folder / name) as file:
            file.write(content)
    for each in report.tables:
        with atomic_write(folder / each.name) as file:
            write_csv([column.name for column in each.columns], each.rows, file)
    described: dict[str, Sequence[Column]] = {
        each.name.removesuffix(".csv"): each.columns for each in report.tables
    }
    if described:
        with atomic_write(folder / DICTIONARY) as file:
            write_dictionary(described, file)
    tables = [each.name for each in report.tables]
    return (PAGE, *tables, METHODS, REPORT_JSON, *([DICTIONARY] if tables else []), f"{FIGURES}/")


def _contents(report: StudyReport) -> Iterator[tuple[str, bytes]]:
    for each in report.figures:
        yield f"{FIGURES}/{each.kind}.svg", each.figure.svg
        yield f"{FIGURES}/{each.kind}.png", each.figure.png
    yield PAGE, study_page(report)
    yield (
        METHODS,
        methods_markdown(report.methods, report.to_add).encode("utf-8", "backslashreplace"),
    )
    told = json.dumps(_told(report), ensure_ascii=False, indent=1, allow_nan=False)
    yield REPORT_JSON, told.encode("utf-8", "backslashreplace") + b"\n"


def _told(report: StudyReport) -> dict[str, Any]:
    made_by = environment()
    for name in _LIBRARIES:
        with suppress(PackageNotFoundError):
            made_by["versions"][name] = version(name)
    return {
        "format": format_of(report.command),
        "format_version": VERSION,
        **made_by,
        "files": [asdict(each) for each in report.files],
        "outputs": [{"key": each.key, **asdict(each)} for each in report.outputs],
        **report.data,
    }
