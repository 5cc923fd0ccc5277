"""The first sums of a federation: counts and moments, by which all sites standardise alike."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gantei.errors import SettingError

from ..learning.labelled_embeddings import LabelledEmbeddings
from ..learning.people_split import LEAST_PEOPLE
from ..learning.standardisation import ColumnSums, Standardisation
from .federated_fit import FederatedFit, FitState, counted
from .shared_sums import FlatReader, SumArray, flat


def moments_size(fit: FederatedFit, width: int) -> int:
    """Give how many numbers a site's moments are."""
    return 2 + 2 * len(fit.target.classes) + 2 * width


def site_moments(fit: FederatedFit, data: LabelledEmbeddings) -> SumArray:
    """Sum a site's people, photographs, both by class, embeddings and their squares."""
    sums = ColumnSums.of(np.asarray(data.embeddings, np.float64))
    classes = range(len(fit.target.classes))
    people_of = [len(np.unique(data.persons[data.truths == each])) for each in classes]
    photographs_of = [np.count_nonzero(data.truths == each) for each in classes]
    counts = [len(np.unique(data.persons)), len(data), *people_of, *photographs_of]
    return flat([np.array(counts), sums.total, sums.squares])


def standardised_state(fit: FederatedFit, state: FitState, total: SumArray) -> Mapping[str, Any]:
    """Make of all sites' moments what the next rounds need.

    Returns:
        the arrays of a state: counts, and float64 (width,) `mean` and `scale`.

    Raises:
        SettingError: a count that cannot be, or too few people of a class.
    """
    reader = FlatReader(total)
    classes, width = len(fit.target.classes), state.count("width")
    people, photographs = reader.number(), reader.number()
    people_of, photographs_of = reader.array(classes), reader.array(classes)
    sums = ColumnSums(photographs, reader.array(width), reader.array(width))
    reader.end()
    _check_counts(people, photographs, photographs_of)
    if people != state.count("people"):
        raise SettingError(
            f"the sites' sums are of {people:g} people, but they joined with "
            f"{state.count('people')}: one has other photographs or labels than when it joined"
        )
    for name, found in zip(fit.target.classes, people_of, strict=True):
        if found < LEAST_PEOPLE:
            raise SettingError(
                f"{found:.0f} people of {name!r} in all; at least {LEAST_PEOPLE} are needed"
            )
    if (sums.squares < 0).any():
        raise SettingError("a sum of squares is below 0: a site's sums are not of embeddings")
    by = Standardisation.from_sums(sums)
    return {
        **state.arrays,
        "photographs": counted(round(photographs)),
        "class_counts": photographs_of.astype(np.int64),
        "mean": by.mean,
        "scale": by.scale,
    }


def _check_counts(people: float, photographs: float, by_class: NDArray[np.float64]) -> None:
    whole = all(float(each).is_integer() and each >= 0 for each in (people, photographs, *by_class))
    if not whole or not 0 < people <= photographs:
        raise SettingError(f"{people:g} people with {photographs:g} photographs is impossible")
    if len(by_class) and by_class.sum() != photographs:
        raise SettingError("the photographs of the classes do not add up to all photographs")
