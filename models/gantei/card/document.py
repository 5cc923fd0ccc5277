"""What a card is made of, before it becomes Markdown, a terminal's text or a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..terminal.text_table import visible

HEADINGS = (
    "Facts",
    "Use",
    "Do not use",
    "Input and preprocessing",
    "Output",
    "Training data",
    "Evaluation",
    "Subgroups",
    "Known failures and risks",
    "Reproduction",
    "Maintenance",
    "References, licence, citation and acknowledgement",
)


@dataclass(frozen=True)
class Paragraph:
    """Sentences; `strong` ones must not be overlooked."""

    text: str
    strong: bool = False


@dataclass(frozen=True)
class FactList:
    """Keys and what is known of each."""

    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    """Rows under a header."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Subheading:
    """A heading inside a section."""

    text: str


@dataclass(frozen=True)
class Bar:
    """One value of a figure, or the least and largest of several; `own` is this estimator's."""

    label: str
    least: float
    largest: float
    text: str
    own: bool = False


@dataclass(frozen=True)
class Figure:
    """Bars from `start` to `end`; drawn on a page only, its numbers stand in a table beside it."""

    title: str
    start: float
    end: float
    bars: tuple[Bar, ...]


Block = Paragraph | FactList | Table | Subheading | Figure


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it."""

    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Card:
    """A whole card: what the Hub reads, the summary, and the twelve sections."""

    name: str
    front_matter: Mapping[str, Any]
    head: tuple[Block, ...]
    sections: tuple[Section, ...]


def one_line(text: str) -> str:
    """Put a text on one line, where it can begin no heading or row, nor steer a terminal."""
    return visible(" ".join(text.split()))
