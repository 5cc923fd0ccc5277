"""Traces: spans of what a request took, sent where the server was told to, and only there."""

import json
import os
import socket
import subprocess
import sys
import time

import pytest

from gantei.catalogue.entries import SHIPPED
from gantei.command_line import main
from gantei.errors import OfflineError, SettingError

from .asking import BAD, predict
from .conftest import encoded_picture, form, wait_until
from .metric_samples import samples
from .otlp_receiver import attributes, collecting

for package in ("fastapi", "opentelemetry.exporter.otlp.proto.common"):
    pytest.importorskip(package, reason="the packages of the service or of its traces are missing")

AMBIENT = {
    "OTEL_SERVICE_NAME": "tanaka-desktop",
    "OTEL_RESOURCE_ATTRIBUTES": "enduser.id=tanaka,host.name=tanaka-desktop",
    "OTEL_EXPERIMENTAL_RESOURCE_DETECTORS": "process,host,os",
    "OTEL_EXPORTER_OTLP_HEADERS": "authorization=tanaka",
    "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "authorization=tanaka",
    "OTEL_TRACES_EXPORTER": "otlp",
    "OTEL_TRACES_SAMPLER": "always_off",
    "OTEL_SDK_DISABLED": "true",
    "OTEL_PROPAGATORS": "tanaka",
    "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT": "1",
    "OTEL_BSP_SCHEDULE_DELAY": "600000",
    "FASTAPI_OTEL_AUTO_CONFIGURE": "true",
}
"""What somebody's shell may hold for other programs."""
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
PHOTOGRAPH = ["open", "decode", "infer", "postprocess", "photograph"]


@pytest.fixture
def collector():
    with collecting() as started:
        yield started


def by_name(spans):
    return {span.name: span for span in spans}


def counted(client):
    """Spans that were sent, and those that were dropped, by reason."""
    numbers = samples(client.get("/metrics").text)
    return {
        "sent": numbers["gantei_spans_sent_total"],
        "full": numbers['gantei_spans_dropped_total{reason="queue-full"}'],
        "lost": numbers['gantei_spans_dropped_total{reason="not-taken"}'],
    }


@pytest.mark.parametrize("batch", [1, 4])
def test_a_request_has_a_span_with_its_steps_within(ask, collector, batch):
    client = ask(traces=collector.url, batch=batch)
    began = time.time_ns()
    answer = client.post("/v1/predict", **form(("a", encoded_picture(1))))
    ended = time.time_ns()
    spans = by_name(collector.waited_for(6))
    assert [*spans] == [*PHOTOGRAPH, "POST /v1/predict"]
    request, photograph = spans["POST /v1/predict"], spans["photograph"]
    assert photograph.parent_span_id == request.span_id
    assert {spans[step].parent_span_id for step in PHOTOGRAPH[:-1]} == {photograph.span_id}
    assert len({span.trace_id for span in spans.values()}) == 1
    assert not request.parent_span_id
    for span in spans.values():
        assert began <= request.start_time_unix_nano <= span.start_time_unix_nano
        assert span.start_time_unix_nano < span.end_time_unix_nano <= request.end_time_unix_nano
    assert request.end_time_unix_nano <= ended
    told = attributes(request)
    assert told.pop("http.request.body.size") > 1000
    assert told == {
        "http.request.method": "POST", "http.route": "/v1/predict",
        "http.response.status_code": 200, "gantei.photographs": 1, "gantei.refused": 0,
        "gantei.request_id": answer.headers["x-request-id"],
    }  # fmt: skip
    assert attributes(spans["infer"]) == {"gantei.estimator": "made"}
    assert attributes(spans["decode"]) == attributes(photograph) == {}
    assert counted(client) == {"sent": 6, "full": 0, "lost": 0}


def test_what_goes_wrong_is_told_by_its_kind_alone(ask, collector):
    client = ask(traces=collector.url)
    (entry,) = predict(client, ("tanaka.png", BAD))
    assert "problem" in entry
    spans = by_name(collector.waited_for(3))
    assert [*spans] == ["open", "photograph", "POST /v1/predict"]
    assert attributes(spans["open"]) == {"error.type": "PhotographError"}
    assert (spans["open"].status.code, spans["open"].status.message) == (2, "")
    assert spans["POST /v1/predict"].status.code == 0
    assert attributes(spans["POST /v1/predict"])["gantei.refused"] == 1
    client.post("/v1/predict", content=b"", headers={"content-type": "image/png"})
    refused = attributes(collector.waited_for(4)[-1])
    assert (refused["http.response.status_code"], refused["error.type"]) == (422, "invalid-request")


def test_nothing_of_a_photograph_or_of_who_asks_is_in_a_span(ask, collector, token_file):
    client = ask(traces=collector.url, token_file=token_file, client=("192.0.2.77", 5000))
    headers = {
        "authorization": "Bearer secret", "user-agent": "tanaka-agent", "baggage": "who=tanaka",
        "tracestate": "who=tanaka", "x-forwarded-for": "192.0.2.78",
    }  # fmt: skip
    asked = form(("tanaka-taro.png", encoded_picture(1)))
    answer = client.post("/v1/predict?explain=none", headers=headers, **asked)
    assert answer.status_code == 200, answer.text
    client.get("/v1/estimators/tanaka?who=tanaka", headers=headers)
    client.get("/tanaka/taro", headers=headers)
    spans = collector.waited_for(8)
    sent = collector.bodies + repr([told for _, told, _ in collector.requests]).encode()
    (entry,) = answer.json()["photographs"]
    ours = (socket.gethostname(), sys.executable, str(token_file), "the ward")
    for word in ("tanaka", "secret", "192.0.2.", "explain", "testclient", entry["sha256"], *ours):
        assert word.encode() not in sent
    assert {span.name for span in spans} == {
        *PHOTOGRAPH, "POST /v1/predict", "GET /v1/estimators/{name}", "GET other",
    }  # fmt: skip


def test_ambient_variables_of_opentelemetry_change_nothing(ask, collector, monkeypatch):
    with collecting() as other:
        for name, value in AMBIENT.items():
            monkeypatch.setenv(name, value)
        for name in ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"):
            monkeypatch.setenv(name, other.url)
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, other.url)
        monkeypatch.setenv("NO_PROXY", "")
        client = ask(traces=f"{collector.url}/prefix/")
        predict(client, ("a", encoded_picture(1)))
        collector.waited_for(6)
        assert other.requests == []
    (path, headers, _), (resource,) = collector.requests[0], collector.resources
    assert path == "/prefix/v1/traces"
    assert {name.lower() for name in headers} == {
        "host", "user-agent", "accept", "accept-encoding", "connection", "content-type",
        "content-length",
    }  # fmt: skip
    told = attributes(resource)
    assert told.keys() == {"service.name", "service.version", "service.instance.id"}
    assert told["service.name"] == "gantei"


SCRIPT = """
import json, os, sys, threading
from starlette.testclient import TestClient
from gantei_service.app import create_app
from gantei_service.settings import from_environment

def asked(client):
    photograph = open(sys.argv[1], "rb").read()
    answer = client.post("/v1/predict", content=photograph, headers={"content-type": "image/jpeg"})
    assert answer.status_code == 200, answer.text

service = create_app(from_environment())
with TestClient(service, "http://localhost", client=("127.0.0.1", 5000)) as client:
    while client.get("/readyz").status_code != 200: pass
    asked(client)
    parts = ("opentelemetry.sdk", "opentelemetry.exporter")
    found = {
        "modules": [name for name in sys.modules if name.startswith(parts)],
        "threads": [each.name for each in threading.enumerate() if "spans" in each.name],
        "counted": "gantei_spans" in client.get("/metrics").text,
    }
    # Somebody's provider, as a program has that the application is embedded in.
    del os.environ["OTEL_SDK_DISABLED"]
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider, sampling
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
    exporter = InMemorySpanExporter()
    provider = TracerProvider(sampling.ALWAYS_ON)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    provider.get_tracer("own").start_span("own").end()
    asked(client)
    found["embedded"] = [span.name for span in exporter.get_finished_spans()]
    print(json.dumps(found))
"""


def test_ambient_variables_alone_start_nothing():
    """No import, no thread, no span: neither of ours nor of FastAPI's own."""
    with collecting() as other:
        endpoints = dict.fromkeys(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"), other.url
        )
        environment = os.environ | AMBIENT | endpoints | {"GANTEI_SERVE_WITH": "demo-age"}
        command = [sys.executable, "-c", SCRIPT, str(SHIPPED / "demo-age/golden-1.jpg")]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        assert found == {"modules": [], "threads": [], "counted": False, "embedded": ["own"]}
        assert other.requests == []


def test_a_collector_that_stalls_costs_no_request(ask, collector, monkeypatch):
    import gantei_service.span_sender as sending

    monkeypatch.setattr(sending, "MOST_SPANS", 8)
    monkeypatch.setattr(sending, "PAUSE", 0.05)
    monkeypatch.setattr(sending, "TIMEOUT", 60)
    client = ask(traces=collector.url)
    collector.release.clear()
    predict(client, ("a", encoded_picture(1)))
    wait_until(lambda: not client.app._tracer._sender._spans)  # a batch is on its way, and stands
    for seed in (0, 2, 3, 4):  # answered while it stands: nothing of it is lost yet
        predict(client, ("a", encoded_picture(seed)))
    assert counted(client) == {"sent": 0, "full": 4 * 6 - 8, "lost": 0}
    collector.release.set()
    collector.waited_for(6 + 8)
    wait_until(lambda: counted(client)["sent"] == 14)


@pytest.mark.parametrize("kind", ["gone", "busy", "choosy"])
def test_what_a_collector_does_not_take_is_counted(ask, collector, monkeypatch, caplog, kind):
    import gantei_service.span_sender as sending

    monkeypatch.setattr(sending, "PAUSE", 0.05)
    caplog.set_level("INFO", "gantei.service")
    url = collector.url
    if kind == "gone":
        with socket.socket() as taken:  # bound and never listened on: refused
            taken.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{taken.getsockname()[1]}"
            client = ask(traces=url)
            for seed in range(2):
                predict(client, ("a", encoded_picture(seed)))
            wait_until(lambda: counted(client)["lost"] == 12)
    else:
        collector.status, collector.rejects = (503, 0) if kind == "busy" else (200, 2)
        client = ask(traces=url)
        predict(client, ("a", encoded_picture(1)))
        wait_until(lambda: sum(counted(client).values()) == 6)
        assert counted(client)["lost"] == (6 if kind == "busy" else 2)
        collector.status, collector.rejects = 200, 0
        predict(client, ("a", encoded_picture(1)))
        wait_until(lambda: counted(client)["sent"] == (6 if kind == "busy" else 10))
    told = [record.msg for record in caplog.records if "spans" in record.msg]
    wanted = {"gone": 1, "busy": 2, "choosy": 0}[kind]
    assert told == ["spans are not taken", "spans are taken again"][:wanted]


def test_the_end_waits_for_a_collector_for_a_short_while(ask, collector, monkeypatch):
    import gantei_service.span_sender as sending

    monkeypatch.setattr(sending, "END_TIMEOUT", 0.5)
    monkeypatch.setattr(sending, "TIMEOUT", 60)
    client = ask(traces=collector.url)
    collector.release.clear()
    predict(client, ("a", encoded_picture(1)))
    began = time.perf_counter()
    client.app._tracer.close()
    assert 0.4 < time.perf_counter() - began < 30


def test_what_is_left_is_sent_at_the_end(ask, collector, monkeypatch):
    import gantei_service.span_sender as sending

    monkeypatch.setattr(sending, "PAUSE", 30)
    client = ask(traces=collector.url)
    predict(client, ("a", encoded_picture(1)))
    assert collector.spans == []
    client.app._tracer.close()
    collector.waited_for(6)


@pytest.mark.parametrize("asker", ["ward", "stranger", "ward, not recorded", "ward, twice"])
def test_a_trace_goes_on_for_who_was_let_in(ask, collector, tokens, asker):
    client = ask(traces=collector.url, token_file=tokens, client=("192.0.2.7", 5000))
    headers = [("traceparent", PARENT), ("authorization", "Bearer ward")]
    if asker == "stranger":
        headers[1] = ("authorization", "Bearer stranger")
    elif asker == "ward, not recorded":
        headers[0] = ("traceparent", PARENT[:-1] + "0")
    elif asker == "ward, twice":
        headers.append(headers[0])
    answer = client.get("/v1/estimators", headers=headers)
    assert answer.status_code == (401 if asker == "stranger" else 200)
    client.app._tracer.close()
    if asker in ("stranger", "ward, not recorded"):
        assert collector.spans == []
        return
    (span,) = collector.waited_for(1)
    goes_on = asker == "ward"
    assert (span.trace_id.hex() == PARENT[3:35]) == goes_on
    assert span.parent_span_id.hex() == (PARENT[36:52] if goes_on else "")


@pytest.mark.parametrize(
    "text",
    [
        "", "00", PARENT.upper(), PARENT + "-more", "ff" + PARENT[2:], PARENT[:-3],
        PARENT.replace("0af7651916cd43dd8448eb211c80319c", "0" * 32),
        PARENT.replace("b7ad6b7169203331", "0" * 16), PARENT + "\n" + PARENT,
    ],
)  # fmt: skip
def test_a_traceparent_that_is_none_begins_another_trace(text):
    from gantei_service.span_tracer import _parent

    assert _parent([text]) is None


def test_a_traceparent_of_a_later_version_may_say_more():
    from gantei_service.span_tracer import _parent

    assert _parent(["01" + PARENT[2:] + "-more"]) == _parent([PARENT])
    assert _parent([PARENT]).trace_flags.sampled


def test_probes_and_what_is_open_to_all_have_no_trace(ask, collector):
    client = ask(traces=collector.url)
    for path in ("/livez", "/readyz", "/metrics", "/", "/page/page.css", "/v2/health/ready"):
        assert client.get(path).status_code == 200
    client.app._tracer.close()
    assert collector.spans == []


def test_a_server_of_its_own_sends_what_it_did_until_its_end(serve, collector):
    server = serve("--traces", collector.url)
    assert server.get("/v1/estimators")[0] == 200
    server.process.terminate()
    server.process.wait(20)
    assert [span.name for span in collector.spans] == ["GET /v1/estimators"]


@pytest.mark.parametrize(
    "address",
    ["", "127.0.0.1:4318", "grpc://127.0.0.1:4317", "http://", "http://u:p@127.0.0.1:4318",
     "http://127.0.0.1:4318?a=b", "http://127.0.0.1:99999", "http://127.0.0.1:4318#a"],
)  # fmt: skip
def test_an_address_that_is_none_is_refused_at_the_start(ask, capsys, address):
    assert main(["serve", "--port", "0", "--with", "demo-age", "--traces", address]) == 2
    assert "http://127.0.0.1:4318" in capsys.readouterr().err
    with pytest.raises(SettingError):
        ask(traces=address)


@pytest.mark.parametrize("host", ["127.0.0.1", "192.0.2.7"])
def test_offline_there_are_no_traces(ask, monkeypatch, host):
    import gantei.system.offline as offline

    monkeypatch.setattr(offline, "OFFLINE", True)
    with pytest.raises(OfflineError, match="leave --traces out"):
        ask(traces=f"http://{host}:4318")


def test_bentoml_is_told_the_collector_by_the_environment():
    from gantei_service.settings import from_environment

    assert from_environment({"GANTEI_SERVE_TRACES": "http://c:4318"}).traces == "http://c:4318"
    assert from_environment({}).traces is None


def test_what_the_traces_need_is_said(ask, monkeypatch):
    from gantei.errors import MissingExtraError

    for name in [name for name in sys.modules if name.startswith("gantei_service.span_")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(MissingExtraError, match="tracing"):
        ask(traces="http://127.0.0.1:4318")
