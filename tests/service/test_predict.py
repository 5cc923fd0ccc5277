import base64
import hashlib
import time
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from PIL import Image

import gantei
from gantei.photographs.photograph import Photograph

from ..conftest import SEX
from ..explained import explained_network
from .asking import BAD, predict, refused
from .conftest import encoded_picture, form, wait_until

pytest.importorskip("fastapi", reason="the service's packages are not installed")

FORM = {"content-type": "multipart/form-data"}


def ages(entries):
    return [entry["estimates"]["made"]["values"]["age"]["value"] for entry in entries]


def test_the_answer_has_the_librarys_numbers_units_and_warnings(ask):
    pictures = [encoded_picture(1, 700, "JPEG"), encoded_picture(2)]
    entries = predict(
        ask("demo-age", "demo-sex"), *((f"{i}.jpg", p) for i, p in enumerate(pictures))
    )
    for name, unit in (("demo-age", "years"), ("demo-sex", "probability")):
        for entry, expected in zip(entries, gantei.load(name).predict(pictures), strict=True):
            estimate = entry["estimates"][name]
            assert estimate["values"] == {
                key: {"value": value, "unit": unit} for key, value in expected.values.items()
            }
            said = estimate["warnings"] + entry["findings"]
            assert said == [each.as_dict() for each in expected.findings]


def test_photographs_come_back_in_order_with_name_digest_and_size(ask):
    pictures = [encoded_picture(seed, 40 + seed) for seed in range(9)]
    entries = predict(ask(), *((f"右{i}.png", data) for i, data in enumerate(pictures)))
    assert [entry["name"] for entry in entries] == [f"右{i}.png" for i in range(9)]
    assert [entry["sha256"] for entry in entries] == [
        hashlib.sha256(data).hexdigest() for data in pictures
    ]
    assert [entry["size"]["width"] for entry in entries] == [40 + seed for seed in range(9)]


def test_one_bad_picture_among_39_is_a_problem_of_its_own(ask):
    client = ask()
    good = [encoded_picture(seed) for seed in range(39)]
    alone = ages(predict(client, *(("a.png", data) for data in good)))
    pictures = [*good[:20], BAD, *good[20:]]
    entries = predict(client, *(("a.png", data) for data in pictures))
    problem = entries.pop(20)
    assert problem["problem"]["type"].endswith("unusable-photograph")
    assert problem["sha256"] == hashlib.sha256(BAD).hexdigest()
    assert "estimates" not in problem
    assert ages(entries) == alone


def test_requests_at_the_same_time_get_their_own_answers(ask):
    client = ask()
    pictures = [encoded_picture(seed) for seed in range(8)]
    expected = [ages(predict(client, ("a.png", data))) for data in pictures]

    def repeated(index):
        return [ages(predict(client, ("a.png", pictures[index]))) for _ in range(5)]

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(repeated, range(8)))
    assert answers == [[each] * 5 for each in expected]


def test_a_turned_photograph_is_answered_upright(ask):
    exif = Image.Exif()
    exif[0x0112] = 6
    upright = Image.new("RGB", (60, 40), (200, 90, 40))
    file = BytesIO()
    upright.save(file, "JPEG", exif=exif)
    (entry,) = predict(ask(), ("a.jpg", file.getvalue()))
    assert entry["size"] == {"height": 60, "width": 40}


def test_a_raw_picture_is_answered_like_one_in_a_form(ask):
    client = ask()
    data = encoded_picture(3)
    (entry,) = predict(client, ("a.png", data))
    response = client.post("/v1/predict", content=data, headers={"content-type": "image/png"})
    assert response.json()["photographs"] == [entry | {"name": None}]


def test_only_the_named_estimators_answer(ask, make_estimator):
    client = ask(make_estimator(), make_estimator("sex", output="sex", factor=1 / 255, spec=SEX))
    data = encoded_picture(1)
    assert [*predict(client, ("a", data))[0]["estimates"]] == ["made", "sex"]
    assert [*predict(client, ("a", data), estimators=["sex"])[0]["estimates"]] == ["sex"]
    response = client.post(
        "/v1/predict?estimators=made", content=data, headers={"content-type": "image/png"}
    )
    assert [*response.json()["photographs"][0]["estimates"]] == ["made"]
    refused(client, 404, "unknown-estimator", **form(("a", data), estimators="other"))


def test_a_map_adds_up_to_the_answer_and_an_overlay_is_a_picture(ask, make_estimator):
    client = ask(make_estimator(network=explained_network()))
    (entry,) = predict(client, ("a.png", encoded_picture(1)), explain="overlay")
    estimate = entry["estimates"]["made"]
    rows = [number for row in estimate["map"]["rows"] for number in row]
    total = sum(rows) / len(rows) + estimate["map"]["bias"]
    assert total == pytest.approx(estimate["values"]["age"]["value"], abs=1e-4)
    with Image.open(BytesIO(base64.b64decode(estimate["overlay"]["base64"]))) as image:
        assert image.format == "PNG"


def test_a_map_of_an_estimator_that_has_none_is_refused(ask):
    refused(ask(), 422, "no-explanation", **form(("a", encoded_picture(1)), explain="map"))


def half_a_pair(charset, name):
    """A form whose encoding gives a name that no answer could carry."""
    part = b'--b\r\ncontent-disposition: form-data; name="photographs"; filename="%b"\r\n\r\nx'
    kind = f"multipart/form-data; boundary=b; charset={charset}"
    return {"content": part % name + b"\r\n--b--\r\n", "headers": {"content-type": kind}}


@pytest.mark.parametrize(
    ("status", "kind", "request_"),
    [
        (422, "invalid-request", {"files": [("other", ("a.png", b"x"))]}),
        (422, "invalid-request", form(("a.png", b"x"), surprise="1")),
        (422, "invalid-request", form(("a.png", b"x"), explain="all")),
        (422, "invalid-request", {"content": b"", "headers": {"content-type": "image/png"}}),
        (415, "unsupported-media-type", {"json": {"url": "http://example.org/a.png"}}),
        (415, "unsupported-media-type", {"content": b"x"}),
        (400, "malformed-body", {"content": b"x", "headers": FORM}),
        (
            400,
            "malformed-body",
            {"content": b"x", "headers": {"content-type": "multipart/form-data; boundary=b"}},
        ),
        (415, "unsupported-media-type", half_a_pair("utf-7", b"+2AA-")),
        (415, "unsupported-media-type", half_a_pair("unicode_escape", b"\\\\ud800")),
    ],
)  # fmt: skip
def test_what_is_no_request_for_estimates_is_a_problem(ask, status, kind, request_):
    refused(ask(), status, kind, **request_)


def test_more_photographs_than_allowed_are_refused(ask):
    client = ask(photographs=3)
    assert len(predict(client, *[("a", encoded_picture(1))] * 3)) == 3
    refused(client, 413, "too-many-parts", **form(*[("a", encoded_picture(1))] * 4))


def test_what_does_not_fit_into_the_queue_is_told_to_come_again(ask, held):
    client = ask(queue=2, photographs=2)
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(predict, client, ("a", b"1"), ("b", b"2"))
        wait_until(lambda: "gantei_photographs_waiting 2.0" in client.get("/metrics").text)
        response = refused(client, 503, "busy", **form(("c", b"3")))
        assert response.headers["retry-after"] == "1"
        held.set()
        assert [entry["name"] for entry in first.result()] == ["a", "b"]
    assert "gantei_photographs_waiting 0.0" in client.get("/metrics").text


def test_a_request_that_takes_too_long_is_told_so(ask, held):
    client = ask(deadline=0.2)
    response = refused(client, 503, "deadline-exceeded", **form(("a", b"1")))
    assert "retry-after" in response.headers


def test_a_network_that_fails_is_a_problem_without_details(ask, monkeypatch, caplog):
    import gantei_service.photograph_job as module
    from gantei.errors import InferenceError

    def fail(*_, **__):
        raise InferenceError("secret of the network")

    client = ask()
    monkeypatch.setattr(module, "infer", fail)
    (entry,) = predict(client, ("a", encoded_picture(1)))
    assert entry["problem"]["type"].endswith("inference-failed")
    assert "secret" not in str(entry)


def test_a_photograph_alone_has_all_cores_and_the_same_answer(ask, make_estimator, monkeypatch):
    import gantei_service.loaded

    monkeypatch.setattr(gantei_service.loaded, "cores", lambda: 2)
    infer, asked = gantei.inference.pipeline.infer, []
    monkeypatch.setattr(
        "gantei_service.photograph_job.infer",
        lambda estimator, *given: asked.append(estimator) or infer(estimator, *given),
    )
    client = ask(make_estimator())
    picture = encoded_picture(1)
    (one,) = client.post("/v1/predict", **form(("a.png", picture))).json()["photographs"]
    both = client.post("/v1/predict", **form(("a.png", picture), ("b.png", picture))).json()
    assert [entry["estimates"] for entry in both["photographs"]] == [one["estimates"]] * 2
    alone, first, second = asked
    assert first is second
    assert alone is not first


def test_only_a_photograph_alone_has_its_field_sought_by_another_worker(ask, monkeypatch):
    seek, sought = Photograph.seek_field_in, []
    monkeypatch.setattr(
        Photograph, "seek_field_in", lambda *given: sought.append(given) or seek(*given)
    )
    client = ask()
    picture = ("a.jpg", encoded_picture(1, 700, "JPEG"))
    (one,) = predict(client, picture)
    assert len(sought) == 1
    first, second = predict(client, picture, picture)
    assert len(sought) == 1
    assert first["appearance"] == second["appearance"] == one["appearance"]


@pytest.mark.parametrize("batch", [None, 4])
def test_large_photographs_that_do_not_fit_together_are_decoded_one_at_a_time(
    ask, monkeypatch, batch
):
    from gantei_service import photograph_job
    from gantei_service.service_memory import ServiceMemory

    at_once, most = [], []
    prepare = photograph_job.prepare

    def slow(photograph, *others):
        at_once.append(photograph)
        most.append(len(at_once))
        time.sleep(0.02)
        at_once.remove(photograph)
        return prepare(photograph, *others)

    def is_large(memory, needed):
        memory.large.total = 1000
        return needed > 0

    client = ask(workers=4, batch=batch)
    monkeypatch.setattr(photograph_job, "prepare", slow)
    monkeypatch.setattr(photograph_job, "bytes_needed", lambda *_, **__: 600)
    monkeypatch.setattr(ServiceMemory, "is_large", is_large)
    entries = predict(client, *[(str(seed), encoded_picture(seed)) for seed in range(8)])
    assert all("estimates" in entry for entry in entries)
    assert max(most) == 1


@pytest.mark.parametrize("batch", [None, 4])
def test_an_error_nobody_thought_of_is_that_photographs_alone(ask, monkeypatch, caplog, batch):
    from gantei_service import photograph_job

    prepare = photograph_job.prepare

    def odd(photograph, *others):
        if photograph.size == (65, 65):
            raise ZeroDivisionError("Tanaka Hanako")
        return prepare(photograph, *others)

    client = ask(batch=batch)
    monkeypatch.setattr(photograph_job, "prepare", odd)
    good, bad = predict(client, ("1", encoded_picture(1)), ("2", encoded_picture(2, 65)))
    assert "estimates" in good
    assert bad["problem"]["type"].endswith("inference-failed")
    assert "Tanaka" not in caplog.text
