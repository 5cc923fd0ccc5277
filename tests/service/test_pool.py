import asyncio
import gc
import time
import weakref
from functools import partial
from threading import Event

import pytest

from gantei.system.memory_limit import MemoryLimit

pytest.importorskip("fastapi", reason="the service's packages are not installed")


def run_all(pool, jobs):
    """Run plain functions, each as a job of one step."""
    return pool.run_all([partial(pool.run, job) for job in jobs])


LARGE = 1000


@pytest.fixture
def pool():
    """One worker, room for 30 photographs, and 1000 bytes for large ones."""
    from gantei_service.memory_plan import MemoryPlan
    from gantei_service.metrics import Metrics
    from gantei_service.pool import Pool
    from gantei_service.service_memory import ServiceMemory

    plan = MemoryPlan(MemoryLimit(2000, "test"), held=0, bodies=900, small=100, large=LARGE)
    metrics = Metrics()
    made = Pool(1, 30, metrics, ServiceMemory(plan, metrics))
    yield made
    made.close()


def test_results_stand_in_the_order_of_their_jobs(pool):
    def job(number):
        time.sleep(0.01 * (number % 3))
        return number

    jobs = [partial(job, number) for number in range(9)]
    assert asyncio.run(run_all(pool, jobs)) == [*range(9)]


def test_a_small_request_does_not_wait_for_a_large_one_to_end(pool):
    done = []

    async def both():
        large = asyncio.create_task(
            run_all(pool, [partial(done.append, f"large {number}") for number in range(20)])
        )
        await asyncio.sleep(0)
        await run_all(pool, [partial(done.append, "small")])
        await large

    asyncio.run(both())
    assert done.index("small") < 5
    assert len(done) == 21


def test_what_has_not_begun_when_it_is_cancelled_is_dropped_and_makes_room(pool):
    release, done = Event(), []

    def job():
        release.wait(10)
        done.append(1)

    async def given_up():
        task = asyncio.create_task(run_all(pool, [job] * 30))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        release.set()
        return await run_all(pool, [partial(len, "abc")] * 30)

    assert asyncio.run(given_up()) == [3] * 30
    assert len(done) == 1


def test_what_is_dropped_before_it_has_begun_is_not_kept_in_memory(pool):
    """The executor keeps what it has queued, for as long as its workers are busy."""

    class Photograph:
        pass

    release = Event()

    async def given_up():
        busy = asyncio.create_task(pool.run(partial(release.wait, 10)))
        await asyncio.sleep(0.05)
        photograph = Photograph()
        seen = weakref.ref(photograph)
        dropped = asyncio.create_task(pool.run(partial(id, photograph)))
        await asyncio.sleep(0)
        dropped.cancel()
        with pytest.raises(asyncio.CancelledError):
            await dropped
        del photograph, dropped
        await asyncio.sleep(0.05)
        gc.collect()
        kept = seen()
        release.set()
        await busy
        return kept

    assert asyncio.run(given_up()) is None


def test_a_small_photograph_waits_for_no_large_one(pool):
    release, done = Event(), []

    async def both():
        large = [
            asyncio.create_task(pool.run_large(partial(release.wait, 10), 400)) for _ in range(4)
        ]
        await asyncio.sleep(0)
        done.append(await pool.run(partial(len, "abc")))
        release.set()
        return await asyncio.gather(*large)

    assert asyncio.run(both()) == [True] * 4
    assert done == [3]
    assert pool.memory.large.in_use == 0


def test_a_large_photograph_waits_for_memory_and_in_no_thread(pool):
    release, begun = Event(), []

    def step(number):
        begun.append(number)
        return release.wait(10)

    async def three():
        tasks = [
            asyncio.create_task(pool.run_large(partial(step, number), 600)) for number in range(3)
        ]
        await asyncio.sleep(0.1)
        seen = [*begun], pool.memory.large.waiting
        release.set()
        await asyncio.gather(*tasks)
        return seen

    assert asyncio.run(three()) == ([0], 2)
    assert begun == [0, 1, 2]


def test_too_many_large_photographs_are_told_to_come_again(pool):
    from gantei_service.pool import MOST_WAITING
    from gantei_service.problems import Problem

    release = Event()

    async def one_more():
        tasks = [
            asyncio.create_task(pool.run_large(partial(release.wait, 10), LARGE))
            for _ in range(1 + MOST_WAITING)
        ]
        await asyncio.sleep(0.05)
        with pytest.raises(Problem) as refused:
            await pool.run_all([lambda: pool.run_large(partial(len, "abc"), LARGE)])
        release.set()
        await asyncio.gather(*tasks)
        return refused.value

    problem = asyncio.run(one_more())
    assert (problem.kind, problem.status, problem.headers) == ("busy", 503, {"retry-after": "10"})


@pytest.mark.parametrize("given_up", ["while it waits", "while it is decoded"])
def test_a_large_photograph_that_is_given_up_gives_its_memory_back_when_its_thread_ends(
    pool, given_up
):
    release = Event()

    async def cancelled():
        first = asyncio.create_task(pool.run_large(partial(release.wait, 10), LARGE))
        second = asyncio.create_task(pool.run_large(partial(len, "abc"), LARGE))
        await asyncio.sleep(0.05)
        dropped, other = (second, first) if given_up == "while it waits" else (first, second)
        dropped.cancel()
        with pytest.raises(asyncio.CancelledError):
            await dropped
        kept = pool.memory.large.in_use
        release.set()
        await other
        return kept

    assert asyncio.run(cancelled()) == LARGE
    assert (pool.memory.large.in_use, pool.memory.large.waiting) == (0, 0)


@pytest.mark.parametrize(("needed", "times"), [(64_000_000, 0), (65_000_000, 1)])
def test_memory_goes_back_at_rest_after_a_photograph_of_more_than_usual_size(
    pool, monkeypatch, needed, times
):
    from gantei_service import pool as module

    given_back = []
    monkeypatch.setattr(module, "SETTLED", 0.02)
    monkeypatch.setattr(module, "_give_back_all", lambda: given_back.append(needed))

    async def answered():
        pool.tidy_after(needed)
        pool.tidy_after(needed)
        await asyncio.sleep(0.2)

    asyncio.run(answered())
    assert len(given_back) == times
