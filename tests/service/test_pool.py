import asyncio
import gc
import time
import weakref
from functools import partial
from threading import Event

import pytest

pytest.importorskip("fastapi", reason="the service's packages are not installed")


def run_all(pool, jobs):
    """Run plain functions, each as a job of one step."""
    return pool.run_all([partial(pool.run, job) for job in jobs])


@pytest.fixture
def pool():
    """One worker, and room for 30 photographs."""
    from gantei_service.metrics import Metrics
    from gantei_service.pool import Pool

    made = Pool(1, 30, Metrics())
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
