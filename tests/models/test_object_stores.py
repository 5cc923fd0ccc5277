"""Photographs below a prefix of an object store, each kind beside a server of its own."""

import random
import re

import pytest

from gantei.errors import OutputError, PhotographError
from gantei.storage.object_store import object_store

from ..sources import TOP
from .object_stores import S3, Azure, Google, azurite, moto, without_clouds  # noqa: F401

pytest.importorskip("obstore")


@pytest.fixture(params=["s3", "gs", "az"])
def kind(request, monkeypatch, own_store):
    """A bucket with nothing in it, and the environment that leads there."""
    without_clouds(monkeypatch, own_store)
    if request.param == "az":
        made = Azure(request.getfixturevalue("azurite"))
    else:
        made = {"s3": S3, "gs": Google}[request.param](request.getfixturevalue("moto"))
    made.empty()
    for name, value in made.environment().items():
        monkeypatch.setenv(name, value)
    yield made
    made.client.close()


def place_in(kind, prefix="study/"):
    """The place below a prefix."""
    return object_store(f"{kind.scheme}://{kind.bucket}/{prefix}")


def test_a_file_is_read_and_has_the_version_that_the_list_told(kind):
    data = random.Random(1).randbytes(300_000)
    kind.put("study/a/1.jpg", data)
    place = place_in(kind)
    (listed,) = place.files()
    read = place.read("a/1.jpg", 10**6)
    assert (listed.name, listed.size) == ("a/1.jpg", 300_000)
    assert read.data == data
    assert read.version == listed.version == place.version("a/1.jpg") is not None
    assert place.is_remote and place.address == f"{kind.scheme}://{kind.bucket}/study/"


def test_a_version_changes_with_the_bytes_though_not_with_their_number(kind):
    place = place_in(kind)
    versions = set()
    for data in (b"one", b"two"):
        kind.put("study/1.jpg", data)
        versions.add(place.version("1.jpg"))
    assert len(versions) == 2


def test_a_list_has_what_lies_below_the_prefix_and_no_neighbours(kind):
    for key in ("study/1.jpg", "study/b/c/2.jpg", "study2/3.jpg", "4.jpg"):
        kind.put(key, b"x")
    assert {file.name for file in place_in(kind).files()} == {"1.jpg", "b/c/2.jpg"}
    everything = {file.name for file in place_in(kind, "").files()}
    assert everything == {"study/1.jpg", "study/b/c/2.jpg", "study2/3.jpg", "4.jpg"}


ODD = ("a b.jpg", "100%.jpg", "%41.jpg", "a#b?c&d+e.jpg", "眼底 右.jpg", "A.jpg", "a.jpg", ".x.jpg",
       "~.jpg", "back\\slash.jpg", "e\u0301.jpg", "k" * 255 + ".jpg", "sub.jpg/x.jpg")  # fmt: skip


def test_odd_keys_are_listed_and_read_as_they_are(kind):
    odd = [key for key in ODD if kind.scheme != "az" or "\\" not in key]  # Azure turns it into a /
    for key in odd:
        kind.put(f"study/{key}", key.encode())
    place = place_in(kind)
    assert {file.name for file in place.files()} == {*odd}
    assert [place.read(key, 1000).data.decode() for key in odd] == odd


def test_a_marker_of_an_empty_folder_is_no_file(kind):
    kind.put("study/folder/", b"")
    kind.put("study/empty.jpg", b"")
    assert [file.name for file in place_in(kind).files()] == ["empty.jpg"]


@pytest.mark.parametrize("name", ["a//b.jpg", "../x.jpg", "a/./b.jpg", "tab\t.jpg"])
def test_a_name_that_obstore_would_change_is_refused(kind, name):
    with pytest.raises(PhotographError) as caught:
        place_in(kind).read(name, 100)
    assert caught.value.code == "stored-name"


def test_a_list_with_a_key_that_cannot_be_read_says_what_to_do(kind):
    if kind.scheme == "az":
        pytest.skip("azurite's answer differs")
    kind.put("study/a//b.jpg", b"x")
    with pytest.raises(OutputError, match=r"empty part.*--from LIST"):
        list(place_in(kind).files())


def test_a_file_larger_than_allowed_is_not_read(kind):
    kind.put("study/1.jpg", bytes(2_000_001))
    with pytest.raises(PhotographError) as caught:
        place_in(kind).read("1.jpg", 2_000_000)
    assert caught.value.code == "large-file"


def test_a_missing_file_has_no_version(kind):
    place = place_in(kind)
    assert place.version("1.jpg") is None
    with pytest.raises(PhotographError) as caught:
        place.read("1.jpg", 100)
    assert caught.value.code == "stored-missing"


def test_a_missing_bucket_is_said_when_it_is_listed(kind):
    with pytest.raises(OutputError, match="cannot be listed: not there"):
        list(object_store(f"{kind.scheme}://nowhere-at-all/").files())


def test_threads_read_at_once(kind):
    from concurrent.futures import ThreadPoolExecutor

    for number in range(30):
        kind.put(f"study/{number}.jpg", b"%d" % number)
    place = place_in(kind)
    with ThreadPoolExecutor(8) as pool:
        found = pool.map(lambda number: place.read(f"{number}.jpg", 10).data, range(30))
        assert [*found] == [b"%d" % number for number in range(30)]


def test_the_environment_that_the_page_shows_leads_to_a_store(moto, monkeypatch, own_store):  # noqa: F811
    without_clouds(monkeypatch, own_store)
    store = S3(moto)
    store.empty()
    store.put("study/1.jpg", b"x")
    store.client.close()
    (shown,) = re.findall(
        r"```ini\n(.*?)```", (TOP / "docs/storage.md").read_text("utf-8"), re.DOTALL
    )
    for line in shown.splitlines():
        name, _, value = line.partition("=")
        monkeypatch.setenv(name, value.replace("http://127.0.0.1:9000", moto))
    assert object_store("s3://eyes/study/").read("1.jpg", 10).data == b"x"
