"""Who of the people is learnt from, who says when to stop, and who judges."""

from dataclasses import dataclass

import numpy as np

from gantei.errors import SettingError

from ..learning.held_out import rows_of
from ..learning.labelled_embeddings import LabelledEmbeddings
from ..learning.learning_target import LearningTarget
from ..learning.people_split import split_people
from .epochs import Rows
from .prepared_photographs import PreparedPhotographs

SHARE = 0.2
"""Of all people to judge, and of the others to say when to stop."""
LEAST = 14
"""People of a class, or of all with a number, so that ten are left after the first
split."""


@dataclass(frozen=True)
class TrainingPeople:
    """Rows of photographs; nobody's photographs are in two of the three.

    Attributes:
        train: of people to learn from.
        aside: of people who say when to stop.
        test: of people who judge, and of whom nothing is learnt.
    """

    train: Rows
    aside: Rows
    test: Rows


def rows_without_embeddings(
    target: LearningTarget, photographs: PreparedPhotographs
) -> LabelledEmbeddings:
    """Give photographs as people are split by them: labels, persons and ages."""
    return LabelledEmbeddings(
        target,
        np.empty((len(photographs), 0)),
        photographs.truths,
        photographs.persons,
        photographs.people,
        photographs.ages,
    )


def divided_people(data: LabelledEmbeddings, seed: int, draw: int = 0) -> TrainingPeople:
    """Divide people in three, alike in label and age; another `draw` is another division.

    Raises:
        SettingError: fewer than `LEAST` people, of each class.
    """
    _require(data)
    first, test = split_people(data, SHARE, seed=seed, draw=draw)
    rows = np.flatnonzero(first)
    train, aside = split_people(rows_of(data, first), SHARE, seed=seed, draw=draw + 1)
    return TrainingPeople(rows[train], rows[aside], np.flatnonzero(test))


def _require(data: LabelledEmbeddings) -> None:
    """Refuse too few people, by their number and not by what a split has left of it."""
    groups = {"": data.persons}
    if data.target.kind != "regression":
        groups = {
            f" of {name!r}": data.persons[data.truths == place]
            for place, name in enumerate(data.target.classes)
        }
    for words, persons in groups.items():
        if (found := len(np.unique(persons))) < LEAST:
            raise SettingError(
                f"{data.target.output}: {found} people have photographs{words}; at least {LEAST} "
                "are needed to train a whole network, since a fifth of them is held out for the "
                "test and a fifth of the others for early stopping: label photographs of more "
                "people, or leave --whole-network out"
            )
