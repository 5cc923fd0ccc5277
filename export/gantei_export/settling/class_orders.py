"""The order of more labels than can be tried: found by assignment, of the best candidate."""

from collections.abc import Mapping, Sequence
from math import factorial

import numpy as np

from .evidence import FIRST_PEOPLE
from .open_facts import OpenFact
from .order_of_labels import LabelOrder, order_of_labels
from .race import Race
from .verdicts import FactVerdict, VerdictOnFact, decided_verdict


def orders_found(
    race: Race, facts: Sequence[OpenFact], classes: Mapping[str, Sequence[str]]
) -> dict[str, LabelOrder]:
    """Find the order of labels of each such output, under the winner of a race."""
    found = {}
    for fact in facts:
        name = fact.key.split(".")[1]
        scores, truths = race.scores(race.winner, name), race.truths(name)
        known = ~np.isnan(truths)
        if known.sum() >= FIRST_PEOPLE:
            stated = None
            if fact.role == "checked":
                in_network = fact.before.split(",")
                stated = [in_network.index(label) for label in classes[name]]
            labels = truths[known].astype(np.intp)
            found[name] = order_of_labels(scores[known], labels, stated)
    return found


def order_verdict(
    fact: OpenFact, order: LabelOrder | None, classes: Sequence[str], race: Race, *, signal: bool
) -> FactVerdict:
    """Say what was found of an order."""
    tried, people = factorial(len(classes)), len(race.people)
    if not signal or order is None:
        return FactVerdict(fact, "nothing", None, (), tried, people=people)
    confidence = 1 - float(np.exp(-race.tournament.threshold))
    certain = order.settled(confidence)
    in_network = [""] * len(classes)
    for label, place in zip(classes, order.order, strict=True):
        in_network[place] = label
    value = ",".join(in_network)
    unsure = [label for label, each in zip(classes, certain, strict=True) if not each]
    left = (value, *(f"another place of {label}" for label in unsure))
    verdict: VerdictOnFact = "not yet" if unsure else decided_verdict(fact, value)
    if fact.role == "checked":
        agrees = not unsure and value == fact.before
        verdict = "agrees" if agrees else "unopposed"
        verdict = "contradicted" if order.contradicted(confidence) else verdict
    return FactVerdict(fact, verdict, value, left, tried, people=people)
