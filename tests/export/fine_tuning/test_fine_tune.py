"""Whole networks, from the publisher's file to an installed estimator."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("scipy", reason="needs the extra study")
pytest.importorskip("sklearn", reason="needs the extra study")

import gantei
from gantei.catalogue.entries import find
from gantei.catalogue.kept_trainings import kept_trainings
from gantei.catalogue.store import installed
from gantei.errors import AlreadyInstalledError, OutputError, SettingError
from gantei.estimator.verification import verify
from gantei.photographs.preprocessing import prepare
from gantei_export.fine_tuning.fine_tune import fine_tune
from gantei_export.fine_tuning.fine_tuned import FineTuneOptions
from gantei_export.fine_tuning.prepared_photographs import prepared_photographs
from gantei_export.fine_tuning.training_progress import Silence
from gantei_export.fine_tuning.training_settings import FineTuneSettings, TrainingSettings
from gantei_export.importing.importer import import_estimator

from ..adapting_cases import drawn_eyes
from .networks import labelled_of, small_network

pytestmark = [
    pytest.mark.reference,
    pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file"),
]
SETTINGS = FineTuneSettings(TrainingSettings(rate=1e-3), epochs=3, patience=3)
FACTS = {"input.crop": "disc", "input.scale": "-1..1", "output.positive": "male"}


@pytest.fixture(scope="module")
def eyes(tmp_path_factory):
    return drawn_eyes(tmp_path_factory.mktemp("eyes"), people=30)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("publisher") / "sex.h5"
    small_network().save(path)
    return path


@pytest.fixture
def base(file):
    import_estimator("small-sex", file, task="sex", settings=FACTS, because="made for a test")
    return FineTuneOptions("small-sex", file, "my-own", SETTINGS)


@pytest.fixture(scope="module")
def finished(eyes, file, tmp_path_factory):
    """A network trained to its end, and the home in which it is installed."""
    home = tmp_path_factory.mktemp("finished")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANTEI_HOME", str(home))
        import_estimator("small-sex", file, task="sex", settings=FACTS, because="made for a test")
        options = FineTuneOptions("small-sex", file, "my-own", SETTINGS)
        return home, fine_tune(options, labelled_of(eyes, "age"))


def test_a_trained_network_is_an_estimator_like_all_others(eyes, finished, monkeypatch):
    home, made = finished
    monkeypatch.setenv("GANTEI_HOME", str(home))
    manifest = made.entry.manifest
    (output,) = manifest.output
    assert (output, manifest.adapted.method) == ("age", "whole-network")
    assert manifest.adapted.of == "small-sex"
    assert manifest.adapted.people == made.training_people + made.aside_people == 24
    assert manifest.input == find("small-sex").manifest.input
    assert manifest.basis["input.crop"].evidence == "made for a test"
    assert len(made.history) == 4
    assert made.history[-1].training < made.history[1].training
    assert len(made.whole.splits) == len(made.head.splits) == 1
    assert made.whole.splits[0].test_people == 6
    provenance = json.loads((made.entry.folder / "provenance.json").read_text("utf-8"))
    (adapted,) = provenance["adapted"]
    assert adapted["checked"]["judge"].keys() == {"tf_keras", "tensorflow"}
    assert adapted["checked"]["largest_difference"] <= 1e-4
    assert adapted["settings"]["best_epoch"] == made.best
    assert verify(["my-own"], golden=True)[0].problems == ()
    photograph = sorted(eyes.folder.glob("*.png"))[0]
    (values,) = gantei.load("my-own", "cpu").predict([photograph])
    assert all(np.isfinite(value) for value in values.values.values())
    assert kept_trainings() == ()


def test_several_classes_in_two_splits_give_the_network_of_the_first(eyes, base):
    labels = eyes.relabelled("thirds.csv", lambda row: row | {"third": third(row)})
    labelled = labelled_of(replace(eyes, labels=labels), "third")
    seen = Epochs()
    quick = FineTuneSettings(TrainingSettings(rate=1e-2), epochs=2, patience=2)
    twice = replace(base, trials=2, settings=quick)
    made = fine_tune(twice, labelled, progress=seen)
    assert seen.trials == [(1, 2), (2, 2)]
    photographs = sum(len(each.people.train) for each in made.trials)
    assert seen.done == seen.total == 2 * photographs
    first, second = (each.people for each in made.trials)
    assert {*first.test} != {*second.test}
    for each in (first, second):
        rows = [*each.train, *each.aside, *each.test]
        assert sorted(rows) == list(range(len(labelled)))
        persons = [{*labelled.persons[own]} for own in (each.train, each.aside, each.test)]
        assert sum(map(len, persons)) == labelled.people
    assert made.head.figure("accuracy").trials == 2
    assert [made.whole.figure(code).trials for code in ("accuracy", "log_loss")] == [2, 2]
    assert "2 times" in made.entry.manifest.evaluation.split
    paths = [labelled.photographs[row].source for row in first.test]
    values = [each.values for each in gantei.load("my-own", "cpu").predict(paths)]
    installed_answers = np.array([[*each.values()] for each in values])
    # Resized as whole grey levels for the training, and as fractions for a prediction.
    assert made.best > 0
    assert installed_answers == pytest.approx(made.trials[0].whole.estimates, abs=0.002)
    assert np.abs(installed_answers - made.trials[0].head.estimates).max() > 0.02
    assert kept_trainings() == ()


def third(row):
    """A class of three, each of 14 people or more: everybody has a right eye, and a left one."""
    return "right" if row["eye"] == "right" else row["sex"]


def test_a_run_killed_in_an_epoch_and_repeated_gives_the_same_bytes(
    eyes, base, own_store, finished, monkeypatch
):
    home, whole = finished
    labelled = labelled_of(eyes, "age")
    killed = Killed(own_store)
    with pytest.raises(KeyboardInterrupt):
        fine_tune(base, labelled, progress=killed)
    # What lies on the disk is what lay there when it was killed, with locks and partial files.
    shutil.rmtree(own_store)
    shutil.copytree(killed.disk, own_store)
    assert any((own_store / "training").glob(".*.lock"))
    (state,) = kept_trainings()
    with np.load(state.path, allow_pickle=False) as stored:
        assert len(json.loads(stored["told"].tobytes())["history"]) == 2
    assert (state.name, state.path.stat().st_mode & 0o077) == ("my-own", 0)
    resumed = Epochs()
    made = fine_tune(base, labelled, progress=resumed)
    assert resumed.seen == [1, 2, 3], "the first epoch was not trained again"
    assert kept_trainings() == ()
    assert made.history == whole.history
    again = weights_of("my-own")
    monkeypatch.setenv("GANTEI_HOME", str(home))
    once = weights_of("my-own")
    assert once.keys() == again.keys()
    assert all(once[key].tobytes() == again[key].tobytes() for key in once)


class Killed(Silence):
    """Copies the disk in the second epoch, as a kill leaves it, and ends there."""

    def __init__(self, home):
        self.home, self.finished = home, 0
        self.disk = home.with_name(f"{home.name}-killed")

    def epoch(self, losses, most):
        self.finished = losses.epoch

    def advance(self, photographs):
        if self.finished == 1 and photographs <= SETTINGS.training.batch:
            state = next((self.home / "training").glob("*.npz"))
            state.with_name(f".{state.name}.1").write_bytes(b"cut off")
            shutil.copytree(self.home, self.disk)
            raise KeyboardInterrupt


def test_a_training_whose_report_fails_goes_on_from_there(eyes, base):
    def fails(tuned):
        raise OutputError("no room for the report")

    labelled = labelled_of(eyes, "sex")
    quick = replace(
        base, settings=FineTuneSettings(TrainingSettings(rate=1e-3), epochs=1, patience=1)
    )
    with pytest.raises(OutputError, match="no room"):
        fine_tune(quick, labelled, measured=fails)
    (kept,) = kept_trainings()
    assert kept.name == "my-own"
    assert "my-own" not in installed()
    again = Epochs()
    fine_tune(quick, labelled, progress=again)
    assert again.seen == [1], "nothing was trained again"
    assert "my-own" in installed()
    assert kept_trainings() == ()


class Epochs(Silence):
    def __init__(self):
        self.seen, self.trials, self.total, self.done = [], [], 0, 0

    def begin(self, what, photographs):
        self.total, self.done = photographs, 0

    def advance(self, photographs):
        self.done += photographs

    def trial(self, number, trials):
        self.trials.append((number, trials))

    def epoch(self, losses, most):
        self.seen.append(losses.epoch)


def weights_of(name):
    import onnx
    from onnx import numpy_helper

    model = onnx.load(find(name).folder / "model.onnx")
    return {each.name: numpy_helper.to_array(each) for each in model.graph.initializer}


def test_another_file_is_refused_and_both_digests_are_told(eyes, base, tmp_path):
    small_network(seed=2).save(tmp_path / "other.h5")
    published = find("small-sex").manifest.source.original_sha256
    with pytest.raises(SettingError, match=published) as caught:
        fine_tune(replace(base, weights=tmp_path / "other.h5"), labelled_of(eyes, "sex"))
    from gantei.system.files import sha256_of

    assert sha256_of(tmp_path / "other.h5") in str(caught.value)


def test_what_cannot_be_installed_is_refused_before_any_work(eyes, base):
    labelled, asked = labelled_of(eyes, "sex"), Epochs()
    for name, error in (
        ("small-sex", SettingError),
        ("demo-age", SettingError),
        ("Mine", SettingError),
    ):
        with pytest.raises(error):
            fine_tune(replace(base, name=name), labelled, progress=asked)
    import_estimator("taken", base.weights, task="sex", settings=FACTS, because="made for a test")
    with pytest.raises(AlreadyInstalledError):
        fine_tune(replace(base, name="taken"), labelled, progress=asked)
    few = labelled.only(range(12), [])
    with pytest.raises(SettingError, match="people have photographs of 'female'; at least 14"):
        fine_tune(base, few, progress=asked)
    assert asked.seen == []


def test_a_photograph_that_cannot_be_read_is_listed(tmp_path):
    eyes = drawn_eyes(tmp_path, people=3)
    broken = eyes.folder / "p001-left.png"
    broken.write_bytes(broken.read_bytes()[:2000])
    labelled, spec = labelled_of(eyes, "age"), find("demo-age").manifest.input
    with prepared_photographs(labelled, spec) as (left, prepared):
        assert (len(left), prepared.pixels.shape) == (5, (5, 160, 160, 3))
        listed = [each.source for each in left.photographs]
        expected = [prepare(gantei.read(path), spec) for path in listed]
        assert np.array_equal(prepared.network_values(prepared.pixels), expected)
    (left_out,) = left.exclusions[len(labelled.exclusions) :]
    assert left_out.code == "no-estimate"
    assert "p001-left.png" in str(left_out)


def test_a_state_of_another_training_is_not_taken_up():
    from gantei_export.fine_tuning.training_checkpoint import (
        EpochLosses,
        TrainingState,
        checkpoint,
    )

    array = np.ones(3, np.float32)
    state = TrainingState((EpochLosses(0, None, 0.5),), [array], [array], [])
    with checkpoint("a" * 64, "my-own") as kept:
        kept.save(state)
        kept.path.rename(kept.path.with_name(f"my-own-{'b' * 32}.npz"))
    with checkpoint("b" * 64, "my-own") as other, pytest.raises(OutputError, match="delete it"):
        other.load()
