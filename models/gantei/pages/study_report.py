"""What the report of a study's command holds, from which its page and its files are written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..evaluation.evaluated_tables import EvaluatedFile
from ..labels.estimated_output import EstimatedOutput
from ..plots.style import DrawnFigure
from ..study.leading_columns import Column
from ..table_files.csv_writing import Cell
from .bilingual import Bilingual
from .html_parts import Html
from .methods_parts import TO_ADD


@dataclass(frozen=True)
class ReportFigure:
    """A figure with what stands below it.

    Attributes:
        kind: what it shows, in a word or some with hyphens, for names of files: `gap-by-age`;
            no other figure of the report has the same.
        figure: as drawn.
        caption: what stands below it.
        wide: whether it needs the room of two.
    """

    kind: str
    figure: DrawnFigure
    caption: Bilingual
    wide: bool = False


@dataclass(frozen=True)
class ReportSection:
    """A part of the page under its heading: figures first, then all else.

    Attributes:
        anchor: by which the contents link to it: letters, digits and hyphens.
        title: its heading.
        body: what it shows below the figures.
        figures: which stand first.
    """

    anchor: str
    title: Bilingual
    body: Html
    figures: Sequence[ReportFigure] = ()


@dataclass(frozen=True)
class ReportTable:
    """A table of its own, as CSV, whose columns `dictionary.csv` describes.

    Attributes:
        name: of the file, ending in `.csv`.
        columns: in their order.
        rows: a cell for each column; read once.
        what: it is, for the list of files on the page.
    """

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    what: Bilingual


@dataclass(frozen=True)
class StudyReport:
    """A report.

    Attributes:
        command: of gantei that makes it, such as `gap`.
        title: of the page.
        lead: the sentence below the title: what it is, and how intervals are meant.
        found: what was found, a sentence each, first in English, then in Japanese.
        cautions: what to know before quoting it.
        sections: of the page, in their order, before methods, citations and files.
        tables: beside the page.
        methods: a paragraph to print.
        data: what `report.json` has beside versions, files and outputs: numbers and codes, no name
            of a photograph or a person.
        files: the tables that were read.
        outputs: of estimators, which the report is about.
        to_add: what stands below the paragraph, as gantei cannot know it.
    """

    command: str
    title: Bilingual
    lead: Bilingual
    found: Sequence[Bilingual]
    cautions: Sequence[Bilingual]
    sections: Sequence[ReportSection]
    tables: Sequence[ReportTable]
    methods: Bilingual
    data: Mapping[str, Any]
    files: Sequence[EvaluatedFile]
    outputs: Sequence[EstimatedOutput]
    to_add: Bilingual = field(default=TO_ADD)

    @property
    def figures(self) -> tuple[ReportFigure, ...]:
        """All its figures, in their order."""
        return tuple(each for section in self.sections for each in section.figures)
