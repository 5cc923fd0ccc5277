"""Who of a site's people a network learns from, and who is kept aside to judge it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..adapting.labelled_photographs import LabelledPhotographs
from ..learning.labelled_embeddings import LabelledEmbeddings
from ..learning.people_split import folds_of

PARTS = 5
"""Of a site's people; one of them is kept aside."""


@dataclass(frozen=True)
class SitePeople:
    """A site's photographs for training, in an order that no file name decides.

    Attributes:
        labelled: the photographs, all of them.
        learnt: intp (n,), rising: rows of those that are learnt from.
        aside: intp (m,), rising: rows of people kept aside; nobody's photographs are in both.
    """

    labelled: LabelledPhotographs
    learnt: NDArray[np.intp]
    aside: NDArray[np.intp]

    @property
    def people_aside(self) -> int:
        """How many people are kept aside."""
        return len(np.unique(self.labelled.persons[self.aside]))


def divided(
    rows: LabelledEmbeddings, labelled: LabelledPhotographs, seed: int
) -> tuple[LabelledEmbeddings, SitePeople]:
    """Keep a fifth of the people aside, alike in label and age, the same ones in every round.

    A class of which a site has nobody is no reason to refuse: other sites have it.

    Args:
        rows: embeddings of photographs.
        labelled: the same photographs, in the same order.
        seed: of the plan.

    Returns:
        The rows of those who are learnt from, persons numbered anew, and who is who.

    Raises:
        SettingError: fewer people than parts.
    """
    aside = folds_of(rows, PARTS, seed, draw=1, least=0) == 0
    learnt = np.flatnonzero(~aside)
    numbers, persons = np.unique(rows.persons[learnt], return_inverse=True)
    left = LabelledEmbeddings(
        rows.target,
        rows.embeddings[learnt],
        rows.truths[learnt],
        persons.astype(np.intp),
        len(numbers),
        rows.ages[learnt],
    )
    return left, SitePeople(labelled, learnt, np.flatnonzero(aside))
