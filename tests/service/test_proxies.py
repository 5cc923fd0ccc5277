"""Through the proxies of docs/deployment all works, and no photograph lies on a disk."""

import json
import socket
import ssl
from fnmatch import fnmatch
from threading import Event, Thread

import httpx
import pytest

from gantei.catalogue.entries import SHIPPED

from ..processes import need_programs
from ..system_calls import need_strace
from .browsing import Watched, give, needs_browser, opened_browser
from .certificates import Authority, shaken, trusting
from .conftest import digest, encoded_picture, wait_until
from .proxies import logged, proxied
from .server_process import Server

pytest.importorskip("fastapi", reason="the service's packages are not installed")
pytest.importorskip("cryptography", reason="there is nothing to make certificates with")

PHOTOGRAPH = SHIPPED / "demo-age/golden-1.jpg"
MEGABYTE = 1_000_000
PNG = {"content-type": "image/png"}
KINDS = ("nginx", "caddy")
EXPECTED = {
    "nginx": ("*/error.log", "*/access.log", "*/nginx.pid", "*/bodies", "*/answers", "*/unused-?",
              "/dev/null"),
    "caddy": ("*/.step", "*/caddy/caddy", "*/caddy/caddy/autosave.json", "/dev/null"),
}  # fmt: skip
"""What each writes: logs, folders, its own configuration; nothing of what it is asked."""


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def upstream(tmp_path_factory):
    """A server that asks for tokens."""
    folder = tmp_path_factory.mktemp("upstream")
    (folder / "tokens").write_text(f"{digest('secret')} ward 3\n")
    server = Server("demo-age", folder / "log", "--token-file", str(folder / "tokens"))
    yield server
    server.stop()


@pytest.fixture(scope="module", params=[(kind, root) for kind in KINDS for root in (False, True)],
                ids=lambda each: f"{each[0]}-{'root' if each[1] else 'below'}")  # fmt: skip
def proxy(request, tmp_path_factory, upstream, authority):
    """Each proxy, at the root and below a path; at the end, what it wrote is looked at."""
    kind, root = request.param
    need_programs(kind)
    need_strace()
    folder = tmp_path_factory.mktemp("proxy") / kind
    with proxied(kind, folder, upstream.port, authority, root=root) as running:
        yield running
    assert running.written
    others = [path for path in running.written
              if not any(fnmatch(path, one) for one in EXPECTED[kind])]  # fmt: skip
    assert others == []


@pytest.fixture
def client(proxy):
    with proxy.client() as opened:
        yield opened


def form(*names, photograph=None):
    content = photograph or PHOTOGRAPH.read_bytes()
    return [("photographs", (name, content, "image/jpeg")) for name in names]


def lines(server):
    """What a server has logged."""
    return [json.loads(line) for line in server.log.read_text("utf-8").splitlines()]


def test_a_form_of_photographs_is_answered_as_without_a_proxy(client, upstream):
    answer = client.post("/v1/predict", files=form("a.jpg", "b.jpg"))
    assert answer.status_code == 200, answer.text
    direct = httpx.post(
        f"http://127.0.0.1:{upstream.port}/v1/predict", files=form("a.jpg", "b.jpg"),
        headers={"authorization": "Bearer secret"}, trust_env=False, timeout=60,
    )  # fmt: skip
    assert answer.json() == direct.json()
    estimate = answer.json()["photographs"][1]["estimates"]["demo-age"]
    assert estimate["values"]["age"]["unit"] == "years"


def test_a_token_is_needed(proxy):
    for token in (None, "another"):
        with proxy.client(token) as client:
            assert client.get("/v1/estimators").status_code == 401
            assert client.get("/metrics").status_code == 401
            assert client.post("/v1/predict", files=form("a.jpg")).status_code == 401
            assert client.get("/readyz").status_code == 200


def test_the_description_names_the_address_that_it_was_read_from(client, proxy):
    address = client.build_request("GET", "/openapi.json").url
    (server,) = client.get("/openapi.json").json()["servers"]
    there = address.join(server["url"])
    assert str(there) == proxy.origin + proxy.path
    assert client.get(there.join("v1/estimators")).status_code == 200


def test_the_path_without_its_slash_leads_to_the_page(proxy, client):
    if proxy.path == "/":
        return
    answer = client.get(f"{proxy.origin}/gantei")
    assert (answer.status_code, answer.headers["location"]) in {
        (308, "/gantei/"), (308, f"{proxy.origin}/gantei/"),
    }  # fmt: skip
    assert client.get(f"{proxy.origin}/v1/estimators").status_code in {200, 404}


def test_nothing_beside_the_path_says_that_all_is_well(proxy):
    with httpx.Client(verify=proxy.verify, trust_env=False) as client:
        for address in ("/livez", "/gantei/../livez"):
            status = client.get(proxy.origin + address).status_code
            assert status == (200 if proxy.path == "/" else 404), address


def test_a_body_beyond_the_service_s_limit_is_refused_in_its_words(client):
    refused = client.post("/v1/predict", content=bytes(65 * MEGABYTE), headers=PNG)
    assert (refused.status_code, refused.json()["code"]) == (413, "body-limit")


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_beyond_the_proxy_s_own_limit_never_reaches_the_service(client, upstream, announced):
    def pieces():
        for _ in range(300):
            yield bytes(MEGABYTE)

    length = {"content-length": str(300 * MEGABYTE)} if announced else {}
    try:
        answer = client.post("/v1/predict", content=pieces(), headers=PNG | length)
        assert answer.status_code == 413
    except httpx.TransportError:
        pass  # cut while it was still being sent
    assert client.get("/readyz").status_code == 200
    assert max(line.get("bytes", 0) for line in lines(upstream)) < 68 * MEGABYTE


def test_pages_of_other_origins_are_refused_and_its_own_is_not(proxy):
    for origin, status in ((proxy.origin, 200), ("https://fundus.example.org", 403),
                           (proxy.origin.rpartition(":")[0], 403), ("null", 403)):  # fmt: skip
        with proxy.client(origin=origin) as client:
            assert client.post("/v1/predict", files=form("a.jpg")).status_code == status, origin


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_client_says_of_proxies_is_not_passed_on(kind, tmp_path, authority):
    """Another service stands behind it, which keeps what came."""
    need_programs(kind)
    need_strace()
    heard = {}

    def answer(listening):
        with listening.accept()[0] as connection:
            head = connection.recv(65536).decode()
            heard.update(line.lower().split(": ", 1) for line in head.splitlines()[1:] if line)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    said = {"x-forwarded-for": "203.0.113.9", "forwarded": "for=203.0.113.9",
            "x-real-ip": "203.0.113.9", "x-forwarded-proto": "ftp"}  # fmt: skip
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        proxied(kind, tmp_path / kind, listening.getsockname()[1], authority) as proxy,
        proxy.client() as client,
    ):
        thread = Thread(target=answer, args=(listening,))
        thread.start()
        assert client.get("/v1/estimators", headers=said).status_code == 200
        thread.join()
    assert heard["host"] == proxy.origin.removeprefix("https://")
    assert (heard["x-forwarded-for"], heard["x-forwarded-proto"]) == ("127.0.0.1", "https")
    assert "203.0.113.9" not in str(heard)
    assert heard["authorization"] == "bearer secret"


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_in_lines_comes_line_by_line(kind, tmp_path, authority):
    """Behind it stands one that sends the second line only when the first has arrived."""
    need_programs(kind)
    need_strace()
    arrived = Event()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n"

    def answer(listening):
        with listening.accept()[0] as connection:
            connection.recv(65536)
            connection.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n4\r\n{1}\n\r\n")
            connection.sendall(b"4\r\n{2}\n\r\n0\r\n\r\n" if arrived.wait(10) else b"")

    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        proxied(kind, tmp_path / kind, listening.getsockname()[1], authority) as proxy,
        proxy.client() as client,
    ):
        thread = Thread(target=answer, args=(listening,))
        thread.start()
        with client.stream("GET", "/v1/lines") as came:
            lines = came.iter_lines()
            assert next(lines) == "{1}"
            arrived.set()
            assert [*lines] == ["{2}"]
        thread.join()


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_without_tokens_refuses_what_comes_through(kind, server, tmp_path, authority):
    need_programs(kind)
    need_strace()
    with (
        proxied(kind, tmp_path / kind, server.port, authority) as proxy,
        proxy.client(None) as client,
    ):
        answer = client.get("/v1/estimators")
    assert (answer.status_code, answer.json()["code"]) == (403, "sent-by-proxy")


def test_a_client_that_goes_away_takes_its_photographs_with_it(proxy, upstream):
    def gone():
        return sum(line.get("problem") == "client-gone" for line in lines(upstream))

    before = gone()
    with proxy.client() as client:
        large = encoded_picture(3, 3000, "JPEG")  # of which 100 take seconds
        request = client.build_request(
            "POST", "/v1/predict", files=form(*["a"] * 100, photograph=large)
        )
        body = request.read()
    plain = socket.create_connection(("127.0.0.1", proxy.port))
    with proxy.verify.wrap_socket(plain, server_hostname="127.0.0.1") as connection:
        head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
        address = f"POST {proxy.path}v1/predict HTTP/1.1\r\n{head}\r\n"
        connection.sendall(address.encode() + body)
    wait_until(lambda: gone() > before)


def test_tls_is_of_today(proxy, authority):
    assert shaken(proxy.origin, trusting(authority))[0] == "TLSv1.3"
    old = trusting(authority, maximum_version=ssl.TLSVersion.TLSv1_2)
    assert shaken(proxy.origin, old)[0] == "TLSv1.2"
    old.set_ciphers("AES128-SHA:ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES128-SHA")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        shaken(proxy.origin, old)
    stranger = ssl.create_default_context()
    with pytest.raises(ssl.SSLCertVerificationError):
        shaken(proxy.origin, stranger)


def test_nothing_of_a_photograph_stands_in_a_log(client, proxy):
    client.post("/v1/predict?explain=none", files=form("tanaka-taro.jpg"))
    client.post("/v1/predict", content=bytes(65 * MEGABYTE), headers=PNG)
    said = logged(proxy)
    for word in ("tanaka", "secret", "explain"):
        assert word not in said
    if proxy.kind == "nginx":
        # Written when the rest of the body has been read.
        line = f" POST {proxy.path}v1/predict 413 "
        wait_until(lambda: line in (proxy.folder / "access.log").read_text("utf-8"))


@pytest.mark.reference
@needs_browser
def test_the_page_and_all_its_files_work_below_a_path(proxy, tmp_path):
    if proxy.path == "/":
        pytest.skip("below a path is the harder case, and a browser takes seconds")
    (tmp_path / "person-1-left.jpg").write_bytes(PHOTOGRAPH.read_bytes())
    with opened_browser() as browser:
        tab = browser.new_context(locale="en-GB", ignore_https_errors=True)
        page = tab.new_page()
        page.set_default_timeout(20_000)
        page.watched = Watched(page, proxy.origin)
        page.goto(f"{proxy.url}/")
        page.locator("#token[open] input").fill("secret")
        page.locator("#token[open] input").press("Enter")
        give(page, tmp_path / "person-1-left.jpg")
        assert "years" in page.locator("table").inner_text()
        assert page.watched.sent("/page/page.css")
        assert all(request.url.startswith(proxy.url) for request in page.watched.requests
                   if request.url.startswith("http"))  # fmt: skip
        page.watched.assert_quiet("401")
