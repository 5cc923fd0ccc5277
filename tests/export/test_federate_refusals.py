"""What a site, or the coordinator, refuses in a federation, and that it is named."""

import hashlib
import json
import os
import shutil

import numpy as np
import pytest

from gantei_export.federating.federation_files import (
    read_message,
)
from gantei_export.federating.message_records import RoundMessage, SiteAnswer
from gantei_export.federating.site_state import federations_folder
from gantei_export.federating.trusted_parties import parties

from ..signed import Publisher
from .dishonest_parties import refused, round_signed_again, signed_again
from .federations import SITES, Federation, draw_site, home, make_base, run

pytest.importorskip("cryptography")
pytest.importorskip("sklearn", reason="needs the extra study")


@pytest.fixture(scope="module")
def snapshots(tmp_path_factory):
    """A federation whose sites have joined; and the same, once they have answered round 1."""
    folder = tmp_path_factory.mktemp("going")
    federation = Federation(folder / "files", kind="number")
    with home(folder / "home"):
        assert federation.start() == 0
        federation.sites()
        assert federation.combine() == 1
        shutil.copytree(folder / "home", folder / "home-joined")
        federation.sites(1)
    return federation


@pytest.fixture
def federation(snapshots, tmp_path, monkeypatch):
    """A copy of the one whose sites have answered round 1, to do anything with."""
    shutil.copytree(snapshots.folder.parent / "home", tmp_path / "home")
    monkeypatch.setenv("GANTEI_HOME", str(tmp_path / "home"))
    return snapshots.copy(tmp_path / "files")


@pytest.fixture
def joined(snapshots, tmp_path, monkeypatch):
    """A copy of the one whose sites have joined and have round 1 to answer."""
    shutil.copytree(snapshots.folder.parent / "home-joined", tmp_path / "home")
    monkeypatch.setenv("GANTEI_HOME", str(tmp_path / "home"))
    federation = snapshots.copy(tmp_path / "files")
    for name in SITES:
        shutil.rmtree(federation.answer(name, 1))
    return federation


def test_a_site_of_which_nothing_came_is_named(federation, capsys):
    answers = [federation.answer(name, 1) for name in "ab"]
    code = federation.combine(round=1, answers=answers)
    refused(capsys, code, "nothing from c.pub", "gantei federate restart")
    assert not (federation.folder / "round-2").exists()


def test_a_site_that_has_not_joined_yet_is_named(federation, capsys):
    answers = [federation.answer(name, 0) for name in "bc"]
    code = federation.combine(answers=answers, out=federation.folder / "again")
    refused(capsys, code, "2 of 3 sites joined; nothing from a.pub")


def test_a_site_that_is_there_twice_is_named(federation, capsys):
    shutil.copytree(federation.answer("a", 1), federation.folder / "copy")
    answers = [federation.answer(name, 1) for name in SITES] + [federation.folder / "copy"]
    code = federation.combine(round=1, answers=answers)
    refused(capsys, code, "copy: a.pub is there twice")


def test_an_answer_to_an_earlier_round_is_named(federation, capsys):
    answers = [federation.answer("a", 1), federation.answer("b", 0), federation.answer("c", 1)]
    code = federation.combine(round=1, answers=answers)
    refused(capsys, code, "site-b-0: b.pub answers round 0", "the others answer round 1")


def test_an_answer_of_a_stranger_is_refused(federation, tmp_path, capsys):
    stranger = Publisher(tmp_path / "stranger")
    answers = [federation.answer(name, 1) for name in SITES]
    stranger.sign(answers[2], replace=True, check=lambda folder, found: None)
    code = federation.combine(round=1, answers=answers)
    refused(capsys, code, "site-c-1: is signed by key", "which no --trust names")


def test_any_byte_of_an_answer_altered_is_refused_and_its_folder_named(federation, capsys):
    draw = np.random.default_rng(9)
    for file in sorted(federation.answer("b", 1).iterdir()):
        content = file.read_bytes()
        for place in draw.integers(0, len(content), 12).tolist():
            changed = bytearray(content)
            changed[place] ^= 1 << int(draw.integers(0, 8))
            file.write_bytes(changed)
            refused(capsys, federation.combine(round=1), "site-b-1")
        file.write_bytes(content)
    assert federation.combine(round=1) == 1 or (federation.folder / "round-2").exists()


def test_any_byte_of_a_round_altered_is_refused_by_a_site(federation, capsys):
    assert federation.combine(round=1) in (0, 1)
    capsys.readouterr()
    draw = np.random.default_rng(10)
    for file in sorted((federation.folder / "round-1").rglob("*")):
        if not file.is_file():
            continue
        content = file.read_bytes()
        for place in draw.integers(0, len(content), 6).tolist():
            changed = bytearray(content)
            changed[place] ^= 1 << int(draw.integers(0, 8))
            file.write_bytes(changed)
            code = federation.site("a", round=1, out=federation.folder / "no")
            refused(capsys, code, "round-1")
        file.write_bytes(content)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda r, a: r.model_copy(update={"people": 16}), "has 16 people and 20 photographs"),
        (lambda r, a: r.model_copy(update={"weights_sha256": "0" * 64}), "another estimator"),
        (lambda r, a: r.model_copy(update={"to": "0" * 64}), "of another message"),
        (lambda r, a: r.model_copy(update={"attempt": 2}), "answers round 1, attempt 2"),
        (lambda r, a: r.model_copy(update={"federation": "0" * 32}), "answers another federation"),
        (lambda r, a: a.update(masked_sums=a["masked_sums"][:-1]), "sends numbers of shape"),
        (lambda r, a: a.update(gradient=a.pop("masked_sums")), "other numbers than masked sums"),
        (lambda r, a: a.update(masked_sums=np.zeros(3)), "other numbers than masked sums"),
        (lambda r, a: a.update(masked_sums=a["masked_sums"] + 1), "do not cancel"),
    ],
)
def test_a_signed_answer_that_does_not_belong_here_is_refused(federation, capsys, change, said):
    signed_again(federation.answer("b", 1), change, federation.keys["b"])
    code = federation.combine(round=1)
    refused(capsys, code, said)


def test_a_coordinator_combines_only_its_own_rounds(federation, capsys):
    with home(federation.folder / "another-home"):
        code = federation.combine(round=1)
    refused(capsys, code, "answers a round that this machine and user did not send out")


def test_a_site_refuses_a_round_that_another_party_signed(federation, capsys):
    folder = federation.folder / "round-1"
    federation.keys["b"].sign(folder, replace=True, check=lambda folder, found: None)
    code = federation.site("a", round=1, out=federation.folder / "no")
    refused(capsys, code, "is signed by b.pub, and not by the coordinator")


def test_a_site_refuses_a_key_that_the_coordinator_put_in_the_place_of_another_sites(
    joined, tmp_path, capsys
):
    """Else it would read along: its own masks would cancel those of the site."""
    own = Publisher(tmp_path / "pretended")
    keys = parties(each.public for each in joined.keys.values())
    joins = (joined.folder / "round-1/joins").iterdir()
    other = joined.keys["b"].id
    (join,) = [each for each in joins if read_message(each, SiteAnswer, keys).signer == other]
    for each, publisher in ((join, own), (joined.folder / "round-1", joined.coordinator)):
        publisher.sign(each, replace=True, check=lambda folder, found: None)
    refused(capsys, joined.site("a", round=1), "is signed by key", "which no --trust names")


def test_a_site_refuses_a_round_without_one_of_the_sites(joined, capsys):
    shutil.rmtree(joined.folder / "round-1/joins/2")
    joined.coordinator.sign(
        joined.folder / "round-1", replace=True, check=lambda folder, found: None
    )
    refused(capsys, joined.site("a", round=1), "2 sites take part, and 3 were planned")


def test_a_site_that_did_not_join_on_this_machine_is_told_so(joined, capsys):
    shutil.rmtree(federations_folder())
    refused(capsys, joined.site("a", round=1), "this site has not joined with key")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_in_the_place_of_a_key_is_refused_at_once(federation, tmp_path, capsys):
    os.mkfifo(tmp_path / "b.pub")
    code = federation.site("a", "--trust", str(tmp_path / "b.pub"), round=1, out=tmp_path / "no")
    refused(capsys, code, "b.pub: is no plain file")


def test_a_password_file_that_is_not_there_is_named(federation, tmp_path, capsys):
    missing = ["--password-file", str(tmp_path / "missing")]
    code = federation.site("a", *missing, round=1, out=tmp_path / "no")
    refused(capsys, code, "missing: cannot be read", "first line is the password")


def test_a_site_answers_no_other_round_under_a_number_that_it_answered(federation, capsys):
    round_signed_again(federation, 1, people=np.array(44))
    code = federation.site("a", round=1, out=federation.folder / "no")
    refused(capsys, code, "another one under the same number, is not answered")


@pytest.mark.parametrize("name", ["projected", "width", "people"])
def test_a_site_refuses_to_sum_more_than_follows_from_who_takes_part(joined, capsys, name):
    round_signed_again(joined, 1, **{name: np.array(2)})
    refused(capsys, joined.site("a", round=1), "asks something else than what follows")


def test_a_site_refuses_numbers_that_a_coordinator_chose(federation, capsys):
    """At chosen numbers a total may tell of one person alone, so every site computes them."""
    assert federation.combine(round=1) == 1
    told = read_message(
        federation.folder / "round-2", RoundMessage, parties([federation.coordinator.public])
    )
    shutil.copytree(federation.folder / "round-2", federation.folder / "round-2-kept")
    round_signed_again(federation, 2, mean=told.arrays["mean"] + 1e-3)
    refused(capsys, federation.site("a", round=2), "asks something else than what follows")
    shutil.rmtree(federation.folder / "round-2")
    (federation.folder / "round-2-kept").rename(federation.folder / "round-2")
    assert federation.site("a", round=2) == 0


def test_a_site_refuses_a_round_that_carries_other_answers_than_it_was_made_of(federation, capsys):
    assert federation.combine(round=1) == 1
    shutil.rmtree(federation.folder / "round-2/answers/1")
    federation.coordinator.sign(
        federation.folder / "round-2", replace=True, check=lambda folder, found: None
    )
    refused(capsys, federation.site("a", round=2), "carries other answers than it was made of")


def test_labels_or_photographs_that_changed_since_a_site_joined_are_refused(federation, capsys):
    assert federation.restart(1) == 0
    labels = federation.folder / "site-a/labels.csv"
    text = labels.read_text("utf-8")
    labels.write_text(text.replace(text.split(",")[-2], "77.0", 1), "utf-8")
    code = federation.site("a", round="1-again")
    refused(capsys, code, "are others than those that this site joined with")
    labels.write_text(text, "utf-8")
    photograph = next((federation.folder / "site-a/photographs").iterdir())
    photograph.write_bytes(photograph.read_bytes() + b"\0")
    code = federation.site("a", round="1-again")
    refused(capsys, code, "are others than those that this site joined with")


def test_labels_of_another_coding_are_refused_with_their_line(tmp_path, own_store, capsys):
    federation = Federation(tmp_path / "files")
    assert federation.start() == 0
    labels = federation.folder / "site-b/labels.csv"
    text = labels.read_text("utf-8")
    labels.write_text(text.replace(",yes,", ",1,").replace(",no,", ",0,"), "utf-8")
    refused(capsys, federation.site("b"), "labels.csv, line 2")


def test_another_estimator_is_refused_by_its_site(federation, tmp_path, capsys):
    other = make_base(tmp_path / "other", name="other")
    model = other / "model.onnx"
    import onnx

    network = onnx.load(model)
    network.producer_name = "another"
    onnx.save(network, model)
    manifest = (other / "estimator.toml").read_text("utf-8")
    before = hashlib.sha256((federation.base / "model.onnx").read_bytes()).hexdigest()
    after = hashlib.sha256(model.read_bytes()).hexdigest()
    manifest = manifest.replace(before, after)
    size = (federation.base / "model.onnx").stat().st_size
    manifest = manifest.replace(f"bytes = {size}", f"bytes = {model.stat().st_size}")
    (other / "estimator.toml").write_text(manifest, "utf-8")
    code = federation.site("a", "--with", str(other), round=0, out=federation.folder / "no")
    refused(capsys, code, "another estimator. Install the same one from its publisher")


def test_a_round_that_is_sent_again_is_answered_with_other_masks_and_the_old_answers_are_not_mixed(
    federation, capsys
):
    assert federation.restart(1) == 0
    for name in SITES:
        assert federation.site(name, round="1-again") == 0
        before = (federation.answer(name, 1) / "sums.bin").read_bytes()
        after = (federation.answer(name, "1-again") / "sums.bin").read_bytes()
        assert before != after
    mixed = [federation.answer("a", 1), *(federation.answer(n, "1-again") for n in "bc")]
    refused(capsys, federation.combine(round=1, answers=mixed), "site-a-1: a.pub answers round 1")
    first, again = federation.folder / "one", federation.folder / "two"
    assert federation.combine(round=1, out=first) == 1
    answers = [federation.answer(name, "1-again") for name in SITES]
    assert federation.combine(round=1, answers=answers, out=again) == 1
    assert (first / "sums.bin").read_bytes() == (again / "sums.bin").read_bytes()
    code = federation.site("a", round=1, out=federation.folder / "no")
    refused(capsys, code, "an old round, or another one under the same number")


def test_a_round_is_answered_only_in_its_turn(federation, capsys):
    assert federation.combine(round=1) == 1
    shutil.rmtree(federations_folder() / "x", ignore_errors=True)
    federation.sites(2)
    capsys.readouterr()
    code = federation.site("a", round=1, out=federation.folder / "no")
    refused(capsys, code, "an old round")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--sites", "2"], "sites: "),
        (["--sites", "101"], "sites: "),
        (["--with", "demo-nothing"], "unknown estimator"),
        (["--classes", "no,no"], "name two or more different ones"),
        (["--classes", "no,yes", "--unit", "mm"], "give one of them"),
        (["--target", "cataract"], "say what it is, since there are no labels here"),
        (["--target", "age", "--unit", "months"], "an age is a number of years"),
        (["--penalties", "ten", "--unit", "mm"], "write numbers above 0"),
        (["--penalties", "0", "--unit", "mm"], "write numbers above 0"),
        (["--seed", "-1", "--unit", "mm"], "these settings make no sense: seed"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(federation, tmp_path, capsys, words, said):
    given = ["federate", "start", "--with", str(federation.base), "--target", "opacity"]
    given += ["--key", str(federation.coordinator.key), "--out", str(tmp_path / "no")]
    if "--sites" in words or "--with" in words:
        given += ["--unit", "mm"]
    refused(capsys, run([*given, *words]), said)
    assert not (tmp_path / "no").exists()


def test_a_state_that_was_altered_is_refused(federation, capsys):
    for file in federations_folder().glob("*/*/site.json"):
        told = json.loads(file.read_bytes())
        file.write_text(json.dumps(told | {"round": 1}))
    code = federation.site("a", round=1, out=federation.folder / "no")
    refused(capsys, code, "site.json: cannot be understood")


def test_nothing_is_written_over(federation, capsys):
    code = federation.site("a", round=1)
    refused(capsys, code, "exists already; name another --out")


def test_photographs_take_part_again_only_with_the_same_photographs_labels_and_sites(
    federation, tmp_path, capsys
):
    """The difference of two totals, with one person and without, is that person's."""
    assert federation.start(out="round-0-second") == 0
    second = federation.folder / "second"
    assert federation.site("a", round="0-second", out=second) == 0
    shutil.rmtree(second)
    federation.start(out="round-0-third")
    labels = federation.folder / "site-a/labels.csv"
    text = labels.read_text("utf-8")
    labels.write_text(text.replace(text.split(",")[-2], "77.0", 1), "utf-8")
    code = federation.site("a", round="0-third", out=second)
    refused(capsys, code, "with other photographs, labels or sites")
    labels.write_text(text, "utf-8")
    draw_site(tmp_path / "more", 7, people=1, kind="number")
    one = next((tmp_path / "more/photographs").iterdir())
    shutil.copy(one, federation.folder / "site-a/photographs")
    with (federation.folder / "site-a/labels.csv").open("a", encoding="utf-8") as file:
        file.write(f"{one.name},Somebody New,50.0,60\n")
    capsys.readouterr()
    code = federation.site("a", round="0-third", out=second)
    said = refused(capsys, code, "took part in 1 other federation(s)", "--although-again")
    assert "Yamada" not in said and "yamada" not in said
    assert federation.site("a", "--although-again", round="0-third", out=second) == 0


def test_what_is_left_out_is_counted_and_listed_on_this_machine_alone(tmp_path, capsys):
    federation = Federation(tmp_path / "files", kind="number")
    assert federation.start() == 0
    photograph = sorted((federation.folder / "site-a/photographs").iterdir())[0]
    photograph.write_bytes(photograph.read_bytes()[:200])
    listed = tmp_path / "left-out.csv"
    assert federation.site("a", "--left-out", str(listed)) == 1
    said = capsys.readouterr()
    assert "left out: 1 without an estimate" in said.err and photograph.name not in said.err
    assert photograph.name in listed.read_text("utf-8-sig")
    assert "people: 15; photographs: 19" in said.out
    for file in federation.answer("a", 0).iterdir():
        assert photograph.name.encode() not in file.read_bytes()
