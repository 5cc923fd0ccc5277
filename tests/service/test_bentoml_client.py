"""BentoML's own client gets the same answers, and no door beside the guard."""

import asyncio
import hashlib
import json
from itertools import product

import pytest
from PIL import Image

import gantei

from .bentoml_clients import async_client, refusals, sync_client
from .conftest import encoded_picture, form

pytest.importorskip("bentoml", reason="the service's packages are not installed")

from bentoml.exceptions import BentoMLException

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # BentoML's import warns
ADDRESS = "/bentoml/predict"


@pytest.fixture
def paths(tmp_path):
    names = ("left.png", "右.png", "bad.png")
    for seed, name in enumerate(names):
        data = encoded_picture(seed, 70)
        (tmp_path / name).write_bytes(data[:-200] if name == "bad.png" else data)
    return [tmp_path / name for name in names]


@pytest.fixture
def server(serve, token_file):
    server = serve("--token-file", str(token_file), "--with", "demo-age")
    server.url = f"http://127.0.0.1:{server.port}"
    return server


@pytest.fixture
def client(server):
    with sync_client(server.url, token="secret") as opened:
        opened.server = server
        yield opened


def test_bentomls_client_gets_the_librarys_answers(client, paths, make_estimator):
    entries = client.predict(photographs=paths, estimators=["made"], explain="none")["photographs"]
    assert [entry["name"] for entry in entries] == [path.name for path in paths]
    made = gantei.load(make_estimator("again"))
    for path, entry in zip(paths[:2], entries, strict=False):
        assert entry["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        (expected,) = made.predict([path])
        assert entry["estimates"]["made"]["values"]["age"]["value"] == expected.values["age"]
    assert entries[2]["problem"]["type"].endswith("unusable-photograph")
    assert client.predict(paths, ["made"])["photographs"] == entries
    with Image.open(paths[0]) as image:
        (entry,) = client.predict(photographs=image, estimators=["made"])["photographs"]
    assert entry == entries[0]


def test_both_clients_get_all_that_others_get(client, paths):
    """They drop what the description lacks."""
    files = [("photographs", (path.name, path.read_bytes())) for path in paths]
    wanted = {"estimators": ["demo-age"], "explain": "overlay"}
    plain = client.client.post("/v1/predict", params=wanted, files=files).json()
    listed = client.client.get("/v1/estimators").json()

    async def ask():
        async with async_client(client.server.url, token="secret") as opened:
            asked = (opened.predict(photographs=paths, **wanted) for _ in range(4))
            return [await opened.estimators(), *await asyncio.gather(*asked)]

    assert "problem" in plain["photographs"][2]
    assert [client.estimators(), client.predict(photographs=paths, **wanted)] == [listed, plain]
    assert asyncio.run(ask()) == [listed, *[plain] * 4]


def test_its_errors_are_the_same_problems(client, paths):
    with pytest.raises(BentoMLException) as told:
        client.predict(photographs=paths, estimators=["other"])
    assert json.loads(str(told.value))["type"] == "urn:problem-type:gantei:unknown-estimator"
    client.client.headers.pop("authorization")
    with pytest.raises(BentoMLException) as told:
        client.predict(photographs=paths)
    assert json.loads(str(told.value))["status"] == 401

    assert ["schema" in why for why in refusals(client.server.url)] == [True, True]


def test_a_photograph_given_as_an_address_is_not_fetched(client, paths):
    address = f"http://127.0.0.1:{client.server.port}/livez"
    for photographs, kind in (
        ([address], "unsupported-media-type"),
        ([address, paths[0]], "invalid-request"),
    ):
        with pytest.raises(BentoMLException) as told:
            client.predict(photographs=photographs)
        assert json.loads(str(told.value))["type"] == f"urn:problem-type:gantei:{kind}"
    assert "/livez" not in client.client.get("/metrics").text


def test_there_are_no_tasks_whose_photographs_would_be_kept(ask):
    client = ask()
    for door, path in product(
        ("submit", "status", "get", "retry", "cancel"), ("/predict", ADDRESS, "/estimators")
    ):
        for method in ("GET", "POST", "PUT"):
            response = client.request(method, f"{path}/{door}", params={"task_id": "1"})
            assert response.status_code in (404, 405)
            assert response.headers["content-type"] == "application/problem+json"


def test_what_takes_no_fields_says_so(ask):
    client = ask()
    assert client.post("/bentoml/estimators").json() == client.get("/v1/estimators").json()
    refused = client.post("/bentoml/estimators", json={"name": "made"})
    assert (refused.status_code, refused.json()["code"]) == (422, "body-unexpected")


@pytest.mark.parametrize("field", ["estimators", "explain", "eyes", "photographs", r"\ud800"])
def test_half_a_surrogate_pair_in_a_field_is_refused(ask, field):
    response = ask().post(ADDRESS, **form(("a.png", encoded_picture(1)), **{field: r'"\ud800"'}))
    assert response.status_code in (404, 422)
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("text", ["made", "[1]", "{}", "null", "[[" * 5000, "1e999", '{"a": "b"}'])
def test_a_field_that_is_no_list_of_texts_in_json_is_refused(ask, text):
    response = ask().post(ADDRESS, **form(("a.png", encoded_picture(1)), estimators=text))
    assert response.status_code in (400, 422)
    assert response.headers["content-type"] == "application/problem+json"
