"""Whole networks that three sites train together: federated averaging in signed, masked files.

The network is `PixelMeans`, so that no framework is needed.
"""

import dataclasses
import json
import os
import shutil

import numpy as np
import pytest

from gantei.errors import OutputError
from gantei_export.federating.federation_errors import FederationError
from gantei_export.federating.federation_files import read_message
from gantei_export.federating.message_records import RoundMessage, SiteAnswer
from gantei_export.federating.network_steps import network_state
from gantei_export.federating.site_state import federations_folder
from gantei_export.federating.trusted_parties import parties
from gantei_export.fine_tuning import training_base

from .dishonest_parties import refused, round_signed_again, signed_again
from .federated_networks import NetworkFederation, PixelMeans, opened
from .federations import SITES, home

pytest.importorskip("cryptography")
pytest.importorskip("sklearn", reason="needs the extra study")
pytest.importorskip("tomli_w", reason="needs the extra convert")

ROUND = 3
"""The first that asks for weights: 0 joins, and a number's head takes two."""


@pytest.fixture(scope="module", autouse=True)
def _without_frameworks():
    """Open `PixelMeans` for every file, and compare it on pictures that are drawn fast."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training_base, "open_trainable", opened)
        batch = np.random.default_rng(3).uniform(0, 255, (2, 8, 8, 3)).astype(np.float32)
        patch.setattr(training_base, "draw_batch", lambda manifest: batch)
        yield


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    """A federation whose sites have learnt a head and are asked to train."""
    folder = tmp_path_factory.mktemp("training")
    federation = NetworkFederation(folder / "files", kind="number")
    with home(folder / "home"):
        assert federation.train("--rounds", "2", "--rate", "0.0005") == ROUND
    return federation


@pytest.fixture
def federation(snapshot, tmp_path, monkeypatch):
    """A copy of it, to do anything with."""
    shutil.copytree(snapshot.folder.parent / "home", tmp_path / "home")
    monkeypatch.setenv("GANTEI_HOME", str(tmp_path / "home"))
    return snapshot.copy(tmp_path / "files")


def message(federation, round):
    keys = parties([federation.coordinator.public])
    return read_message(federation.folder / f"round-{round}", RoundMessage, keys)


class Trained:
    """What every site's network began with in a round, and came to."""

    def __init__(self, monkeypatch):
        self.begun, self.came_to = [], []
        begin = PixelMeans.begin_training

        def begin_training(network, rate):
            self.begun.append(network.weights())
            self.came_to.append(network)
            begin(network, rate)

        monkeypatch.setattr(PixelMeans, "begin_training", begin_training)

    def average(self, counts):
        """Average by photographs, in the order in which the sites trained: float64 (7,)."""
        rows = [
            np.concatenate([each.ravel() for each in (weights[0], *weights[2:])])
            for weights in (network.weights() for network in self.came_to)
        ]
        return np.average(np.array(rows, np.float64), axis=0, weights=counts)


def test_what_the_masked_answers_add_up_to_is_the_average_of_the_sites_networks(
    federation, monkeypatch, capsys
):
    trained = Trained(monkeypatch)
    federation.sites(ROUND)
    assert federation.combine(round=ROUND) == 1
    counts = [
        read_message(federation.answer(name, ROUND), SiteAnswer, parties([key.public]))
        .record.photographs
        for name, key in federation.keys.items()
    ]  # fmt: skip
    after = message(federation, ROUND + 1)
    weights = after.arrays["weights"]
    assert (weights.dtype, weights.shape) == (np.float32, (7,))
    assert np.abs(weights - trained.average(counts)).max() < 1e-6
    first, *others = trained.begun
    for other in others:
        assert all(map(np.array_equal, first, other)), "all sites begin with the same weights"
    assert after.arrays["photographs"] == sum(counts)
    for name in SITES:
        sent = b"".join(each.read_bytes() for each in federation.answer(name, ROUND).iterdir())
        assert b"amada" not in sent and b"published" not in sent
    said = capsys.readouterr()
    assert "masked_sums: 11 numbers of 8 bytes, masked" in said.out
    assert "The sites train for average 2 of 2" in said.out


def test_a_federation_ends_with_the_average_of_the_lowest_loss(federation, monkeypatch, capsys):
    trained = Trained(monkeypatch)
    for round in (ROUND, ROUND + 1, ROUND + 2):
        federation.sites(round)
        assert federation.combine("--json", round=round) == (0 if round == ROUND + 2 else 1)
    told = json.loads("{" + capsys.readouterr().out.rpartition("\n{")[2])
    assert (told["step"], told["converged"]) == ("finished", True)
    assert len(told["validation_losses"]) == 3
    last = message(federation, ROUND + 3)
    losses = last.arrays["losses"]
    assert told["validation_losses"] == losses.tolist()
    best = int(np.argmin(losses))
    assert last.arrays["best"] == best
    if best == 0:
        assert "weights" not in last.arrays
    else:
        asked = message(federation, ROUND + best)
        assert np.array_equal(last.arrays["weights"], asked.arrays["weights"])
    second = trained.begun[len(SITES) :]
    one = np.concatenate([each.ravel() for each in (second[0][0], *second[0][2:])])
    assert np.array_equal(one, message(federation, ROUND + 1).arrays["weights"])


def test_the_loss_of_the_people_kept_aside_is_that_of_the_network_they_were_sent(
    federation, monkeypatch
):
    from gantei_export.federating import site_training

    seen = []
    known = site_training.network_sums
    monkeypatch.setattr(
        site_training, "network_sums", lambda *sums: (seen.append(sums[2:]), known(*sums))[1]
    )
    federation.sites(ROUND)
    assert federation.combine(round=ROUND) == 1
    after = message(federation, ROUND + 1)
    total = sum(loss * aside for loss, aside in seen)
    photographs = sum(aside for _, aside in seen)
    assert after.arrays["aside"] == photographs
    assert float(after.arrays["losses"][0]) == pytest.approx(total / photographs, rel=1e-8)


def test_the_order_of_the_sites_does_not_matter_and_the_same_command_gives_the_same_bytes(
    federation, tmp_path
):
    federation.sites(ROUND)
    answers = [federation.answer(name, ROUND) for name in SITES]
    assert federation.combine(round=ROUND) == 1
    other = tmp_path / "other-order"
    assert federation.combine(round=ROUND, answers=answers[::-1], out=other) == 1
    sums = (federation.folder / f"round-{ROUND + 1}" / "sums.bin").read_bytes()
    assert (other / "sums.bin").read_bytes() == sums
    assert federation.site("a", round=ROUND, out=tmp_path / "again") == 0
    assert (tmp_path / "again/sums.bin").read_bytes() == (answers[0] / "sums.bin").read_bytes()


def test_a_site_that_was_stopped_before_its_answer_was_noted_gives_the_same_one(
    federation, tmp_path, monkeypatch
):
    """Its mask key is kept, the seed is the plan's, and nothing else is random."""
    from gantei_export.federating import site

    before = tmp_path / "before"
    shutil.copytree(tmp_path / "home", before)
    with monkeypatch.context() as stopped:
        stopped.setattr(site, "write_state", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            federation.site("a", round=ROUND)
    assert not federation.answer("a", ROUND).exists(), "nothing has left"
    assert federation.site("a", round=ROUND) == 0
    with home(before):
        assert federation.site("a", round=ROUND, out=tmp_path / "other") == 0
    assert (tmp_path / "other/sums.bin").read_bytes() == (
        federation.answer("a", ROUND) / "sums.bin"
    ).read_bytes()


def test_a_training_that_diverges_sends_nothing_and_says_so(federation, monkeypatch, capsys):
    monkeypatch.setattr(PixelMeans, "step", lambda *_: float("nan"))
    code = federation.site("b", round=ROUND)
    refused(capsys, code, "diverged", "lower --rate")
    assert not federation.answer("b", ROUND).exists()


def test_another_file_than_the_publishers_is_refused_before_a_site_joins(
    federation, tmp_path, capsys
):
    other = tmp_path / "other.h5"
    other.write_bytes(b"as published, and a byte more")
    assert federation.start(out="round-x") == 0
    for words, said in (
        (["--weights", str(other)], "its sha256 is"),
        (["--weights", str(tmp_path / "missing.h5")], "missing.h5"),
    ):
        code = federation.site("a", *words, round="x", out=tmp_path / "answer")
        refused(capsys, code, said)
    assert not (tmp_path / "answer").exists()
    code = super(NetworkFederation, federation).site("a", round="x", out=tmp_path / "answer")
    refused(capsys, code, "trains a whole network", "--weights")


def test_a_network_of_another_size_than_planned_is_refused(federation, monkeypatch, capsys):
    monkeypatch.setattr(PixelMeans, "are_trained", lambda network: [True] * 4)
    refused(capsys, federation.site("a", round=ROUND), "9 weights that are trained", "says 7")


def test_weights_that_do_not_follow_are_not_trained_from(federation, capsys):
    federation.sites(ROUND)
    assert federation.combine(round=ROUND) == 1
    weights = message(federation, ROUND + 1).arrays["weights"].copy()
    weights[2] += 0.001
    round_signed_again(federation, ROUND + 1, weights=weights)
    code = federation.site("a", round=ROUND + 1)
    refused(capsys, code, "asks something else than what follows")


def test_sums_of_another_size_are_refused_before_they_are_read(federation, monkeypatch, capsys):
    federation.sites(ROUND)
    signed_again(
        federation.answer("b", ROUND),
        lambda record, arrays: arrays.update(masked_sums=np.zeros((1000, 1), np.uint64)),
        federation.keys["b"],
    )
    from gantei_export.federating import succession

    monkeypatch.setattr(succession, "with_numbers", lambda heading: 1 / 0)
    refused(capsys, federation.combine(round=ROUND), "b.pub sends numbers of shape (1000, 1)")


def test_an_altered_byte_of_weights_is_refused(federation, capsys):
    federation.sites(ROUND)
    sums = federation.answer("c", ROUND) / "sums.bin"
    content = bytearray(sums.read_bytes())
    content[20] ^= 1
    sums.write_bytes(content)
    refused(capsys, federation.combine(round=ROUND), "site-c-3", "sums.bin")


def test_weights_of_other_photographs_than_joined_are_refused(federation, monkeypatch, capsys):
    from gantei_export.federating import site_training

    known = site_training.network_sums
    federation.site("a", round=ROUND)
    monkeypatch.setattr(
        site_training, "network_sums", lambda trained, n, *others: known(trained, n + 900, *others)
    )
    for name in "bc":
        federation.site(name, round=ROUND)
    refused(capsys, federation.combine(round=ROUND), "photographs, and they joined with")


def test_an_answer_that_is_missing_is_named_and_a_restart_has_new_masks(
    federation, tmp_path, capsys
):
    federation.sites(ROUND)
    answers = [federation.answer(name, ROUND) for name in "ab"]
    refused(capsys, federation.combine(round=ROUND, answers=answers), "nothing from c.pub")
    assert federation.restart(ROUND) == 0
    again = tmp_path / "again"
    assert federation.site("a", round=f"{ROUND}-again", out=again) == 0
    assert (again / "sums.bin").read_bytes() != (answers[0] / "sums.bin").read_bytes()


def test_only_the_rounds_that_are_needed_are_kept(federation):
    for round in (ROUND, ROUND + 1):
        federation.sites(round)
        federation.combine(round=round)
    (kept,) = federations_folder().glob("*/rounds")
    numbers = [
        json.loads((each / "federation.json").read_text("utf-8"))["round"]
        for each in kept.iterdir()
    ]
    assert sorted(numbers) == [ROUND + 1, ROUND + 2]


def test_copies_of_a_process_that_was_killed_are_removed(federation):
    """Each is as large as a round, or an answer."""
    (kept,) = federations_folder().glob("*/rounds")
    (own, *_) = (each.parent for each in federations_folder().glob("*/*/site.json"))
    old, new, answer = kept / ".ab.x", kept / ".cd.y", own / ".answer-3-1.z"
    for each in (old, new, answer):
        (each / "whole").mkdir(parents=True)
    os.utime(old, (1, 1))
    federation.sites(ROUND)
    assert not old.exists() and not answer.exists()
    assert new.exists(), "another process may be writing it"


def test_a_round_that_could_not_be_kept_is_not_there_to_be_sent(federation, monkeypatch, capsys):
    """Answers to it could not be combined."""
    from gantei_export.federating import kept_rounds

    def full(*folders):
        raise OutputError("no space left")

    federation.sites(ROUND)
    with monkeypatch.context() as disk:
        disk.setattr(kept_rounds, "copy_folder", full)
        refused(capsys, federation.combine(round=ROUND), "no space left")
    assert not (federation.folder / f"round-{ROUND + 1}").exists()
    assert federation.combine(round=ROUND) == 1


@pytest.mark.parametrize("more", [["--seed", "5"], None])
def test_photographs_of_which_others_were_kept_aside_do_not_take_part_again(
    federation, tmp_path, capsys, more
):
    """The totals would differ by a fifth of the people: those of a head, or of another seed."""
    plain = super(NetworkFederation, federation)
    start, site = (federation.start, federation.site) if more else (plain.start, plain.site)
    assert start(*(more or ()), out="round-x") == 0
    code = site("a", round="x", out=tmp_path / "no")
    refused(capsys, code, "1 other federation(s)", "others of them kept aside", "--although-again")
    assert site("a", "--although-again", round="x", out=tmp_path / "answer") == 0


def test_the_same_photographs_take_part_again_with_the_same_kept_aside(federation, tmp_path):
    assert federation.start("--rate", "0.001", out="round-x") == 0
    assert federation.site("a", round="x", out=tmp_path / "answer") == 0


@pytest.mark.parametrize("rounding", [1e-7, 1e-12])
def test_weights_that_are_rounded_otherwise_are_not_trained_from(federation, capsys, rounding):
    """Integers were added up and divided once, which every machine does alike."""
    federation.sites(ROUND)
    assert federation.combine(round=ROUND) == 1
    arrays = message(federation, ROUND + 1).arrays
    weights, losses = arrays["weights"].copy(), arrays["losses"] * (1 + rounding)
    weights[2] = np.nextafter(weights[2], np.float32(9))
    changed = {"weights": weights} if rounding > 1e-8 else {"losses": losses}
    round_signed_again(federation, ROUND + 1, **changed)
    code = federation.site("a", round=ROUND + 1)
    refused(capsys, code, "asks something else than what follows")


def test_a_class_of_few_who_are_learnt_from_is_refused_in_words_that_fit(tmp_path, capsys):
    few = NetworkFederation(tmp_path, people=30)
    labels = tmp_path / "site-a/labels.csv"
    head, *rows = labels.read_text("utf-8").splitlines()
    persons = sorted({row.split(",")[1] for row in rows})
    text = "\n".join(
        ",".join((name, person, "yes" if person in persons[:3] else "no", "50"))
        for name, person, *_ in (row.split(",") for row in rows)
    )
    labels.write_text(f"{head}\n{text}\n", "utf-8")
    assert few.start() == 0
    refused(
        capsys, few.site("a"), "2 people of cataract 'yes' here", "here, without those kept aside"
    )


@pytest.fixture(scope="module")
def ended(snapshot, tmp_path_factory):
    """A copy of it that has gone on to the end."""
    folder = tmp_path_factory.mktemp("ended")
    shutil.copytree(snapshot.folder.parent / "home", folder / "home")
    federation = snapshot.copy(folder / "files")
    with home(folder / "home"):
        for round in (ROUND, ROUND + 1, ROUND + 2):
            federation.sites(round)
            federation.combine(round=round)
    return federation


@pytest.mark.parametrize(
    "change",
    [
        {"best": None},
        {"aside": None},
        {"best": np.array(99)},
        {"best": np.array(-1)},
        {"best": np.array(0.7)},
        {"best": np.zeros((2, 3), np.int64)},
        {"losses": np.zeros((3, 2))},
        {"losses": np.empty(0)},
        {"averaged": np.array(-3)},
        {"scale": np.zeros(2)},
        {"scale": np.array([1.0, 1e-310])},
        {"head_kernel": np.full((3, 1), 1e300)},
    ],
    ids=str,
)
def test_numbers_that_no_training_ends_with_are_refused(ended, change):
    last = message(ended, ROUND + 3)
    assert network_state(last).step == "finished"
    arrays = {name: value for name, value in {**last.arrays, **change}.items() if value is not None}
    with pytest.raises(FederationError, match="no step 'finished' of a whole network"):
        network_state(dataclasses.replace(last, arrays=arrays))


def test_a_last_round_that_makes_no_sense_is_not_installed_by_who_took_no_part(
    ended, tmp_path, monkeypatch, capsys
):
    """There is only the coordinator's signature to go by."""
    monkeypatch.setenv("GANTEI_HOME", str(tmp_path / "home"))
    federation = ended.copy(tmp_path / "files")
    round_signed_again(federation, ROUND + 3, best=np.array(99))
    refused(capsys, federation.install(ROUND + 3, "mine"), "no step 'finished'", "coordinator")


def test_a_round_before_the_last_is_not_installed(federation, capsys):
    refused(capsys, federation.install(ROUND, "mine"), "not the last one")


def test_a_publishers_file_is_for_a_whole_network_alone(federation, tmp_path, capsys):
    plain = super(NetworkFederation, federation)
    assert plain.start(out="round-x") == 0
    code = federation.site("a", round="x", out=tmp_path / "answer")
    refused(capsys, code, "trains no whole network; leave it out")
    assert plain.site("a", "--although-again", round="x", out=tmp_path / "answer") == 0


def test_a_site_of_few_people_does_not_join(tmp_path, capsys):
    few = NetworkFederation(tmp_path, people=22)
    assert few.start() == 0
    refused(
        capsys, few.site("a"), "a site learns from 17 people; for a whole network each needs 20"
    )


def test_options_of_a_network_go_with_one(federation, capsys):
    start = super(NetworkFederation, federation).start
    refused(capsys, start("--rate", "0.1", out="x"), "--rate: go with --whole-network")
    refused(capsys, start("--whole-network", out="x"), "give it by --weights")
