"""Trainings that were killed: `gantei list` tells of their states, `gantei remove` deletes them."""

from pathlib import Path

import pytest

from gantei.catalogue import store
from gantei.catalogue.kept_trainings import (
    forget_trainings,
    kept_trainings,
    training_file,
    training_lock,
)
from gantei.command_line import main
from gantei.errors import OutputError
from gantei.manifests.file import FILE_NAME
from gantei.system.files import exclusive_lock


@pytest.fixture
def state():
    """The state of a training of `my-own`, with what a kill leaves beside it."""
    path = training_file("my-own", "a" * 64)
    path.parent.mkdir(parents=True)
    path.write_bytes(bytes(2_100_000))
    path.with_name(f".{path.name}.999999999").write_bytes(b"cut off")
    training_lock(path).touch()
    return path


def test_a_list_tells_of_a_training_that_did_not_end_and_how_to_be_rid_of_it(state, capsys):
    assert main(["list"]) == 0
    said = capsys.readouterr()
    assert "my-own: a training that did not end" in said.err
    assert "(2.1 MB)" in said.err
    assert "gantei remove my-own --training deletes it" in said.err
    assert "my-own" not in said.out


def test_removing_deletes_the_state_and_what_was_cut_off(state, capsys):
    other = training_file("my-own-2", "a" * 64)
    other.touch()
    assert main(["remove", "my-own"]) == 0
    assert "my-own: the training that did not end is removed" in capsys.readouterr().out
    assert [*state.parent.iterdir()] == [other]
    assert main(["remove", "my-own"]) == 2


def test_a_training_that_goes_on_is_not_removed(state):
    with (
        exclusive_lock(training_lock(state), 1, "held"),
        pytest.raises(OutputError, match="another process is training my-own"),
    ):
        forget_trainings("my-own")
    assert [each.name for each in kept_trainings()] == ["my-own"]


def test_a_training_that_goes_on_is_listed_as_under_way(state, capsys):
    with exclusive_lock(training_lock(state), 1, "held"):
        assert main(["list"]) == 0
    said = capsys.readouterr().err
    assert "my-own: a training is under way, last saved" in said
    assert "deletes it" not in said
    assert main(["list"]) == 0
    assert "my-own: a training that did not end" in capsys.readouterr().err


def test_estimators_are_listed_where_trainings_cannot_be(state, capsys, monkeypatch):
    def closed(folder):
        if folder == state.parent:
            raise PermissionError(13, "Permission denied")
        return of_any(folder)

    of_any = Path.iterdir
    monkeypatch.setattr(Path, "iterdir", closed)
    assert main(["list"]) == 0
    said = capsys.readouterr()
    assert "demo-sex" in said.out
    assert f"left out: {state.parent}: cannot be read: Permission denied" in said.err


def test_the_training_alone_is_removed_and_the_estimator_of_its_name_stays(state, capsys):
    with store.installing("my-own") as folder:
        (folder / FILE_NAME).touch()
    assert main(["remove", "my-own", "--training"]) == 0
    said = capsys.readouterr().out
    assert said == "my-own: the training that did not end is removed\n"
    assert "my-own" in store.installed()
    assert main(["remove", "my-own", "--training"]) == 2
    assert "no training of 'my-own' is kept" in capsys.readouterr().err
    assert "my-own" in store.installed()


def test_other_files_in_the_folder_are_none():
    assert kept_trainings() == ()
    folder = training_file("my-own", "a" * 64).parent
    folder.mkdir(parents=True)
    (folder / "notes.npz").touch()
    (folder / f"my-own-{'b' * 32}.npz").mkdir()
    assert kept_trainings() == ()
    assert not forget_trainings("my-own")
