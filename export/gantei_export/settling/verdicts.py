"""What became of each fact: settled, alike, not told apart yet, or contradicted."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .candidates import Candidate
from .open_facts import OpenFact
from .race import Race

VerdictOnFact = Literal[
    "settled",  # every candidate that is left has this value
    "alike",  # several are left, whose outputs are nearly the same
    "not yet",  # several are left, and more people may tell them apart
    "agrees",  # what is stated: every candidate that is left has it
    "contradicted",  # what is stated, or was fitted: no candidate that is left has it
    "not compared",  # one value alone was tried
    "unopposed",  # what is stated: some that are left have it
    "nothing",  # no candidate tells the labels, or too few people
]
ALIKE: Mapping[str, tuple[float, float]] = {"probability": (0.02, 0.1), "years": (0.5, 2.0)}
"""Mean and largest difference of outputs that hardly matter, by the unit."""
SHARE_OF_SPREAD = 0.05, 0.2
"""The same of other numbers, as shares of the standard deviation of the labels."""
MOST_PEOPLE = 5000
"""More people than that are nobody's."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How far one output of two candidates differs, over people.

    Attributes:
        output: its name.
        unit: `probability`, or the unit of the number.
        mean, most: of the absolute differences.
        alike: whether that hardly matters.
        unlike: what the other candidate has otherwise, such as `mirror none` and `crop box`, where
            the one that differs in one fact alone was dropped; else empty.
    """

    output: str
    unit: str
    mean: float
    most: float
    alike: bool
    unlike: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FactVerdict:
    """What became of one fact.

    Attributes:
        fact: with the values that were tried.
        verdict: see `VerdictOnFact`.
        value: settled, or the best so far, or None where nothing can be said.
        left: the values of the candidates that are left, that one first.
        tried: how many values there were.
        difference: the largest between the best candidate and one of each other value that is left:
            the one that differs in this fact alone, if it is left, else the best.
        more_people: about how many more would tell them apart; None where nobody can say.
        people: how many were looked at for it.
    """

    fact: OpenFact
    verdict: VerdictOnFact
    value: str | None
    left: tuple[str, ...]
    tried: int
    difference: Difference | None = None
    more_people: int | None = None
    people: int = 0

    @property
    def shown(self) -> str | None:
        """The value that stands: of what is contradicted or stated, that of before."""
        stands = self.fact.role == "checked" or self.verdict == "contradicted"
        return self.fact.before if stands else self.value


def verdict_on(
    fact: OpenFact, race: Race, units: Mapping[str, str], *, signal: bool, usual: str | None = None
) -> FactVerdict:
    """Say what a race has shown of a fact.

    Args:
        fact: one of those that its candidates differ in.
        race: over people.
        units: of each output.
        signal: whether the candidates tell the labels at all.
        usual: the value that is preferred where it hardly matters which.
    """
    tried, best = len(fact.values), race.winner
    value, people = best.words[fact.key], len(race.people)
    if not signal:
        return FactVerdict(fact, "nothing", None, (), tried, people=people)
    rivals = best_of_each(race, fact.key)
    left = (value, *(word for word in rivals if word != value))
    if fact.role == "checked":
        verdict: VerdictOnFact = "agrees" if left == (fact.before,) else "unopposed"
        verdict = verdict if fact.before in left else "contradicted"
        return FactVerdict(fact, verdict, value, left, tried, people=people)
    if len(left) == 1:
        decided = decided_verdict(fact, value) if tried > 1 else "not compared"
        return FactVerdict(fact, decided, value, left, tried, people=people)
    others = [rivals[word] for word in left[1:]]
    nearest = [differing_in(race, best, fact.key, word) or rivals[word] for word in left[1:]]
    differences = [each for other in nearest for each in differences_of(race, best, other, units)]
    worst = max(differences, key=lambda each: (not each.alike, each.most), default=None)
    if worst is not None and worst.alike:
        if usual in left:
            value, left = usual, (usual, *(word for word in left if word != usual))
        return FactVerdict(fact, "alike", value, left, tried, worst, people=people)
    needed = [people_needed(race, best, other) for other in others]
    known = [each for each in needed if each is not None]
    more = max(max(known) - people, 5) if len(known) == len(needed) else None
    return FactVerdict(fact, "not yet", value, left, tried, worst, more, people)


def decided_verdict(fact: OpenFact, value: str) -> VerdictOnFact:
    """What became of an open fact of which one value is left: settled, unless it was otherwise."""
    return "contradicted" if fact.origin == "fitted" and value != fact.before else "settled"


def best_of_each(race: Race, key: str) -> dict[str, Candidate]:
    """The best candidate that is left of each value of a fact."""
    log_e = race.tournament.log_e()
    order = [index for index in np.argsort(log_e, kind="stable") if race.tournament.alive[index]]
    best: dict[str, Candidate] = {}
    for index in order:
        best.setdefault(race.candidates[index].words[key], race.candidates[index])
    return best


def differing_in(race: Race, best: Candidate, key: str, word: str) -> Candidate | None:
    """The candidate that differs from the best one in one fact alone, if it is left."""
    words = {**best.words, key: word}
    return next((each for each in race.alive if each.words == words), None)


def differences_of(
    race: Race, one: Candidate, other: Candidate, units: Mapping[str, str]
) -> list[Difference]:
    """How far each output of two candidates that are left differs over all people."""
    unlike = [key for key, word in one.facts if other.words[key] != word]
    words = tuple(f"{key.split('.')[-1]} {other.words[key]}" for key in unlike)
    return [
        _difference(race, name, (one, other), units[name], words if len(unlike) > 1 else ())
        for name in race.columns
    ]


def _difference(
    race: Race,
    name: str,
    two: tuple[Candidate, Candidate],
    unit: str,
    unlike: tuple[str, ...],
) -> Difference:
    one, other = (race.scores(each, name) for each in two)
    kind = race.columns[name].scored.kind
    if kind == "regression":
        slope = _slope(one, race.truths(name))
        gaps = np.abs(slope * (one - other))
        spread = float(np.nanstd(race.truths(name)))
        limits = ALIKE.get(unit) or (SHARE_OF_SPREAD[0] * spread, SHARE_OF_SPREAD[1] * spread)
    else:
        shown = [_probabilities(each) for each in (one, other)]
        gaps = np.abs(shown[0] - shown[1])
        gaps = gaps if gaps.ndim == 1 else gaps.max(axis=1)
        unit, limits = "probability", ALIKE["probability"]
    mean, most = float(np.nanmean(gaps)), float(np.nanmax(gaps))
    alike = mean <= limits[0] and most <= limits[1]
    return Difference(name, unit, mean, most, alike, unlike)


def _slope(outputs: NDArray[np.float64], truths: NDArray[np.float64]) -> float:
    """Change of the label for one unit of the output, by least squares, 0 or more."""
    known = ~np.isnan(truths)
    x, y = outputs[known], truths[known]
    squares = float(((x - x.mean()) ** 2).sum())
    return max(float(((x - x.mean()) * y).sum()) / squares, 0.0) if squares > 0 else 0.0


def _probabilities(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    if scores.ndim == 1:
        return np.asarray((1 + np.tanh(scores / 2)) / 2)
    return np.exp(scores)


def people_needed(race: Race, best: Candidate, other: Candidate) -> int | None:
    """About how many people in all would eliminate the other, going on as so far.

    None where they tell nothing, or more than `MOST_PEOPLE` would be needed.
    """
    places = [race.candidates.index(each) for each in (best, other)]
    found = []
    for name, evidence in race.tournament.evidence.items():
        ahead, behind = race.tournament.readings(name)[places].tolist()
        if ahead != behind:
            found.append(evidence.people_needed(ahead, behind, race.tournament.threshold))
    least = min(found, default=math.inf)
    return math.ceil(least) if least <= MOST_PEOPLE else None
