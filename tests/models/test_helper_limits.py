"""What computes or hangs too long in a process of its own is ended, whatever else runs."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from gantei.system import helper_pool
from gantei.system.helper_pool import HelperEndedError

from .helper_jobs import at_once, done, is_running


@pytest.fixture
def hasty(monkeypatch):
    """Jobs that do not compute are ended after 0.3 seconds by the clock."""
    monkeypatch.setattr(helper_pool, "_LEAST_WAIT", 0.3)
    monkeypatch.setattr(helper_pool, "_WAIT", 0.0)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not bound computing time")
@pytest.mark.parametrize("job", ["compute", "compute_natively"])
def test_one_that_computes_too_long_is_ended(jobs, job):
    done("upper")
    with pytest.raises(HelperEndedError) as caught:
        done(job, seconds=0.2)
    assert caught.value.how == "time"
    assert done("upper")[1] == b"ABC"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not bound computing time")
def test_a_profiler_that_catches_the_signal_here_does_not_hinder_that(jobs):
    before = signal.signal(signal.SIGPROF, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGPROF])
    try:
        with pytest.raises(HelperEndedError) as caught:
            done("compute", seconds=0.2)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGPROF])
        signal.signal(signal.SIGPROF, before)
    assert caught.value.how == "time"


def test_time_in_which_a_job_does_not_compute_costs_it_little(jobs):
    """As on a busy computer, where jobs wait for a core."""
    done("nap", facts={"seconds": 0.5}, seconds=0.2)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows stops no processes")
def test_one_that_was_stopped_meanwhile_comes_to_its_end(jobs):
    script = jobs / "script.py"
    script.write_text(
        "from gantei.system import helper_pool\n"
        "helper_pool._LEAST_WAIT, helper_pool._WAIT = 2.0, 0.0\n"
        "ask = lambda job, facts: helper_pool.run_apart(\n"
        "    f'made_jobs:{job}', facts, b'', seconds=1, memory=2**28)\n"
        "ask('upper', {})\n"
        "print('begun', flush=True)\n"
        "ask('nap', {'seconds': 1})\n"
        "print('done', flush=True)\n"
    )
    running = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    with running:
        assert running.stdout.readline() == "begun\n"
        time.sleep(0.2)
        os.killpg(running.pid, signal.SIGSTOP)
        time.sleep(2.5)
        os.killpg(running.pid, signal.SIGCONT)
        assert running.stdout.read() == "done\n"


@pytest.mark.skipif(sys.platform == "win32", reason="there they end otherwise")
def test_a_job_ends_when_the_process_that_wants_its_answer_is_killed(jobs):
    script = jobs / "script.py"
    script.write_text(
        "from gantei.system.helper_pool import run_apart\n"
        "bounds = {'seconds': 30, 'memory': 2**28}\n"
        "print(run_apart('made_jobs:upper', {}, b'', **bounds)[0]['pid'], flush=True)\n"
        "run_apart('made_jobs:hang', {}, b'', **bounds)\n"
    )
    running = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    with running:
        pid = int(running.stdout.readline())
        time.sleep(0.3)
        running.kill()
    until = time.monotonic() + 10
    while is_running(pid) and time.monotonic() < until:
        time.sleep(0.1)
    assert not is_running(pid)


@pytest.mark.parametrize("job", ["hang", "hang_natively"])
def test_one_that_hangs_is_ended_in_time(jobs, hasty, job):
    done("upper")
    began = time.monotonic()
    with pytest.raises(HelperEndedError) as caught:
        done(job)
    assert caught.value.how == "time"
    assert time.monotonic() - began < 5
    assert done("upper")[1] == b"ABC"


def test_no_more_processes_than_cores(jobs, monkeypatch):
    monkeypatch.setattr(helper_pool, "_places", threading.BoundedSemaphore(2))
    pids = []
    at_once(lambda _: pids.append(done("nap", facts={"seconds": 0.1})[0]["pid"]), 6)
    assert len(pids) == 6
    assert len(set(pids)) <= 2
