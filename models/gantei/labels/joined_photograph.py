"""A photograph with what is known of it: its row of labels, its person, visit and eye."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..manifests.fields import Side
from .label_rows import LabelRow
from .result_rows import ResultRow


@dataclass(frozen=True, slots=True)
class JoinedPhotograph:
    """A photograph with its labels.

    Attributes:
        index: its place among the rows of the results, or in the list of photographs.
        name: in the results, or in the list.
        sha256: of its file, as the results have it; None where it could not be read.
        person: whose eye it is; None where nothing tells.
        visit: of the person; empty where nothing tells.
        eye: which eye, by the results, else by the labels.
        label: what the table of labels says.
        groups: the further cells of its row in the results, by their columns.
    """

    index: int
    name: str
    sha256: str | None
    person: str | None
    visit: str
    eye: Side | None
    label: LabelRow
    groups: Mapping[str, str]


def joined_photograph(
    index: int, photograph: ResultRow, label: LabelRow, *, person_of_labels: bool
) -> JoinedPhotograph:
    """Put a photograph and its labels together.

    `person_of_labels`: whether the labels tell the persons, whatever the results do.
    """
    return JoinedPhotograph(
        index,
        photograph.photograph,
        photograph.sha256,
        label.person if person_of_labels else photograph.person,
        label.visit,
        # Where a row is a person's eye, it may be one of several that fit the photograph.
        photograph.eye or (label.eye if label.photograph is not None else None),
        label,
        photograph.groups,
    )


def merged_label(rows: Sequence[LabelRow]) -> LabelRow | None:
    """Make one of several rows of the same photograph; None where their labels contradict.

    What is no label may differ; it is empty then.
    """
    first, *others = rows
    if not all(first.says_the_same(other) for other in others):
        return None
    if all(first.groups == other.groups for other in others):
        return first
    groups = {
        column: text if all(other.groups[column] == text for other in others) else ""
        for column, text in first.groups.items()
    }
    return replace(first, groups=groups)
