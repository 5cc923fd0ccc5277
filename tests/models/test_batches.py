"""Two batches in flight: order, errors in their places, nothing left when closed early."""

import threading
import time
from types import SimpleNamespace

import pytest

from gantei.inference.batches import by_batches, bytes_of_inputs, photographs_ahead


def network(side):
    spec = SimpleNamespace(size=(side, side))
    return SimpleNamespace(takes_pixels=False, manifest=SimpleNamespace(input=spec))


def of_batches():
    """The threads that run batches."""
    return [each for each in threading.enumerate() if each.name.startswith("gantei")]


def gone(threads):
    for each in threads:
        each.join(10)
    return not any(each.is_alive() for each in threads)


def test_results_come_in_order_whichever_batch_is_ready_first():
    def slow_at_first(batch):
        time.sleep(0.05 if 0 in batch else 0)
        return [item * 10 for item in batch]

    assert [*by_batches(slow_at_first, iter(range(11)), 4)] == [item * 10 for item in range(11)]


def test_the_next_batch_is_made_while_one_runs_and_no_third():
    taken, together = [], threading.Barrier(2, timeout=10)

    def given():
        for item in range(12):
            taken.append(item)
            yield item

    def run(batch):
        together.wait()  # of two batches: one alone would wait in vain
        return batch

    results = by_batches(run, given(), 2)
    assert next(results) == 0
    assert taken == [0, 1, 2, 3]
    assert [*results] == [*range(1, 12)]


def test_an_error_comes_where_the_results_of_its_batch_would():
    def fail_on_five(batch):
        if 5 in batch:
            raise ValueError("five")
        return batch

    results, got = by_batches(fail_on_five, iter(range(20)), 2), []
    with pytest.raises(ValueError, match="five"):
        for each in results:
            got.append(each)  # noqa: PERF402 - the error comes after what is kept
    assert got == [0, 1, 2, 3]


def test_an_error_of_the_photographs_comes_where_theirs_would():
    def given():
        yield 1
        yield 2
        raise OSError("a folder that went away")

    results = by_batches(list, given(), 1)
    assert next(results) == 1
    with pytest.raises(OSError, match="went away"):
        next(results)


def test_closed_early_it_starts_no_further_batch_and_leaves_no_thread():
    begun, before = [], {*of_batches()}

    def run(batch):
        begun.append(batch)
        return batch

    results = by_batches(run, iter(range(100)), 5)
    assert next(results) == 0
    ours = [each for each in of_batches() if each not in before]
    results.close()
    assert gone(ours)
    assert len(begun) <= 2


def test_no_core_idles_however_many_there_are():
    for cores in (1, 2, 16, 64, 256):
        ahead = photographs_ahead([network(224)], cores, 16)
        assert cores + 16 <= ahead <= 2 * cores + 16


def test_large_inputs_wait_in_small_numbers():
    large = network(2048)  # 50 MB each
    assert photographs_ahead([large], 2, 16) == 10
    assert photographs_ahead([large, large], 2, 16) == 5
    assert photographs_ahead([network(4096)], 4, 16) == 4  # as many as are being decoded


def test_memory_is_planned_for_what_waits_and_for_the_batches_in_flight():
    small = network(224)
    ahead = photographs_ahead([small], 2, 16)
    assert bytes_of_inputs([small], 2, 16) == (ahead + 4 * 16) * 4 * 3 * 224 * 224
