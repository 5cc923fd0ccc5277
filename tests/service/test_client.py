"""The client against the service itself: what comes back is what the library says here."""

import csv
import hashlib
import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import gantei
from gantei.command_line import main
from gantei.errors import ExplanationError, PhotographError, TransferError, UnknownEstimatorError

from ..conftest import made_picture
from ..explained import explained_network
from .conftest import encoded_picture, wait_until

pytest.importorskip("fastapi", reason="the service's packages are not installed")


def address(server):
    return f"http://127.0.0.1:{server.port}"


@pytest.fixture
def served(serve, tmp_path):
    """A running server, its client, and the folder of its estimator."""
    server = serve()
    with gantei.Client(address(server)) as client:
        yield server, client, tmp_path / "estimators/made"


def sources(photographs):
    image = Image.fromarray(made_picture(7))
    turned = Image.Exif()
    turned[0x0112] = 6
    image.getexif().update(turned)
    grey = np.zeros((9, 9, 3), np.uint8)
    paths = [path for path in sorted(photographs.rglob("*.*")) if path.suffix == ".png"]
    return [*paths, paths[0].read_bytes(), image, made_picture(8), grey, b"", photographs / "no"]


def comparable(prediction):
    error = prediction.error
    told = error and (type(error), str(error), getattr(error, "sha256", None))
    return prediction.source, dict(prediction.values), prediction.warnings, told


def test_predictions_are_those_of_the_library(served, photographs):
    _, client, folder = served
    here = gantei.load(folder).predict(sources(photographs), on_error="record")
    there = client.predict(sources(photographs), on_error="record")
    assert [comparable(each["made"]) for each in there] == [comparable(each) for each in here]
    assert sum(each.error is None for each in here) == 8


def test_the_demo_estimators_answer_as_here_with_their_warnings(serve):
    server = serve("--with", "demo-age", "--with", "demo-sex")
    pictures = [encoded_picture(seed, 300, "JPEG") for seed in range(3)]
    with gantei.Client(address(server)) as client:
        assert [each.name for each in client.estimators()] == ["made", "demo-age", "demo-sex"]
        answers = client.predict(pictures, ["demo-sex", "demo-age"])
    for name in ("demo-age", "demo-sex"):
        assert [each[name] for each in answers] == gantei.load(name).predict(pictures)


def test_a_folder_is_streamed_in_the_order_of_its_names(served, photographs):
    _, client, _ = served
    stream = client.stream(photographs, on_error="record")
    names = [each["made"].source for each in stream]
    assert names == sorted(str(path) for path in photographs.rglob("[0-9].png"))


def test_the_first_bad_photograph_is_raised(served, photographs):
    with pytest.raises(PhotographError, match=r"3\.png"):
        served[1].predict(photographs)


def test_an_unknown_estimator_and_a_map_that_is_not_there_are_told(served):
    with pytest.raises(UnknownEstimatorError, match="made"):
        served[1].predict(encoded_picture(1), "other")
    with pytest.raises(ExplanationError, match="map"):
        served[1].predict(encoded_picture(1), explain=True)


def test_an_explanation_is_that_of_the_library(ask, make_estimator, monkeypatch):
    folder = make_estimator(network=explained_network())
    service = ask(folder)
    with gantei.Client("http://127.0.0.1:1") as client:
        client._server._http.close()
        client._server._http = service
        picture = encoded_picture(1)
        there = client.predict(picture, explain=True)[0]["made"].explanation
    here = gantei.load(folder).predict(picture, explain=True)[0].explanation
    assert (there.of, there.unit, there.bias, there.box) == (
        here.of, here.unit, here.bias, here.box,
    )  # fmt: skip
    for one, other in ((there.map, here.map), (there.embedding, here.embedding)):
        assert one.dtype == other.dtype == np.float32
        assert np.array_equal(one, other)


def test_a_photograph_that_is_too_large_to_send_harms_no_other(serve):
    server = serve("--body-limit", "1")
    noise = np.random.default_rng(1).integers(0, 255, (2500, 2500, 3), np.uint8)
    with gantei.Client(address(server)) as client:
        answers = client.predict([encoded_picture(1), noise, encoded_picture(2)], on_error="record")
    assert [type(each["made"].error) for each in answers] == [
        type(None),
        PhotographError,
        type(None),
    ]
    assert "--body-limit" in str(answers[1]["made"].error)


def run(*arguments):
    return main(["predict", *map(str, arguments)])


def rows(path):
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def test_a_table_from_a_server_is_that_of_this_machine(served, photographs, tmp_path, capsys):
    server, _, folder = served
    out = tmp_path / "there.csv"
    assert run(photographs, "--with", folder, "--out", tmp_path / "here.csv") == 1
    asking = ["--with", "made", "--server", address(server)]
    assert run(photographs, *asking, "--out", out) == 1
    for name in ("", ".dictionary.csv"):
        here, there = (tmp_path / f"{each}.csv{name}" for each in ("here", "there"))
        assert here.read_bytes() == there.read_bytes()
    assert run(photographs, *asking, "--out", "-") == 1
    assert capsys.readouterr().out == out.read_text("utf-8-sig")
    manifest = json.loads((tmp_path / "there.csv.run.json").read_text())
    assert manifest["server"]["url"] == address(server)
    assert manifest["server"]["gantei"] == gantei.__version__
    weights = hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest()
    assert manifest["estimators"][0]["weights_sha256"] == weights
    assert run(photographs, *asking, "--out", out) == 1, "the same command finds it finished"
    assert run(photographs, "--with", folder, "--out", out) == 2
    assert f"on {address(server)}, now on this machine" in capsys.readouterr().err


def test_maps_from_a_server_are_those_of_this_machine(make_estimator, serve, photographs, tmp_path):
    folder = make_estimator("explained", network=explained_network())
    server = serve("--with", str(folder))
    there = ["--with", "explained", "--server", address(server)]
    for name, asking in (("here", ["--with", folder]), ("there", there)):
        maps = ["--maps", tmp_path / f"{name}-maps", "--out", tmp_path / f"{name}.csv"]
        assert run(photographs, *asking, *maps) == 1
    drawn = sorted((tmp_path / "here-maps").rglob("*.png"))
    assert len(drawn) == 5
    for path in drawn:
        other = tmp_path / "there-maps" / path.relative_to(tmp_path / "here-maps")
        with Image.open(path) as one, Image.open(other) as two:
            assert np.array_equal(np.asarray(one), np.asarray(two))


@pytest.mark.skipif(os.name == "nt", reason="signals as Windows does not have them")
def test_an_interrupted_run_finishes_with_the_same_command(served, tmp_path):
    server, _, _ = served
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(60):
        (folder / f"{number:02}.png").write_bytes(encoded_picture(number, 200))
    out = tmp_path / "results.csv"
    asking = [str(folder), "--with", "made", "--server", address(server), "--workers", "1"]
    process = subprocess.Popen(
        [sys.executable, "-m", "gantei", "predict", *asking, "--out", str(out)],
        stderr=subprocess.DEVNULL,
    )
    journal = tmp_path / "results.csv.partial"
    wait_until(lambda: journal.exists() and len(journal.read_bytes().splitlines()) > 5)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not out.exists()
    assert run(*asking, "--out", out) == 0
    manifest = json.loads((tmp_path / "results.csv.run.json").read_text())
    assert manifest["summary"]["resumed"] >= 5
    assert run(*asking, "--out", tmp_path / "whole.csv") == 0
    assert out.read_bytes() == (tmp_path / "whole.csv").read_bytes()


REFUSED = [
    (["--device", "cpu"], "--device"),
    (["--allow-grey"], "--allow-grey"),
    (["--embeddings", "vectors.npy"], "embeddings"),
    (["--maps", "maps"], "map"),
    (["--with", "other"], "it serves: made"),
    (["--token-file", "missing"], "missing"),
]


def test_what_a_server_cannot_do_is_refused_before_any_work(
    served, photographs, tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    asking = ["--with", "made", "--server", address(served[0]), "--out", "results.csv"]
    for options, word in REFUSED:
        assert run(photographs, *asking, *options) == 2
        assert word in capsys.readouterr().err
        assert not list(tmp_path.glob("results.csv*"))


def test_the_token_comes_from_a_file_or_the_environment(
    serve, photographs, token_file, tmp_path, capsys, monkeypatch
):
    server = serve("--token-file", str(token_file))
    (tmp_path / "mine").write_text("secret\n")
    asking = [photographs, "--with", "made", "--server", address(server)]
    assert run(*asking, "--out", tmp_path / "a.csv") == 2
    assert "GANTEI_TOKEN" in capsys.readouterr().err
    assert run(*asking, "--out", tmp_path / "b.csv", "--token-file", tmp_path / "mine") == 1
    monkeypatch.setenv("GANTEI_TOKEN", "secret")
    assert run(*asking, "--out", tmp_path / "c.csv") == 1
    assert rows(tmp_path / "b.csv") == rows(tmp_path / "c.csv")


def test_a_server_that_changes_under_a_run_ends_it(served, photographs, tmp_path, monkeypatch):
    _, client, _ = served
    from gantei.photographs.listing import list_photographs
    from gantei.study.backends import RemoteBackend

    by = RemoteBackend.of(client, ["made"])
    answers = by.results(list_photographs([photographs]).photographs)
    next(answers)
    monkeypatch.setattr(gantei.Client, "environment", lambda _: {"gantei": "9"})
    with pytest.raises(TransferError, match="changed while it answered"):
        list(answers)
