"""Clients that generators write from /openapi.json ask a server, with a token and without."""

import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import urllib.request
from importlib.metadata import version
from pathlib import Path

import pytest
from PIL import Image

import gantei
from gantei.catalogue.entries import find

from .conftest import digest
from .server_process import Server

pytest.importorskip("fastapi", reason="the service's packages are not installed")
pytest.importorskip("openapi_generator_cli", reason="the judges are not installed")
pytest.importorskip("openapi_python_client", reason="the judges are not installed")

pytestmark = pytest.mark.reference
needs_java = pytest.mark.skipif(not shutil.which("java"), reason="no Java here")
PAGE = (Path(__file__).parents[2] / "docs/clients.md").read_text("utf-8")
SECTION = PAGE.partition("\n## Generated clients\n")[2].partition("\n## ")[0]
ADDRESS = "http://127.0.0.1:3000"
ASKING = Path(__file__).parent / "generated"
FOLDER = find("demo-age").folder
SENT = ("photograph.jpg", "small.jpg", "text.jpg")
OF_EVERY_DESCRIPTION = (
    "OpenAPI 3.1 support is still in beta",
    "Failed to get the schema name: null",  # of version 3.1 with any schema
    "Could not compute datatypeWithEnum from",  # with any list of files
    "Renamed to ModelFile",
)
"""What openapi-generator warns of, whatever a description says."""
BUILDING = ("--quiet", "--no-deps", "--no-build-isolation", "--target", "built")
OF_LINES = ("PhotographLine", "LastLine")
"""Described for who reads an answer line by line, which no generated method does."""
OF_A_SAVED_ONE = ("'scheme' not defined",)
"""It is relative to where it was read."""


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    """A server without tokens, and one with a token, which may reload it."""
    folder = tmp_path_factory.mktemp("servers")
    tokens = folder / "tokens"
    tokens.write_text(f"reload {digest('secret')} it\n")
    running = [Server("demo-age", folder / "open.log", "--with", "demo-sex")]
    try:
        options = ("--with", "demo-sex", "--token-file", str(tokens))
        running.append(Server("demo-age", folder / "closed.log", *options))
        yield running
    finally:
        for each in running:
            each.stop()


@pytest.fixture
def here(tmp_path, monkeypatch):
    """The folder that all is written to, with photographs: drawn, drawn and small, and none."""
    drawn = (FOLDER / "golden-1.jpg").read_bytes()
    (tmp_path / "photograph.jpg").write_bytes(drawn)
    Image.open(io.BytesIO(drawn)).resize((128, 128)).save(tmp_path / "small.jpg")
    (tmp_path / "text.jpg").write_text("no picture")
    monkeypatch.setenv(
        "PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    )
    monkeypatch.setenv("JAVA_OPTS", "-XX:TieredStopAtLevel=1")  # for what runs a few seconds
    monkeypatch.chdir(tmp_path)
    return tmp_path


def url(server):
    return f"http://127.0.0.1:{server.port}"


def description(server, token=None):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(f"{url(server)}/openapi.json", headers=headers)
    with urllib.request.urlopen(request) as response:
        return response.read()


def run(*command, **environment):
    """What a command prints; it ends with 0."""
    ended = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


def snippet(language, holds, server):
    """The section's block of a language that holds a text, for a server."""
    (text,) = (
        each
        for each in re.findall(rf"^```{language}\n(.*?)^```", SECTION, re.M | re.S)
        if holds in each
    )
    return text.replace(ADDRESS, url(server))


def commands(holds, server):
    return [shlex.split(line) for line in snippet("sh", holds, server).splitlines()]


def generate(command, known=OF_EVERY_DESCRIPTION):
    """Run a generator, which has nothing to say against the description."""
    lines = [each for each in run(*command).splitlines() if "writing file" not in each]
    odd = [each for each in lines if re.search("warn|error|unsupported", each, re.I)]
    assert not [each for each in odd if not any(text in each for text in known)]


def assert_complete(methods, described):
    """There is a method for each operation, and no other, however a language writes names."""
    paths = json.loads(described)["paths"].values()
    names = [each["operationId"] for operations in paths for each in operations.values()]
    assert len(names) > 15
    assert sorted(map(plain, methods)) == sorted(map(plain, names))


def plain(name):
    return name.replace("_", "").lower()


def methods_of(files, pattern):
    return [name for path in files for name in re.findall(pattern, path.read_text("utf-8"), re.M)]


def age_of(photograph):
    return gantei.load("demo-age").predict(photograph)[0].values["age"]


def assert_answered(servers, names, *command, **environment):
    """What a client tells of both servers is what the library says of the same photographs."""
    for server, token in zip(servers, ({}, {"TOKEN": "secret"}), strict=True):
        asked = {"SERVER": url(server), **token, **environment}
        assert_told(json.loads(run(*command, *SENT, **asked)), names)


def assert_told(told, names):
    results = gantei.load("demo-age").predict(
        SENT, explain=True, eyes=["right"] * len(SENT), on_error="record"
    )
    *entries, refused = told["entries"]
    ages = [each.values["age"] for each in results[:-1]]
    for result, entry, name in zip(results, entries, names, strict=False):
        explanation = result.explanation
        assert entry == {
            "name": name,
            "age": pytest.approx(result.values["age"], abs=1e-3),
            "unit": "years",
            "eye": ["right", "stated"],
            "findings": [[each.code, each.text()] for each in result.findings],
            "map": [len(explanation.map), pytest.approx(explanation.box[0])],
        }
    assert [code for code, _ in entries[1]["findings"]] == ["notice", "enlarged", "few-pixels"]
    assert refused == {"name": names[-1], "problem": results[-1].error.finding.code, "status": 422}
    known = {"estimator": "nobody", "known": ["demo-age", "demo-sex"]}
    assert told["refused"] == told["v2 refused"] == [404, "estimator-not-served", known, True]
    assert told["estimators"] == {"demo-age": {"age": "years"}, "demo-sex": {"male": "probability"}}
    manifest = (FOLDER / "estimator.toml").read_text("utf-8")
    assert (told["manifest"], told["file"], told["part"]) == ("demo-age", manifest, manifest[:10])
    assert "demo-age" in told["card"]
    *no_problem, problem = told["v2"].pop("problems")
    assert told["v2"] == {
        "id": "7",
        "age": [*(pytest.approx(each, abs=1e-3) for each in ages), None],
    }
    assert [bool(each) for each in (*no_problem, problem)] == [False, False, True]
    assert (told["server"], told["v2 version"]) == ("gantei", "1")
    assert (told["v2 model"], told["v2 config"]) == (["photograph", "FP32"], "TYPE_FP32")
    assert told["v2 models"] == [["demo-age", "READY"], ["demo-sex", "READY"]]
    assert told["ready"] == [True] * 5
    assert told["metrics"] is True


@needs_java
def test_openapi_generator_writes_python(here, servers):
    assert f"openapi-generator-cli=={version('openapi-generator-cli')}" in SECTION
    writes, installs = commands("-g python", servers[0])
    generate(writes)
    files = (here / "client-python/gantei_client/api").glob("*_api.py")
    assert_complete(methods_of(files, r"^    def (\w+)_with_http_info\("), description(servers[0]))
    run(sys.executable, "-m", *installs, *BUILDING)
    program = str(ASKING / "ask_openapi_generator.py")
    assert_answered(servers, ["0", "1", "2"], sys.executable, program, PYTHONPATH="built")
    told = run(
        sys.executable, "-c", snippet("python", "ApiException", servers[0]), PYTHONPATH="built"
    )
    assert told == f"1 {age_of('photograph.jpg'):.8g}\n"


@needs_java
@pytest.mark.skipif(not (shutil.which("node") and shutil.which("tsc")), reason="no TypeScript here")
def test_openapi_generator_writes_typescript(here, servers):
    writes, compiles, asks = commands("-g typescript-fetch", servers[0])
    generate(writes)
    files = (here / "client/apis").glob("*.ts")
    assert_complete(methods_of(files, r"^    async (\w+)Raw\("), description(servers[0]))
    (here / "package.json").write_text('{"type": "module"}')
    (here / "node_modules").symlink_to(Path(shutil.which("tsc")).resolve().parents[2])
    (here / "ask.ts").write_text(snippet("ts", "EstimatesApi", servers[0]))
    shutil.copy(ASKING / "ask.ts", here / "ask-all.ts")
    run(*compiles[1:], "ask-all.ts")
    assert_answered(servers, ["blob"] * 3, "node", "ask-all.js")
    assert run(*asks) == f"blob {age_of('photograph.jpg'):.8g}\n"


@needs_java
def test_openapi_generator_writes_java_and_finds_no_fault(here, servers):
    """Of the description with every address, as it is saved with a token."""
    described = description(servers[1], "secret")
    (here / "openapi.json").write_bytes(described)
    assert "/v1/reload" in json.loads(described)["paths"]
    said = run("openapi-generator-cli", "validate", "-i", "openapi.json", "--recommend")
    odd = set(re.findall(r"^\s+- (.*)", said, re.M))
    assert odd == {f"Unused model: {each}" for each in OF_LINES}
    (writes,) = commands("-g java", servers[0])
    writes[writes.index("-i") + 1] = "openapi.json"
    generate(writes, OF_EVERY_DESCRIPTION + OF_A_SAVED_ONE)
    files = (here / "client-java/src/main").rglob("*Api.java")
    assert_complete({*methods_of(files, r"^\s+public \S+ (\w+)WithHttpInfo\(")}, described)


def test_openapi_python_client_writes_a_client(here, servers):
    (writes,) = commands("openapi-python-client", servers[0])
    generate(writes, known=())
    files = (here / "gantei_client/api").glob("*/*.py")
    assert_complete(
        [each.stem for each in files if each.stem != "__init__"], description(servers[0])
    )
    program = str(ASKING / "ask_python_client.py")
    assert_answered(servers, ["0", "1", "2"], sys.executable, program, PYTHONPATH=".")
    told = run(sys.executable, "-c", snippet("python", "PredictForm", servers[0]))
    assert told == f"1 {age_of('photograph.jpg'):.8g}\n"
