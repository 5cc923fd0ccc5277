"""What groups are like beside their gap: sexes and cameras of their people."""

from collections import Counter
from collections.abc import Mapping, Sequence

from ..labels.joined_photograph import JoinedPhotograph
from .gap_rows import GapPeople
from .gap_tables import GapTable, used_photographs

CAMERA = frozenset({"camera", "カメラ", "dicom.manufacturermodelname"})
"""Columns that tell the camera, in small letters."""
GroupCounts = Mapping[str, Mapping[str, int]]
"""Persons by group and value; the group of everybody is empty."""


def sexes_of(tables: Sequence[GapTable], people: GapPeople) -> GroupCounts:
    """Count persons of each sex; nothing where no label tells."""
    return _counts(tables, people, [[each.label.sex or "" for each in _every(table)]
                                    for table in tables])  # fmt: skip


def cameras_of(tables: Sequence[GapTable], people: GapPeople) -> GroupCounts:
    """Count persons by camera, where a column of labels or results is called so."""
    return _counts(tables, people, [_cameras(table) for table in tables])


def _cameras(table: GapTable) -> list[str]:
    texts = []
    for each in _every(table):
        told = {**each.groups, **each.label.groups}
        texts.append(next((told[key] for key in told if key.casefold() in CAMERA), ""))
    return texts


def _every(table: GapTable) -> list[JoinedPhotograph]:
    return [each for photographs in used_photographs(table).values() for each in photographs]


def _counts(
    tables: Sequence[GapTable], people: GapPeople, texts: Sequence[Sequence[str]]
) -> GroupCounts:
    groups = {
        (str(table), visit): str(group)
        for table, visit, group in zip(
            people.visits.tables, people.visits.visits, people.visits.groups, strict=True
        )
    }
    seen: dict[str, set[tuple[str, str, str]]] = {each: set() for each in ("", *people.groups)}
    for table, of in zip(tables, texts, strict=True):
        for each, text in zip(_every(table), of, strict=True):
            group = groups[table.name, (each.person or "", each.visit)]
            if text:
                seen[""].add((table.name, each.person or "", text))
                if group:
                    seen[group].add((table.name, each.person or "", text))
    return {group: dict(Counter(text for *_, text in found)) for group, found in seen.items()}
