"""The client against servers that misbehave: each of these plays back what it is told to."""

import json
import socket
import time
from contextlib import nullcontext

import numpy as np
import pytest

import gantei
from gantei.errors import (
    ExplanationError,
    InferenceError,
    OfflineError,
    PhotographError,
    SettingError,
    TransferError,
    UnknownEstimatorError,
)
from gantei.findings.finding import Finding
from gantei.photographs.stored_photograph import StoredPhotograph
from gantei.remote import connection

from .playing import (
    ANSWER,
    ENTRY,
    ESTIMATE,
    GOOD,
    HANG_UP,
    PICTURE,
    SHA256,
    WARNING,
    problem,
    reply,
)
from .stored import PlaceInMemory


def failure(client, kind=(TransferError, PhotographError), **options):
    with pytest.raises(kind) as caught:
        client.predict(PICTURE, "made", **options)
    return str(caught.value)


def html(status):
    """A page of a proxy."""
    return reply(status, b"<html>a proxy", **{"content-type": "text/html"})


def test_an_answer_becomes_predictions_by_name(playing):
    (predictions,) = playing(ANSWER).predict(PICTURE, ["made"])
    assert predictions["made"] == gantei.Prediction(
        "<bytes>", {"age": 44.5}, (WARNING,), units={"age": "years"}
    )
    assert predictions["made"].warnings == ("made",)


def test_the_version_of_a_stored_photograph_comes_with_its_result(playing):
    place = PlaceInMemory({"eye.png": PICTURE})
    (result,) = playing(ANSWER).answers([StoredPhotograph(place, "eye.png")], ["made"])
    assert (result.source, result.sha256) == ("store://test/eye.png", SHA256)
    assert result.version == place.version_of("eye.png")
    assert place.asked == [("read", "eye.png")]


@pytest.mark.parametrize(("eyes", "sent"), [(None, b""), ("unknown", b""), ("OD", b"right")])
def test_an_eye_is_sent_where_one_is_told_as_older_servers_know_no_such_field(playing, eyes, sent):
    (client := playing(ANSWER)).predict(PICTURE, "made", eyes=eyes)
    _, field, value = client.seen[0][2].partition(b'name="eyes"\r\n\r\n')
    assert (bool(field), value.partition(b"\r\n")[0]) == (bool(sent), sent)


def test_a_busy_server_is_asked_again_after_the_time_that_it_names(playing):
    client = playing(problem(503, "busy", **{"retry-after": "1"}), ANSWER)
    assert client.predict(PICTURE, "made")[0]["made"].values == {"age": 44.5}
    first, second = (moment for *_, moment in client.seen)
    assert 1 <= second - first < 3


def test_a_server_that_stays_busy_is_given_up_after_the_patience(playing):
    client = playing(problem(503, "busy", **{"retry-after": "1"}), patience=0.5)
    assert "A title" in failure(client)
    assert len(client.seen) == 1


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_proxy_that_has_no_answer_for_the_moment_is_asked_again(playing, monkeypatch, status):
    monkeypatch.setattr(connection, "FIRST_PAUSE", 0.01)
    client = playing(html(status), ANSWER)
    assert client.predict(PICTURE, "made")[0]["made"].values == {"age": 44.5}
    told = failure(playing(html(status), patience=0.02))
    assert "is behind a proxy that" in told
    assert f"status {status}" in told


def test_a_refusal_of_a_proxy_does_not_blame_the_server(playing):
    assert "--body-limit" not in failure(playing(html(413)))
    assert "GANTEI_TOKEN" not in failure(playing(html(401), token="secret"))


def test_a_connection_that_breaks_is_made_again_a_few_times(playing):
    client = playing(HANG_UP, HANG_UP, ANSWER)
    assert client.predict(PICTURE, "made")[0]["made"].values == {"age": 44.5}
    client = playing(HANG_UP)
    assert "cut off" in failure(client)
    assert len(client.seen) == 1 + connection.RETRIES


def test_a_server_that_is_not_there_is_told_in_words(monkeypatch):
    monkeypatch.setattr(connection, "FIRST_PAUSE", 0.01)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        client = gantei.Client(f"http://127.0.0.1:{probe.getsockname()[1]}")
        assert "cannot be reached" in failure(client)


def test_a_server_that_is_silent_is_not_waited_for(playing):
    client = playing(lambda _: time.sleep(0.5) or ANSWER, timeout=0.1)
    assert "has sent nothing for 0.1 s" in failure(client)
    assert len(client.seen) == 1


OTHER = ENTRY | {
    "sha256": "0" * 64,
    "problem": {
        "type": "about:blank",
        "code": "inference-failed",
        "values": {},
        "title": "No",
        "status": 422,
    },
}
"""Another photograph, refused."""


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (problem(401, "token-required"), ["asks for a token", "GANTEI_TOKEN", "request 0123abc"]),
        (problem(403, "loopback-only"), ["its own machine"]),
        (problem(413, "body-too-large"), ["<bytes>", "--body-limit"]),
        (problem(500, "internal-error"), ["A title", "0123abc"]),
        (html(413), ["<bytes>", "client_max_body_size", "status 413"]),
        (html(401), ["proxy that asks who you are"]),
        (html(403), ["proxy that does not let you in"]),
        (reply(404, b"<html>another", **{"content-type": "text/html"}), ["no gantei server"]),
        (reply(302, b"", location="http://192.0.2.7/"), ["another address"]),
        (reply(200, b"<html>hello", **{"content-type": "text/html"}), ["no gantei server"]),
        (reply(200, b"[" * 100_000), ["does not understand"]),
        (reply(200, {"photographs": []}), ["does not understand"]),
        (reply(200, {"photographs": [GOOD | {"sha256": "0" * 64}]}), ["another photograph"]),
        (reply(200, {"photographs": [OTHER]}), ["another photograph"]),
        (reply(200, {"photographs": [GOOD | {"estimates": {}}]}), ["does not understand"]),
        (reply(200, {"photographs": [{"problem": "none"}]}), ["does not understand"]),
        (reply(200, b'{"photographs": [{"problem": {"type": 1}}]}'), ["does not understand"]),
    ],
)
def test_whatever_else_is_answered_is_an_error_that_says_what_to_do(playing, answer, words):
    client = playing(answer)
    message = failure(client)
    for word in words:
        assert word in message
    assert len(client.seen) == 1


def test_a_token_that_is_not_known_is_told_apart_from_none(playing):
    client = playing(problem(401, "token-required"), token="secret\n")
    assert "does not know the token" in failure(client)
    assert client.seen[0][1]["authorization"] == "Bearer secret"


def test_the_token_of_the_environment_is_sent_where_none_is_passed(playing, monkeypatch):
    monkeypatch.setenv("GANTEI_TOKEN", "everywhere")
    for token, sent in ((None, "everywhere"), ("mine", "mine")):
        client = playing(problem(401, "token-required"), token=token)
        failure(client)
        assert client.seen[0][1]["authorization"] == f"Bearer {sent}"


def test_an_answer_without_end_is_not_read(playing, monkeypatch):
    monkeypatch.setattr(connection, "LARGEST_ANSWER", 1000)
    assert "without end" in failure(playing(reply(200, b" " * 10_000)))


def test_an_estimator_that_is_not_served_is_an_unknown_one(playing):
    client = playing(
        problem(
            404,
            "unknown-estimator",
            Finding("estimator-not-served", estimator="made", known=["other"]),
        )
    )
    assert "made is not served here; known: other" in failure(client, UnknownEstimatorError)


def test_an_estimator_without_a_map_says_why_by_a_code(playing):
    why = Finding("several-outputs", estimator="made", wanted="map")
    client = playing(problem(422, "no-explanation", why))
    with pytest.raises(ExplanationError) as caught:
        client.predict(PICTURE, "made", explain=True)
    assert caught.value.finding == why
    client = playing(problem(422, "no-explanation", Finding("several-outputs-later")))
    with pytest.raises(ExplanationError) as caught:
        client.predict(PICTURE, "made", explain=True)
    assert caught.value.code == "several-outputs-later"


def test_a_failure_on_one_photograph_is_of_that_photograph(playing, tmp_path):
    def answer(body):
        kind = "unusable-photograph" if b"grey" in body else "inference-failed"
        said = {"type": f"urn:problem-type:gantei:{kind}", "title": "Failed", "status": 422}
        said |= {"code": kind, "values": {}}
        failed = reply(200, {"photographs": [ENTRY | {"sha256": None, "problem": said}]})
        return ANSWER if PICTURE in body else failed

    client = playing(answer)
    sources = [PICTURE, b"grey", b"other", tmp_path / "missing.jpg", PICTURE]
    predictions = [each["made"] for each in client.predict(sources, "made", on_error="record")]
    kinds = [PhotographError, InferenceError, PhotographError]
    assert [type(each.error) for each in predictions[1:4]] == kinds
    assert [each.values for each in predictions] == [{"age": 44.5}, {}, {}, {}, {"age": 44.5}]
    assert "missing.jpg" in str(predictions[3].error)
    assert [each.source for each in predictions[:3]] == ["<bytes 1>", "<bytes 2>", "<bytes 3>"]
    assert [each.error.source for each in predictions[1:3]] == ["<bytes 2>", "<bytes 3>"]
    with pytest.raises(InferenceError, match=r"^<bytes>: the server failed on it: Failed"):
        client.predict(b"other", "made")


def test_an_error_of_a_photograph_keeps_its_code_and_values(playing):
    said = {
        "type": "urn:problem-type:gantei:unusable-photograph", "title": "A title", "status": 422,
        "code": "grey-picture", "values": {"mode": "L"}, "detail": "in the words of the server",
    }  # fmt: skip
    client = playing(reply(said={"photographs": [ENTRY | {"problem": said}]}))
    ((prediction,),) = (
        each.values() for each in client.predict(PICTURE, "made", on_error="record")
    )
    error = prediction.error
    assert error.finding == Finding("grey-picture", mode="L")
    assert (error.source, error.sha256) == ("<bytes>", SHA256)


def test_no_name_and_no_header_tells_whose_photograph_it_is(playing, tmp_path):
    path = tmp_path / "Yamada Taro.jpg"
    path.write_bytes(PICTURE)
    client = playing(ANSWER)
    client.predict([path, str(path)], "made")
    sent = b"".join(repr(headers).encode() + body for _, headers, body, _ in client.seen)
    assert b"Yamada" not in sent
    assert b'filename="1"' in sent
    assert b'filename="2"' in sent


def test_a_stream_keeps_a_bounded_number_of_photographs_on_their_way(playing):
    taken = []

    def photographs():
        for number in range(1000):
            taken.append(number)
            yield PICTURE

    client = playing(ANSWER, connections=2)
    stream = client.stream(photographs(), "made")
    for _ in range(3):
        next(stream)
    stream.close()
    assert len(taken) <= 3 + 4 * 2


def test_an_abandoned_stream_asks_no_more(playing):
    client = playing(ANSWER, problem(503, "busy", **{"retry-after": "1"}), connections=1)
    stream = client.stream([PICTURE] * 20, "made")
    next(stream)
    stream.close()
    asked = len(client.seen)
    time.sleep(1.6)
    assert len(client.seen) <= asked + 1


@pytest.mark.parametrize(
    "url",
    ["", "127.0.0.1:3000", "ftp://server", "http://", "http://user:word@server", "http://a?b", 7],
)
def test_what_is_no_address_of_a_server_is_refused(url):
    with pytest.raises(SettingError, match="address"):
        gantei.Client(url)


@pytest.mark.parametrize("token", ["", "two words", "日本", "a\nb"])
def test_what_is_no_token_is_refused(token):
    with pytest.raises(SettingError, match="token"):
        gantei.Client("http://127.0.0.1", token)


def test_authorities_that_cannot_be_read_are_refused(tmp_path):
    for name, content in (("missing.pem", None), ("other.pem", b"no certificate")):
        if content:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(SettingError, match=name):
            gantei.Client("https://127.0.0.1", ca=tmp_path / name)


def test_the_environment_names_no_proxy(playing, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://192.0.2.7:9")
    assert playing(ANSWER).predict(PICTURE, "made")


def test_offline_only_this_machine_is_asked(playing, monkeypatch):
    monkeypatch.setattr("gantei.system.offline.OFFLINE", True)
    assert playing(ANSWER).predict(PICTURE, "made")
    with pytest.raises(OfflineError, match=r"fundus\.example\.org"):
        gantei.Client("https://fundus.example.org")


@pytest.mark.parametrize(
    "values", [{}, {"width": "wide", "height": 1, "to_width": 1, "to_height": 1}, {"width": []}]
)
def test_a_finding_with_values_of_another_code_is_refused(playing, values):
    warning = {"code": "enlarged", "values": values, "text": "enlarged"}
    estimate = ESTIMATE | {"warnings": [warning]}
    answer = reply(said={"photographs": [GOOD | {"estimates": {"made": estimate}}]})
    assert "does not understand" in failure(playing(answer))


@pytest.mark.parametrize(
    ("code", "values"),
    [
        (
            "outside-training-range",
            {"name": "age", "value": 10**400, "low": 1, "high": 2, "unit": ""},
        ),
        ("no-disc", {"around": ["only Japanese looks it up"]}),
        ("notice", {"text": "no Japanese"}),
        ("no-disc", {"around": float("nan")}),
        ("from-later", {"much": "x" * 200_000}),
    ],
)
def test_a_finding_that_a_language_cannot_word_is_refused(playing, code, values):
    said = {
        "type": "urn:problem-type:gantei:unusable-photograph", "title": "A title", "status": 422,
        "code": code, "values": values,
    }  # fmt: skip
    assert "does not understand" in failure(
        playing(reply(said={"photographs": [ENTRY | {"problem": said}]}))
    )


def test_an_error_of_what_cannot_be_sent_keeps_no_picture_in_memory(playing):
    grey = np.full((64, 64, 3), 128, np.uint8)
    ((prediction,),) = (
        each.values() for each in playing(ANSWER).predict(grey, "made", on_error="record")
    )
    assert isinstance(prediction.error, PhotographError)
    assert prediction.error.__traceback__ is None


def test_a_finding_of_a_later_version_is_kept_with_its_values(playing):
    warning = {"code": "from-later", "values": {"much": 3}, "text": "found in a later version"}
    estimate = ESTIMATE | {"warnings": [warning]}
    answer = reply(said={"photographs": [GOOD | {"estimates": {"made": estimate}}]})
    (predictions,) = playing(answer).predict(PICTURE, ["made"])
    assert predictions["made"].findings == (Finding("from-later", much=3),)


def test_what_is_odd_about_a_photograph_is_a_finding_of_every_prediction(playing):
    odd = Finding("eye-detected", side="left")
    both = dict.fromkeys(("made", "other"), ESTIMATE)
    entry = GOOD | {"estimates": both, "findings": [odd.as_dict()]}
    (predictions,) = playing(reply(said={"photographs": [entry]})).predict(PICTURE, [*both])
    assert [each.findings for each in predictions.values()] == [(WARNING, odd)] * 2


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"rows": [[float("nan")]]}, "finite"),
        ({"rows": [[1e39]]}, "too large"),
        ({"embedding": [-1e39]}, "too large"),
        ({"rows": [[1.0], [1.0, 2.0]]}, "inhomogeneous"),
        ({"rows": []}, "another shape"),
        ({"bias": True}, "valid number"),
        ({"of": None}, "valid string"),
    ],
)
def test_a_map_of_what_are_no_numbers_is_refused(changed, words):
    from gantei.remote.answers import read_answer

    box = {"left": 0, "top": 0, "right": 1, "bottom": 1}
    sound = {"of": "age", "unit": "years", "quantity": "value", "bias": 0}
    sound |= {"rows": [[1]], "embedding": [1.0], "box": box}
    for explained, refused in ((sound, False), (sound | changed, True)):
        entry = GOOD | {"estimates": {"made": ESTIMATE | {"map": explained}}}
        content = json.dumps({"photographs": [entry]}).encode()
        with pytest.raises(TransferError, match=words) if refused else nullcontext():
            read_answer(content, "a.png", SHA256, ["made"], explain=True)
    del entry["estimates"]["made"]["map"]
    with pytest.raises(TransferError, match="no map"):
        read_answer(
            json.dumps({"photographs": [entry]}).encode(), "a", SHA256, ["made"], explain=True
        )


@pytest.mark.parametrize(
    ("name", "is_one"),
    [("made", True), ("\x1b[2Jmade", False), ("made\n", False), ("m" * 81, False)],
)
def test_a_list_with_a_name_that_no_estimator_has_is_refused(name, is_one):
    from gantei.remote.answers import read_list

    named = {"title": "", "title_ja": "", "notice": "", "notice_ja": "", "task": "age"}
    listed = named | {
        "name": name, "state": "ready", "device": "cpu", "values": {}, "warnings": [],
        "remarks": [], "needs_eye": False, "no_map": None, "files": {},
    }  # fmt: skip
    limits = {"body_bytes": 1, "photographs": 1}
    said = {"gantei": "", "python": "", "versions": {}, "limits": limits, "estimators": [listed]}
    with nullcontext() if is_one else pytest.raises(TransferError, match="does not understand"):
        assert [each.name for each in read_list(json.dumps(said).encode()).estimators] == ["made"]
