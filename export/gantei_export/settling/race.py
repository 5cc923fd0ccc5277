"""A race of candidates over people: a few at a time, and who has been dropped is not computed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gantei.errors import SettingError

from .candidates import Candidate
from .columns import OutputColumns, columns_of
from .elimination import Tournament
from .evidence import FIRST_PEOPLE
from .scores import LabelledPerson, ScoredPeople, Scorer

STEP = 5
"""People between two looks: the same on every machine, so that what is settled is."""


@dataclass
class Race:
    """Candidates, and what is known of them so far.

    Attributes:
        candidates: those that can be right at all.
        columns: by output, what the candidates read.
        tournament: who is left.
        people: those that were looked at, in order.
        values: by output, float64 (people, columns) or (people, columns, classes); NaN where a
            column was not needed any more.
    """

    candidates: tuple[Candidate, ...]
    columns: Mapping[str, OutputColumns]
    tournament: Tournament
    people: list[LabelledPerson] = field(default_factory=list)
    values: dict[str, NDArray[np.float64]] = field(default_factory=dict)

    @property
    def alive(self) -> tuple[Candidate, ...]:
        """The candidates that are left."""
        flags = self.tournament.alive
        return tuple(each for each, alive in zip(self.candidates, flags, strict=True) if alive)

    @property
    def winner(self) -> Candidate:
        """The candidate that least speaks against."""
        return self.candidates[self.tournament.winner()]

    def add(self, scored: ScoredPeople) -> None:
        """Let people speak for and against the candidates."""
        if not scored.people:
            return
        self.people += scored.people
        added = {}
        for name, values in scored.values.items():
            before = self.values.get(name)
            # A probability that one photograph in a thousand breaks tells as much as none.
            needed = self.tournament.needed(name)
            values[:, needed] = np.nan_to_num(values[:, needed], posinf=0, neginf=0)
            self.values[name] = values if before is None else np.concatenate([before, values])
            known = np.array([name in person.truths for person in scored.people])
            if known.any():
                truths = np.array(
                    [each.truths[name] for each in scored.people if name in each.truths]
                )
                whole = self.columns[name].scored.kind != "regression"
                added[name] = values[known], truths.astype(np.intp) if whole else truths
        if added:
            self.tournament.add(added)

    def scores(self, candidate: Candidate, output: str) -> NDArray[np.float64]:
        """A candidate's scores of all people, of two classes the logit of the second.

        NaN where it was not computed any more; float64 (people,) or (people, classes).
        """
        scored = self.columns[output].scored
        index = self.candidates.index(candidate)
        values = self.values[output][:, scored.columns[index]]
        turned = scored.flipped is not None and scored.flipped[index]
        return -values if turned else values

    def truths(self, output: str) -> NDArray[np.float64]:
        """The labels of all people; NaN where not known."""
        return np.array([each.truths.get(output, np.nan) for each in self.people])


def run_race(
    candidates: Sequence[Candidate],
    classes: Mapping[str, Sequence[str]],
    outputs: Sequence[str],
    people: Sequence[LabelledPerson],
    scorer: Scorer,
    *,
    confidence: float,
    goes_on: Callable[[Race], bool] = lambda _: True,
) -> Race:
    """Run candidates over people, in their order, until all were looked at or it is of no use.

    Args:
        candidates: at least one.
        classes: of each output with labels, their names in a fixed order.
        outputs: those with labels in the table.
        people: in an order that does not depend on their labels.
        scorer: what reads their photographs.
        confidence: below 1, as 0.999.
        goes_on: asked before people are added, from `FIRST_PEOPLE` on.

    Raises:
        SettingError: nobody has a photograph that can be read.
        WeightsError, InferenceError: the network fails.
    """
    columns = {name: columns_of(candidates, name, classes.get(name, ())) for name in outputs}
    tournament = Tournament([each.scored for each in columns.values()], confidence)
    race = Race(tuple(candidates), columns, tournament)
    waiting, step = list(people), FIRST_PEOPLE
    while waiting and (len(race.people) < FIRST_PEOPLE or goes_on(race)):
        needed = {name: tournament.needed(name).tolist() for name in columns}
        race.add(scorer.score(waiting[:step], columns, needed))
        waiting, step = waiting[step:], STEP
    if not race.people:
        raise SettingError("nobody with known labels has a photograph that can be estimated for")
    return race
