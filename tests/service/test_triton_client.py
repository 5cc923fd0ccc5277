"""Triton's own clients, for HTTP: what they can do is answered, or refused in words."""

import asyncio
import base64
import math
import re
import warnings
from pathlib import Path

import numpy as np
import pytest

import gantei

from .conftest import encoded_picture, wait_until

pytest.importorskip("fastapi", reason="the service's packages are not installed")
pytestmark = pytest.mark.reference

TOP = Path(__file__).parents[2]
PICTURES = [encoded_picture(1), encoded_picture(1)[:-200], encoded_picture(2), b""]


@pytest.fixture
def expected(make_estimator):
    """What the library answers for PICTURES; NaN for the bad ones."""
    judge = gantei.load(make_estimator("judge"))
    found = judge.predict(PICTURES, on_error="record")
    return np.array([each.values.get("age", math.nan) for each in found], np.float32)


@pytest.fixture
def triton():
    """Triton's own client."""
    with warnings.catch_warnings():  # of gevent, about what was imported before it
        warnings.simplefilter("ignore")
        return pytest.importorskip("tritonclient.http", reason="Triton's client is not installed")


@pytest.fixture
def served(serve, triton):
    """A client of a running server."""

    def start(*options):
        client = triton.InferenceServerClient(f"127.0.0.1:{serve(*options).port}")
        opened.append(client)
        return client

    opened = []
    yield start
    for each in opened:
        each.close()


@pytest.mark.parametrize("options", [(), ("--batch", "4")])
def test_tritons_client_gets_the_librarys_numbers(served, triton, expected, options):
    client = served(*options)
    assert client.is_server_live()
    assert client.is_server_ready()
    assert client.is_model_ready("made")
    assert client.get_server_metadata()["name"] == "gantei"
    assert client.get_model_metadata("made")["outputs"][0]["name"] == "age"
    tensor = triton.InferInput("photograph", [4], "BYTES")
    outputs = [triton.InferRequestedOutput(name, False) for name in ("age", "problem")]
    for binary, wanted in [(True, None), (True, outputs), (False, None), (False, outputs)]:
        data = PICTURES if binary else [base64.b64encode(each) for each in PICTURES]
        tensor.set_data_from_numpy(np.array(data, object), binary_data=binary)
        told = None if binary else {"content_type": "base64"}
        answer = client.infer("made", [tensor], outputs=wanted, parameters=told)
        assert answer.as_numpy("age") == pytest.approx(expected, rel=1e-5, nan_ok=True)
        assert [bool(each) for each in answer.as_numpy("problem")] == [False, True, False, True]


def photographs(triton, *shape):
    tensor = triton.InferInput("photograph", [*shape], "BYTES")
    return tensor.set_data_from_numpy(np.array(PICTURES, object).reshape(shape))


@pytest.mark.parametrize("packing", ["gzip", "deflate"])
@pytest.mark.parametrize("shape", [(4,), (4, 1)])
def test_tritons_client_may_pack_name_a_version_and_think_in_batches(
    served, triton, expected, packing, shape
):
    answer = served().infer(
        "made", [photographs(triton, *shape)], model_version="1", request_id="7",
        request_compression_algorithm=packing, response_compression_algorithm=packing,
    )  # fmt: skip
    ages = answer.as_numpy("age")
    assert ages.shape == shape
    assert ages.ravel() == pytest.approx(expected, rel=1e-5, nan_ok=True)
    assert answer.get_response()["model_version"] == "1"


def test_tritons_asynchronous_client_may_pack_too(serve, expected):
    aio = pytest.importorskip("tritonclient.http.aio", reason="aiohttp is not installed")
    port = serve().port

    async def ask():
        async with aio.InferenceServerClient(f"127.0.0.1:{port}") as client:
            answer = await client.infer(
                "made", [photographs(aio, 4)], request_compression_algorithm="gzip",
                response_compression_algorithm="gzip",
            )  # fmt: skip
            return answer.as_numpy("age")

    assert asyncio.run(ask()) == pytest.approx(expected, rel=1e-5, nan_ok=True)


def test_tritons_client_reads_the_configuration_and_the_list(served):
    client = served()
    wait_until(client.is_server_ready)
    for version in ("", "1"):
        config = client.get_model_config("made", version)
        assert config["max_batch_size"] == 0
        assert config["input"] == [{"name": "photograph", "data_type": "TYPE_STRING", "dims": [-1]}]
        assert config["output"][0] == {"name": "age", "data_type": "TYPE_FP32", "dims": [-1]}
        metadata = client.get_model_metadata("made", version)
        assert [each["name"] for each in config["output"]] == [
            each["name"] for each in metadata["outputs"]
        ]
        assert client.is_model_ready("made", version)
    listed = {"name": "made", "version": "1", "state": "READY", "reason": ""}
    assert client.get_model_repository_index() == [listed]


NOT_OFFERED = {
    "load_model": ("made",),
    "unload_model": ("made",),
    "get_inference_statistics": (),
    "update_trace_settings": (),
    "get_trace_settings": (),
    "update_log_settings": ({"log_info": False},),
    "get_log_settings": (),
    "get_system_shared_memory_status": (),
    "register_system_shared_memory": ("name", "/key", 8),
    "unregister_system_shared_memory": ("name",),
    "get_cuda_shared_memory_status": ("name",),
    "register_cuda_shared_memory": ("name", b"handle", 0, 8),
    "unregister_cuda_shared_memory": (),
}
OFFERED = {
    "close", "is_server_live", "is_server_ready", "is_model_ready", "get_server_metadata",
    "get_model_metadata", "get_model_config", "get_model_repository_index", "infer", "async_infer",
}  # fmt: skip
LOCAL = {
    "generate_request_body", "parse_response_body", "register_plugin", "unregister_plugin",
    "plugin",
}  # fmt: skip


def test_whatever_else_tritons_client_can_do_is_refused_in_words(served, triton):
    from tritonclient.utils import InferenceServerException

    client = served()
    methods = {name for name in dir(client) if not name.startswith("_")}
    assert methods == NOT_OFFERED.keys() | OFFERED | LOCAL
    for method, arguments in NOT_OFFERED.items():
        with pytest.raises(InferenceServerException, match="is not offered here") as refusal:
            getattr(client, method)(*arguments)
        assert refusal.value.status() == "404"
    for arguments in (("made",), ("made", "1")):
        with pytest.raises(InferenceServerException, match="statistics is not offered here"):
            client.get_inference_statistics(*arguments)
    shared = triton.InferInput("photograph", [1], "BYTES")
    shared.set_shared_memory("region", 8)
    with pytest.raises(InferenceServerException, match="unknown member shared_memory_"):
        client.infer("made", [shared])
    classified = triton.InferRequestedOutput("age", class_count=1)
    with pytest.raises(InferenceServerException, match="unknown member classification"):
        client.infer("made", [photographs(triton, 4)], outputs=[classified])
    with pytest.raises(InferenceServerException, match="has no version 2 here, only version 1"):
        client.infer("made", [photographs(triton, 4)], model_version="2")


def test_tritons_client_shows_what_is_wrong(served, triton):
    from tritonclient.utils import InferenceServerException

    client = served()
    many = triton.InferInput("photograph", [101], "BYTES")
    many.set_data_from_numpy(np.array([b"x"] * 101, object))
    with pytest.raises(InferenceServerException, match="at most 100 photographs"):
        client.infer("made", [many])
    with pytest.raises(InferenceServerException, match="does not serve that estimator"):
        client.get_model_metadata("other")


def test_the_python_of_the_page_runs(serve, triton, tmp_path, monkeypatch, capsys):
    page = (TOP / "docs/service.md").read_text("utf-8")
    (python,) = re.findall(r"<!-- triton client -->\n```python\n(.*?)```", page, re.DOTALL)
    for name in ("left.jpg", "right.jpg"):
        (tmp_path / name).write_bytes(encoded_picture(1, 200, "JPEG"))
    monkeypatch.chdir(tmp_path)
    port = serve("--with", "demo-age").port
    names = {}
    exec(compile(python.replace("3000", str(port)), "service.md", "exec"), names)
    names["client"].close()
    (age,) = {f"{each:.3f}" for each in names["answer"].as_numpy("age")}
    expected = gantei.load("demo-age").predict(tmp_path / "left.jpg")[0].values["age"]
    assert float(age) == pytest.approx(expected, abs=1e-3)
    assert age[:4] in capsys.readouterr().out
