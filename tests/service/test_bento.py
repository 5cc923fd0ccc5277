"""The service in BentoML: that it serves, that it builds, and that it keeps to itself."""

import asyncio
import json
import os
import re
import shutil

import numpy as np
import pytest
import yaml
from PIL import Image, features

import gantei
from gantei.calibrations.calibration_store import save_calibration
from gantei.catalogue.entries import SHIPPED, find
from gantei.errors import MissingExtraError, WeightsError

from ..calibrated import calibration_of
from ..processes import no_other_bentoml
from ..system_calls import Calls, need_strace
from .bento_process import (
    called,
    ended,
    environment_in,
    run,
    served,
    serving,
    without_gantei,
)
from .bentoml_clients import async_client, sync_client
from .otlp_receiver import collecting

pytest.importorskip("bentoml", reason="the service's packages are not installed")

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # BentoML's import warns
posix = pytest.mark.skipif(os.name == "nt", reason="the stand-in for uv is a shell script")
PHOTOGRAPH = SHIPPED / "demo-age/golden-1.jpg"


@pytest.fixture
def alone(tmp_path):
    return environment_in(tmp_path)


@pytest.fixture(autouse=True)
def alone_with_bentoml(tmp_path_factory):
    with no_other_bentoml(tmp_path_factory):
        yield


def test_bentoml_serves_the_application_and_nothing_of_its_own(alone):
    pytest.importorskip("opentelemetry.exporter.otlp.proto.common", reason="no traces here")
    with collecting() as ours, collecting() as ambient:
        told = {
            "GANTEI_SERVE_WITH": "demo-age", "GANTEI_SERVE_TRACES": ours.url,
            "OTEL_EXPORTER_OTLP_ENDPOINT": ambient.url, "OTEL_TRACES_EXPORTER": "otlp",
            "FASTAPI_OTEL_AUTO_CONFIGURE": "true",
        }  # fmt: skip
        _ask_the_service(alone | told)
    assert ambient.requests == []
    names = [span.name for span in ours.spans]
    assert set(names) == {"GET /v1/estimators", "GET other", "POST other"}
    assert names.count("POST other") == 6  # the last of them is sent when the process ends


def _ask_the_service(alone):
    with serving(alone, "gantei_service.service:Gantei") as get:
        assert served(get) == ["demo-age"]
        assert [get(path)[0] for path in ("/", "/docs.json", "/healthz")] == [200, 404, 404]
        other = {"data": b"", "headers": {"Origin": "http://other.example"}}
        posts = (
            "/v1/predict", "/bentoml/predict", "/bentoml/estimators",
            "/v2/models/demo-age/infer", "/v1/reload",
        )  # fmt: skip
        assert [get(path, **other)[0] for path in posts] == [403] * 5
        assert get("/v1/reload", data=b"")[0] == 404
    assert called(alone) == ""


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"GANTEI_SERVE_WITH": "nosuch"}, "unknown estimator 'nosuch'"),
        ({"BENTOML_CONFIG_OPTIONS": "services.gantei.workers=2"}, "says workers: 2"),
    ],
)
def test_what_makes_no_sense_ends_bentoml_before_it_serves(alone, tmp_path, more, said):
    done = ended(alone | more, "bentoml", "serve", "gantei_service.service:Gantei", cwd=tmp_path)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert called(alone) == ""


@posix
def test_a_bento_of_the_checkout_serves_without_it(alone, tmp_path):
    run(alone, "bentoml", "build", "--output", "tag")
    (source,) = (tmp_path / "bentoml/bentos/gantei").glob("*/src")
    assert {path.name for path in source.iterdir()} == {
        "models", "service", "requirements", "pyproject.toml", "README.md", "LICENSE",
        "bentofile.yaml",
    }  # fmt: skip
    (tmp_path / "service.py").write_text("raise SystemExit('another service was imported')\n")
    with serving(without_gantei(alone), "gantei:latest") as get:
        assert served(get) == ["demo-age", "demo-sex"]
    assert called(alone) == ""


@posix
def test_a_bento_carries_the_estimators_and_calibrations_that_it_was_built_with(
    alone, make_estimator, tmp_path
):
    folder = make_estimator()
    calibration = save_calibration(calibration_of(find(folder).manifest))
    named = ("--with", str(folder), "--with", "demo-sex", "--calibration", "made=clinic")
    tag = run(alone, "gantei", "bento", *named).strip()
    folder.rename(tmp_path / "gone")
    shutil.rmtree(calibration)
    source = tmp_path / "bentoml/bentos" / tag.replace(":", "/") / "src"
    assert not [*source.rglob("*.pyc")]
    with serving(without_gantei(alone), tag) as get:
        assert served(get) == ["demo-sex", "made"]
        assert "made" in get("/v1/estimators/made/files/estimator.toml")[1]
        assert json.loads(get("/v1/estimators/made")[1])["calibration"]["site"] == "clinic"
        assert "calibration" not in json.loads(get("/v1/estimators/demo-sex")[1])
    assert called(alone) == ""


@pytest.fixture
def photographs(tmp_path):
    """Of a usual size; above 1 MB, from where forms are spooled; decoded in a process apart."""
    noise = np.random.default_rng(2).integers(0, 256, (700, 700, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "large.png")
    with Image.open(PHOTOGRAPH) as image:
        image.save(tmp_path / "apart.avif")
    return [PHOTOGRAPH, tmp_path / "large.png", tmp_path / "apart.avif"]


@posix
@pytest.mark.skipif(not features.check("avif"), reason="this Pillow has no AVIF")
def test_photographs_of_bentomls_clients_reach_no_disk(alone, tmp_path, photographs):
    need_strace()
    tag = run(alone, "gantei", "bento", "--with", "demo-age").strip()
    with serving(without_gantei(alone), tag, calls=tmp_path / "traced") as get:
        before = Calls(tmp_path / "traced", tmp_path).written
        answers = [asked(get.url, photographs), *asyncio.run(asked_at_once(get.url, photographs))]
        assert all(answer == answers[0] for answer in answers)
        assert Calls(tmp_path / "traced", tmp_path).written == before
    assert [path for path in before if path.startswith(str(tmp_path / "bentoml"))]
    ages = gantei.load("demo-age").predict(photographs, on_error="record")
    for entry, expected in zip(answers[0]["photographs"], ages, strict=True):
        age = entry["estimates"]["demo-age"]["values"]["age"]["value"]
        assert age == pytest.approx(expected.values["age"], abs=1e-4)
    assert called(alone) == ""


def asked(url, photographs):
    """What BentoML's client gets."""
    with sync_client(url) as client:
        return client.predict(photographs=photographs)


async def asked_at_once(url, photographs):
    """What its other client gets, several times at once."""
    async with async_client(url) as client:
        return await asyncio.gather(*(client.predict(photographs) for _ in range(3)))


@posix
def test_a_bento_for_a_gpu_asks_for_one_and_does_not_serve_without(alone, tmp_path):
    tag = run(alone, "gantei", "bento", "--with", "demo-age", "--gpu").strip()
    bento = tmp_path / "bentoml/bentos" / tag.replace(":", "/")
    described = yaml.safe_load((bento / "bento.yaml").read_text("utf-8"))
    assert described["services"][0]["config"]["resources"] == {"gpu": 1}
    needed = re.findall(
        r"^onnxruntime\S*(?===)", (bento / "env/python/requirements.txt").read_text(), re.M
    )
    assert needed == ["onnxruntime-gpu"]
    assert "ENV GANTEI_SERVE_DEVICE" in (bento / "env/docker/Dockerfile").read_text("utf-8")
    hidden = without_gantei(alone) | {"CUDA_VISIBLE_DEVICES": ""}
    with serving(hidden, tag, said="cuda") as get:
        assert get("/livez") == (0, "")


def test_an_estimator_that_answers_wrongly_goes_into_no_bento(tmp_path, monkeypatch):
    from gantei_service.bento import build

    folder = shutil.copytree(SHIPPED / "demo-age", tmp_path / "demo-age")
    manifest = folder / "estimator.toml"
    manifest.write_text(
        re.sub(r"\bage = 39.66", "age = 49.66", manifest.read_text("utf-8")), "utf-8"
    )
    monkeypatch.setattr(shutil, "which", lambda _: "uv")
    with pytest.raises(WeightsError, match="golden"):
        build([str(folder)])


def test_without_uv_nothing_is_downloaded(monkeypatch):
    import gantei_service.bento as module

    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match="pip install uv"):
        module.build(["demo-age"])
