"""Who is learnt from and who judges: people split, never photographs, alike in label and age.

People are put in an order of strata, and inside them of ages; neighbours then go to different
sides. A stratum is the set of classes that a person's photographs have (one eye of each, say), or a
band of the person's mean number. So every side has its share of each, and a draw decides only who
of a few alike goes where. What is drawn depends on seed, draw and the persons' numbers, not on the
order of rows, the version of NumPy or the machine.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gantei.errors import SettingError
from gantei.statistics.numbered_draws import NumberedDraws

from .labelled_embeddings import LabelledEmbeddings
from .learning_target import LearningTarget

FOLDS = 5
LEAST_PEOPLE = 10
"""Of a class, or of all with a number: five folds of what four fifths of them are."""
_PEOPLE_IN_BAND = 10
_MOST_BANDS = 10
_SPLITS, _FOLDS, _STRATA = 101, 102, 103
"""Purposes of draws."""


def require_people(
    target: LearningTarget, truths: NDArray[np.generic], persons: NDArray[np.intp]
) -> None:
    """Refuse to learn from fewer people than can be split: `LEAST_PEOPLE`, of each class.

    Args:
        target: what is to be learnt.
        truths: (n,), numbers or classes, as of `LabelledEmbeddings`.
        persons: intp (n,), whose photograph each is.

    Raises:
        SettingError: too few people; says of which class, and what to do. Or one number for all.
    """
    _require(target, truths, persons, LEAST_PEOPLE)
    if target.kind == "regression" and len(np.unique(truths)) < 2:
        raise SettingError(f"{target.output}: all are {truths[0]:g}; there is nothing to learn")


def split_people(
    data: LabelledEmbeddings, share: float = 0.2, *, seed: int = 0, draw: int = 0
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Split people into those to learn from and those to judge by, at random.

    Args:
        data: of `LEAST_PEOPLE` people at least, and as many of each class.
        share: of the people, to judge by: above 0 and below 1.
        seed: of the draws, 0 to 2**64 - 1.
        draw: number of the split; another number is another split.

    Returns:
        bool (n,) each: the photographs to learn from, and those to judge by. Each photograph is
        in one of them, and all photographs of a person in the same.

    Raises:
        SettingError: too few people, or a share that leaves a side empty.
    """
    require_people(data.target, data.truths, data.persons)
    strata = _Strata.of(data)
    if not 0 < share < 1 or not 1 <= round(share * len(strata.people)) < len(strata.people):
        raise SettingError(f"a share of {share} of {len(strata.people)} people leaves a side empty")
    test = _drawn(data, strata, round(share * len(strata.people)), seed, draw)
    return ~test, test


def fewer_people(
    data: LabelledEmbeddings, count: int, *, seed: int = 0, draw: int = 0
) -> NDArray[np.bool_]:
    """Choose some of the people at random, with their share of each class and age.

    Args:
        data: whose people.
        count: how many to choose, 1 or more.
        seed: of the draws, 0 to 2**64 - 1.
        draw: number of the choice; another number is another one.

    Returns:
        bool (n,), all photographs of the chosen people.

    Raises:
        SettingError: there are not so many people.
    """
    strata = _Strata.of(data)
    if not 1 <= count <= len(strata.people):
        raise SettingError(f"{count} of {len(strata.people)} people cannot be chosen")
    return _drawn(data, strata, count, seed, draw)


def _drawn(
    data: LabelledEmbeddings, strata: "_Strata", whole: int, seed: int, draw: int
) -> NDArray[np.bool_]:
    """Draw so many people, one of each few neighbours; give all their photographs, bool (n,)."""
    luck = NumberedDraws(seed, _SPLITS).uniform(draw, data.people)
    chosen = np.zeros(data.people, np.bool_)
    counts = _counts_of(strata, whole, NumberedDraws(seed, _STRATA).uniform(draw, 1)[0])
    for people, count in zip(strata, counts, strict=True):
        for block in np.array_split(people, count) if count else ():
            chosen[block[np.argmin(luck[block])]] = True
    return chosen[data.persons]


def folds_of(
    data: LabelledEmbeddings,
    folds: int = FOLDS,
    seed: int = 0,
    *,
    draw: int = 0,
    least: int | None = None,
) -> NDArray[np.intp]:
    """Divide people into folds, whose numbers of people differ by one at most.

    Args:
        data: what is divided.
        folds: how many, 2 or more.
        seed: of the draws, 0 to 2**64 - 1.
        draw: number of the division; another number is another one.
        least: how many people each class must have; None: as many as there are folds. A site whose
            folds are added to those of others takes 0.

    Returns:
        intp (n,), 0 to `folds` - 1, of each photograph; a person's are all in one fold, and no fold
        is empty.

    Raises:
        SettingError: fewer people than folds, or fewer of a class than `least`.
    """
    if folds < 2:
        raise SettingError(f"folds is {folds}; give 2 or more")
    strata = _Strata.of(data)
    if len(strata.people) < folds:
        raise SettingError(f"{len(strata.people)} people cannot be divided into {folds} folds")
    _require(data.target, data.truths, data.persons, folds if least is None else least)
    luck = NumberedDraws(seed, _FOLDS).uniform(draw, data.people + folds)
    fold = np.empty(data.people, np.intp)
    filled = np.zeros(folds, np.intp)
    for people in strata:
        rest = len(people) % folds
        emptiest = np.lexsort((luck[data.people :], filled))[:rest]
        middle = (
            len(people) // folds // 2 * folds
        )  # those left over are neither youngest nor oldest
        for start in range(0, middle, folds):
            _deal(fold, people[start : start + folds], np.arange(folds), luck)
        _deal(fold, people[middle : middle + rest], emptiest, luck)
        for start in range(middle + rest, len(people), folds):
            _deal(fold, people[start : start + folds], np.arange(folds), luck)
        filled += np.bincount(fold[people], minlength=folds)
    return fold[data.persons]


def _deal(
    fold: NDArray[np.intp],
    people: NDArray[np.intp],
    places: NDArray[np.intp],
    luck: NDArray[np.float64],
) -> None:
    """Put each of a few people into another of as many folds."""
    fold[people[np.argsort(luck[people], kind="stable")]] = places


@dataclass(frozen=True)
class _Strata:
    """People who have photographs, by stratum and inside it by age.

    Attributes:
        people: intp (m,), numbers of persons.
        strata: intp (m,), rising.
    """

    people: NDArray[np.intp]
    strata: NDArray[np.intp]

    @classmethod
    def of(cls, data: LabelledEmbeddings) -> "_Strata":
        people, rows = np.unique(data.persons, return_inverse=True)
        count = len(people)
        truths, ages = _means(data.truths, rows, count), _means(data.ages, rows, count)
        if data.target.kind == "regression":
            bands = max(1, min(_MOST_BANDS, count // _PEOPLE_IN_BAND))
            ranks = np.empty(count, np.intp)
            ranks[np.argsort(truths, kind="stable")] = np.arange(count)
            stratum = ranks * bands // max(count, 1)
        else:
            has = np.zeros((count, len(data.target.classes)), np.bool_)
            has[rows, data.truths] = True
            _, stratum = np.unique(has, axis=0, return_inverse=True)
        order = np.lexsort((people, truths, ages, stratum.reshape(-1)))  # nan, unknown, comes last
        return cls(people[order], stratum.reshape(-1)[order])

    def __iter__(self) -> Iterator[NDArray[np.intp]]:
        """Give the people of each stratum in turn, in the order of their ages."""
        return iter(np.split(self.people, np.flatnonzero(np.diff(self.strata)) + 1))


def _means(values: NDArray[np.generic], rows: NDArray[np.intp], count: int) -> NDArray[np.float64]:
    """Average what is known of each person's photographs; nan where nothing is."""
    numbers = np.asarray(values, np.float64)
    known = np.isfinite(numbers)
    total = np.bincount(rows[known], numbers[known], count)
    found: NDArray[np.float64] = np.full(count, np.nan)
    present = np.bincount(rows[known], minlength=count)
    return np.divide(total, present, out=found, where=present > 0)


def _counts_of(strata: _Strata, whole: int, luck: float) -> list[int]:
    """Give how many of each stratum to take, `whole` in all, everybody's chance being the same.

    What rounding leaves of a stratum is carried to the next,
    from a start that is drawn, so that a rare class has its turn.
    """
    bounds = np.cumsum([len(each) for each in strata]) * (whole / len(strata.people))
    taken = np.floor(np.concatenate(([0.0], bounds)) + luck + 1e-9).astype(np.intp)
    taken[-1] = taken[0] + whole  # rounding must not lose one
    return [int(each) for each in np.diff(taken)]


def _require(
    target: LearningTarget, truths: NDArray[np.generic], persons: NDArray[np.intp], least: int
) -> None:
    if target.kind == "regression":
        if (found := len(np.unique(persons))) < least:
            raise SettingError(
                f"{target.output}: {found} people; {least} at least are needed to learn from some "
                "and judge by others: label photographs of more people"
            )
        return
    for place, name in enumerate(target.classes):
        if (found := len(np.unique(persons[truths == place]))) < least:
            raise SettingError(
                f"{target.output}: {found} people have photographs of {name!r}; {least} at least "
                "are needed of each class: label more of them, or leave this class out"
            )
