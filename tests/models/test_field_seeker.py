"""The field of view that an idle thread seeks is the one that is found without it."""

import gc
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from gantei.errors import PhotographError
from gantei.photographs import field_seeker
from gantei.photographs.photograph import open_photograph


@pytest.fixture
def threads():
    with ThreadPoolExecutor(1) as executor:
        yield executor


@pytest.fixture
def blocked(threads):
    """The only thread, busy until the test is over."""
    until = threading.Event()
    threads.submit(until.wait)
    yield threads
    until.set()


def appearance(data, executor=None):
    photograph = open_photograph(data)
    if executor:
        photograph.seek_field_in(executor)
    return photograph.appearance


@pytest.fixture
def data(fundus, encoded):
    return encoded(fundus, "JPEG", quality=90)


def test_the_appearance_is_the_same_where_a_thread_is_free(data, threads):
    assert appearance(data, threads) == appearance(data)


def test_the_appearance_is_the_same_where_no_thread_is_free(data, blocked):
    assert appearance(data, blocked) == appearance(data)


def test_the_appearance_is_the_same_where_the_threads_have_ended(data):
    ended = ThreadPoolExecutor(1)
    ended.shutdown()
    assert appearance(data, ended) == appearance(data)


def test_the_field_is_sought_once_and_in_the_idle_thread(data, threads, monkeypatch):
    seekers, original = [], field_seeker.find_field

    def find(*given):
        seekers.append(threading.current_thread())
        return original(*given)

    monkeypatch.setattr(field_seeker, "find_field", find)
    photograph = open_photograph(data)
    photograph.seek_field_in(threads)
    photograph.picture()
    threads.submit(int).result()  # behind the search
    assert photograph.field() is photograph.field()
    assert len(seekers) == 1
    assert seekers[0] is not threading.current_thread()


def test_a_picture_that_is_forgotten_is_kept_by_no_thread(data, blocked):
    photograph = open_photograph(data)
    photograph.seek_field_in(blocked)
    picture = weakref.ref(photograph.picture())
    photograph.forget()
    gc.collect()
    assert picture() is None


def test_a_search_that_has_begun_is_over_when_its_picture_is_forgotten(data, threads, monkeypatch):
    begun, ended = threading.Event(), threading.Event()
    original = field_seeker.find_field

    def find(*given):
        begun.set()
        found = original(*given)
        ended.set()
        return found

    monkeypatch.setattr(field_seeker, "find_field", find)
    photograph = open_photograph(data)
    photograph.seek_field_in(threads)
    photograph.picture()
    assert begun.wait(30)
    photograph.forget()
    assert ended.is_set()


def test_a_black_picture_is_refused_whoever_seeks(threads):
    image = Image.new("RGB", (256, 256))
    seeker = field_seeker.FieldSeeker(image.size)
    seeker.threads = threads
    seeker.begin((1, "pillow"), image)
    with pytest.raises(PhotographError, match="black"):
        seeker.field((1, "pillow"), image)


def test_photographs_do_not_wait_for_each_other(data, monkeypatch):
    both = threading.Barrier(2, timeout=30)
    original = field_seeker.find_field

    def find(*given):
        both.wait()  # until another thread is here too
        return original(*given)

    monkeypatch.setattr(field_seeker, "find_field", find)
    with ThreadPoolExecutor(2) as two:
        first, second = two.map(appearance, [data, data])
    assert first == second
