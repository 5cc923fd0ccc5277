"""The batcher, on a CPU that is told to make batches."""

import asyncio
import math
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event

import numpy as np
import pytest

import gantei
from gantei.errors import InferenceError, WeightsError

from ..conftest import SEX, SIDE
from ..explained import explained_network
from ..gpu_stand_in import stand_in_for_gpu
from .conftest import encoded_picture, form, wait_until

pytest.importorskip("fastapi", reason="the service's packages are not installed")

BAD = encoded_picture(1)[:-200]


def post(client, *pictures, **fields):
    response = client.post("/v1/predict", **form(*(("a", each) for each in pictures), **fields))
    assert response.status_code == 200, response.text
    return response.json()["photographs"]


def ages(entries, name="made"):
    return [entry["estimates"][name]["values"]["age"]["value"] for entry in entries]


def filled(value):
    """An input whose mean is its value."""
    return np.full((SIDE, SIDE, 3), value, np.float32)


@pytest.fixture
def batching(make_estimator):
    """Batches of at most 4, and the estimator whose answer is the mean of its input."""
    from gantei_service.batching import Batching
    from gantei_service.metrics import Metrics

    estimator = gantei.load(make_estimator())
    estimator.batches = []
    run = estimator.run

    def watched(batch, also=()):
        estimator.batches.append(batch[:, 0, 0, 0].tolist())
        return run(batch, also)

    estimator.run = watched
    made = Batching([estimator], 4, 2, Metrics())
    yield made, estimator
    made.close()


def outcomes(batching, values):
    """What each of these inputs gets, all asked for at once: a number or the error's type."""
    made, estimator = batching

    async def every():
        return await asyncio.gather(
            *(made.infer(estimator, filled(value), None) for value in values),
            return_exceptions=True,
        )

    return [
        type(each) if isinstance(each, Exception) else float(each["age"][0])
        for each in asyncio.run(every())
    ]


@pytest.mark.parametrize(
    ("most", "expected"),
    [(2, (1, 2)), (4, (1, 2, 4)), (6, (1, 2, 4, 6)), (16, (1, 2, 4, 8, 16))],
)
def test_batches_have_a_few_sizes(most, expected):
    from gantei_service.batching import sizes

    assert sizes(most) == expected


def test_what_waits_goes_through_together_in_padded_batches(batching):
    assert outcomes(batching, range(7)) == [*range(7)]
    assert batching[1].batches == [[0, 1, 2, 3], [4, 5, 6, 0]]


def test_a_lone_photograph_does_not_wait_for_others(batching):
    assert outcomes(batching, [5]) == [5]
    assert batching[1].batches == [[5]]


def test_a_batch_that_fails_is_run_again_one_by_one(batching):
    run = batching[1].run

    def fail_on_three(batch, also=()):
        if 3 in batch[:, 0, 0, 0]:
            raise InferenceError("three")
        return run(batch, also)

    batching[1].run = fail_on_three
    assert outcomes(batching, range(6)) == [0, 1, 2, InferenceError, 4, 5]


def test_another_number_of_rows_is_an_error_and_never_a_shifted_result(batching):
    run = batching[1].run
    batching[1].run = lambda batch, also=(): run(batch, also)[1:]
    assert outcomes(batching, range(1, 5)) == [WeightsError] * 4


def test_what_was_given_up_while_it_waited_never_reaches_the_network(batching):
    made, estimator = batching
    release, run = Event(), estimator.run

    def slow(batch, also=()):
        release.wait(10)
        return run(batch, also)

    estimator.run = slow

    async def given_up():
        tasks = [
            asyncio.create_task(made.infer(estimator, filled(value), None)) for value in range(8)
        ]
        await asyncio.sleep(0.05)
        for each in (tasks[1], *tasks[4:7]):
            each.cancel()
        release.set()
        return await asyncio.gather(*tasks, return_exceptions=True)

    kinds = [type(each) for each in asyncio.run(given_up())]
    assert [kind is asyncio.CancelledError for kind in kinds] == [
        number in (1, 4, 5, 6) for number in range(8)
    ]
    assert estimator.batches == [[0, 1, 2, 3], [7]]


def test_the_estimator_that_was_asked_first_goes_first(make_estimator):
    from gantei_service.batching import Batching
    from gantei_service.metrics import Metrics

    estimators = [gantei.load(make_estimator(name)) for name in ("first", "second")]
    made, order = Batching(estimators, 2, 1, Metrics()), []
    for each in estimators:
        each.run = partial(
            lambda name, run, *a: (order.append(name), run(*a))[1], each.name, each.run
        )

    async def asked():
        await asyncio.gather(
            *(made.infer(estimators[index], filled(1), None) for index in (0, 1, 0, 0))
        )

    asyncio.run(asked())
    made.close()
    assert order == ["first", "second", "first"]


@pytest.mark.parametrize(
    ("device", "waiting", "begun"), [("cpu", 8, 1), ("cuda", 7, 1), ("cuda", 8, 2), ("cuda", 16, 2)]
)
def test_on_a_gpu_a_second_batch_that_is_full_begins_beside_the_first(
    make_estimator, monkeypatch, device, waiting, begun
):
    from gantei_service.batching import Batching
    from gantei_service.metrics import Metrics

    estimator, release, batches = gantei.load(make_estimator()), Event(), []
    monkeypatch.setattr(type(estimator), "device", device)
    run = estimator.run

    def slow(batch, also=()):
        batches.append(len(batch))
        release.wait(10)
        return run(batch, also)

    estimator.run = slow
    made = Batching([estimator], 4, 2, Metrics())

    async def asked():
        rows = [made.infer(estimator, filled(value), None) for value in range(waiting)]
        every = asyncio.gather(*rows)
        await asyncio.sleep(0.1)
        counted = len(batches)
        release.set()
        return counted, [float(row["age"][0]) for row in await every]

    assert asyncio.run(asked()) == (begun, [*range(waiting)])
    assert batches[:begun] == [4] * begun
    made.close()


def test_on_a_gpu_every_size_has_run_before_the_first_client_is_answered(ask, monkeypatch):
    from gantei.estimator.estimator import Estimator

    run, ran = Estimator.run, []

    def watched(estimator, batch, also=()):
        ran.append(len(batch))
        return run(estimator, batch, also)

    monkeypatch.setattr(Estimator, "device", "cuda")  # said, not so: no test here has one
    monkeypatch.setattr(Estimator, "run", watched)
    client = ask()
    assert ran == [1, 2, 4, 8, 16]
    post(client, *[encoded_picture(1)] * 5)
    assert set(ran) == {1, 2, 4, 8, 16}


def test_batches_answer_what_the_library_answers(ask):
    pictures = [encoded_picture(seed, 100 + 50 * seed, "JPEG") for seed in range(12)]
    client = ask("demo-age", "demo-sex", batch=5)
    entries = post(client, *pictures)
    for name, value in (("demo-age", "age"), ("demo-sex", "male")):
        for entry, expected in zip(entries, gantei.load(name).predict(pictures), strict=True):
            answered = entry["estimates"][name]["values"][value]["value"]
            assert answered == pytest.approx(expected.values[value], rel=1e-5, abs=1e-5)
            said = entry["estimates"][name]["warnings"] + entry["findings"]
            assert said == [each.as_dict() for each in expected.findings]


def test_a_gpu_answers_what_the_library_answers_on_a_cpu(ask, monkeypatch):
    stand_in_for_gpu(monkeypatch)
    pictures = [encoded_picture(seed, 100 + 50 * seed, "JPEG") for seed in range(20)]
    entries = post(ask("demo-age", device="cuda"), *pictures, BAD)
    assert "problem" in entries.pop()
    expected = gantei.load("demo-age", "cpu").predict(pictures)
    assert ages(entries, "demo-age") == pytest.approx(
        [each.values["age"] for each in expected], rel=1e-5
    )


def test_requests_for_maps_and_for_values_share_a_batch(ask, make_estimator):
    client = ask(make_estimator(network=explained_network()), batch=4)
    alone = ask(make_estimator("alone", network=explained_network()))
    pictures = [encoded_picture(seed) for seed in range(3)]

    def asked(explain):
        return post(client, *pictures, explain=explain)

    with ThreadPoolExecutor(3) as threads:
        none, mapped, overlay = threads.map(asked, ("none", "map", "overlay"))
    expected = post(alone, *pictures, explain="overlay")
    assert ages(none) == ages(mapped) == ages(overlay) == pytest.approx(ages(expected, "alone"))
    for entry, one in zip(overlay, expected, strict=True):
        got, wanted = entry["estimates"]["made"], one["estimates"]["alone"]
        np.testing.assert_allclose(got["map"]["rows"], wanted["map"]["rows"], rtol=1e-4, atol=1e-5)
        assert got["overlay"]["media_type"] == "image/png"
    assert "map" not in none[0]["estimates"]["made"]
    assert "overlay" not in mapped[0]["estimates"]["made"]


@pytest.mark.parametrize("batch", [1, 8])
def test_39_good_pictures_and_a_bad_one_at_the_same_time_get_their_own_answers(
    ask, make_estimator, batch
):
    client = ask(
        make_estimator(),
        make_estimator("sex", output="sex", factor=1 / 255, spec=SEX),
        batch=batch,
    )
    pictures = [*(encoded_picture(seed) for seed in range(20)), BAD]
    pictures += [encoded_picture(seed) for seed in range(20, 39)]
    judge = gantei.load(make_estimator("judge"))
    expected = [
        each.values.get("age", math.nan) for each in judge.predict(pictures, on_error="record")
    ]

    def alone(picture):
        (entry,) = post(client, picture)
        return ages([entry])[0] if "estimates" in entry else math.nan

    with ThreadPoolExecutor(16) as threads:
        for _ in range(3):
            assert [*threads.map(alone, pictures)] == pytest.approx(expected, rel=1e-5, nan_ok=True)
    metrics = client.get("/metrics").text
    assert 'gantei_rejections_total{reason="unusable-photograph"} 3.0' in metrics
    assert "gantei_prepare_seconds_count 117.0" in metrics
    assert 'gantei_batch_photographs_sum{estimator="sex"} 117.0' in metrics
    assert "gantei_photographs_waiting 0.0" in metrics
    if batch > 1:
        assert 'gantei_inference_waiting{estimator="made"} 0.0' in metrics


def test_a_network_that_fails_in_a_batch_is_a_problem_without_details(ask, monkeypatch):
    import gantei_service.batching as module

    def fail(*_, **__):
        raise InferenceError("secret of the network")

    client = ask(batch=4)
    monkeypatch.setattr(module, "infer", fail)
    entries = post(client, encoded_picture(1), BAD)
    kinds = [entry["problem"]["type"].rpartition(":")[2] for entry in entries]
    assert kinds == ["inference-failed", "unusable-photograph"]
    assert "secret" not in str(entries)


def test_a_request_that_takes_too_long_gives_its_places_back(ask, monkeypatch):
    import gantei_service.batching as module

    release, infer = Event(), module.infer

    def slow(*arguments, **options):
        release.wait(10)
        return infer(*arguments, **options)

    client = ask(batch=2, deadline=0.3)
    monkeypatch.setattr(module, "infer", slow)
    response = client.post("/v1/predict", **form(*[("a", encoded_picture(1))] * 20))
    assert response.status_code == 503
    release.set()
    wait_until(lambda: "gantei_photographs_waiting 0.0" in client.get("/metrics").text)
    one = form(("a", encoded_picture(1)))
    wait_until(lambda: client.post("/v1/predict", **one).status_code == 200)  # a machine is slow
