"""A budget of bytes is never overdrawn, and nobody overtakes."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from gantei.system.memory_budget import MemoryBudget


def test_whoever_comes_first_gets_bytes_first_and_nobody_overtakes():
    budget = MemoryBudget(100)
    first, large, small = budget.take(60), budget.take(50), budget.take(10)
    assert (first.done(), large.done(), small.done()) == (True, False, False)
    assert (budget.in_use, budget.waiting) == (60, 2)
    budget.give_back(60)
    assert large.done()
    assert small.done()
    assert (budget.in_use, budget.waiting) == (60, 0)


def test_who_gives_up_waiting_makes_room_for_the_next():
    budget = MemoryBudget(100)
    budget.take(60)
    given_up, next_one = budget.take(70), budget.take(30)
    assert budget.waiting == 2
    assert given_up.cancel()
    assert next_one.done()
    assert budget.waiting == 0
    assert budget.in_use == 90


def test_what_never_fits_is_refused():
    budget = MemoryBudget(100)
    assert budget.fits(100)
    assert not budget.fits(101)
    with pytest.raises(ValueError, match="101 bytes of 100"):
        budget.take(101)


def test_it_is_never_overdrawn_by_threads():
    budget, lock, seen = MemoryBudget(100), threading.Lock(), []
    held = 0

    def work(number):
        nonlocal held
        size = 10 + 7 * (number % 12)
        with budget.held(size):
            with lock:
                held += size
                seen.append(held)
            time.sleep(0.001)
            with lock:
                held -= size

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(work, range(200)))
    assert len(seen) == 200
    assert max(seen) <= 100
    assert (budget.in_use, budget.waiting) == (0, 0)


def test_an_error_gives_the_bytes_back():
    budget = MemoryBudget(100)
    with pytest.raises(RuntimeError), budget.held(100):
        raise RuntimeError
    assert budget.in_use == 0
