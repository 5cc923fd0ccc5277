"""gRPC: what its clients send and get, beside what HTTP answers them."""

import base64
import json
import math
import subprocess
import sys
import urllib.request

import numpy as np
import pytest

import gantei

from ..conftest import SEX
from .conftest import digest, encoded_picture, wait_until
from .grpc_clients import INFER, infer_request, messages, metadata_of, method, serving

pytest.importorskip("fastapi", reason="the service's packages are not installed")
pytest.importorskip("h2", reason="what gRPC needs is not installed")
grpc = pytest.importorskip("grpc", reason="grpcio is not installed")
pytest.importorskip("tritonclient", reason="Triton's client is not installed")
pytestmark = pytest.mark.reference

PICTURES = [encoded_picture(2), encoded_picture(2)[:-200], encoded_picture(3), b""]


@pytest.fixture
def start(make_estimator):
    """`start(*folders, **settings)`: a running server."""
    from gantei_service.settings import Settings

    running = []

    def begin(*folders, certificate=None, **settings):
        names = tuple(map(str, folders or (make_estimator(),)))
        chosen = Settings(**{"estimators": names, "workers": 2} | settings)
        running.append(serving(chosen, certificate))
        return running[-1].__enter__()

    yield begin
    for each in running:
        each.__exit__(None, None, None)


@pytest.fixture
def channel():
    """`channel(server, *options)`: a channel of grpcio to it."""
    opened = []

    def connect(server, *options):
        opened.append(grpc.insecure_channel(server.target, options=options))
        return opened[-1]

    yield connect
    for each in opened:
        each.close()


@pytest.fixture
def refused(channel):
    """`refused(server, request)`: the error of a call that is not answered."""

    def ask(server, request, name="ModelInfer", metadata=(), options=(), **how):
        call = method(channel(server, *options), name)
        with pytest.raises(grpc.RpcError) as caught:
            call(request, metadata=metadata, timeout=20, **how)
        return caught.value

    return ask


def posted(server, path, body, **headers):
    request = urllib.request.Request(f"{server.url}{path}", body, headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def in_json(pictures):
    data = [base64.b64encode(each).decode() for each in pictures]
    tensor = {"name": "photograph", "datatype": "BYTES", "shape": [len(data)], "data": data}
    told = {"parameters": {"content_type": "base64"}}
    return json.dumps({"inputs": [tensor | told]}).encode()


def as_http_answers(server, pictures):
    """The outputs of `/v2` by name, NaN for none."""
    answer = posted(server, "/v2/models/made/infer", in_json(pictures))
    return {each["name"]: each["data"] for each in answer["outputs"]}, answer["parameters"]


@pytest.mark.parametrize(
    ("batch", "raw", "shape"), [(1, True, [4]), (1, False, [4, 1]), (4, True, [4, 1])]
)
def test_numbers_and_texts_are_those_of_http_and_of_the_library(
    start, channel, make_estimator, batch, raw, shape
):
    judge = gantei.load(make_estimator("judge"))
    expected = [each.values.get("age") for each in judge.predict(PICTURES, on_error="record")]
    server = start(batch=batch)
    answer = method(channel(server), "ModelInfer")(
        infer_request(*PICTURES, raw=raw, shape=shape, id="7"), timeout=20
    )
    by_http, parameters = as_http_answers(server, PICTURES)
    assert (answer.model_name, answer.model_version, answer.id) == ("made", "1", "7")
    assert {key: each.string_param for key, each in answer.parameters.items()} == parameters
    outputs = {}
    for index, each in enumerate(answer.outputs):
        assert [*each.shape] == shape
        if raw:
            assert not each.HasField("contents")
            outputs[each.name] = from_raw(each.datatype, answer.raw_output_contents[index])
        else:
            whole = each.datatype == "BYTES"
            found = each.contents.bytes_contents if whole else each.contents.fp32_contents
            outputs[each.name] = [one.decode() for one in found] if whole else [*found]
    assert outputs["problem"] == by_http["problem"]
    assert outputs["findings"] == by_http["findings"]
    assert [bool(each) for each in outputs["problem"]] == [False, True, False, True]
    for numbers in (expected, by_http["age"]):
        wanted = [math.nan if each is None else each for each in numbers]
        assert outputs["age"] == pytest.approx(wanted, rel=1e-5, nan_ok=True)


def from_raw(datatype, data):
    if datatype == "FP32":
        return np.frombuffer(data, "<f4").tolist()
    texts = []
    while data:
        length = int.from_bytes(data[:4], "little")
        texts.append(data[4 : 4 + length].decode())
        data = data[4 + length :]
    return texts


def test_predict_gives_the_same_number(start, channel):
    server = start()
    answer = method(channel(server), "ModelInfer")(infer_request(PICTURES[0]), timeout=20)
    body = posted(server, "/v1/predict", PICTURES[0], **{"content-type": "image/png"})
    value = body["photographs"][0]["estimates"]["made"]["values"]["age"]["value"]
    assert answer.outputs[0].contents.fp32_contents[0] == pytest.approx(value)


def test_tritons_client_asks_all_that_it_asks(start, make_estimator):
    import tritonclient.grpc as triton
    from tritonclient.utils import InferenceServerException

    server = start(make_estimator(), make_estimator("sex", output="sex", spec=SEX))
    with triton.InferenceServerClient(server.target) as client:
        assert client.is_server_live()
        assert client.is_server_ready()
        assert client.is_model_ready("made")
        assert client.is_model_ready("made", "1")
        assert client.get_server_metadata().name == "gantei"
        model = client.get_model_metadata("sex")
        assert (model.name, [*model.versions]) == ("sex", ["1"])
        assert [(each.name, each.datatype, [*each.shape]) for each in model.inputs] == [
            ("photograph", "BYTES", [-1])
        ]
        assert [each.name for each in model.outputs] == ["male", "findings", "problem"]
        index = client.get_model_repository_index(as_json=True)["models"]
        listed = posted(server, "/v2/repository/index", b"{}")
        assert index == [{key: each[key] for key in each if each[key]} for each in listed]
        photographs = triton.InferInput("photograph", [2], "BYTES")
        photographs.set_data_from_numpy(np.array(PICTURES[:2], object))
        outputs = [triton.InferRequestedOutput(name) for name in ("problem", "age")]
        answer = client.infer("made", [photographs], outputs=outputs)
        assert [each.name for each in answer.get_response().outputs] == ["problem", "age"]
        assert answer.as_numpy("age").shape == (2,)
        for ask in (
            client.get_inference_statistics,
            lambda: client.get_model_config("made"),
            lambda: client.load_model("made"),
            client.get_system_shared_memory_status,
        ):
            with pytest.raises(InferenceServerException, match="is not answered here; known: Serv"):
                ask()


def test_a_model_of_left_eyes_has_a_second_input(start, channel, make_estimator):
    def mirrored(tables):
        tables["input"]["mirror"] = "left-eyes"

    server = start(make_estimator(change=mirrored))
    request = infer_request(PICTURES[0], PICTURES[0])
    eyes = request.inputs.add(name="eye", datatype="BYTES", shape=[2])
    eyes.contents.bytes_contents.extend([b"left", b"right"])
    answer = method(channel(server), "ModelInfer")(request, timeout=20)
    texts = {each.name: [*each.contents.bytes_contents] for each in answer.outputs}
    assert texts["eye"] == [b"left", b"right"]


def other(**members):
    return infer_request(PICTURES[0], **members)


def with_parameter(request):
    request.inputs[0].parameters["shared_memory_region"].string_param = "x"
    return request


def with_eyes(request):
    request.inputs.add(name="eye", datatype="BYTES", shape=[1])
    return request


def with_numbers(request):
    request.inputs[0].contents.fp32_contents.append(1.0)
    return request


def with_outputs(request, *names):
    for name in names:
        request.outputs.add(name=name)
    return request


def without_inputs():
    return messages().ModelInferRequest(model_name="made")


def many_fields():
    request = other()
    for _ in range(10_001):
        request.inputs[0].contents.bytes_contents.append(b"")
    return request


REFUSALS = {
    "another model": (lambda: other(model_name="x"), "NOT_FOUND", "estimator-not-served"),
    "another version": (lambda: other(model_version="2"), "NOT_FOUND", "version-not-served"),
    "a shape": (lambda: other(shape=[1, 2]), "INVALID_ARGUMENT", "shape-invalid"),
    "a count": (lambda: other(shape=[2]), "INVALID_ARGUMENT", "input-count"),
    "a raw count": (
        lambda: other(shape=[2], raw=True), "INVALID_ARGUMENT", "binary-cut-off",
    ),
    "both contents": (
        lambda: other(raw_input_contents=[b""]), "INVALID_ARGUMENT", "raw-contents-count",
    ),
    "fewer raw contents": (
        lambda: with_eyes(other(raw=True)), "INVALID_ARGUMENT", "raw-contents-count",
    ),
    "shared memory": (lambda: with_parameter(other()), "INVALID_ARGUMENT", "tensor-parameter"),
    "numbers": (lambda: with_numbers(other()), "INVALID_ARGUMENT", "contents-not-bytes"),
    "an output": (lambda: with_outputs(other(), "x"), "INVALID_ARGUMENT", "output-unknown"),
    "an output twice": (
        lambda: with_outputs(other(), "age", "age"), "INVALID_ARGUMENT", "output-names",
    ),
    "no input": (without_inputs, "INVALID_ARGUMENT", "input-list"),
    "an id": (lambda: other(id="x" * 257), "INVALID_ARGUMENT", "inference-id"),
    "photographs": (
        lambda: infer_request(*[b"x"] * 101), "RESOURCE_EXHAUSTED", "photograph-limit",
    ),
    "fields": (many_fields, "RESOURCE_EXHAUSTED", "field-limit"),
    "bytes": (lambda: infer_request(bytes(2_000_000)), "RESOURCE_EXHAUSTED", "body-limit"),
}  # fmt: skip


def test_what_is_refused_has_the_status_and_the_code_of_the_problem(start, refused):
    server = start(body_limit=1_000_000)
    for name, (make, status, code) in REFUSALS.items():
        error = refused(server, make())
        told = metadata_of(error)
        assert (error.code().name, told["gantei-code"]) == (status, code), name
        assert told["gantei-problem"]
        assert len(told["x-request-id"]) == 32
        assert ": " in error.details()


def test_a_detail_in_another_script_arrives_as_it_was(start, refused):
    error = refused(start(), other(model_name="眼底 %41"))
    assert "眼底 %41 is not served here" in error.details()


def test_what_is_compressed_is_refused_and_never_unpacked(start, refused):
    server = start()
    for how in (grpc.Compression.Gzip, grpc.Compression.Deflate):
        error = refused(server, other(), compression=how)
        assert error.code().name == "UNIMPLEMENTED"
        assert metadata_of(error)["gantei-code"] == "grpc-compressed"


def test_only_health_is_told_without_a_token(start, channel, refused, tmp_path):
    pb, tokens = messages(), tmp_path / "tokens"
    tokens.write_text(f"{digest('secret')} ward\n")
    server = start(token_file=tokens)
    own, wrong = (("authorization", "Bearer secret"),), (("authorization", "Bearer other"),)
    for name in ("ServerLive", "ServerReady"):
        request = getattr(pb, f"{name}Request")()
        assert str(method(channel(server), name)(request, timeout=20)).endswith("true\n")
    for name in (
        "ServerMetadata", "ModelReady", "ModelMetadata", "RepositoryIndex", "ModelInfer",
    ):  # fmt: skip
        for metadata in ((), wrong, (*own, *own)):
            error = refused(server, getattr(pb, f"{name}Request")(), name, metadata)
            assert error.code() == grpc.StatusCode.UNAUTHENTICATED
            assert metadata_of(error)["gantei-problem"] == "token-required"
    call = method(channel(server), "ModelInfer")
    assert call(other(), metadata=own, timeout=20).outputs
    tokens.write_text(f"{digest('another')} ward\n")
    assert refused(server, other(), metadata=own).code() == grpc.StatusCode.UNAUTHENTICATED


def test_a_flood_without_a_token_keeps_nobody_out(start, channel, tmp_path):
    tokens = tmp_path / "tokens"
    tokens.write_text(f"{digest('secret')} ward\n")
    server = start(token_file=tokens)
    flooding = method(channel(server, ("flood", 1)), "ModelInfer")
    large = infer_request(bytes(3_000_000))
    flood = [flooding.future(large, timeout=60) for _ in range(150)]
    call = method(channel(server), "ModelInfer")
    for _ in range(10):
        answer = call(other(), metadata=(("authorization", "Bearer secret"),), timeout=20)
        assert answer.outputs
    assert {each.code() for each in flood} == {grpc.StatusCode.UNAUTHENTICATED}
    assert server.server.grpc.app._app.in_use.bytes == 0


def test_without_tokens_what_may_come_from_another_machine_is_refused(start, refused):
    server = start()
    for name in ("forwarded", "x-forwarded-for", "via"):
        error = refused(server, other(), metadata=((name, "203.0.113.9"),))
        assert error.code() == grpc.StatusCode.PERMISSION_DENIED
        assert metadata_of(error)["gantei-code"] == "sent-by-proxy"
    error = refused(server, other(), options=[("grpc.default_authority", "rebound.example")])
    assert error.code() == grpc.StatusCode.PERMISSION_DENIED
    assert metadata_of(error)["gantei-code"] == "address-not-local"


def facts_of(record):
    return getattr(record, "facts", {})  # a library's has none


def test_calls_are_counted_and_logged_with_the_requests(start, channel, caplog):
    caplog.set_level("INFO", "gantei.service")
    server = start()
    method(channel(server), "ModelInfer")(other(id="secret-name"), timeout=20)
    with urllib.request.urlopen(f"{server.url}/metrics", timeout=20) as answer:
        metrics = answer.read().decode()
    assert f'gantei_requests_total{{method="POST",route="{INFER}",status="200"}} 1.0' in metrics
    assert "gantei_grpc_open_connections 1.0" in metrics
    (line,) = [facts_of(each) for each in caplog.records if facts_of(each).get("route") == INFER]
    assert (line["photographs"], line["status"]) == (1, 200)
    assert "secret-name" not in caplog.text


def test_a_server_that_is_not_ready_says_so(start, channel, refused, monkeypatch):
    from gantei_service.context import ServiceContext

    pb, server = messages(), start()
    monkeypatch.setattr(ServiceContext, "is_ready", False)
    for name in ("ServerReady", "ModelReady"):
        request = getattr(pb, f"{name}Request")(**{"name": "made"} if name == "ModelReady" else {})
        assert not method(channel(server), name)(request, timeout=20).ready
    error = refused(server, other())
    assert error.code() == grpc.StatusCode.UNAVAILABLE
    assert metadata_of(error)["retry-after"] == "1"


@pytest.mark.parametrize(("ready", "listed"), [(False, ["made"]), (True, [])])
def test_a_model_that_failed_its_check_is_in_the_list_unless_only_ready_ones_are_asked_for(
    start, channel, monkeypatch, ready, listed
):
    from gantei_service import model_index

    server = start()
    monkeypatch.setitem(model_index.STATES, "ready", "UNAVAILABLE")
    request = messages().RepositoryIndexRequest(ready=ready)
    answer = method(channel(server), "RepositoryIndex")(request, timeout=20)
    assert [each.name for each in answer.models] == listed
    assert all(each.reason == "it failed its check" for each in answer.models)


def test_photographs_larger_than_any_window_arrive(start, channel):
    call = method(channel(start()), "ModelInfer")
    for _ in range(3):
        answer = call(infer_request(bytes(3_000_000)), timeout=20)
        assert "not a picture" in answer.outputs[-1].contents.bytes_contents[0].decode()


def test_many_calls_at_once_on_one_connection_are_all_answered(start, channel):
    server = start(queue=1000)
    call = method(channel(server), "ModelInfer")
    pictures = [encoded_picture(number) for number in range(2, 10)]
    alone = [call(infer_request(each), timeout=20) for each in pictures]
    many = [(n % 8, call.future(infer_request(pictures[n % 8]), timeout=60)) for n in range(200)]
    for number, each in many:
        assert each.result().outputs == alone[number].outputs


def test_without_the_option_nothing_of_it_is_imported(make_estimator):
    code = (
        "import sys; from gantei_service.server import server_of\n"
        "from gantei_service.settings import Settings\n"
        f"server_of(Settings(estimators=({str(make_estimator())!r},)))\n"
        "print(*[each for each in sys.modules if each.startswith(('h2', 'hpack', 'grpc',"
        " 'gantei_service.grpc', 'google.protobuf'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_the_bounded_number_of_calls_is_answered_and_the_next_is_told_to_wait(
    start, channel, refused, held, monkeypatch
):
    from gantei_service.grpc_port import grpc_calls

    monkeypatch.setattr(grpc_calls, "MOST_CALLS", 2)
    server = start()
    call = method(channel(server), "ModelInfer")
    two = [call.future(other(), timeout=60) for _ in range(2)]
    wait_until(lambda: len(server.server.grpc.calls) == 2)
    error = refused(server, other())
    assert error.code() == grpc.StatusCode.UNAVAILABLE
    assert metadata_of(error)["gantei-problem"] == "busy"
    held.set()
    assert {each.exception().code().name for each in two} == {"INTERNAL"}  # `held` has no answer
