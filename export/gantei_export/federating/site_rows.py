"""The rows that a site sums: its photographs' embeddings, standardised and projected as all are."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gantei.errors import SettingError

from ..learning.labelled_embeddings import LabelledEmbeddings
from ..learning.people_split import folds_of
from ..learning.standardisation import Standardisation
from .federated_fit import FederatedFit, FitState
from .projection import projection

FARTHEST = 1e9
"""Of a number of an embedding; float32 networks give none that large, and its square still fits."""
FEWEST_OF_A_SITE = 10
"""People: a site of fewer gains nothing, and risks most if all others join against it."""
FEWEST_OF_A_CLASS = 3
"""People of a site, or none: the sum of a class, less what another site has of it, is theirs."""
_ROUNDING = 1e-3
"""Share of a sum of squares that is lost where a number is large beside how much it varies."""


@dataclass(frozen=True)
class SiteRows:
    """A site's photographs as all sites sum them.

    Attributes:
        rows: float64 (n, m), standardised over all sites, projected to m numbers.
        truths: (n,), as of `LabelledEmbeddings`.
        folds: intp (n,), each person's photographs in one of them.
    """

    rows: NDArray[np.float64]
    truths: NDArray[Any]
    folds: NDArray[np.intp]

    @classmethod
    def of(cls, fit: FederatedFit, state: FitState, data: LabelledEmbeddings) -> "SiteRows":
        """Standardise and project a site's embeddings by what all sites' moments told.

        Raises:
            SettingError: they vary more than all sites' moments say: someone's are false.
        """
        by, matrix = row_transform(fit, state)
        rows = by.apply(data.embeddings)
        # All sites' squares of a standardised number add up to the number of photographs.
        if (np.sum(rows**2, axis=0) > (1 + _ROUNDING) * state.count("photographs")).any():
            raise SettingError(
                "the embeddings here vary more than the sums of all sites say, so that a site's "
                "sums are not of its embeddings; nothing is answered"
            )
        return cls(
            rows if matrix is None else rows @ matrix,
            data.truths,
            folds_of(data, fit.folds, fit.seed, least=0),
        )


def row_transform(
    fit: FederatedFit, state: FitState
) -> tuple[Standardisation, NDArray[np.float64] | None]:
    """Give how embeddings are standardised, and projected, (width, m); None: they are not."""
    by = Standardisation(state.arrays["mean"], state.arrays["scale"])
    width, projected = len(by.mean), state.count("projected")
    return by, None if projected == width else projection(width, projected, fit.seed)


def check_site_data(
    fit: FederatedFit, width: int, data: LabelledEmbeddings, counted: str = ""
) -> None:
    """Refuse a site's data before anything is summed.

    Args:
        fit: what is fitted.
        width: of the embeddings of all sites.
        data: of one.
        counted: who is counted, for messages, where not all are.

    Raises:
        SettingError: another target or width, changed copies of photographs, a number that is not
            finite or absurd, a class that is none, or too few people, in all or of a class.
    """
    if data.target != fit.target:
        raise SettingError(f"labels are of {data.target.output}, not of {fit.target.output}")
    if data.augmented is not None:
        raise SettingError("sums of several sites are of photographs as they are, not of copies")
    if data.embeddings.ndim != 2 or data.embeddings.shape[1] != width:
        raise SettingError(f"embeddings are {data.embeddings.shape[1:]} wide, not {width}")
    if not (np.abs(data.embeddings) <= FARTHEST).all():  # false of NaN, too
        raise SettingError(
            f"an embedding holds a number that is not finite, or beyond {FARTHEST:g}"
        )
    truths = np.asarray(data.truths, np.float64)
    most = FARTHEST if not fit.target.classes else len(fit.target.classes) - 1
    if not (np.abs(truths) <= most).all() or (fit.target.classes and not (truths >= 0).all()):
        raise SettingError(f"a label of {fit.target.output} is not a value of this target")
    people = len(np.unique(data.persons))
    if people < max(FEWEST_OF_A_SITE, fit.folds):
        raise SettingError(
            f"{people} people; a site needs at least {max(FEWEST_OF_A_SITE, fit.folds)}"
        )
    for number, name in enumerate(fit.target.classes):
        if 0 < (few := len(np.unique(data.persons[data.truths == number]))) < FEWEST_OF_A_CLASS:
            raise SettingError(
                f"{few} people of {fit.target.output} {name!r} here{counted}: a site with all "
                f"others of that class could take them out of its sum, and what is left is of "
                f"these {few}. A site has {FEWEST_OF_A_CLASS} people of a class at least, or none: "
                "leave the labels of these photographs empty"
            )
