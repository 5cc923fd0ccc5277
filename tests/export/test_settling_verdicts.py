"""What `gantei settle` says of a fact, of candidates whose scores and evidence are given."""

from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("scipy", reason="needs the extra study")

from gantei_export.settling.class_orders import order_verdict
from gantei_export.settling.open_facts import OpenFact
from gantei_export.settling.order_of_labels import LabelOrder
from gantei_export.settling.settle_words import verdict_words
from gantei_export.settling.settling_advice import measured_with, what_next
from gantei_export.settling.verdicts import FactVerdict, verdict_on

CROP = OpenFact("input.crop", ("disc", "none"), "open", "unknown", "unknown")
MIRROR = OpenFact("input.mirror", ("none", "left-eyes"), "open", "unknown", "unknown")


def candidate(crop, mirror):
    facts = (("input.crop", crop), ("input.mirror", mirror))
    text = f"crop {crop}, mirror {mirror}"
    return SimpleNamespace(facts=facts, words=dict(facts), text=text)


class GivenRace:
    """As much of a race as a verdict asks for; `scores` and evidence are of each candidate."""

    def __init__(self, given, kind="binary", truths=(0.0, 1.0, 0.0, 1.0)):
        self.candidates = tuple(candidate(*key) for key in given)
        self.given = dict(zip((each.text for each in self.candidates), given.values(), strict=True))
        log_e = np.array([each[1] for each in given.values()], float)
        alive = np.isfinite(log_e)
        self.alive = tuple(np.array(self.candidates, object)[alive])
        self.winner = self.candidates[int(log_e.argmin())]
        self.tournament = SimpleNamespace(
            alive=alive, log_e=lambda: log_e, evidence={}, threshold=np.log(1000)
        )
        self.columns = {"out": SimpleNamespace(scored=SimpleNamespace(kind=kind))}
        self.labels, self.people = np.array(truths), list(truths)

    def scores(self, candidate, output):
        return np.asarray(self.given[candidate.text][0], float)

    def truths(self, output):
        return self.labels


PLAIN, NEAR, FAR = [0.0, 1.0, 2.0, 3.0], [0.01, 1.01, 2.01, 3.01], [2.0, 0.0, 4.0, 1.0]
DROPPED = np.inf


def test_a_fact_is_measured_by_the_candidate_that_differs_in_it_alone():
    race = GivenRace({
        ("disc", "none"): (PLAIN, -3),
        ("none", "left-eyes"): (FAR, -2),  # the best of those that mirror, with another crop
        ("disc", "left-eyes"): (NEAR, -1),
    })  # fmt: skip
    mirror = verdict_on(MIRROR, race, {"out": "probability"}, signal=True)
    assert (mirror.verdict, mirror.difference.unlike) == ("alike", ())
    assert mirror.difference.most < 0.01
    crop = verdict_on(CROP, race, {"out": "probability"}, signal=True)
    assert (crop.verdict, crop.difference.unlike) == ("not yet", ("crop none", "mirror left-eyes"))


def test_what_else_differs_is_said_where_that_candidate_was_dropped():
    race = GivenRace({
        ("disc", "none"): (PLAIN, -3),
        ("none", "left-eyes"): (FAR, -2),
        ("disc", "left-eyes"): (NEAR, DROPPED),
    })  # fmt: skip
    english, japanese = verdict_words(verdict_on(MIRROR, race, {"out": "probability"}, signal=True))
    assert "from the best one left, with crop none and mirror left-eyes" in english
    assert "crop none、mirror left-eyes" in japanese


def test_differences_of_hundreds_of_years_are_plain_numbers():
    ages = 20.0, 400.0, 30.0, 390.0
    race = GivenRace({("disc", "none"): (ages, -3), ("none", "none"): (ages[::-1], -2)},
                     "regression", ages)  # fmt: skip
    english, _ = verdict_words(verdict_on(CROP, race, {"out": "years"}, signal=True))
    assert "at most 370 years, 370 years on average" in english


def test_an_order_that_is_not_settled_yet_has_no_difference_to_show():
    fact = OpenFact("output.out.classes", (), "open", "unknown", "unknown")
    order = LabelOrder((1, 0, 2), (9.0, 1.0, 9.0), None)
    race = GivenRace({("disc", "none"): (PLAIN, -3)})
    verdict = order_verdict(fact, order, ("a", "b", "c"), race, signal=True)
    english, japanese = verdict_words(verdict)
    assert "not yet told apart from another place of b; how" in english
    assert "()" not in english
    assert "（）" not in japanese


def test_figures_of_another_value_than_the_best_so_far_say_so():
    decoder = OpenFact("input.decoder", ("pillow", "tensorflow"), "open", "pillow", "assumed")
    found = FactVerdict(decoder, "not yet", "tensorflow", ("tensorflow", "pillow"), 2)
    winner = SimpleNamespace(words={"input.decoder": "pillow"})
    words = measured_with(SimpleNamespace(verdicts=(found,), winner=winner))
    assert words[0][0].startswith("These figures are with input.decoder pillow")
    same = SimpleNamespace(words={"input.decoder": "tensorflow"})
    assert measured_with(SimpleNamespace(verdicts=(found,), winner=same)) == []


def test_where_nothing_of_several_facts_is_settled_no_command_states_all_of_them():
    left = (
        FactVerdict(CROP, "not yet", "disc", ("disc", "none"), 2),
        FactVerdict(MIRROR, "not yet", "none", ("none", "left-eyes"), 2),
    )
    entry = SimpleNamespace(name="hidden", manifest=SimpleNamespace(output={"out": None, "age": 0}))
    settling = SimpleNamespace(
        signal="signal", contradicted=(), verdicts=left, performance=(), entry=entry,
        outputs={"out": None}, winner=SimpleNamespace(spec=SimpleNamespace(colour="rgb")),
    )  # fmt: skip
    said = " ".join(words for words, _ in what_next(settling))
    assert "No fact of the input is settled" in said
    assert "gantei set " not in said
    settling.verdicts = left[:1]
    said = " ".join(words for words, _ in what_next(settling))
    assert "gantei set hidden input.crop=disc" in said
    assert "or with labels of age too" in said
