"""Two races: of the facts that matter most, then of decoders and resamplings with the best of them.

Those move the answers least, and would make twenty times as many candidates.
"""

from collections.abc import Sequence
from dataclasses import replace

from .candidates import Grid, candidate_of
from .last_functions import possible
from .race import Race, run_race
from .scores import Effort, LabelledPerson, Scorer
from .verdicts import FactVerdict, people_needed

FINE_PEOPLE = 30
"""Of whom decoders and resamplings are tried; more only where these may tell them apart."""


def run_races(
    grid: Grid,
    outputs: Sequence[str],
    people: Sequence[LabelledPerson],
    scorer: Scorer,
    confidence: float,
) -> tuple[Race, Race | None]:
    """Run the coarse facts, then the fine ones with the best of them."""
    probing = _apart(scorer)
    candidates = possible(grid.coarse(), grid.classes, people, probing)
    scorer.effort.runs += probing.effort.runs
    race = run_race(candidates, grid.classes, outputs, people, scorer, confidence=confidence)
    finer = grid.finer(race.winner)
    if race.tournament.signal() != "signal" or len(finer) == 1:
        return race, None
    again = _apart(scorer)
    fine = run_race(
        finer, grid.classes, outputs, race.people, again, confidence=confidence,
        goes_on=lambda so_far: _goes_on(so_far, len(race.people)),
    )  # fmt: skip
    scorer.effort.runs += again.effort.runs
    return race, fine


def final_race(
    grid: Grid,
    race: Race,
    verdicts: Sequence[FactVerdict],
    scorer: Scorer,
    outputs: Sequence[str],
) -> Race:
    """Give the best candidate a run over all people, if a fine fact became another meanwhile."""
    words = dict(race.winner.words)
    words |= {
        each.fact.key: each.value
        for each in verdicts
        if each.fact.fine and each.verdict == "settled" and each.value is not None
    }
    if words == race.winner.words:
        return race
    best = candidate_of(grid.manifest, words, grid.classes)
    again = _apart(scorer)
    final = run_race([best], grid.classes, outputs, race.people, again, confidence=0.999)
    scorer.effort.runs += again.effort.runs
    return final


def _apart(scorer: Scorer) -> Scorer:
    """The same, for photographs that are read once more: neither they nor errors count twice."""
    return replace(scorer, advance=lambda _: None, effort=Effort())


def _goes_on(fine: Race, available: int) -> bool:
    """Whether more people may tell the fine facts apart."""
    if len(fine.people) < FINE_PEOPLE:
        return True
    needed = (people_needed(fine, fine.winner, each) for each in fine.alive if each != fine.winner)
    return any(each is not None and each <= available for each in needed)
