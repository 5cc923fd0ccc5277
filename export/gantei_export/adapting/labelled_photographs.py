"""Photographs with what is to be learnt from them; what is left out is listed with why."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gantei.errors import OutputError
from gantei.labels.exclusions import Exclusion, counted_reasons
from gantei.labels.flow import Flow
from gantei.labels.joined_photograph import JoinedPhotograph
from gantei.labels.joining import Joined, join_listing
from gantei.labels.label_table import LabelTable
from gantei.labels.person_checks import ages_unexplained
from gantei.labels.true_values import is_of_age, label_place, true_values
from gantei.photographs.listing import PhotographList, StudyPhotograph

from ..learning.learning_target import LearningTarget
from ..settling.people import with_persons, with_told_eye
from .target_choice import SIDES


@dataclass(frozen=True)
class LabelledPhotographs:
    """Photographs that have a label of the target and a person.

    Attributes:
        target: what is to be learnt.
        photographs: with their eyes, as far as anything tells.
        sha256: of each file.
        truths: float64 (n,), numbers in the target's unit; intp (n,), classes, otherwise.
        persons: intp (n,), 0 to `people` - 1: whose photograph it is.
        people: how many there are.
        ages: float64 (n,), years; nan where unknown.
        names: of the persons, by their numbers; they stay on this machine.
        flow: what became of all photographs and rows of labels before the target was asked for.
        exclusions: everything that has no part, with why.
        table: of labels.
    """

    target: LearningTarget
    photographs: tuple[StudyPhotograph, ...] = field(repr=False)
    sha256: tuple[str, ...] = field(repr=False)
    truths: NDArray[Any] = field(repr=False)
    persons: NDArray[np.intp] = field(repr=False)
    people: int
    ages: NDArray[np.float64] = field(repr=False)
    names: tuple[str, ...] = field(repr=False)
    flow: Flow
    exclusions: tuple[Exclusion, ...] = field(repr=False)
    table: LabelTable = field(repr=False)

    def __len__(self) -> int:
        return len(self.photographs)

    def only(self, kept: Sequence[int], exclusions: Collection[Exclusion]) -> "LabelledPhotographs":
        """Give those at some places alone, persons numbered anew; add why the others are not.

        Raises:
            OutputError: nothing is left.
        """
        if not kept:
            raise OutputError(
                f"all {len(self)} photographs are left out: {counted_reasons([*exclusions])}"
            )
        places = np.array(kept, np.intp)
        numbers, persons = np.unique(self.persons[places], return_inverse=True)
        return replace(
            self,
            photographs=tuple(self.photographs[place] for place in kept),
            sha256=tuple(self.sha256[place] for place in kept),
            truths=self.truths[places],
            persons=persons.astype(np.intp),
            people=len(numbers),
            ages=self.ages[places],
            names=tuple(self.names[number] for number in numbers),
            exclusions=(*self.exclusions, *exclusions),
        )


def read_labelled(
    listing: PhotographList,
    table: LabelTable,
    target: LearningTarget,
    *,
    base: str,
    one_photograph_per_person: bool = False,
) -> LabelledPhotographs:
    """Join photographs with the labels of a target. Files are read for their digests only.

    Args:
        listing: the photographs.
        table: of labels, read with the options that `read_target` or `options_for` gives.
        target: what is to be learnt.
        base: the estimator to begin from, for messages.
        one_photograph_per_person: state that no two photographs are of the same person.

    Raises:
        OutputError: labels and photographs do not match, or a label is none; says which line.
        SettingError: nothing tells the persons.
    """
    joined = join_listing(listing, table)
    joined = with_persons(joined, one_photograph_per_person=one_photograph_per_person)
    of_persons = ((each.person, each.label) for each in joined.photographs if each.person)
    unexplained = ages_unexplained(of_persons, with_visits=table.has_visits)
    found, exclusions = _truths(joined, target, base, unexplained)
    numbers = {person: number for number, person in enumerate(joined.persons)}
    photographs = joined.photographs
    ages = [
        each.label.age if each.label.age is not None and each.person not in unexplained else np.nan
        for each in photographs
    ]
    every = LabelledPhotographs(
        target,
        tuple(with_told_eye(listing, each) for each in photographs),
        tuple(each.sha256 or "" for each in photographs),
        np.array([0 if each is None else each for each in found], _dtype(target)),
        np.array([numbers[each.person or ""] for each in photographs], np.intp),
        len(joined.persons),
        np.array(ages, np.float64),
        joined.persons,
        joined.flow,
        joined.exclusions,
        table,
    )
    kept = [place for place, truth in enumerate(found) if truth is not None]
    return every.only(kept, exclusions)


def _dtype(target: LearningTarget) -> type:
    return np.float64 if target.kind == "regression" else np.intp


def _truths(
    joined: Joined, target: LearningTarget, base: str, unexplained: Mapping[str, str]
) -> tuple[list[float | int | None], list[Exclusion]]:
    """Give the truth of each photograph, None where it has none, and why it has none."""
    if _tells_eyes(joined.table, target):
        return _eyes(joined, target)
    output = target.as_output(base)
    rows = [each.label for each in joined.photographs]
    by_age = is_of_age(output) and label_place(joined.table, output).source == "age"
    found: list[float | int | None] = [*true_values(rows, joined.table, output)]
    exclusions = []
    for place, each in enumerate(joined.photographs):
        if found[place] is None:
            text = f"its row of labels has no {target.output}"
            exclusions.append(_exclusion(each, "no-label", text))
        elif by_age and each.person is not None and each.person in unexplained:
            found[place] = None
            exclusions.append(_exclusion(each, "ages-unexplained", unexplained[each.person]))
    return found, exclusions


def _tells_eyes(table: LabelTable, target: LearningTarget) -> bool:
    return {*target.classes} == {*SIDES} and not {*table.options.labels} & {target.output}


def _eyes(
    joined: Joined, target: LearningTarget
) -> tuple[list[float | int | None], list[Exclusion]]:
    """Give which eye each photograph shows, where labels and names do not contradict each other."""
    found: list[float | int | None] = []
    exclusions = []
    for each in joined.photographs:
        # Of a person's row the eye may be one of several.
        labelled = each.label.eye if each.label.photograph is not None else None
        if each.eye is None:
            text = f"its row of labels has no {target.output}, and nothing else tells it"
            exclusions.append(_exclusion(each, "no-label", text))
        elif labelled not in (None, each.eye):
            text = f"the labels have the {labelled} eye, list or name the {each.eye} one"
            exclusions.append(_exclusion(each, "other-eye", text))
        else:
            found.append(target.classes.index(each.eye))
            continue
        found.append(None)
    return found, exclusions


def _exclusion(each: JoinedPhotograph, code: str, text: str) -> Exclusion:
    return Exclusion(each.name, each.person or "", each.label.where, code, text)
