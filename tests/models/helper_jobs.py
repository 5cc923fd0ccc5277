"""Jobs for helper processes that crash, hang and lie; they are found as `made_jobs`."""

import os
import threading

import pytest

from gantei.system import helper_pool
from gantei.system.helper_pool import run_apart

JOBS = """
import ctypes, itertools, os, time
from gantei.errors import PhotographError
from gantei.findings.finding import Finding

def upper(facts, data):
    return {"pid": os.getpid(), **facts}, data.upper()

def crash(facts, data):
    ctypes.string_at(0)

def leave(facts, data):
    os._exit(0)

def hang(facts, data):
    time.sleep(600)

def hang_natively(facts, data):
    ctypes.CDLL(None).pause()

def compute(facts, data):
    while True:
        pass

def compute_natively(facts, data):
    sum(itertools.repeat(0))  # never comes back to Python, and lets no other thread run

def nap(facts, data):
    time.sleep(facts["seconds"])
    return {"pid": os.getpid()}, b""

def fill(facts, data):
    return {}, bytes(facts["bytes"])[:1]

def refuse(facts, data):
    raise PhotographError(Finding("large-file", most=7))

def stumble(facts, data):
    raise KeyError("no such thing")

wounded = False

def wound(facts, data):
    global wounded
    wounded = True
    return {"pid": os.getpid()}, b""

def stagger(facts, data):
    if wounded:
        ctypes.string_at(0)
    return {"pid": os.getpid()}, b""

def write(facts, data):
    with open(facts["path"], "wb") as file:
        file.write(data)
    return {}, b""

def lie(facts, data):
    # As code would answer that a file has smuggled in: past the process's own send.
    import struct
    from pathlib import Path
    pipes = [each.name for each in Path("/proc/self/fd").iterdir()
             if each.is_symlink() and os.readlink(each).startswith("pipe:")]
    answers = max(map(int, pipes))
    os.write(answers, struct.pack("<QQ", *facts["lengths"]) + facts["head"].encode())
    os._exit(0)

def answer(facts, data):
    # The same, with the number of the order, as often as wished, and then it goes on.
    import inspect, json, struct
    from pathlib import Path
    frame = inspect.currentframe()
    while "order" not in frame.f_locals:
        frame = frame.f_back
    number = frame.f_locals["order"]["number"]
    pipes = [each.name for each in Path("/proc/self/fd").iterdir()
             if each.is_symlink() and os.readlink(each).startswith("pipe:")]
    for head in facts["heads"]:
        head = head.replace("NUMBER", json.dumps(number)).encode()
        os.write(max(map(int, pipes)), struct.pack("<QQ", len(head), 0) + head)
    if facts["heads"]:
        time.sleep(facts.get("seconds", 600))
    return {}, b""

def babble(facts, data):
    print("a patient's name")
    os.system("echo a name; echo a name >&2")
    os.write(1, b"a name")
    return {}, data
"""
BOUNDS = {"seconds": 30, "memory": 2**28}


@pytest.fixture
def jobs(tmp_path, monkeypatch):
    """Helper processes of this test alone, which find the jobs above as `made_jobs`."""
    (tmp_path / "made_jobs.py").write_text(JOBS)
    helper_pool.end_helpers()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    yield tmp_path
    helper_pool.end_helpers()


def done(name, data=b"abc", facts=None, **bounds):
    return run_apart(f"made_jobs:{name}", facts or {}, data, **(BOUNDS | bounds))


def at_once(ask, callers):
    threads = [threading.Thread(target=ask, args=[number]) for number in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
