"""Bodies packed by gzip or deflate: what they hold is read, and no small one swells the memory."""

import gzip
import json
import tracemalloc
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .asking import assert_problem
from .conftest import encoded_picture, form
from .open_inference import INFER, LENGTH, framed, in_binary, in_json

pytest.importorskip("fastapi", reason="the service's packages are not installed")

PICTURES = [encoded_picture(2), encoded_picture(3, 300, "BMP")]
PACKERS = {"gzip": gzip.compress, "deflate": zlib.compress, "X-GZIP": gzip.compress}
MEGABYTE = 1_000_000


def packed(encoding, content, headers=()):
    return {
        "content": PACKERS[encoding](content),
        "headers": {"content-encoding": encoding} | dict(headers),
    }


@pytest.mark.parametrize("encoding", PACKERS)
def test_a_packed_request_is_answered_as_the_plain_one(ask, encoding):
    client = ask()
    binary = in_binary(2, framed(*PICTURES))
    for plain in (
        {"content": in_json(*PICTURES).encode()},
        {"content": binary["content"], "headers": {LENGTH: binary["headers"][LENGTH]}},
    ):
        expected = client.post(INFER, **plain)
        answer = client.post(INFER, **packed(encoding, plain["content"], plain.get("headers", {})))
        assert (expected.status_code, answer.json()) == (200, expected.json())


def test_a_packed_form_is_answered_too(ask):
    client = ask()
    plain = client.build_request("POST", "/v1/predict", **form(("1", PICTURES[1])))
    content = plain.read()
    headers = {"content-type": plain.headers["content-type"]}
    answers = [
        client.post("/v1/predict", content=content, headers=headers),
        client.post("/v1/predict", **packed("gzip", content, headers)),
    ]
    assert [each.status_code for each in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()


def test_several_members_of_gzip_are_one_body(ask):
    client, plain = ask(), in_json(*PICTURES).encode()
    half = len(plain) // 2
    members = b"".join(gzip.compress(each) for each in (plain[:half], b"", plain[half:]))
    expected = client.post(INFER, content=plain)
    answer = client.post(INFER, content=members, headers={"content-encoding": "gzip"})
    assert (answer.status_code, answer.json()) == (200, expected.json())


def test_the_limit_counts_what_is_inflated(ask):
    client = ask(body_limit=MEGABYTE)
    content = in_json(*PICTURES, parameters={"note": "{}"}).encode()
    for size, status in ((MEGABYTE, 200), (MEGABYTE + 1, 413)):
        sent = content.replace(b"{}", b"x" * (size - len(content) + 2))
        assert len(sent) == size
        answer = client.post(INFER, **packed("gzip", sent))
        assert answer.status_code == status, answer.text
    assert assert_problem(answer, 413, "body-too-large")["code"] == "body-limit"


def test_a_bomb_is_refused_long_before_the_limit(ask):
    client = ask(body_limit=64 * MEGABYTE)
    bomb = packed("gzip", bytes(60 * MEGABYTE))
    assert len(bomb["content"]) < 64_000
    client.post(INFER, **bomb)  # whatever is made once
    tracemalloc.start()
    problem = assert_problem(client.post(INFER, **bomb), 413, "body-too-large")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert problem["code"] == "body-swells"
    assert most < 20 * MEGABYTE
    assert client.app.in_use.bytes == 0


GZIP_WITH_NAME = b"\x1f\x8b\x08\x08" + bytes(6)
EMPTY_BLOCK = b"\0\0\0\xff\xff"


@pytest.mark.parametrize(
    ("encoding", "begin", "piece"),
    [("gzip", GZIP_WITH_NAME, b"x" * 10_000), ("deflate", b"\x78\x9c", EMPTY_BLOCK * 2000)],
)
def test_the_limit_counts_what_comes_too_where_nothing_is_in_it(ask, encoding, begin, piece):
    sent = []

    def pieces():
        yield begin
        while len(sent) < 300:
            sent.append(piece)
            yield piece

    client = ask(body_limit=MEGABYTE)
    answer = client.post(INFER, content=pieces(), headers={"content-encoding": encoding})
    assert assert_problem(answer, 413, "body-too-large")["code"] == "body-limit"
    assert client.app.in_use.bytes == 0


DAMAGED = {
    "none": b"x",
    "without-check-and-length": gzip.compress(in_json(b"x").encode())[:-9],
    "cut-off": gzip.compress(in_json(b"x").encode())[:-1],
    "with-more-behind": gzip.compress(in_json(b"x").encode()) + b"x",
    "too-many-members": gzip.compress(b"") * 1000 + gzip.compress(in_json(b"x").encode()),
    "a-second-that-is-cut-off": gzip.compress(b" ") + gzip.compress(b"{}")[:-1],
    "of-zlib": zlib.compress(in_json(b"x").encode()),
    "another-magic": gzip.compress(in_json(b"x").encode()).replace(b"\x1f\x8b", b"\x1f\x8c", 1),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_one_is_refused_in_words(ask, content):
    answer = ask().post(INFER, content=content, headers={"content-encoding": "gzip"})
    assert assert_problem(answer, 400, "malformed-body")["code"] == "body-encoding-damaged"


def test_an_empty_one_is_an_empty_body(ask):
    client = ask()
    for content in (b"", gzip.compress(b"")):
        answer = client.post(INFER, content=content, headers={"content-encoding": "gzip"})
        assert json.loads(answer.text)["code"] == "not-json"


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_pieces_of_any_size_give_what_was_packed(data):
    from gantei_service.inflating import ENCODINGS, Inflater

    times = data.draw(st.sampled_from([1, 5, 900]))
    members = [each * times for each in data.draw(st.lists(st.binary(max_size=300), max_size=4))]
    content = b"".join(members)
    rest = b"".join(gzip.compress(each) for each in members or [b""])
    inflater, found = Inflater(ENCODINGS[b"gzip"]), b""
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        inflater.feed(rest[:size])
        rest = rest[size:]
        while piece := inflater.inflated():
            found += piece
    inflater.refuse_cut_off()
    assert found == content
