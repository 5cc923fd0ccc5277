import asyncio
import hashlib
import json
import logging
import os
import sys
import tempfile

import pytest

from gantei.errors import SettingError

from .asking import assert_problem
from .conftest import MEBIBYTE, encoded_picture, form

pytest.importorskip("fastapi", reason="the service's packages are not installed")

MADE = "/v1/estimators/made"
ADDRESSES = ["/v1/predict", "/v1/estimators", MADE, f"{MADE}/card", f"{MADE}/files/model.onnx"]
ADDRESSES += ["/metrics", "/openapi.json", "/nowhere"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_with_tokens_nothing_answers_without_one(ask, token_file, address):
    client = ask(token_file=token_file)
    for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": "Basic secret"}):
        response = client.get(address, headers=headers)
        assert_problem(response, 401, "token-required")
        assert response.headers["www-authenticate"] == "Bearer"
    assert client.get(address, headers={"authorization": "Bearer secret"}).status_code != 401


def test_a_token_lets_clients_of_other_machines_in(ask, token_file):
    client = ask(token_file=token_file, client=("192.0.2.7", 5000))
    response = client.get("/v1/estimators", headers={"authorization": "bearer secret"})
    assert response.status_code == 200


@pytest.mark.parametrize("client", [("192.0.2.7", 5000), ("::ffff:192.0.2.7", 5000), None])
def test_without_tokens_other_machines_are_refused(ask, make_estimator, client):
    folder = make_estimator()
    assert_problem(ask(folder, client=client).get("/v1/estimators"), 403, "loopback-only")
    insecure = ask(folder, client=client, insecure=True)
    assert insecure.get("/v1/estimators").status_code == 200


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.9", "::1", "::ffff:127.0.0.1"])
def test_without_tokens_this_machine_is_answered(ask, address):
    assert ask(client=(address, 5000)).get("/v1/estimators").status_code == 200


@pytest.mark.parametrize("host", ["127.0.0.1:3000", "[::1]:3000", "[::1]", "LOCALHOST", "10.0.0.1"])
def test_without_tokens_this_machine_is_asked_by_its_number(ask, host):
    assert ask().get(MADE, headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", ["example.org", "example.org:3000", "localhost.example.org", ""])
def test_without_tokens_a_name_that_points_here_is_refused(ask, host):
    """Or scripts of the internet could ask, from a browser on this machine."""
    assert_problem(ask().get(MADE, headers={"host": host}), 403, "loopback-only")


def test_with_tokens_the_server_may_have_any_name(ask, token_file):
    headers = {"host": "fundus.example.org", "authorization": "Bearer secret"}
    assert ask(token_file=token_file).get(MADE, headers=headers).status_code == 200


def test_a_body_of_two_lengths_is_refused(ask):
    headers = {"transfer-encoding": "chunked", "content-length": "3"}
    response = ask().post("/v1/predict", content=b"0\r\n\r\n", headers=headers)
    assert_problem(response, 400, "malformed-header")
    assert response.headers["connection"] == "close"


@pytest.mark.parametrize("address", ["/v1/predict", "/v2/models/made/infer", "/bentoml/predict"])
def test_a_body_of_another_encoding_is_refused_with_what_is_taken(ask, address):
    client = ask()
    for encoding in ("br", "zstd", "gzip, gzip", "identity, gzip"):
        answer = client.post(address, content=b"x", headers={"content-encoding": encoding})
        problem = assert_problem(answer, 415, "unsupported-media-type")
        assert (problem["code"], answer.headers["accept-encoding"]) == (
            "body-encoding-unknown",
            "gzip, deflate",
        )
    request = form(encoded_picture(1), estimators="made")
    plain = client.post("/v1/predict", **request, headers={"content-encoding": "Identity"})
    assert plain.status_code == 200


def test_the_log_says_whose_token_it_was_and_why_none_is_let_in(ask, token_file, caplog):
    def line(owner, token):
        return f"{hashlib.sha256(token.encode()).hexdigest()}  {owner}\n"

    token_file.write_text(line("- ward 3", "three") + line("-", "piped") + line("", "bare"))
    client = ask(token_file=token_file)
    with caplog.at_level(logging.INFO, "gantei.service"):
        for token in ("three", "piped", "bare", "other"):
            client.get("/v1/estimators", headers={"authorization": f"Bearer {token}"})
        token_file.write_text("three\n")
        client.get("/v1/estimators", headers={"authorization": "Bearer three"})
    requests = [each.facts for each in caplog.records if each.msg == "request"]
    requests = [each for each in requests if each["route"] != "/readyz"]
    assert [each["token"] for each in requests] == ["ward 3", None, None, None, None]
    assert [each["status"] for each in requests] == [200, 200, 200, 401, 401]
    (broken,) = [each.facts for each in caplog.records if "cannot be used" in each.msg]
    assert "tokens, line 1: not the sha256 of a token" in broken["why"]
    assert "three" not in broken["why"]


@pytest.mark.parametrize("text", ["", "# nobody\n", "secret\n", "0" * 63 + "\n"])
def test_a_token_file_that_lets_nobody_in_is_refused_at_the_start(ask, tmp_path, text):
    path = tmp_path / "tokens"
    path.write_text(text)
    with pytest.raises(SettingError, match="tokens"):
        ask(token_file=path)


def test_bodies_above_the_limit_are_refused_announced_or_not(ask):
    client = ask(body_limit=10_000)

    def chunks():
        for _ in range(20):
            yield bytes(1000)

    for content in (bytes(10_001), chunks()):
        response = client.post(
            "/v1/predict", content=content, headers={"content-type": "image/png"}
        )
        assert_problem(response, 413, "body-too-large")


def test_all_bodies_together_are_bounded(ask):
    client = ask()
    client.app.in_use.most = 10_000
    client.app.in_use.bytes = 9_000
    response = client.post("/v1/predict", **form(("a.png", bytes(5_000))))
    assert_problem(response, 503, "busy")
    client.app.in_use.bytes = 0
    response = client.post("/v1/predict", **form(("a.png", bytes(20_000))))
    assert_problem(response, 413, "body-too-large")


@pytest.mark.parametrize(
    ("method", "address", "status", "kind"),
    [
        ("GET", "/nowhere", 404, "not-found"),
        ("GET", "/redoc", 404, "not-found"),
        ("GET", "/v1/estimators/other", 404, "unknown-estimator"),
        ("GET", "/v1/estimators/made/files/card.md", 404, "not-found"),
        ("GET", "/v1/predict", 405, "method-not-allowed"),
        ("BREW", "/v1/estimators", 405, "method-not-allowed"),
        ("POST", "/v1/predict", 415, "unsupported-media-type"),
    ],
)
def test_every_error_is_a_problem(ask, method, address, status, kind):
    assert_problem(ask().request(method, address), status, kind)


def test_an_error_nobody_thought_of_is_a_problem_that_tells_nothing(ask, monkeypatch, caplog):
    import gantei_service.routes.predict as module

    async def fail(*_):
        raise RuntimeError("Tanaka Hanako")

    client = ask()
    monkeypatch.setattr(module, "read_predict_request", fail)
    with caplog.at_level(logging.INFO, "gantei.service"):
        response = client.post("/v1/predict", **form(("a", b"x")))
    problem = assert_problem(response, 500, "internal-error")
    assert "Tanaka" not in response.text
    assert "Tanaka" not in caplog.text
    (failed,) = [record.facts for record in caplog.records if record.msg == "request failed"]
    assert failed["error"] == "RuntimeError"
    assert failed["request"] == problem["request_id"]


def test_the_log_has_counts_and_no_names(ask, caplog):
    from gantei_service.logs import JsonLines

    client = ask()
    pictures = [("Tanaka-Hanako.png", encoded_picture(1)), ("Tanaka-Hanako.jpg", b"no picture")]
    with caplog.at_level(logging.INFO):
        client.post("/v1/predict?patient=Tanaka", **form(*pictures))
        client.post("/v1/predict", **form(*pictures))
        client.get("/v1/estimators/Tanaka", headers={"x-request-id": "Tanaka"})
        client.get("/Tanaka")
    lines = [JsonLines().format(record) for record in caplog.records if "gantei" in record.name]
    assert "Tanaka" not in "".join(lines)
    facts = [json.loads(line) for line in lines if '"event": "request"' in line][-3]
    assert (facts["photographs"], facts["refused"], facts["status"]) == (2, 1, 200)
    assert facts["milliseconds"] > 0
    metrics = client.get("/metrics").text
    assert "Tanaka" not in metrics
    assert 'gantei_rejections_total{reason="unusable-photograph"} 1.0' in metrics


def test_metrics_do_not_grow_with_what_is_asked(ask):
    client = ask()

    def lines(number):
        client.get(f"/{number}")
        client.get(f"/v1/estimators/{number}")
        client.request(f"M{number}", "/livez")
        return len(client.get("/metrics").text.splitlines())

    lines(0)
    assert {lines(number) for number in range(1, 30)} == {lines(30)}


WRITTEN: list[str] | None = None


def remember_written(event, arguments):
    if WRITTEN is not None and event == "open":
        path, _, flags = arguments
        if isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            WRITTEN.append(str(path))


def test_photographs_are_never_written_to_a_file(ask, monkeypatch):
    global WRITTEN  # noqa: PLW0603 - an audit hook stays for the life of the process
    client = ask()
    picture = encoded_picture(1, 2000)
    large = picture + bytes(5 * MEBIBYTE)
    sys.addaudithook(remember_written)
    try:
        WRITTEN = []
        with tempfile.TemporaryFile():
            assert WRITTEN, "the hook sees nothing"
        WRITTEN = []
        response = client.post("/v1/predict", **form(("a.png", large), ("b.png", picture)))
        raw = client.post("/v1/predict", content=large, headers={"content-type": "image/png"})
        written = WRITTEN
    finally:
        WRITTEN = None
    assert (response.status_code, raw.status_code) == (200, 200)
    assert written == []


async def gone():
    return {"type": "http.disconnect"}


def test_an_answer_counts_as_memory_until_it_is_read_and_is_not_kept_for_ever():
    from gantei_service.guard import Guard
    from gantei_service.metrics import Metrics
    from gantei_service.response_sender import PIECE
    from gantei_service.settings import Settings

    size, counted, taken = 10 * PIECE + 1, [], []

    async def large(scope, receive, send):
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": bytes(size)})

    async def reader(message):
        counted.append(guard.in_use.bytes)
        taken.append(len(message.get("body", b"")))
        if stalls and len(taken) > 3:
            await asyncio.Event().wait()

    guard = Guard(large, Settings(insecure=True, body_timeout=0.1), Metrics(), None)
    scope = {"type": "http", "path": "/", "method": "GET", "headers": []}
    for stalls in (False, True):
        counted.clear(), taken.clear()
        asyncio.run(guard(dict(scope), gone, reader))
        assert max(taken) == PIECE
        assert counted == [0] + [size] * (len(counted) - 1)
        assert guard.in_use.bytes == 0
        assert (sum(taken) == size) is not stalls
