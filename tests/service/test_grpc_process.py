"""`gantei serve --grpc-port` as people start it."""

import builtins
import json
import os
import re
import signal
from pathlib import Path

import pytest

import gantei
from gantei.command_line import main

from .conftest import encoded_picture
from .grpc_clients import infer_request, messages, method

pytest.importorskip("fastapi", reason="the service's packages are not installed")
pytest.importorskip("h2", reason="what gRPC needs is not installed")

PAGE = Path(__file__).parents[2] / "docs/clients.md"


def grpc_port(server):
    """The port that it says in its log."""
    for line in server.log.read_text("utf-8").splitlines():
        if '"event": "listening for gRPC"' in line:
            return int(json.loads(line)["address"].rstrip("/").rpartition(":")[2])
    raise AssertionError("no such line")


@pytest.mark.reference
def test_the_snippet_of_the_page_runs(serve, tmp_path, monkeypatch, capsys):
    pytest.importorskip("grpc", reason="grpcio is not installed")
    pytest.importorskip("tritonclient", reason="Triton's client is not installed")
    messages()  # without what gevent has to say
    section = PAGE.read_text("utf-8").partition("\n## gRPC\n")[2]
    python = re.search(r"```python\n(.*?)```", section, re.DOTALL)[1]
    (tmp_path / "photograph.jpg").write_bytes(encoded_picture(2, 200, "JPEG"))
    monkeypatch.chdir(tmp_path)
    port = grpc_port(serve("--with", "demo-age", "--grpc-port", "0"))
    names = {}
    exec(compile(python.replace("8001", str(port)), "clients.md", "exec"), names)
    names["client"].close()
    expected = gantei.load("demo-age").predict("photograph.jpg")[0].values["age"]
    assert names["answer"].as_numpy("age") == pytest.approx([expected], abs=1e-3)
    assert f"{expected:.1f}"[:3] in capsys.readouterr().out


@pytest.mark.reference
@pytest.mark.skipif(os.name == "nt", reason="signals as Windows does not have them")
def test_a_signal_to_end_lets_calls_be_answered(serve):
    grpc = pytest.importorskip("grpc", reason="grpcio is not installed")
    pytest.importorskip("tritonclient", reason="Triton's client is not installed")
    server = serve("--grpc-port", "0")
    with grpc.insecure_channel(f"127.0.0.1:{grpc_port(server)}") as channel:
        call = method(channel, "ModelInfer")
        pictures = [encoded_picture(2, 500)] * 8
        many = [call.future(infer_request(*pictures), timeout=60) for _ in range(5)]
        many[0].result()
        server.process.send_signal(signal.SIGTERM)
        codes = {error.code() if (error := each.exception()) else None for each in many}
    assert None in codes
    # What had begun is answered; what the server had not seen is told so, and nothing is lost.
    assert codes <= {None, grpc.StatusCode.UNAVAILABLE}
    assert server.process.wait(20) == -signal.SIGTERM
    seen = [json.loads(line) for line in server.log.read_text("utf-8").splitlines()]
    answered = [line for line in seen if str(line.get("route")).endswith("ModelInfer")]
    assert {line["status"] for line in answered} == {200}


def test_what_is_missing_is_named_with_the_command_that_adds_it(monkeypatch, capsys):
    whole = builtins.__import__

    def without(name, *rest, **more):
        if name.partition(".")[0] == "h2":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return whole(name, *rest, **more)

    for name in [each for each in __import__("sys").modules if "grpc_port" in each]:
        monkeypatch.delitem(__import__("sys").modules, name)
    monkeypatch.setattr(builtins, "__import__", without)
    assert main(["serve", "--with", "demo-age", "--port", "0", "--grpc-port", "0"]) != 0
    told = capsys.readouterr().err
    assert "gRPC needs h2" in told and "grpc" in told.partition("needs")[2]


def test_a_port_that_is_taken_is_said_with_its_option(serve, capsys):
    port = str(serve().port)
    assert main(["serve", "--with", "demo-age", "--port", "0", "--grpc-port", port]) != 0
    assert f"port {port}" in (told := capsys.readouterr().err)
    assert "name another --grpc-port" in told


def test_the_bento_has_no_grpc_and_says_so():
    from gantei.errors import SettingError
    from gantei_service.settings import from_environment

    with pytest.raises(SettingError, match="only gantei serve has gRPC, by --grpc-port"):
        from_environment({"GANTEI_SERVE_GRPC_PORT": "8001"})
