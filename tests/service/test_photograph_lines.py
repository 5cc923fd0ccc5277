"""Forms answered line by line: each photograph once it is done; the last line says if all are."""

import json
import signal
import socket
import threading
import time
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection, HTTPResponse

import pytest

from .asking import BAD, assert_problem
from .conftest import encoded_picture, form, wait_until
from .metric_samples import samples
from .running_servers import answers, running

pytest.importorskip("fastapi", reason="the service's packages are not installed")

LINES = {"accept": "application/x-ndjson"}
FORM = LINES | {"content-type": "multipart/form-data; boundary=x"}
PICTURES = [("a.png", encoded_picture(2)), ("b.png", BAD), ("c.png", encoded_picture(3))]


def lines_of(content):
    return [json.loads(line) for line in content.decode().splitlines()]


def end_of(count, refused=0):
    return {"complete": True, "photographs": count, "answered": count, "refused": refused}


def metric(client, name):
    return samples(client.get("/metrics").text).get(name, 0.0)


@pytest.mark.parametrize("settings", [{}, {"batch": 4}])
@pytest.mark.parametrize("fields", [{}, {"explain": "none", "estimators": "made"}])
def test_the_lines_are_the_entries_of_the_one_answer(ask, settings, fields):
    from gantei.wire.predict_lines import LastLine, PhotographLine

    client = ask(**settings)
    whole = client.post("/v1/predict", **form(*PICTURES, **fields))
    answer = client.post("/v1/predict", **form(*PICTURES, **fields), headers=LINES)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert answer.headers["vary"] == whole.headers["vary"] == "accept"
    assert answer.headers["x-accel-buffering"] == "no"
    *lines, last = lines_of(answer.content)
    assert last == end_of(3, refused=1)
    for line in lines:
        PhotographLine.model_validate_json(json.dumps(line))
    LastLine.model_validate_json(json.dumps(last))
    entries = [line["photograph"] for line in sorted(lines, key=lambda line: line["index"])]
    assert entries == whole.json()["photographs"]
    assert metric(client, 'gantei_rejections_total{reason="unusable-photograph"}') == 2
    assert metric(client, 'gantei_requests_total{method="POST",route="/v1/predict",status="200"}')
    assert client.app.in_use.bytes == 0


def test_one_raw_picture_has_one_line_and_the_last(ask):
    headers = LINES | {"content-type": "image/png"}
    answer = ask().post("/v1/predict", content=PICTURES[0][1], headers=headers)
    line, last = lines_of(answer.content)
    assert (line["index"], last) == (0, end_of(1))


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("application/x-ndjson", True),
        ("APPLICATION/X-NDJSON", True),
        ("application/x-ndjson, */*", True),
        ("application/x-ndjson, application/json;q=0.5", True),
        ("application/x-ndjson;q=0.5, application/json", False),
        ("application/x-ndjson;q=0.3, application/*;q=0.5", False),
        ("application/x-ndjson;q=0.3, application/json;q=0.2, */*", True),
        ("application/json, application/x-ndjson", False),
        ("application/x-ndjson;q=0, */*", False),
        ("application/x-ndjson;q=much, */*", False),
        ("application/x-ndjson;q=0", False),
        ("*/*", False),
        ("application/*", False),
        ("", False),
    ],
)
def test_lines_are_for_whoever_would_rather_have_them(accept, expected):
    from gantei_service.accept_header import prefers

    assert prefers(accept, "application/x-ndjson", "application/json") is expected


def test_what_goes_wrong_before_the_first_line_is_answered_as_everywhere(ask):
    client = ask(body_limit=100_000)
    text = {"headers": LINES | {"content-type": "text/plain"}}
    empty = {"content": b"--x--\r\n", "headers": FORM}
    for request, status, kind in (
        (empty, 422, "invalid-request"),
        (form(PICTURES[0], estimators="other") | {"headers": LINES}, 404, "unknown-estimator"),
        ({"content": b"x"} | text, 415, "unsupported-media-type"),
        ({"content": b"x" * 100_001} | text, 413, "body-too-large"),
    ):
        assert_problem(client.post("/v1/predict", **request), status, kind)
    assert client.head("/v1/predict", headers=LINES).status_code == 405


@pytest.fixture
def slow(monkeypatch):
    """`slow(answer)`: what `PhotographJob` answers is `await answer(job, pool)`."""
    from gantei_service.photograph_job import PhotographJob

    return lambda answer: monkeypatch.setattr(PhotographJob, "alone", answer)


async def _forever(job, pool):
    import asyncio

    if job.upload.name == "last":
        await asyncio.sleep(60)
    return {"name": job.upload.name}


def test_a_deadline_before_any_line_is_a_503_and_after_one_the_last_line(ask, slow):
    slow(_forever)
    client = ask(deadline=0.3)
    sent = [("first", b"x"), ("last", b"x")]
    answer = client.post("/v1/predict", **form(sent[1]), headers=LINES)
    assert_problem(answer, 503, "deadline-exceeded")
    answer = client.post("/v1/predict", **form(*sent), headers=LINES)
    line, last = lines_of(answer.content)
    assert (answer.status_code, line) == (200, {"index": 0, "photograph": {"name": "first"}})
    problem = last.pop("problem")
    assert last == {"complete": False, "photographs": 2, "answered": 1, "refused": 0}
    assert problem["type"] == "urn:problem-type:gantei:deadline-exceeded"
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert metric(client, 'gantei_rejections_total{reason="deadline-exceeded"}') == 2
    assert metric(client, "gantei_photographs_waiting") == 0


def test_lines_for_which_there_is_no_memory_end_the_answer(ask, slow):
    async def large(job, pool):
        return {"name": "x" * 1_000_000}

    slow(large)
    client = ask()
    client.app.in_use.most = 1_500_000
    answer = client.post("/v1/predict", **form(*PICTURES), headers=LINES)
    *lines, last = lines_of(answer.content)
    assert not last["complete"]
    assert (last["answered"], last["problem"]["status"]) == (len(lines), 503)
    assert client.app.in_use.bytes == 0


def test_a_worker_that_fails_is_one_photographs_problem_and_a_fault_of_ours_the_last_line(
    ask, monkeypatch
):
    from gantei_service.photograph_job import PhotographJob

    def fail(job, photograph):
        raise RuntimeError("a worker")

    async def fail_all(job, pool):
        if job.upload.name == "c.png":
            raise RuntimeError("a fault of ours")
        return {"name": job.upload.name}

    client = ask(workers=1)
    with monkeypatch.context() as patched:
        patched.setattr(PhotographJob, "_estimated", fail)
        answer = client.post("/v1/predict", **form(PICTURES[0]), headers=LINES)
        line, last = lines_of(answer.content)
        assert line["photograph"]["problem"]["code"] == "inference-failed"
        assert last == end_of(1, refused=1)
    monkeypatch.setattr(PhotographJob, "alone", fail_all)
    *lines, last = lines_of(client.post("/v1/predict", **form(*PICTURES), headers=LINES).content)
    assert len(lines) == last["answered"] == 2
    assert last["problem"]["code"] == "internal-error"
    assert client.post("/v1/predict", **form(PICTURES[2]), headers=LINES).status_code == 500


@pytest.fixture
def listening(make_estimator, monkeypatch):
    """`listening(hangups, **settings)`: the address and the application of a server in a thread."""
    from gantei_service import server as module
    from gantei_service.settings import Settings

    @contextmanager
    def start(hangups=None, **settings):
        settings = Settings(estimators=(str(make_estimator()),), **settings)
        server = module.server_of(settings, hangups=hangups)
        with running(server) as url:
            wait_until(lambda: answers(url))
            yield url.rpartition("/")[2], server.config.app

    return start


def multipart(pictures):
    """A form of photographs, by their names."""
    pieces = [
        b'--x\r\ncontent-disposition: form-data; name="photographs"; filename="%b"\r\n\r\n%b\r\n'
        % (name.encode(), picture)
        for name, picture in pictures.items()
    ]
    return b"".join(pieces) + b"--x--\r\n"


def named(names):
    return multipart(dict.fromkeys(names, b"x"))


@contextmanager
def sent(address, body):
    """Send a form, and give its answer."""
    with closing(HTTPConnection(address, timeout=30)) as connection:
        connection.request("POST", "/v1/predict", body, FORM)
        with connection.getresponse() as answer:
            yield answer


def metric_of(address, name):
    with closing(HTTPConnection(address)) as connection:
        connection.request("GET", "/metrics")
        return samples(connection.getresponse().read().decode()).get(name, 0.0)


class HangupsOnCall:
    """In the place of signals: one reload, when it is asked for."""

    wanted = False

    def asked(self):
        came, self.wanted = self.wanted, False
        return "reload" if came else None


def test_a_line_comes_when_its_photograph_is_done_not_when_all_are(listening, slow):
    release = threading.Event()

    async def second_first(job, pool):
        if job.upload.name == "0":
            await pool.run(lambda: release.wait(20))
        return {"name": job.upload.name}

    slow(second_first)
    hangups = HangupsOnCall()
    with listening(hangups) as (address, _), sent(address, named("01")) as answer:
        assert json.loads(answer.readline())["index"] == 1
        assert not release.is_set()
        hangups.wanted = True  # and a reload in the middle changes nothing for it
        wait_until(lambda: metric_of(address, 'gantei_reloads_total{result="done"}') == 1)
        release.set()
        assert json.loads(answer.readline())["index"] == 0
        assert json.loads(answer.readline()) == end_of(2)
        assert answer.read() == b""


def test_a_client_of_http_1_0_gets_plain_lines(listening):
    with listening() as (address, _):
        host, port = address.split(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            body = named("0")
            head = "".join(f"{name}: {value}\r\n" for name, value in FORM.items())
            head = f"POST /v1/predict HTTP/1.0\r\n{head}content-length: {len(body)}\r\n\r\n"
            connection.sendall(head.encode() + body)
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        head, _, content = answer.partition(b"\r\n\r\n")
        assert b"transfer-encoding" not in head.lower()
        line, last = lines_of(content)
        assert (line["index"], last) == (0, end_of(1, refused=1))


STALLED = 4
MEGABYTE = 1_000_000


async def _megabytes(job, pool):
    """Answer more than the buffers of a connection hold."""
    return await pool.run(lambda: {"name": "x" * 6 * MEGABYTE})


def send_and_stall(address, names):
    """Send a form, and never read its answer."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    host, port = address.split(":")
    connection.connect((host, int(port)))
    body = named(names)
    head = "".join(f"{name}: {value}\r\n" for name, value in FORM.items())
    head = f"POST /v1/predict HTTP/1.1\r\nhost: {host}\r\n{head}content-length: {len(body)}\r\n\r\n"
    connection.sendall(head.encode() + body)
    return connection


@pytest.mark.parametrize("cut_by", ["the connection", "patience"])
def test_readers_that_stall_hold_counted_memory_but_no_place_and_are_cut(
    listening, slow, monkeypatch, cut_by
):
    from gantei_service.connections import TimedProtocol
    from gantei_service.pool import Pool

    slow(_megabytes)
    tidied = []
    monkeypatch.setattr(Pool, "tidy_after", lambda pool, most: tidied.append(most))
    monkeypatch.setattr(TimedProtocol, "read_timeout", 3.0 if cut_by == "the connection" else 60.0)
    settings = {} if cut_by == "the connection" else {"body_timeout": 3.0}
    with listening(**settings) as (address, guard), ExitStack() as stalled:
        for _ in range(STALLED):
            stalled.enter_context(send_and_stall(address, "01"))

        def value(name):
            return metric_of(address, name)

        wait_until(lambda: value("gantei_memory_in_use_bytes") > STALLED * 10 * MEGABYTE)
        wait_until(lambda: value("gantei_photographs_waiting") == 0)
        assert guard.in_use.bytes > STALLED * 10 * MEGABYTE  # and they are not cut yet
        wait_until(lambda: guard.in_use.bytes == 0)
        assert value('gantei_rejections_total{reason="client-gone"}') == STALLED
        assert max(tidied) > STALLED * 10 * MEGABYTE  # what they held goes back to the system


def test_a_slow_reader_within_its_time_gets_every_line(listening, slow):
    slow(_megabytes)
    with listening() as (address, _), send_and_stall(address, "0123") as connection:
        time.sleep(0.5)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        answer = HTTPResponse(connection)
        answer.begin()
        *lines, last = lines_of(answer.read())
        assert sorted(line["index"] for line in lines) == [0, 1, 2, 3]
        assert {len(line["photograph"]["name"]) for line in lines} == {6 * MEGABYTE}
        assert last == end_of(4)


def test_a_client_that_goes_away_takes_what_has_not_begun_with_it(listening, slow):
    begun = []

    async def one_by_one(job, pool):
        begun.append(job.upload.name)
        return await pool.run(lambda: time.sleep(0.1) or {"name": job.upload.name})

    slow(one_by_one)
    with listening(workers=1) as (address, guard):
        with sent(address, multipart({str(index): b"x" for index in range(50)})) as answer:
            answer.readline()
        wait_until(lambda: metric_of(address, "gantei_photographs_waiting") == 0)
        assert len(begun) < 40
        seen = len(begun)
        time.sleep(0.3)
        assert len(begun) == seen
        wait_until(lambda: guard.in_use.bytes == 0)
        assert metric_of(address, 'gantei_rejections_total{reason="client-gone"}') == 1


def test_lines_that_have_begun_are_all_sent_after_sigterm(serve):
    server = serve("--workers", "1")
    body = multipart({str(index): encoded_picture(2, 600) for index in range(8)})
    with sent(f"127.0.0.1:{server.port}", body) as answer:
        first = answer.readline()
        server.process.send_signal(signal.SIGTERM)
        *lines, last = lines_of(first + answer.read())
    assert sorted(line["index"] for line in lines) == [*range(8)]
    assert all("estimates" in line["photograph"] for line in lines)
    assert last == end_of(8)
    server.process.wait(20)
