"""`gantei pull` where somebody is in the way: each refusal says what to do."""

import socket

import pytest

from gantei.errors import (
    SettingError,
    TransferError,
)
from gantei.pull import http_session as wire
from gantei.pull.fetching import pull_estimator
from gantei.pull.http_session import NetworkOptions

from .hub import Hub
from .pulling import mine, refused

__all__ = ["mine"]


@pytest.mark.parametrize(
    ("status", "match"),
    [
        (401, "hf auth login"),
        (403, "hf auth login"),
        (407, "proxy that wants a password"),
        (418, "status 418"),
        (429, "wait 7 s"),
        (500, "try again later"),
        (503, "try again later"),
    ],
)
def test_each_refusal_says_what_to_do(hub, mine, status, match):
    source = hub.offer(mine)
    hub.status, hub.headers = status, {"retry-after": "7"}
    said = refused(TransferError, source, match)
    assert f"status {status}" in said
    assert "gantei pull my-age --from FOLDER" in said


def test_a_repository_that_is_not_there_is_said(hub):
    refused(TransferError, "hf:org/none", "no repository org/none")
    refused(TransferError, "hf:org/none@" + "a" * 40, "no estimator")
    refused(TransferError, f"{hub.address}/files/none", "no estimator")
    refused(TransferError, f"{hub.address}/files/none.zip", "check the address")


def test_without_an_answer_the_proxy_is_named(hub, monkeypatch):
    with socket.socket() as bound:  # and nobody listens
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        refused(TransferError, f"http://127.0.0.1:{port}/x/", "cannot be reached .*By hand")
        monkeypatch.setenv("HTTP_PROXY", f"http://user:secret@127.0.0.1:{port}")
        said = refused(TransferError, "http://hub.invalid/x/", "through the proxy of HTTP_PROXY")
    assert "secret" not in said


@pytest.mark.parametrize("proxy", ["hid://user:hidden@host", "http://user:hid#den@host"])
def test_a_proxy_that_is_none_is_named_without_its_password(monkeypatch, proxy):
    monkeypatch.setenv("HTTP_PROXY", proxy)
    said = refused(SettingError, "http://hub.invalid/x/", "^HTTP_PROXY: names no proxy")
    assert "hid" not in said


def test_a_proxy_that_refuses_is_said(hub, monkeypatch):
    # To a server that is no proxy, CONNECT is a method that it does not know: it answers 501.
    monkeypatch.setenv("HTTPS_PROXY", hub.address)
    refused(TransferError, "https://hub.invalid/x/", "the proxy refuses")


def test_a_server_that_is_silent_is_left(hub, mine, monkeypatch):
    source = hub.offer(mine)
    monkeypatch.setattr(wire, "SILENCE", 0.1)
    hub.pause = 0.5
    refused(TransferError, source, "sent nothing for 0.1 s")


def test_a_server_that_only_trickles_is_left(hub, mine, monkeypatch):
    source = hub.offer(mine)
    monkeypatch.setattr(wire, "PERIOD", 0.05)
    monkeypatch.setattr(wire, "SLOWEST", 1e9)
    hub.pause = 0.02
    refused(TransferError, source, "bytes per second")


def test_the_token_goes_to_its_machine_and_to_no_other(hub, mine, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    elsewhere = Hub()
    elsewhere.offer(mine)
    source = hub.offer(mine)
    hub.token, hub.redirect = "hf_secret", f"http://localhost:{elsewhere.port}"
    pull_estimator("my-age", source)
    elsewhere.close()
    assert all("authorization" in headers for _, _, headers in hub.asked)
    assert elsewhere.asked
    assert not any("authorization" in headers for _, _, headers in elsewhere.asked)


def test_redirects_without_end_are_left(hub, mine):
    source = hub.offer(mine)
    hub.redirect = f"{hub.address}/org/eyes/resolve/x"
    refused(TransferError, source, "more than 5 times")


def test_a_token_of_a_file_is_sent_where_it_is_named(hub, mine, tmp_path):
    hub.offer(mine)
    hub.token = "secret"
    source = f"{hub.address}/files/my-age"
    assert "secret" not in refused(TransferError, source, "--token-file")
    file = tmp_path / "token"
    file.write_text("secret\n")
    pull_estimator("my-age", source, network=NetworkOptions(token_file=file))
    pull_estimator("my-age", "hf:org/eyes", network=NetworkOptions(token_file=file), replace=True)
    for wrong in ("", "two words", "日本"):
        file.write_text(wrong, "utf-8")
        with pytest.raises(SettingError, match="--token-file"):
            pull_estimator("my-age", source, network=NetworkOptions(token_file=file), replace=True)


@pytest.mark.parametrize("token", ["top\x7fsecret", "topsécret", "top secret"])
def test_a_token_that_no_header_carries_is_not_shown(hub, token, monkeypatch):
    monkeypatch.setenv("GANTEI_TOKEN", token)
    assert "top" not in refused(SettingError, hub.address, "GANTEI_TOKEN: a token is one word")
