"""Stores and web servers that fail, lie, lead elsewhere, or change files while they are read."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from gantei.errors import OutputError, PhotographError, SettingError
from gantei.storage import object_store as object_store_module
from gantei.storage import reading_bounds, store_clients, web, web_connections
from gantei.storage.address import parse_address
from gantei.storage.object_store import object_store
from gantei.storage.web import web_place

from . import faulty_store as faults
from .faulty_store import store  # noqa: F401 - a fixture
from .object_stores import without_clouds

pytest.importorskip("obstore")
SHORT = {"FIRST_WAIT": 0.01, "LONGEST_WAIT": 0.02, "SILENCE": 0.3, "LONGEST_REQUEST": 0.8}
FILE = "eyes/study/1.jpg"
DATA = bytes(range(256)) * 100


@pytest.fixture(params=["s3", "gs", "az", "http"])
def place(request, store, monkeypatch, own_store):  # noqa: F811
    """A place whose server misbehaves, and waits are short."""
    without_clouds(monkeypatch, own_store)
    for name, value in SHORT.items():
        for module in (store_clients, web, web_connections):
            monkeypatch.setattr(module, name, value, raising=False)
    store.files[FILE] = DATA
    store.files["elsewhere"] = b"of another host"
    if request.param == "http":
        return web_place(parse_address(f"{store.url}/eyes/study/"), {})
    for name, value in {
        "AWS_ENDPOINT_URL": store.url, "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "hidden",
        "STORAGE_EMULATOR_HOST": store.url, "AZURE_STORAGE_ENDPOINT": store.url,
        "AZURE_STORAGE_ACCOUNT_NAME": "account", "AZURE_STORAGE_SAS_TOKEN": "sv=1&sig=hidden",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    return object_store(f"{request.param}://eyes/study/")


def refusal(place, most=10**6):
    """The code that reading the file ends with, and what it says."""
    with pytest.raises(PhotographError) as caught:
        place.read("1.jpg", most)
    said = f"{caught.value} {caught.value.__cause__} {caught.value.__suppress_context__}"
    assert "secret" not in said and "hidden" not in said and "127.0.0.1" not in said
    return caught.value.code


@pytest.mark.parametrize("place", ["s3"], indirect=True)
@pytest.mark.parametrize("key", ["other/secret.jpg", "study", "studyX/1.jpg"])
def test_a_list_of_what_lies_elsewhere_is_refused(place, store, key):  # noqa: F811
    store.faults["eyes"] = [lambda handler: handler.list_page([key])]
    with pytest.raises(OutputError, match="cannot be listed"):
        [*place.files()]


@pytest.mark.parametrize("place", ["s3"], indirect=True)
@pytest.mark.parametrize(
    "pages, names",
    [(1, 1000), (3, 1000), (5, 700)],
)
def test_a_list_that_begins_anew_is_refused(place, store, pages, names):  # noqa: F811
    def page(handler):
        number = len(store.asked) % pages
        handler.list_page([f"study/{number}-{each}.jpg" for each in range(names)], more="1")

    store.faults["eyes"] = [page]
    with pytest.raises(OutputError, match="gives the same names again and again"):
        [*place.files()]
    assert len(store.asked) < 30


@pytest.mark.parametrize("place", ["s3"], indirect=True)
def test_a_list_of_empty_pages_ends(place, store, monkeypatch):  # noqa: F811
    monkeypatch.setattr(object_store_module, "LONGEST_WITHOUT_NAMES", 0.5)
    store.faults["eyes"] = [lambda handler: handler.list_page([], more="1")]
    with pytest.raises(OutputError, match=r"cannot be listed: did not arrive within 0\.5 s"):
        [*place.files()]
    asked = len(store.asked)
    time.sleep(0.3)
    assert len(store.asked) <= asked + 1, "it is still asked, though nobody waits for the answer"


def test_an_etag_longer_than_any_is_no_version(place, store):  # noqa: F811
    def fault(handler):
        faults.sent(handler, None, etag=f'"{"e" * 201}"')

    store.faults[FILE] = [fault]
    assert place.read("1.jpg", 10**6).version is None
    assert place.version("1.jpg") is None


@pytest.mark.parametrize("number", [429, 500, 503])
def test_a_failure_for_a_while_is_asked_again(place, store, number):  # noqa: F811
    store.faults[FILE] = [faults.status(number), faults.status(number), None]
    assert place.read("1.jpg", 10**6).data == DATA
    assert len(store.asked) == 3


def test_a_file_that_is_cut_off_is_read_to_its_end(place, store):  # noqa: F811
    store.faults[FILE] = [faults.cut_off, None]
    assert place.read("1.jpg", 10**6).data == DATA


def test_a_server_that_is_silent_is_asked_again(place, store):  # noqa: F811
    store.faults[FILE] = [faults.silent, None]
    assert place.read("1.jpg", 10**6).data == DATA


@pytest.mark.parametrize(
    "fault, code",
    [
        (faults.status(401), "stored-without-credentials"),
        (faults.status(403), "stored-refused"),
        (faults.status(404), "stored-missing"),
        (faults.status(412), "stored-changed"),
        (faults.status(503), "stored-status"),
        (faults.cut_off, "stored-cut-off"),
        (faults.shorter_than_said, "stored-cut-off"),
    ],
)
def test_what_does_not_pass_has_a_code(place, store, fault, code):  # noqa: F811
    store.faults[FILE] = [fault]
    assert refusal(place) == code
    assert len(store.asked) <= reading_bounds.MOST_RETRIES + 1


def test_what_is_refused_is_not_asked_again(place, store):  # noqa: F811
    store.faults[FILE] = [faults.status(403)]
    refusal(place)
    assert len(store.asked) == 1


def test_a_file_that_changes_while_it_is_read_is_never_put_together(place, store):  # noqa: F811
    store.faults[FILE] = [faults.changed_and_cut_off]
    assert refusal(place) in ("stored-cut-off", "stored-changed")


def test_a_body_longer_than_said_is_not_read_further(place, store):  # noqa: F811
    store.faults[FILE] = [faults.longer_than_said]
    assert place.read("1.jpg", 10**6).data == DATA[:10]


def test_a_body_without_end_is_not_kept(place, store):  # noqa: F811
    store.faults[FILE] = [faults.unsized]
    assert refusal(place, most=10**5) in ("large-file", "stored-unreachable")


def test_a_body_without_end_is_not_kept_though_a_length_is_said(place, store):  # noqa: F811
    store.faults[FILE] = [faults.endless_though_sized]
    assert refusal(place) in ("stored-cut-off", "large-file")


def test_a_file_said_to_be_too_large_is_not_read(place, store):  # noqa: F811
    assert refusal(place, most=1000) == "large-file"


def test_a_dripping_answer_ends(place, store):  # noqa: F811
    store.faults[FILE] = [faults.dripping]
    refusal(place)


def test_a_server_that_is_gone_is_said_to_be(place, store):  # noqa: F811
    store.close()
    assert refusal(place) == "stored-unreachable"


@pytest.mark.parametrize("number", [301, 307])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.2", "169.254.169.254", "[::1]"])
def test_a_redirect_to_another_host_is_not_followed(place, store, host, number):  # noqa: F811
    port = store.server.server_port
    store.faults[FILE] = [faults.redirect(f"http://{host}:{port}/elsewhere", number)]
    assert refusal(place) == "stored-elsewhere"
    assert {path.partition("?")[0] for _, path, _ in store.asked} == {f"/{FILE}"}


def test_one_per_cent_of_failing_reads_loses_none(place, store):  # noqa: F811
    failing = iter([faults.status(503), faults.cut_off] * 2)
    for number in range(200):
        path = f"eyes/study/{number}.jpg"
        store.files[path] = b"%d" % number * 500
        if number % 50 == 7:
            store.faults[path] = [next(failing), None]
    with ThreadPoolExecutor(8) as pool:
        read = pool.map(lambda number: place.read(f"{number}.jpg", 10**6).data, range(200))
        assert [*read] == [b"%d" % number * 500 for number in range(200)]


def test_a_store_at_a_link_local_address_is_refused(monkeypatch, own_store):
    without_clouds(monkeypatch, own_store)
    monkeypatch.setenv("AWS_SKIP_SIGNATURE", "true")
    for url in ("http://169.254.169.254", "http://[fe80::1]:9000", "http://2852039166"):
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        with pytest.raises(SettingError, match="a link-local address"):
            object_store("s3://eyes/")


def test_a_name_that_leads_to_a_link_local_address_is_refused(monkeypatch):
    monkeypatch.setattr(
        "socket.getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("169.254.169.254", 0))]
    )
    with pytest.raises(SettingError, match=r"^eyes\.example leads to a link-local address"):
        web_place(parse_address("http://eyes.example/"), {})


def test_a_store_behind_a_proxy_is_refused(monkeypatch, own_store):
    without_clouds(monkeypatch, own_store)
    monkeypatch.setenv("AWS_SKIP_SIGNATURE", "true")
    monkeypatch.setenv("HTTPS_PROXY", "http://user:hidden@proxy.example:3128")
    with pytest.raises(SettingError, match="NO_PROXY") as caught:
        object_store("s3://eyes/")
    assert "hidden" not in str(caught.value)
    monkeypatch.setenv("NO_PROXY", "amazonaws.com")
    assert object_store("s3://eyes/").address == "s3://eyes/"


def test_a_list_is_read_page_by_page(store, monkeypatch, own_store):  # noqa: F811
    without_clouds(monkeypatch, own_store)
    monkeypatch.setenv("AWS_ENDPOINT_URL", store.url)
    monkeypatch.setenv("AWS_SKIP_SIGNATURE", "true")

    def page(handler):
        number = len(store.asked)
        names = [f"study/{number}-{each}.jpg" for each in range(1000)]
        handler.list_page(names, more=str(number) if number < 3 else "")

    store.faults["eyes"] = [page]
    files = object_store("s3://eyes/study/").files()
    next(files)
    assert len(store.asked) < 3, "the whole list was asked for before its first file was given"
    assert len([*files]) == 2999
    assert all("authorization" not in map(str.lower, headers) for _, _, headers in store.asked)


def test_a_list_that_breaks_off_is_no_list(store, monkeypatch, own_store):  # noqa: F811
    without_clouds(monkeypatch, own_store)
    monkeypatch.setenv("AWS_ENDPOINT_URL", store.url)
    monkeypatch.setenv("AWS_SKIP_SIGNATURE", "true")
    store.faults["eyes"] = [faults.status(403)]
    with pytest.raises(
        OutputError, match=r"^s3://eyes/study/ cannot be listed: you may not"
    ) as error:
        list(object_store("s3://eyes/study/").files())
    assert "secret" not in str(error.value)
