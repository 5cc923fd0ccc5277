"""The dashboard of docs/deployment: Prometheus scrapes a server, and answers its queries."""

import json
import math
import re
import ssl
import subprocess
from pathlib import Path

import httpx
import pytest

from gantei.catalogue.entries import SHIPPED

from ..processes import need_programs, reserved_port, wait_for
from .certificates import Authority
from .conftest import digest, wait_until
from .grpc_clients import serving
from .metric_names import asked_for, documented
from .otlp_receiver import collecting
from .proxies import changed

for package in ("fastapi", "cryptography", "h2", "opentelemetry.exporter.otlp.proto.common"):
    pytest.importorskip(package, reason="the packages of the service are not installed")
yaml = pytest.importorskip("yaml")

FOLDER = Path(__file__).parents[2] / "docs/deployment"
DASHBOARD = json.loads((FOLDER / "grafana-dashboard.json").read_text("utf-8"))
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
WITHIN = {"$__rate_interval": "30m", "$instance": ".*"}
"""What Grafana puts in the place of its own words; long enough for a test on a slow machine."""
PHOTOGRAPH = (SHIPPED / "demo-age/golden-1.jpg").read_bytes()


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory):
    """Prometheus' address, once it has scraped a server of which everything was asked, over TLS."""
    need_programs("prometheus")
    folder = tmp_path_factory.mktemp("prometheus")
    with (
        collecting() as collector,
        watched_server(folder, collector.url) as server,
        reserved_port() as port,
    ):
        process = start(folder, server.url, port)
        address = f"http://127.0.0.1:{port}/api/v1/query"
        try:
            wait_for(lambda: ready(address), process, folder / "prometheus.log")
            ask_everything(server.url, folder)
            wait_until(lambda: asked(address, "sum(gantei_photographs_total) > 1"), 30)
            ask_everything(server.url, folder)
            yield address
        finally:
            process.terminate()
            process.wait(30)


def watched_server(folder, collector):
    """A server with tokens, TLS, traces, gRPC and batches, which has every metric that there is."""
    from gantei_service.served_certificate import ServedCertificate
    from gantei_service.settings import Settings
    from gantei_service.tls import Certificate

    authority = Authority(folder)
    (folder / "tokens").write_text(f"reload {digest('prometheus')} prometheus\n")
    (folder / "token").write_text("prometheus")
    shown = ServedCertificate(Certificate(*authority.sign("server")))
    settings = Settings(
        estimators=("demo-age",), workers=2, batch=2, token_file=folder / "tokens", traces=collector
    )
    return serving(settings, shown)


def start(folder, url, port):
    """Prometheus with the scrape configuration and rules of the folder."""
    text = (FOLDER / "prometheus.yaml").read_text("utf-8")
    changes = {
        "fundus.example.org:3000": url.removeprefix("https://"),
        "/etc/prometheus/gantei.token": str(folder / "token"),
        "/etc/prometheus/hospital-ca.pem": str(folder / "ca.pem"),
        "scrape_interval: 15s": "scrape_interval: 1s",
        "- prometheus-rules.yaml": f"- {FOLDER / 'prometheus-rules.yaml'}",
    }
    (folder / "prometheus.yml").write_text(changed(text, changes), "utf-8")
    command = [
        "prometheus", f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}", f"--web.listen-address=127.0.0.1:{port}",
    ]  # fmt: skip
    with (folder / "prometheus.log").open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log)


def ready(address):
    """Whether it has scraped; at first it does not answer, or with 503."""
    try:
        answer = queried(address, 'up{job="gantei"} == 1')
    except httpx.TransportError:
        return False
    return answer.status_code == 200 and answer.json()["data"]["result"]


def asked(address, query):
    """What Prometheus answers to a query."""
    answer = queried(address, query)
    assert answer.status_code == 200, (query, answer.text)
    return answer.json()["data"]["result"]


def queried(address, query):
    return httpx.get(address, params={"query": query}, trust_env=False, timeout=30)


def ask_everything(url, folder):
    trusting = ssl.create_default_context(cafile=folder / "ca.pem")
    headers = {"authorization": "Bearer prometheus"}
    with httpx.Client(
        base_url=url, verify=trusting, headers=headers, trust_env=False, timeout=60
    ) as client:
        wait_until(lambda: client.get("/readyz").status_code == 200)
        files = [("photographs", ("a.jpg", PHOTOGRAPH)), ("photographs", ("b.jpg", b"none"))]
        for _ in range(2):
            assert client.post("/v1/predict", files=files).status_code == 200
        assert client.get("/nowhere").status_code == 404
        assert client.post("/v1/reload").status_code == 200


QUERIES = [(panel["title"], target["expr"]) for panel in PANELS for target in panel["targets"]]


@pytest.mark.parametrize(("title", "query"), QUERIES, ids=[title for title, _ in QUERIES])
def test_every_query_of_the_dashboard_is_answered_with_numbers(prometheus, title, query):
    told = changed(query, {key: WITHIN[key] for key in WITHIN if key in query})
    wait_until(lambda: asked(prometheus, told))  # a rate needs two samples
    found = asked(prometheus, told)
    assert all(math.isfinite(float(each["value"][1])) for each in found)


def test_every_alert_can_be_evaluated_and_none_rings(prometheus):
    rules = prometheus.replace("/query", "/rules")
    wait_until(lambda: all(rule["health"] == "ok" for rule in rules_of(rules)), 90)
    assert len(rules_of(rules)) == 18
    assert [rule["name"] for rule in rules_of(rules) if rule["state"] == "firing"] == []


def rules_of(address):
    groups = httpx.get(address, trust_env=False).json()["data"]["groups"]
    return [rule for group in groups for rule in group["rules"]]


def test_prometheus_needs_its_token(prometheus):
    configured = (FOLDER / "prometheus.yaml").read_text("utf-8")
    (scraped,) = yaml.safe_load(configured)["scrape_configs"]
    assert scraped["authorization"]["type"] == "Bearer"
    assert set(scraped["authorization"]) == {"type", "credentials_file"}
    (up,) = asked(prometheus, 'up{job="gantei"}')
    assert up["value"][1] == "1"


def test_every_panel_says_what_it_shows_and_in_which_unit():
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    titles = [panel["title"] for panel in PANELS]
    assert len(set(titles)) == len(titles)
    for panel in PANELS:
        assert panel["description"].endswith(".")
        assert panel["fieldConfig"]["defaults"]["unit"]
        assert panel["datasource"]["uid"] == "${datasource}"
        references = [target["refId"] for target in panel["targets"]]
        assert len(set(references)) == len(references)
        for target in panel["targets"]:
            asked = asked_for(target["expr"])
            assert asked
            assert asked <= documented()
            assert target["expr"].count('job="gantei", instance=~"$instance"') == len(
                re.findall(r"\b(?:gantei|process)_\w+\{", target["expr"])
            )


def test_panels_lie_side_by_side_and_none_on_another():
    taken = {}
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                assert taken.setdefault((x, y), panel["id"]) == panel["id"]


def test_every_metric_has_a_place_on_the_dashboard():
    shown = set().union(*(asked_for(query) for _, query in QUERIES))
    elsewhere = {
        "gantei_spans_sent_total", "gantei_last_reload_successful",
        "gantei_last_reload_timestamp_seconds", "process_virtual_memory_bytes",
        "process_start_time_seconds",
    }  # fmt: skip
    assert documented() - shown == elsewhere
