"""What heads lose at each size of a learning curve, by person, so that people can be drawn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gantei.errors import SettingError
from gantei.statistics.draws import PersonDraws
from gantei.statistics.person_weights import ratio

from .held_out import HeldOut, held_out, rows_of
from .held_out_figures import THRESHOLD
from .labelled_embeddings import LabelledEmbeddings
from .people_split import FOLDS, fewer_people, split_people

FIRST_SIZE = 25
_ALL_BUT = 1.2
"""All training people are a size of their own beside one that has fewer by this factor or more."""


@dataclass(frozen=True)
class CurveErrors:
    """Summed errors of held-out people, in each repeat and at each size.

    Attributes:
        sizes: numbers of people, rising.
        photographs: how many those have, on average.
        left_out: sizes at which a class has too few people.
        sums: float64 (repeats, sizes, people), of the errors of a person's photographs; 0 of
            those who were not held out.
        counts: float64 (repeats, people), of a person's photographs that were held out.
        naive: mean error of what is estimated without any photograph.
    """

    sizes: tuple[int, ...]
    photographs: tuple[float, ...]
    left_out: tuple[int, ...]
    sums: NDArray[np.float64]
    counts: NDArray[np.float64]
    naive: float

    @property
    def people(self) -> int:
        """How many people were held out once or more."""
        return int(self.sums.shape[2])

    def errors(self) -> NDArray[np.float64]:
        """Give the mean error of photographs: float64 (repeats, sizes)."""
        each: NDArray[np.float64] = self.sums.sum(axis=2) / self.counts.sum(axis=1)[:, None]
        return each

    def drawn(self, draws: PersonDraws) -> NDArray[np.float64]:
        """Give the errors in draws of the people: float64 (draws, repeats, sizes).

        A draw that has nobody of those held out in a repeat has nan there.
        """
        weights = draws.weights(0, draws.draws).astype(np.float64)
        repeats, sizes, people = self.sums.shape
        totals = (weights @ self.sums.reshape(-1, people).T).reshape(-1, repeats, sizes)
        counts = (weights @ self.counts.T)[:, :, None]
        return ratio(totals, np.broadcast_to(counts, totals.shape))


def curve_errors(
    data: LabelledEmbeddings, seed: int, repeats: int, *, share: float,
    strengths: Sequence[float], advance: Callable[[int], object],
) -> CurveErrors:  # fmt: skip
    """Learn at every size in every repeat, each strength chosen anew.

    Raises:
        SettingError: too few people, also at the greatest size.
    """
    train, _ = split_people(data, share, seed=seed)
    everybody = len(np.unique(data.persons[train]))
    wanted = _sizes(everybody)
    splits = [split_people(data, share, seed=seed, draw=repeat) for repeat in range(repeats)]
    nested = [
        _nested(data, train, wanted, seed, repeat) for repeat, (train, _) in enumerate(splits)
    ]
    fits = [all(_has_enough(data, each[place]) for each in nested) for place in range(len(wanted))]
    if not fits[-1]:
        raise SettingError(f"too few people of a class among {everybody} to learn from")
    kept = [place for place, fit in enumerate(fits) if fit]
    sums = np.zeros((repeats, len(kept), data.people))
    counts = np.zeros((repeats, data.people))
    naive = 0.0
    for repeat, (_, test) in enumerate(splits):
        for column, place in enumerate(kept):
            chosen = nested[repeat][place]
            found = held_out(data, chosen, test, seed=seed, draw=repeat, strengths=strengths)
            lost = errors_of(found, found.estimates)
            sums[repeat, column] = np.bincount(found.persons, lost, data.people)
        counts[repeat] = np.bincount(data.persons[test], minlength=data.people)
        naive += float(errors_of(found, found.naive).mean()) / repeats
        advance(1)
    present = counts.sum(axis=0) > 0
    photographs = np.mean([[each[place].sum() for place in kept] for each in nested], axis=0)
    return CurveErrors(
        tuple(wanted[place] for place in kept), tuple(map(float, photographs)),
        tuple(size for size, fit in zip(wanted, fits, strict=True) if not fit),
        sums[:, :, present], counts[:, present], naive,
    )  # fmt: skip


def errors_of(found: HeldOut, estimates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the absolute error of each photograph's number, or 1 where its class is wrong."""
    if found.kind == "regression":
        off = np.abs(estimates - found.truths)
    elif found.kind == "binary":
        off = (estimates >= THRESHOLD) != (found.truths == 1)
    else:
        off = estimates.argmax(axis=1) != found.truths
    return np.asarray(off, np.float64)


def _sizes(everybody: int) -> list[int]:
    """Give 25, 50, 100 … and all, of those who are learnt from."""
    sizes, size = [], FIRST_SIZE
    while size * _ALL_BUT <= everybody:
        sizes.append(size)
        size *= 2
    return [*sizes, everybody]


def _nested(
    data: LabelledEmbeddings, train: NDArray[np.bool_], sizes: Sequence[int], seed: int, repeat: int
) -> list[NDArray[np.bool_]]:
    """Choose people of every size, smaller sets from larger ones: bool (n,) each."""
    chosen, sets = train.copy(), [train.copy()]
    for size in reversed(sizes[:-1]):
        kept = fewer_people(rows_of(data, chosen), size, seed=seed, draw=repeat)
        chosen[np.flatnonzero(chosen)[~kept]] = False
        sets.append(chosen.copy())
    return sets[::-1]


def _has_enough(data: LabelledEmbeddings, chosen: NDArray[np.bool_]) -> bool:
    """Whether folds can be made of the chosen photographs' people, of each class."""
    own = rows_of(data, chosen)
    groups = (
        [own.persons]
        if data.target.kind == "regression"
        else [own.persons[own.truths == place] for place in range(len(data.target.classes))]
    )
    return all(len(np.unique(each)) >= FOLDS for each in groups)
