"""From tables to people in groups: which group each visit is of, and who has none."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..errors import SettingError
from ..evaluation.subgroups import ordered_groups
from ..labels.corrected_ages import WHY_NOT_EVERYBODY
from ..labels.group_values import group_values
from ..labels.sexes import UNKNOWN_WORDS, plain_word
from .gap_options import CASES, EVERYBODY, REFERENCE, GapOptions
from .gap_rows import GapPeople, GapRows, PersonVisit
from .gap_tables import GapTable, both_rows, used_photographs

MOST_GROUPS = 20
SEVERAL = "\0several"
"""Takes the place of the group of a visit whose photographs are of several."""


def gap_people(tables: list[GapTable], options: GapOptions) -> GapPeople:
    """Put everybody of both tables into groups.

    Args:
        tables: of results, then of the reference, if there is one.
        options: what is asked for.

    Raises:
        SettingError: the reference is not named, or there are not two groups; says which there are.
    """
    of_visits: list[dict[PersonVisit, str]] = [_groups(tables[0], options)]
    reference = options.reference_group
    if len(tables) > 1:
        reference = REFERENCE
        of_visits.append(dict.fromkeys(used_photographs(tables[1]), REFERENCE))
        if REFERENCE in of_visits[0].values():
            raise SettingError(
                f"--group {options.group}: a group is called {REFERENCE}, as the people of "
                "--reference are; rename it"
            )
    photographs, eyes, visits = (
        both_rows(tables, each) for each in ("photograph", "eye", "person")
    )
    visits = replace(visits, groups=_by_visit(visits, of_visits, tables))
    known = [each for each in ordered_groups(visits.groups) if each not in ("", SEVERAL)]
    if options.group and len(tables) == 1:
        reference = _checked_reference(options, visits, known)
    if (options.group or len(tables) > 1) and len(known) < 2:
        raise SettingError(
            f"--group {options.group}: has one group alone ({', '.join(known)}); a comparison "
            "needs two"
        )
    if len(known) > MOST_GROUPS:
        raise SettingError(
            f"--group {options.group}: {len(known)} groups, more than {MOST_GROUPS}; a number "
            f"needs a width, such as {options.group}:10, or stands among --covariates"
        )
    groups = [reference, *(each for each in known if each != reference)] if known else []
    used = [used_photographs(each) for each in tables]
    counts = tuple(
        (len({each.eye for each in photos}), len(photos))
        for each in used
        for photos in each.values()
    )
    return GapPeople(
        replace(photographs, groups=_by_visit(photographs, of_visits, tables)),
        replace(eyes, groups=_by_visit(eyes, of_visits, tables)),
        replace(visits, groups=np.where(visits.groups == SEVERAL, "", visits.groups)),
        tuple(name for each in tables for name in each.joined.persons),
        tuple(groups),
        reference,
        counts,
    )


def visits_of_several_groups(tables: Sequence[GapTable], options: GapOptions) -> set[PersonVisit]:
    """Give the visits whose photographs are of several groups."""
    return {visit for visit, group in _groups(tables[0], options).items() if group == SEVERAL}


def _groups(table: GapTable, options: GapOptions) -> dict[PersonVisit, str]:
    """Give the group of each visit of the results; all are cases where nothing forms groups."""
    used = used_photographs(table)
    if not options.group:
        return dict.fromkeys(used, CASES)
    joined = table.joined
    (texts,) = group_values(joined, (options.group,), option="--group").values()
    of = {each.name: text for each, text in zip(joined.photographs, texts, strict=True)}
    found = {}
    for visit, photographs in used.items():
        known = {of[each.name] for each in photographs}
        known = {each for each in known if plain_word(each) not in UNKNOWN_WORDS}
        found[visit] = SEVERAL if len(known) > 1 else next(iter(known), "")
    return found


def _by_visit(
    rows: GapRows, of_visits: Sequence[Mapping[PersonVisit, str]], tables: Sequence[GapTable]
) -> NDArray[np.object_]:
    """Give each row the group of its visit."""
    first = len(tables[0].joined.persons)
    found = np.full(len(rows), "", object)
    for place, (person, visit) in enumerate(zip(rows.persons, rows.visits, strict=True)):
        found[place] = of_visits[int(person >= first)].get(visit, "")
    if len(tables) == 1 and not any(each != CASES for each in of_visits[0].values()):
        found[:] = ""
    return found


def _checked_reference(options: GapOptions, visits: GapRows, known: Sequence[str]) -> str:
    """Give the reference group as the column spells it.

    Raises:
        SettingError: it is not named, or is none of the groups.
    """
    asked = options.reference_group
    counts = [f"{each} ({len(np.unique(visits.persons[visits.groups == each]))})" for each in known]
    listed = f"groups of {options.group}: {', '.join(counts) or 'none'}"
    if not asked:
        raise SettingError(
            f"--group {options.group}: name the healthy ones by --reference-group; {listed}"
        )
    if asked in known:
        return asked
    alike = [each for each in known if plain_word(each) == plain_word(asked)]
    if len(alike) == 1:
        return alike[0]
    why = f". {WHY_NOT_EVERYBODY}" if plain_word(asked) in EVERYBODY else ""
    raise SettingError(f"--reference-group {asked}: is no group; {listed}{why}")
