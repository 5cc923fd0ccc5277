"""People with an estimated sex, whether their own is recorded or not: one row per person."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..errors import OutputError, SettingError
from ..study.averaging import UNKNOWN_EYE, EyeSums, averaging_scale, mean_of_eyes, used_eyes
from .estimated_output import EstimatedOutput
from .exclusions import Exclusion
from .joined_photograph import JoinedPhotograph
from .joining import Joined
from .results_table import ResultsTable
from .true_values import sex_classes, true_values

NOT_RECORDED = -1


@dataclass(frozen=True)
class EstimatedPeople:
    """People in the order of the results.

    Attributes:
        output: of the sex.
        names: of the persons; of their photographs, where each is another person's.
        logits: float64 (n,), of class 1: the mean over each eye's photographs, then over the eyes.
        eyes: intp (n,), how many eyes that mean is of, 1 or 2; an unknown eye counts as one.
        photographs: the photographs of each.
        recorded: intp (n,), the class of the recorded sex, or `NOT_RECORDED`.
        exclusions: photographs of an unknown eye, where the person's eyes are known.
    """

    output: EstimatedOutput
    names: tuple[str, ...] = field(repr=False)
    logits: NDArray[np.float64] = field(repr=False)
    eyes: NDArray[np.intp] = field(repr=False)
    photographs: tuple[tuple[JoinedPhotograph, ...], ...] = field(repr=False)
    recorded: NDArray[np.intp] = field(repr=False)
    exclusions: tuple[Exclusion, ...] = field(repr=False)

    def __len__(self) -> int:
        return len(self.names)

    @property
    def is_recorded(self) -> NDArray[np.bool_]:
        """Whose sex is recorded, bool (n,)."""
        return np.not_equal(self.recorded, NOT_RECORDED)


def sex_output(results: ResultsTable, key: str | None) -> EstimatedOutput:
    """Give the output that is a sex.

    Args:
        results: of `gantei predict`.
        key: which, such as `demo-sex.sex`; None where there is one.

    Raises:
        OutputError: there is none.
        SettingError: there are several and none is named, or the one named is no sex.
    """
    of_sex = [each for each in results.outputs if sex_classes(each)]
    known = ", ".join(each.key for each in of_sex)
    if key is not None:
        output = results.output(key)
        if output not in of_sex:
            raise SettingError(
                f"--output {key}: its classes are not female and male"
                + (f"; known: {known}" if known else "")
            )
        return output
    if not of_sex:
        others = ", ".join(each.key for each in results.outputs)
        raise OutputError(f"{results.path}: no output is a sex; there are {others}")
    if len(of_sex) > 1:
        raise SettingError(f"several outputs are a sex: {known}; choose one by --output")
    return of_sex[0]


def estimated_people(
    joined: Joined,
    output: EstimatedOutput,
    *,
    one_photograph_per_person: bool = False,
    needs_sexes: bool = True,
) -> EstimatedPeople:
    """Average the estimates of each person, and read whose sex is recorded.

    The sex of a person is recorded where any row of the labels says it; persons with two are
    excluded before.

    Args:
        joined: results with their labels.
        output: of a sex, as `sex_output` gives it.
        one_photograph_per_person: where nothing tells persons: each photograph is another's.
        needs_sexes: whether the labels must have a column of sexes; else nobody's is recorded.

    Raises:
        OutputError: the labels have no column of sexes, or a cell is none.
        SettingError: nothing tells persons, or they have several photographs each though
            `one_photograph_per_person` is said.
    """
    if joined.results is None:
        raise SettingError("a list of photographs has no estimates; give results of gantei predict")
    members = _members(joined, one_photograph_per_person=one_photograph_per_person)
    truths = _truths(joined, output, needs_sexes=needs_sexes)
    place = joined.results.places(output)[0]
    values = joined.results.values[[each.index for each in joined.photographs], place]
    exclusions: list[Exclusion] = []
    logits, eyes, recorded = [], [], []
    for numbers in members.values():
        own = [joined.photographs[each] for each in numbers]
        mean, count = _mean(own, values[numbers])
        exclusions += _of_unknown_eye(own)
        logits.append(mean)
        eyes.append(count)
        known = {truths[each] for each in numbers} - {None}
        recorded.append(int(known.pop() or 0) if known else NOT_RECORDED)
    return EstimatedPeople(
        output,
        tuple(members),
        np.array(logits, np.float64),
        np.array(eyes, np.intp),
        tuple(tuple(joined.photographs[each] for each in numbers) for numbers in members.values()),
        np.array(recorded, np.intp),
        tuple(exclusions),
    )


def _truths(
    joined: Joined, output: EstimatedOutput, *, needs_sexes: bool
) -> Sequence[float | int | None]:
    if not needs_sexes and not joined.table.has_sexes and not joined.table.options.labels:
        return [None] * len(joined.photographs)
    return true_values([each.label for each in joined.photographs], joined.table, output)


def _members(joined: Joined, *, one_photograph_per_person: bool) -> dict[str, list[int]]:
    """Give the places of the photographs of each person."""
    if one_photograph_per_person and len(joined.persons) < len(joined.photographs):
        if joined.has_persons:
            raise SettingError(
                f"--one-photograph-per-person: {len(joined.photographs)} photographs are of "
                f"{len(joined.persons)} persons; leave it out"
            )
        return {each.name: [place] for place, each in enumerate(joined.photographs)}
    if not joined.has_persons:
        raise SettingError(
            "nothing says whose photograph each is. Name the column of the labels by --person, or "
            "say --one-photograph-per-person if that is so"
        )
    members: dict[str, list[int]] = {person: [] for person in joined.persons}
    for place, each in enumerate(joined.photographs):
        members[each.person or ""].append(place)
    return members


def _of_unknown_eye(photographs: Sequence[JoinedPhotograph]) -> list[Exclusion]:
    """List the photographs that no mean has, as the person's eyes are known but not theirs."""
    if not any(each.eye for each in photographs):
        return []
    text = "which eye it shows is unknown"
    return [
        Exclusion(each.name, each.person or "", each.label.where, "eye-unknown", text)
        for each in photographs
        if not each.eye
    ]


def _mean(
    photographs: Sequence[JoinedPhotograph], values: NDArray[np.float64]
) -> tuple[float, int]:
    """Give the mean logit of a person's photographs, and of how many eyes it is."""
    scale = averaging_scale("binary")
    eyes: dict[str, EyeSums] = {}
    for photograph, value in zip(photographs, values, strict=True):
        eye = eyes.setdefault(photograph.eye or UNKNOWN_EYE, EyeSums())
        digest = (photograph.sha256 or photograph.name).encode()
        eye.add(digest, scale.there([float(value)]))
    mean = mean_of_eyes(eyes)
    if mean is None:
        raise OutputError(f"{photographs[0].name}: has no estimate")
    return mean[0], len(used_eyes(eyes))
