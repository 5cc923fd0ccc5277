"""Cohorts of an output: photographs, eyes of a visit, and visits of persons, beside the truth."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..errors import SettingError
from ..statistics.units import Units
from ..study.averaging import UNKNOWN_EYE, EyeSums, averaging_scale, mean_of_eyes, used_eyes
from .cohort import LEVELS, Cohort, Level
from .estimated_output import EstimatedOutput
from .exclusions import Exclusion
from .group_values import group_values
from .joined_photograph import JoinedPhotograph
from .joining import Joined
from .person_checks import ages_unexplained
from .true_values import label_place, true_values

_Truth = float | int


@dataclass(frozen=True)
class _Labelled:
    """The photographs of an output that have a label of it, with what belongs to each.

    `person` numbers `Joined.persons`; it is None where nothing tells. `groups` are by variable.
    """

    photographs: Sequence[JoinedPhotograph]
    truths: Sequence[_Truth]
    values: NDArray[np.float64]
    persons: Sequence[int] | None
    people: int
    groups: Mapping[str, Sequence[str]]
    exclusions: Sequence[Exclusion]


def cohorts_of(
    joined: Joined,
    output: EstimatedOutput,
    levels: Collection[Level] = LEVELS,
    by: Collection[str] = (),
    *,
    one_photograph_per_person: bool = False,
) -> dict[Level, Cohort]:
    """Make the cohorts of one output, at each level.

    A unit is a photograph, an eye of a visit, or a visit of a person; values are averaged as
    `<table>.persons.csv` does: over the photographs of each eye, then over the eyes, probabilities
    as logits. Persons have the same numbers in the cohorts of all outputs and levels.

    Args:
        joined: results with their labels.
        output: of the results.
        levels: which to make; without persons there is none but `photograph`.
        by: variables of subgroups, as `group_values` takes them.
        one_photograph_per_person: every photograph is of another person, whom nothing tells.

    Raises:
        OutputError: the labels lack the output, or a label is none of its classes or no number.
        SettingError: a variable is unknown, or the persons have several photographs each though
            `one_photograph_per_person` is said.

    >>> from pathlib import Path
    >>> from gantei.labels.joining import join_results
    >>> from gantei.labels.label_table import LabelOptions, read_labels
    >>> from gantei.labels.results_table import read_results
    >>> from gantei.labels.units_of import cohorts_of
    >>> results = read_results(Path("results.csv"))
    >>> joined = join_results(results, read_labels(LabelOptions("labels.csv")))
    >>> cohorts = cohorts_of(joined, results.output("demo-sex.sex"), by=("age:10",))
    >>> [(level, len(cohort.units), cohort.units.people) for level, cohort in cohorts.items()]
    [('photograph', 3, 2), ('eye', 3, 2), ('person', 2, 2)]
    >>> cohorts["person"].names, cohorts["person"].units.truths.tolist()
    (('1', '2'), [1, 0])
    >>> cohorts["person"].groups["age:10"].tolist()
    ['70–79', '40–49']
    """
    if one_photograph_per_person:
        joined = _each_its_own(joined)
    labelled = _labelled(joined, output, by)
    possible = levels if joined.has_persons else [each for each in levels if each == "photograph"]
    return {
        level: _of_photographs(labelled, output)
        if level == "photograph"
        else _of_people(labelled, output, level)
        for level in possible
    }


def _each_its_own(joined: Joined) -> Joined:
    if len(joined.persons) < len(joined.photographs) and joined.has_persons:
        raise SettingError(
            f"--one-photograph-per-person: {len(joined.photographs)} photographs are of "
            f"{len(joined.persons)} persons; leave it out"
        )
    if joined.has_persons:
        return joined
    photographs = tuple(replace(each, person=each.name) for each in joined.photographs)
    return replace(
        joined, photographs=photographs, persons=tuple(each.name for each in photographs)
    )


def _labelled(joined: Joined, output: EstimatedOutput, by: Collection[str]) -> _Labelled:
    rows = [each.label for each in joined.photographs]
    truths = true_values(rows, joined.table, output)
    of_persons = ((each.person, each.label) for each in joined.photographs if each.person)
    unexplained = ages_unexplained(of_persons, with_visits=joined.table.has_visits)
    by_age = label_place(joined.table, output).source == "age"
    exclusions: list[Exclusion] = []
    kept: list[int] = []
    for number, (each, truth) in enumerate(zip(joined.photographs, truths, strict=True)):
        if truth is None:
            text = f"its row of labels has none of {output.key}"
            exclusions.append(_exclusion(each, "no-label", text))
        elif by_age and each.person in unexplained:
            text = unexplained[each.person]
            exclusions.append(_exclusion(each, "ages-unexplained", text))
        else:
            kept.append(number)
    photographs = [joined.photographs[number] for number in kept]
    groups = group_values(joined, by, unexplained)
    numbers = {person: number for number, person in enumerate(joined.persons)}
    return _Labelled(
        photographs,
        [truth for truth in (truths[number] for number in kept) if truth is not None],
        _values(joined, output, photographs),
        [numbers[each.person or ""] for each in photographs] if numbers else None,
        len(numbers),
        {given: [of[number] for number in kept] for given, of in groups.items()},
        exclusions,
    )


def _values(
    joined: Joined, output: EstimatedOutput, photographs: Sequence[JoinedPhotograph]
) -> NDArray[np.float64]:
    """The values of an output, float64 (photographs, its columns)."""
    if joined.results is None:
        raise SettingError("a list of photographs has no estimates; join results with the labels")
    rows = np.array([each.index for each in photographs], np.intp)
    return joined.results.values[rows][:, joined.results.places(output)]


def _of_photographs(labelled: _Labelled, output: EstimatedOutput) -> Cohort:
    persons = None if labelled.persons is None else np.array(labelled.persons, np.intp)
    groups = {given: _texts(of) for given, of in labelled.groups.items()}
    return Cohort(
        output,
        "photograph",
        _units(output, labelled.values, labelled.truths, persons, labelled.people),
        tuple(each.name for each in labelled.photographs),
        groups,
        tuple(labelled.exclusions),
        len(labelled.photographs),
        keys=tuple((each.name, each.sha256 or "") for each in labelled.photographs),
    )


def _of_people(labelled: _Labelled, output: EstimatedOutput, level: Level) -> Cohort:
    """The cohort of eyes, or of persons; each by its visits."""
    scale = averaging_scale(output.kind, len(output.columns))
    exclusions = [*labelled.exclusions]
    estimates, truths, persons, keys = [], [], [], []
    groups: dict[str, list[str]] = {given: [] for given in labelled.groups}
    several = dict.fromkeys(labelled.groups, 0)
    photographs = 0
    for members in _members(labelled, level, exclusions):
        first = labelled.photographs[members[0]]
        key = (first.person or "", first.visit, (first.eye or "") if level == "eye" else "")
        differing = {labelled.truths[each] for each in members}
        if len(differing) > 1:
            text = f"{', '.join(_wheres(labelled, members))} say different things"
            exclusions.append(
                Exclusion(_name(key), first.person or "", first.label.where, "labels-differ", text)
            )
            continue
        eyes: dict[str, EyeSums] = {}
        for each in members:
            photograph = labelled.photographs[each]
            eye = eyes.setdefault(photograph.eye or UNKNOWN_EYE, EyeSums())
            digest = (photograph.sha256 or photograph.name).encode()
            eye.add(digest, scale.there(labelled.values[each].tolist()))
        estimates.append(scale.back(mean_of_eyes(eyes) or []))
        truths.append(differing.pop())
        persons.append((labelled.persons or ())[members[0]])
        keys.append(key)
        photographs += len(members)
        for given, of in labelled.groups.items():
            texts = {of[each] for each in members}
            several[given] += len(texts - {""}) > 1
            groups[given].append(texts.pop() if len(texts) == 1 else "")
    values = np.array(estimates, float).reshape(len(estimates), len(output.columns))
    return Cohort(
        output,
        level,
        _units(output, values, truths, np.array(persons, np.intp), labelled.people),
        tuple(map(_name, keys)),
        {given: _texts(of) for given, of in groups.items()},
        tuple(exclusions),
        photographs,
        several,
        tuple(keys),
    )


def _members(
    labelled: _Labelled, level: Level, exclusions: list[Exclusion]
) -> Iterable[Sequence[int]]:
    """The photographs of each unit; those of an unknown eye are left out where eyes are known."""
    by_visit: dict[tuple[str, str], dict[str, list[int]]] = {}
    for number, each in enumerate(labelled.photographs):
        eyes = by_visit.setdefault((each.person or "", each.visit), {})
        eyes.setdefault(each.eye or UNKNOWN_EYE, []).append(number)
    for eyes in by_visit.values():
        used = [eye for eye in used_eyes(eyes) if level == "person" or eye != UNKNOWN_EYE]
        for eye in (each for each in eyes if each not in used):
            exclusions += [
                _exclusion(
                    labelled.photographs[each], "eye-unknown", "which eye it shows is unknown"
                )
                for each in eyes[eye]
            ]
        if level == "eye":
            yield from (eyes[eye] for eye in used)
        elif used:
            yield sorted(number for eye in used for number in eyes[eye])


def _units(
    output: EstimatedOutput,
    values: NDArray[np.float64],
    truths: Sequence[_Truth],
    persons: NDArray[np.intp] | None,
    people: int,
) -> Units:
    if output.kind == "regression":
        return Units("regression", values[:, 0], np.array(truths, np.float64), persons, people)
    classes = np.array(truths, np.intp)
    if output.kind == "binary":
        return Units("binary", values[:, 0], classes, persons, people)
    return Units(
        "categorical", values / values.sum(axis=1, keepdims=True), classes, persons, people
    )


def _texts(texts: Sequence[str]) -> NDArray[np.object_]:
    array = np.empty(len(texts), object)
    array[:] = texts
    return array


def _name(key: tuple[str, ...]) -> str:
    return ", ".join(filter(None, key))


def _exclusion(each: JoinedPhotograph, code: str, text: str) -> Exclusion:
    return Exclusion(each.name, each.person or "", each.label.where, code, text)


def _wheres(labelled: _Labelled, members: Sequence[int]) -> list[str]:
    return list(dict.fromkeys(labelled.photographs[each].label.where for each in members))[:3]
