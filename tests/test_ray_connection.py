"""`--on` and its addresses, and what is made of the answers of actors: no Ray is started for it."""

import sys

import pytest

pytest.importorskip("ray")

from gantei.errors import (
    MissingExtraError,
    OfflineError,
    PhotographError,
    SettingError,
    TransferError,
)
from gantei.findings.finding import Finding
from gantei.inference.prediction import PhotographResult
from gantei.ray import cluster, ray_backend
from gantei.ray.estimator_actor import EstimatedChunk

from .models.studies import run

BOTH = ("--with", "demo-age", "--with", "demo-sex")


@pytest.fixture
def backend():
    """One without actors, on another machine, for what it makes of their answers."""
    kind = {"model": "A"}
    return ray_backend.RayBackend(
        "ray://node:10001", (), (), "same", None, [kind], is_elsewhere=True
    )


def test_kinds_of_processors_are_told_each_once(backend):
    for model in "ABBA":
        list(backend._checked(EstimatedChunk([], {}, "same", {"model": model})))
    assert backend.processors() == [{"model": "A"}, {"model": "B"}]


def test_an_actor_that_comes_back_with_another_version_stops_the_run(backend):
    with pytest.raises(TransferError, match="started anew with other versions"):
        list(backend._checked(EstimatedChunk([], {}, "other", {"model": "A"})))


def test_a_file_that_only_this_machine_sees_is_no_unreadable_photograph(backend, tmp_path):
    file = tmp_path / "photograph.jpg"
    error = PhotographError(Finding("unreadable-file", why="No such file"), str(file))
    answer = EstimatedChunk(
        [PhotographResult(str(file), None, error=error)], {}, "same", {"model": "A"}
    )
    assert len(list(backend._checked(answer))) == 1
    file.touch()
    with pytest.raises(TransferError, match="under the same paths"):
        list(backend._checked(answer))


@pytest.mark.parametrize(
    "address", ["ray://", "ray://node", "ray://a@node:1", "ray://node:1/x", "http://node:1"]
)
def test_other_addresses_than_rays_are_refused(address):
    with pytest.raises(SettingError, match="say ray, or ray://HOST:PORT"):
        cluster.is_on_this_machine(address)


def test_an_address_at_which_nobody_answers_is_said(monkeypatch, capsys, photographs, tmp_path):
    words = ("--on", "ray://127.0.0.1:1", "--out", tmp_path / "t.csv")
    assert run(photographs, *BOTH, *words) == 2
    assert "ray://127.0.0.1:1: no connection to Ray: " in capsys.readouterr().err


def test_other_machines_are_refused_offline(monkeypatch):
    monkeypatch.setattr("gantei.system.offline.OFFLINE", True)
    with pytest.raises(OfflineError), cluster.connected_ray("ray://node:10001"):
        pass


def test_a_ray_that_is_not_installed_is_named_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtraError, match=r"\[ray\]"):
        cluster.import_ray()


def test_on_and_server_are_not_both_taken(photographs, tmp_path, capsys):
    words = ("--out", tmp_path / "t.csv", "--server", "http://127.0.0.1:1")
    assert run(photographs, *BOTH, *words, "--on", "ray") == 2
    assert "--on and --server" in capsys.readouterr().err


@pytest.mark.parametrize("where", [("--root", "https://h.example/"), ("https://h.example/a.jpg",)])
def test_photographs_of_a_web_server_are_refused_since_their_addresses_would_go_elsewhere(
    where, tmp_path, capsys
):
    (tmp_path / "list.txt").write_text("b.jpg?signature=secret")
    words = ("--from", tmp_path / "list.txt", "--out", tmp_path / "t.csv", "--on", "ray")
    assert run(*where, *BOTH, *words) == 2
    said = capsys.readouterr().err
    assert "--on takes no photographs of a web server" in said
    assert "secret" not in said
