"""From tables to people in groups: which group each row is of, and who has none."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..errors import SettingError
from ..evaluation.subgroups import ordered_groups
from ..labels.alike_texts import refuse_alike
from ..labels.corrected_ages import WHY_NOT_EVERYBODY
from ..labels.sexes import plain_word
from .gap_options import CASES, EVERYBODY, REFERENCE, GapOptions
from .gap_rows import GapLevel, GapPeople, GapRows
from .gap_tables import GapTable, both_rows, used_photographs
from .gap_units import COHORT, SEVERAL, one_text, texts_of_rows

MOST_GROUPS = 20
MOST_SEVERAL = 0.05
"""Share of the rows of a level whose photographs may be of several groups."""
LEAST_PEOPLE = 0.95
"""Share of the people who must have a row at a level, for groups to be compared at it."""


def gap_people(tables: list[GapTable], options: GapOptions) -> GapPeople:
    """Put everybody of both tables into groups.

    Groups are of visits, unless the photographs of more than one in twenty visits are of several:
    then of eyes, else of photographs.

    Args:
        tables: of results, then of the reference, if there is one.
        options: what is asked for.

    Raises:
        SettingError: the reference is not named, or there are not two groups; says which there are.
    """
    rows = {
        level: replace(both_rows(tables, of), groups=_groups(tables, options, level))
        for level, of in COHORT.items()
    }
    level = _level(rows)
    known = [each for each in ordered_groups(rows[level].groups) if each not in ("", SEVERAL)]
    if options.group:
        _check_groups(options, known, has_reference=len(tables) > 1)
    reference = REFERENCE if len(tables) > 1 else options.reference_group
    if options.group and len(tables) == 1:
        reference = _checked_reference(options, rows[level], known)
    if (options.group or len(tables) > 1) and len(known) < 2:
        raise SettingError(
            f"--group {options.group}: has one group alone ({', '.join(known)}); a comparison "
            "needs two"
        )
    groups = [reference, *(each for each in known if each != reference)] if known else []
    several = {each: np.asarray(of.groups == SEVERAL, bool) for each, of in rows.items()}
    clear = {
        each: replace(of, groups=np.where(several[each], "", of.groups))
        for each, of in rows.items()
    }
    return GapPeople(
        clear["photograph"],
        clear["eye"],
        clear["visit"],
        tuple(name for each in tables for name in each.joined.persons),
        tuple(groups),
        reference,
        _counts(tables),
        level,
        several,
    )


def _counts(tables: Sequence[GapTable]) -> tuple[tuple[int, int], ...]:
    """Count the eyes and the photographs of each visit."""
    used = [used_photographs(each) for each in tables]
    return tuple(
        (len({each.eye for each in photos}), len(photos))
        for each in used
        for photos in each.values()
    )


def _groups(tables: list[GapTable], options: GapOptions, level: GapLevel) -> NDArray[np.object_]:
    """Give the group of each row of a level; all are cases where nothing forms groups."""
    found: list[str] = []
    for place, table in enumerate(tables):
        count = len(table.cohorts[COHORT[level]].keys)
        if place:
            found += [REFERENCE] * count
        elif options.group:
            every = texts_of_rows(table, options.group, level, option="--group")
            found += [one_text(told) for told in every]
        else:
            found += [CASES if len(tables) > 1 else ""] * count
    groups = np.empty(len(found), object)
    groups[:] = found
    return groups


def _level(rows: Mapping[GapLevel, GapRows]) -> GapLevel:
    """Give the first level where few rows are of several groups, and nearly everybody has one."""
    everybody = rows["visit"].people
    for level, of in rows.items():
        few = (of.groups == SEVERAL).sum() <= MOST_SEVERAL * len(of)
        if few and of.people >= LEAST_PEOPLE * everybody:
            return level
    return "visit"


def _check_groups(options: GapOptions, known: Sequence[str], *, has_reference: bool) -> None:
    """Refuse a column that forms no groups, without naming anybody.

    Raises:
        SettingError: there are none, too many, groups that differ in spelling, or one that is
            called as those of `--reference` are.
    """
    option = f"--group {options.group}"
    if not known:
        raise SettingError(f"{option}: nothing is known of anybody; the column is empty")
    if len(known) > MOST_GROUPS:
        raise SettingError(
            f"{option}: {len(known)} groups, more than {MOST_GROUPS}; names and days form none, "
            f"and a number needs a width, such as {options.group}:10, or stands among --covariates"
        )
    refuse_alike(option, known)
    if has_reference and REFERENCE in known:
        raise SettingError(
            f"{option}: a group is called {REFERENCE}, as the people of --reference are; rename it"
        )


def _checked_reference(options: GapOptions, rows: GapRows, known: Sequence[str]) -> str:
    """Give the reference group as the column spells it.

    Raises:
        SettingError: it is not named, or is none of the groups.
    """
    asked = options.reference_group
    counts = [f"{each} ({len(np.unique(rows.persons[rows.groups == each]))})" for each in known]
    listed = f"groups of {options.group}: {', '.join(counts)}"
    if not asked:
        raise SettingError(
            f"--group {options.group}: name the healthy ones by --reference-group; {listed}"
        )
    if asked in known:
        return asked
    alike = [each for each in known if plain_word(each) == plain_word(asked)]
    if len(alike) == 1:
        return alike[0]
    why = f". No correction in everybody: {WHY_NOT_EVERYBODY}"
    why = why if plain_word(asked) in EVERYBODY else ""
    raise SettingError(f"--reference-group {asked}: is no group; {listed}{why}")
