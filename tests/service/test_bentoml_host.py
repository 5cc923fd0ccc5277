"""What BentoML is told of the service, and that it does nothing but host it."""

import ast
import json
from importlib import import_module
from pathlib import Path

import pytest

from gantei.errors import SettingError

from .conftest import encoded_picture, form

bentoml = pytest.importorskip("bentoml", reason="the service's packages are not installed")

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning",  # BentoML's import warns
    "ignore:Implicitly cleaning up:ResourceWarning",  # of the folder of BentoML's client
)
SERVICE = Path(__file__).parents[2] / "service/gantei_service"


@pytest.fixture
def module(make_estimator, monkeypatch):
    """The module that BentoML loads, where one estimator is served."""
    from gantei_service import service

    monkeypatch.setattr("gantei_service.logs.configure", lambda: None)
    monkeypatch.setenv("GANTEI_SERVE_WITH", str(make_estimator()))
    monkeypatch.setenv("GANTEI_SERVE_INSECURE", "1")
    return service


@pytest.fixture
def entered(monkeypatch):
    """Names of what was entered of BentoML's own: its parser, its methods, its pages."""
    serde = import_module("_bentoml_impl.serde")
    factory = import_module("_bentoml_impl.server.app").ServiceAppFactory
    names = []

    def record(owner, name):
        inner = getattr(owner, name)

        async def recorded(*arguments, **more):
            names.append(name)
            return await inner(*arguments, **more)

        monkeypatch.setattr(owner, name, recorded)

    for owner in (serde.JSONSerde, serde.MultipartSerde):
        record(owner, "parse_request")
    for name in ("api_endpoint", "index_page", "schema_view", "livez", "submit_task"):
        record(factory, name)
    return names


OWN = ["/", "/docs.json", "/schema.json", "/livez", "/healthz", "/metrics"]


def test_bentoml_enters_nothing_of_its_own(module, entered):
    from starlette.testclient import TestClient

    with TestClient(module.Gantei.to_asgi(), base_url="http://localhost") as client:
        while client.get("/readyz").status_code != 200:
            pass
        picture = form(("a.png", encoded_picture(1)), estimators='["made"]')
        answer = client.post("/bentoml/predict", **picture)
        assert list(answer.json()["photographs"][0]["estimates"]) == ["made"]
        assert client.post("/bentoml/estimators", json={}).status_code == 200
        assert client.post("/bentoml/predict/submit", **picture).status_code == 404
        assert [client.get(path).status_code for path in OWN] == [200, 404, 200, 200, 404, 200]
        assert "gantei_requests_total" in client.get("/metrics").text
    assert entered == []


def test_without_the_application_before_it_bentoml_would(module, entered):
    from starlette.testclient import TestClient

    bare = bentoml.service(module.Methods, name="bare", traffic={"timeout": 2})
    with TestClient(bare.to_asgi(), raise_server_exceptions=False) as client:
        client.post("/bentoml/predict", **form(("a.png", encoded_picture(1))))
        for path in OWN:
            client.get(path)
    assert {"parse_request", "api_endpoint", "index_page", "livez", "schema_view"} == {*entered}


def untitled(value):
    """Without the titles that pydantic makes of names."""
    if isinstance(value, dict):
        return {
            key: untitled(inner)
            for key, inner in value.items()
            if not (key == "title" and isinstance(inner, str))
        }
    return [*map(untitled, value)] if isinstance(value, list) else value


def test_the_schema_of_a_bento_is_the_description_of_the_service(module):
    from gantei_service.bentoml_schema import description

    described = description()["routes"]
    docs = [each.pop("doc") for each in described]
    assert untitled(module.Gantei.schema()["routes"]) == described
    assert docs == [getattr(module.Methods, name).doc for name in ("estimators", "predict")]
    text = json.dumps(described)
    assert not [word for word in ("$ref", "$defs", "anyOf", "allOf") if f'"{word}"' in text]


def test_the_methods_say_in_python_where_to_ask(module):
    service = module.Gantei()
    with pytest.raises(NotImplementedError, match="SyncHTTPClient"):
        service.predict(photographs=[])
    with pytest.raises(NotImplementedError, match=r"gantei\.load"):
        service.estimators()


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("WITH", "nosuch", "unknown estimator 'nosuch'"),
        ("TOKEN_FILE", "nosuch", "nosuch: cannot be read"),
        ("CALIBRATION", "a,b", "both for all estimators"),
        ("PROCESSES", "2", "unknown GANTEI_SERVE_PROCESSES"),
    ],
)
def test_a_wrong_setting_is_refused_before_a_worker_starts(
    module, monkeypatch, variable, value, said
):
    module.Gantei.inject_config()  # as `bentoml serve` does
    module.Methods.refuse_wrong_settings()
    monkeypatch.setenv(f"GANTEI_SERVE_{variable}", value)
    with pytest.raises(bentoml.exceptions.BentoMLConfigException, match=said):
        module.Methods.refuse_wrong_settings()


@pytest.mark.parametrize("workers", [2, "cpu_count"])
def test_several_workers_are_refused(module, monkeypatch, workers):
    monkeypatch.setattr(module, "workers_of", lambda _: workers)
    with pytest.raises(bentoml.exceptions.BentoMLConfigException, match=f"workers: {workers}"):
        module.Methods.refuse_wrong_settings()


def test_another_bentoml_is_refused_by_its_version(monkeypatch):
    from bentoml._internal.configuration.containers import BentoMLContainer
    from bentoml._internal.utils.analytics import usage_stats

    from gantei_service.bentoml_internals import stop_reports, workers_of

    stop_reports()
    with pytest.raises(SettingError, match=f"BentoML {bentoml.__version__} does not say how many"):
        workers_of("nosuch")
    monkeypatch.setattr(BentoMLContainer, "config", None)
    with pytest.raises(SettingError, match="how many workers"):
        workers_of("gantei")
    monkeypatch.setenv("BENTOML_DO_NOT_TRACK", "no")
    with pytest.raises(SettingError, match="reports its use"):
        stop_reports()
    monkeypatch.delattr(usage_stats, "do_not_track")
    with pytest.raises(SettingError, match="pip install bentoml=="):
        stop_reports()


def test_bentoml_is_imported_in_one_file_and_its_private_modules_in_another():
    imports, private = set(), set()
    for path in SERVICE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                imports |= {path.name for each in node.names if each.name.startswith("bentoml")}
            if isinstance(node, ast.ImportFrom) and not node.level:
                imports |= {path.name} if (node.module or "").startswith("bentoml") else set()
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                named = node.value.startswith(("bentoml._", "_bentoml"))
                private |= {path.name} if named else set()
    assert (imports, private) == ({"service.py"}, {"bentoml_internals.py"})
