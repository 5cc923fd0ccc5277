"""Photographs on a web server, by their addresses."""

import logging
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from gantei.errors import OutputError, PhotographError, SettingError
from gantei.storage.address import parse_address
from gantei.storage.web import web_place

from .faulty_store import status, store, twice  # noqa: F401 - a fixture
from .object_stores import without_clouds


@pytest.fixture(autouse=True)
def direct(monkeypatch, own_store):
    """No proxy is asked."""
    without_clouds(monkeypatch, own_store)


def place_at(store, query="", queries=None):  # noqa: F811
    """The place of its folder."""
    return web_place(parse_address(f"{store.url}/study/{query}"), queries or {})


def test_a_file_is_read_with_the_version_that_a_look_up_gives(store):  # noqa: F811
    store.files["study/a/1.jpg"] = b"picture"
    place = place_at(store)
    read = place.read("a/1.jpg", 100)
    assert read.data == b"picture"
    assert read.version == place.version("a/1.jpg") is not None
    assert place.version("a/2.jpg") is None
    assert [method for method, *_ in store.asked] == ["GET", "HEAD", "HEAD"]


def test_names_are_written_as_in_addresses(store):  # noqa: F811
    names = {"a%20b.jpg": "a b.jpg", "a b.jpg": "a b.jpg", "100%25.jpg": "100%.jpg",
             "右.jpg": "右.jpg", "%E5%8F%B3.jpg": "右.jpg", "a%23.jpg": "a#.jpg"}  # fmt: skip
    place = place_at(store)
    for name, file in names.items():
        store.files[f"study/{file}"] = name.encode()
        assert place.read(name, 100).data == name.encode()


def test_a_signature_goes_with_each_request_and_into_no_text(store):  # noqa: F811
    store.files["study/1.jpg"] = store.files["study/2.jpg"] = b"x"
    place = place_at(store, "?sig=all", {"2.jpg": "sig=own"})
    place.read("1.jpg", 10)
    place.read("2.jpg", 10)
    assert [path for _, path, _ in store.asked] == ["/study/1.jpg?sig=all", "/study/2.jpg?sig=own"]
    assert "sig" not in place.address
    for fault in (status(403), lambda handler: handler.hang_up()):
        store.faults["study/1.jpg"] = [fault]
        with pytest.raises(PhotographError) as caught:
            place.read("1.jpg", 10)
        assert "sig" not in f"{caught.value!r} {caught.value} {caught.value.__cause__}"


def test_no_credentials_are_sent(store, own_store):  # noqa: F811
    (own_store / ".netrc").write_text("machine 127.0.0.1 login user password hidden\n")
    store.files["study/1.jpg"] = b"x"
    place_at(store).read("1.jpg", 10)
    assert {"Authorization", "Cookie"}.isdisjoint(store.asked[0][2])


def test_no_signature_comes_into_a_log(store, caplog):  # noqa: F811
    store.files["study/1.jpg"] = b"x"
    place = place_at(store, "?sig=secret")
    with caplog.at_level(logging.DEBUG):
        place.read("1.jpg", 10)
        place.version("1.jpg")
    assert "secret" not in caplog.text


def test_a_server_gets_no_cookie_back(store):  # noqa: F811
    cookie = {"content-length": 1, "set-cookie": "seen=1"}
    store.faults["study/1.jpg"] = [lambda handler: handler.answer(200, cookie, b"x")]
    place = place_at(store)
    place.read("1.jpg", 10)
    place.read("1.jpg", 10)
    assert "Cookie" not in store.asked[1][2]


@pytest.mark.parametrize("behind", ["nothing", "proxy"])
def test_an_answer_that_comes_twice_is_never_that_of_the_next_photograph(
    store,  # noqa: F811
    monkeypatch,
    behind,
):
    if behind == "proxy":
        monkeypatch.setenv("http_proxy", store.url)
    place, names = place_at(store), [f"{number}.jpg" for number in range(40)]
    for name in names:
        store.files[f"study/{name}"] = name.encode()
        store.faults[f"study/{name}"] = [twice]
    with ThreadPoolExecutor(8) as pool:
        read = [*pool.map(lambda name: place.read(name, 100), names)]
    assert [each.data.decode() for each in read] == names
    assert [place.version(name) for name in names] == [each.version for each in read]


@pytest.mark.parametrize("method", ["read", "version"])
@pytest.mark.parametrize("endless", ["informational_answers", "slow_headers"])
def test_an_answer_that_never_begins_is_given_up(store, monkeypatch, method, endless):  # noqa: F811
    monkeypatch.setattr("gantei.storage.web_connections.LONGEST_REQUEST", 0.3)
    monkeypatch.setattr("gantei.storage.web.LONGEST_RETRIES", 0.1)
    pieces = {"informational_answers": b"HTTP/1.1 100 Continue\r\n\r\n", "slow_headers": b"x"}

    def fault(handler):
        if endless == "slow_headers":
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nslow: ")
        for _ in range(500):
            handler.wfile.write(pieces[endless])
            time.sleep(0.01)

    store.faults["study/1.jpg"] = [fault]
    place, most = place_at(store), [10] if method == "read" else []
    with pytest.raises(PhotographError) as caught:
        getattr(place, method)("1.jpg", *most)
    assert caught.value.code == "stored-slow"


def test_a_web_server_is_not_listed(store):  # noqa: F811
    with pytest.raises(OutputError, match=r"--from LIST"):
        place_at(store).files()
    assert store.asked == []


@pytest.mark.parametrize("etag", ['W/"weak"', "", "unquoted", f'"{"long" * 100}"'])
def test_without_a_strong_short_etag_there_is_no_version(store, etag):  # noqa: F811
    def fault(handler):
        handler.answer(200, {"content-length": 1, **({"etag": etag} if etag else {})}, b"x")

    store.faults["study/1.jpg"] = [fault]
    place = place_at(store)
    assert place.version("1.jpg") is None
    assert place.read("1.jpg", 10).version is None


def test_a_compressed_answer_is_refused(store):  # noqa: F811
    store.faults["study/1.jpg"] = [status(200, **{"content-encoding": "gzip"})]
    with pytest.raises(PhotographError) as caught:
        place_at(store).read("1.jpg", 1000)
    assert caught.value.code == "stored-compressed"


def test_a_server_without_head_has_no_versions(store):  # noqa: F811
    store.faults["study/1.jpg"] = [status(405)]
    assert place_at(store).version("1.jpg") is None


def test_a_host_that_became_link_local_meanwhile_is_not_read(store, monkeypatch):  # noqa: F811
    store.files["study/1.jpg"] = b"x"
    place = place_at(store)
    link_local = "gantei.storage.web_connections.is_link_local"
    monkeypatch.setattr(link_local, lambda host: host == "127.0.0.1")
    for ask in (lambda: place.read("1.jpg", 10), lambda: place.version("1.jpg")):
        with pytest.raises(PhotographError) as caught:
            ask()
        assert caught.value.code == "stored-elsewhere"
    assert store.asked == []


def test_connections_are_closed_with_the_place(store, monkeypatch):  # noqa: F811
    closed = []
    monkeypatch.setattr(httpx.HTTPTransport, "close", lambda _: closed.append(1))
    place = place_at(store)
    del place
    assert closed == [1]


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "ALL_PROXY"])
def test_the_proxy_of_the_environment_is_asked(store, monkeypatch, variable):  # noqa: F811
    store.files["study/1.jpg"] = b"by a proxy"
    monkeypatch.setenv(variable.lower(), store.url.removeprefix("http://"))
    place = web_place(parse_address("http://eyes.invalid/study/"), {})
    assert place.read("1.jpg", 100).data == b"by a proxy"
    assert store.asked[0][1] == "http://eyes.invalid/study/1.jpg"


def test_no_proxy_is_asked_for_what_NO_PROXY_names(store, monkeypatch):  # noqa: F811
    store.files["study/1.jpg"] = b"x"
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert place_at(store).read("1.jpg", 10).data == b"x"


@pytest.mark.parametrize(
    "host",
    ["☃.net", "ｅ.jp", "xn--a.b", "a..b", f"{'a' * 64}.jp", "１６９.254.169.254"],
)
def test_a_host_that_nobody_can_look_up_is_refused(host):
    with pytest.raises(SettingError, match="has no host that can be looked up"):
        web_place(parse_address(f"http://{host}/"), {})


def test_a_host_may_have_letters_of_any_language():
    assert web_place(parse_address("http://眼底.example/"), {}).address == "http://眼底.example/"


@pytest.mark.parametrize(
    "proxy",
    ["http://user:hid#den@host", "http://user:hid/den@host:1", "hid://hidden@host",
     "http://user:hidden@a..b", "http://user:hidden@host:99999", "http://"],
)  # fmt: skip
def test_a_proxy_that_is_none_is_refused_without_its_password(monkeypatch, proxy):
    monkeypatch.setenv("http_proxy", proxy)
    with pytest.raises(SettingError, match=r"^HTTP_PROXY: names no proxy") as caught:
        web_place(parse_address("http://eyes.example/"), {})
    assert "hid" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_certificates_that_are_not_there_are_named(monkeypatch, tmp_path):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    with pytest.raises(SettingError, match="SSL_CERT_FILE"):
        web_place(parse_address("https://eyes.example/"), {})


@pytest.mark.parametrize("name", ["𠮷" * 8_000, "\ud800.jpg"])
def test_a_name_that_no_address_can_hold_has_an_error_of_its_own(store, name):  # noqa: F811
    place = place_at(store)
    for ask in (lambda: place.read(name, 10), lambda: place.version(name)):
        with pytest.raises(PhotographError) as caught:
            ask()
        assert caught.value.code == "stored-name"
    assert store.asked == []


def test_a_name_that_is_no_text_is_asked_by_its_bytes(store):  # noqa: F811
    with pytest.raises(PhotographError):
        place_at(store).read("\udcff.jpg", 10)
    assert store.asked[0][1].endswith("/\N{REPLACEMENT CHARACTER}.jpg")


def test_an_answer_in_tiny_chunks_takes_no_more_memory_than_in_one(store):  # noqa: F811
    def fault(handler):
        handler.answer(200, {"transfer-encoding": "chunked"})
        for _ in range(100):
            handler.wfile.write(b"1\r\nx\r\n" * 200)
        handler.wfile.write(b"0\r\n\r\n")

    store.faults["study/1.jpg"] = [fault]
    place = place_at(store)
    tracemalloc.start()
    read = place.read("1.jpg", 10**6)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert read.data == b"x" * 20_000
    assert peak < 600_000  # 2.5 MB where a list held the pieces
