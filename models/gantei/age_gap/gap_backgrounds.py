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
    keys = (
        (place, key[0])
        for place, table in enumerate(tables)
        for key in table.cohorts["photograph"].keys
    )
    groups = dict(zip(keys, people.photographs.groups, strict=True))
    seen: dict[str, set[tuple[int, str, str]]] = {each: set() for each in ("", *people.groups)}
    for place, (table, of) in enumerate(zip(tables, texts, strict=True)):
        for each, text in zip(_every(table), of, strict=True):
            group = groups.get((place, each.name), "")
            if text:
                seen[""].add((place, each.person or "", text))
                if group:
                    seen[group].add((place, each.person or "", text))
    return {group: dict(Counter(text for *_, text in found)) for group, found in seen.items()}
