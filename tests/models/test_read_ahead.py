"""Photographs over a network are read before they are asked for, within bounds."""

import threading

import pytest

from gantei.errors import PhotographError
from gantei.findings.finding import Finding
from gantei.inference import read_ahead
from gantei.inference.read_ahead import UNKNOWN_SIZE, ReadAhead
from gantei.inference.stage_times import StageTimes
from gantei.photographs.photograph_source import read_versioned, source_name
from gantei.photographs.stored_photograph import StoredPhotograph
from gantei.system.memory_budget import MemoryBudget

from .stored import PlaceInMemory

SIZE = 1000


class SlowPlace(PlaceInMemory):
    """A place whose reads wait until they are let through; `most` of them were in flight."""

    def __init__(self, count, **options):
        """Hold so many files of `SIZE` bytes."""
        super().__init__({f"{number:03}.png": bytes(SIZE) for number in range(count)}, **options)
        self.let_through = threading.Event()
        self.arrived = threading.Semaphore(0)
        self.in_flight = self.most = 0

    def read(self, name, most):
        """Read one once it is let through."""
        with self.lock:
            self.in_flight += 1
            self.most = max(self.most, self.in_flight)
        self.arrived.release()
        self.let_through.wait(10)
        with self.lock:
            self.in_flight -= 1
        return super().read(name, most)

    def photographs(self, **facts):
        """All of them, in order."""
        return [StoredPhotograph(self, name, **facts) for name in sorted(self.contents)]


def ahead_of(memory=None):
    return ReadAhead(memory, StageTimes())


def reads(place):
    return [words[1] for words in place.asked if words[0] == "read"]


def test_as_many_are_in_flight_as_the_place_takes_before_the_first_is_asked_for():
    place = SlowPlace(30, reads_at_once=5)
    with ahead_of() as ahead:
        given = ahead.each(place.photographs())
        first = next(given)
        for _ in range(5):
            assert place.arrived.acquire(timeout=10)
        place.let_through.set()
        assert read_versioned(first).data == bytes(SIZE)
        rest = [*given]
        assert [read_versioned(each).version for each in rest] == [place.version_of("000.png")] * 29
    assert place.most == 5
    assert sorted(reads(place)) == sorted(place.contents)


def test_they_come_in_order_and_are_called_what_they_are():
    place = SlowPlace(9)
    place.let_through.set()
    with ahead_of() as ahead:
        names = [source_name(each) for each in ahead.each(place.photographs())]
    assert names == [f"store://test/{number:03}.png" for number in range(9)]


def test_files_and_what_lies_on_this_machine_are_not_read_ahead():
    local = SlowPlace(3, reads_at_once=1)
    with ahead_of() as ahead:
        sources = ["a.png", b"bytes", *local.photographs()]
        assert [*ahead.each(sources)] == sources
        assert ahead.decoding is None
    assert reads(local) == []


def test_reading_ahead_has_a_part_of_the_memory_and_decoding_the_rest():
    place = SlowPlace(3)
    place.let_through.set()
    memory = MemoryBudget(8000 * SIZE)
    with ahead_of(memory) as ahead:
        [*ahead.each(place.photographs())]
        assert ahead.decoding.total == 7000 * SIZE


def test_the_bytes_in_flight_are_bounded_by_the_sizes_that_the_list_told():
    place = SlowPlace(20, reads_at_once=10)
    with ahead_of(MemoryBudget(8 * 3 * SIZE)) as ahead:
        given = [*ahead.each(place.photographs(size=SIZE))]
        for _ in range(3):
            assert place.arrived.acquire(timeout=10)
        assert not place.arrived.acquire(timeout=0.05)
        place.let_through.set()
        assert [len(read_versioned(each).data) for each in given] == [SIZE] * 20
    assert place.most == 3


def test_a_photograph_of_unknown_size_takes_what_most_need(monkeypatch):
    monkeypatch.setattr(read_ahead, "UNKNOWN_SIZE", SIZE // 2)
    place = SlowPlace(1)
    place.let_through.set()
    with ahead_of() as ahead:
        (only,) = ahead.each(place.photographs())
        assert len(read_versioned(only).data) == SIZE  # larger, so it is read again
    assert len(reads(place)) == 2


def test_a_large_photograph_is_read_by_whoever_decodes_it():
    place = SlowPlace(1)
    with ahead_of() as ahead:
        (only,) = ahead.each(place.photographs(size=UNKNOWN_SIZE + 1))
        assert reads(place) == []
        place.let_through.set()
        assert len(read_versioned(only).data) == SIZE


def test_an_error_is_raised_where_the_photograph_is_asked_for(monkeypatch):
    place = SlowPlace(2)
    place.let_through.set()

    def refused(name, most):
        raise PhotographError(Finding("not-a-file"))

    monkeypatch.setattr(place, "read", refused)
    with ahead_of() as ahead:
        for each in ahead.each(place.photographs()):
            with pytest.raises(PhotographError, match=r"store://test/00.\.png: not a regular file"):
                read_versioned(each)


def test_what_is_read_a_second_time_is_asked_for_again():
    place = SlowPlace(1)
    place.let_through.set()
    with ahead_of() as ahead:
        (only,) = ahead.each(place.photographs())
        assert read_versioned(only) == read_versioned(only)
    assert len(reads(place)) == 2


def test_whoever_stops_early_leaves_no_thread_that_waits():
    place = SlowPlace(20, reads_at_once=2)
    before = threading.active_count()
    with ahead_of() as ahead:
        given = ahead.each(place.photographs())
        first = next(given)
        place.let_through.set()
        assert len(read_versioned(first).data) == SIZE
        given.close()
    for thread in threading.enumerate():
        if thread.name.startswith("gantei-read"):
            thread.join(10)
    assert threading.active_count() <= before
    assert len(reads(place)) < 20
