"""The calibrations on this machine, as a card that is read here names them.

They stand beside the estimator's folder, not in it, and belong to sites: the card in Markdown,
which goes along with the estimator, leaves them out.
"""

from collections.abc import Sequence
from dataclasses import replace

from ..calibrations.calibration import Calibration
from ..calibrations.calibration_table import people_text
from .document import Block, Card, FactList, Paragraph, Section, Subheading, Table

HEADING = "Evaluation"
HEADER = ("site", "date", "people", "intervals")
WHAT = (
    "By gantei calibrate, of these very weights. A calibration holds for people, cameras and "
    "photographs like those that it was made on."
)


def with_calibrations(card: Card, calibrations: Sequence[Calibration]) -> Card:
    """Add the calibrations of an estimator to its card; nothing where there are none."""
    if not calibrations:
        return card
    rows = tuple(
        (each.site, each.date, people_text(each.people), f"{100 * each.level:g} %")
        for each in calibrations
    )
    added: tuple[Block, ...] = (
        Subheading("Calibrated here"),
        Paragraph(WHAT),
        Table(HEADER, rows),
    )
    sections = tuple(
        Section(each.heading, each.blocks + added) if each.heading == HEADING else each
        for each in card.sections
    )
    *head, japanese = card.head
    if isinstance(japanese, FactList):
        sites = "、".join(
            f"{each.site}({each.people.people} 人、{each.date}、{100 * each.level:g} % 区間)"
            for each in calibrations
        )
        japanese = FactList((*japanese.items, ("この機械にある較正", sites)))
    return replace(card, head=(*head, japanese), sections=sections)
