"""What counts work in progress comes back to zero, and bounds hold on both of their sides."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from ..explained import explained_network
from .asking import BAD, predict, refused
from .conftest import encoded_picture, form, wait_until

GAUGES = ("gantei_photographs_waiting", "gantei_inference_waiting")
PNG = {"content-type": "image/png"}


def gauges(client):
    """The gauges of work in progress, by their names with labels."""
    found = re.findall(rf"^((?:{'|'.join(GAUGES)})\S*) (\S+)$", client.get("/metrics").text, re.M)
    assert found, "nothing is counted"
    return {name: float(number) for name, number in found}


@pytest.mark.parametrize("batch", [1, 4])
def test_whatever_is_asked_nothing_is_left_waiting(ask, make_estimator, batch):
    client = ask(make_estimator(network=explained_network()), batch=batch, photographs=3)
    good = encoded_picture(1)
    predict(client, ("a", good), ("b", BAD), ("c", good))
    for explain in ("map", "overlay"):
        predict(client, ("a", good), ("b", b""), explain=explain)
    refused(client, 413, "too-many-parts", **form(*[("a", good)] * 4))
    refused(client, 404, "unknown-estimator", **form(("a", good), estimators="nobody"))
    refused(client, 422, "invalid-request", **form(("a", good), explain="nothing"))
    client.post("/v2/models/made/infer", json={"inputs": []})
    assert set(gauges(client).values()) == {0.0}


@pytest.mark.parametrize("batch", [1, 4])
def test_a_request_that_was_given_up_is_not_counted_as_waiting(ask, monkeypatch, batch):
    import gantei_service.pool as pool

    release = Event()
    work = pool.ThreadPoolExecutor.submit
    client = ask(batch=batch, deadline=0.2, workers=1)

    def slow(self, job, *arguments, **named):
        def wait(*some, **more):
            release.wait(5)
            return job(*some, **more)

        return work(self, wait, *arguments, **named)

    monkeypatch.setattr(pool.ThreadPoolExecutor, "submit", slow)
    refused(client, 503, "deadline-exceeded", **form(("a", encoded_picture(1))))
    release.set()
    wait_until(lambda: set(gauges(client).values()) == {0.0})


def test_memory_of_answered_bodies_is_given_back(ask):
    picture = encoded_picture(1, 200)
    client = ask()
    client.app.in_use.most = int(len(picture) * 1.9)
    for content in (picture, picture[:-30], b"\0" * len(picture), picture):
        response = client.post("/v1/predict", content=content, headers=PNG)
        assert response.status_code == 200, response.text


def test_memory_of_refused_bodies_is_given_back(ask):
    client = ask(body_limit=9_000)
    client.app.in_use.most = 10_000
    for _ in range(3):
        for size, status in ((9_001, 413), (8_000, 200)):
            response = client.post("/v1/predict", content=bytes(size), headers=PNG)
            assert response.status_code == status, response.text


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_of_exactly_the_limit_is_taken_and_one_byte_more_is_not(ask, chunked):
    client = ask(body_limit=10_000)

    def sent(size):
        content = (bytes(1) for _ in range(size)) if chunked else bytes(size)
        return client.post("/v1/predict", content=content, headers=PNG)

    (entry,) = sent(10_000).json()["photographs"]
    assert entry["problem"]["status"] == 422  # it was read, and is no picture
    assert sent(10_001).status_code == 413


def test_a_queue_takes_exactly_as_many_photographs_as_it_has_places(ask, held):
    client = ask(queue=3, photographs=2)
    picture = ("a", encoded_picture(1))
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(predict, client, picture, picture)
        wait_until(lambda: set(gauges(client).values()) == {2.0})
        refused(client, 503, "busy", **form(picture, picture))
        second = threads.submit(predict, client, picture)
        wait_until(lambda: set(gauges(client).values()) == {3.0})
        held.set()
        assert (len(first.result()), len(second.result())) == (2, 1)
    assert set(gauges(client).values()) == {0.0}
