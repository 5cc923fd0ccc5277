"""Jobs in a process of their own: one that dies, hangs or fills the memory is an error alone."""

import os
import subprocess
import sys
import time

import pytest

from gantei.errors import PhotographError
from gantei.photographs.decoder_process import decode_apart
from gantei.system import helper_pool
from gantei.system.helper_pool import HelperEndedError, JobFailedError, run_apart

from .helper_jobs import BOUNDS, at_once, done, is_running


@pytest.mark.skipif(sys.platform != "linux", reason="finds its pipe in /proc")
@pytest.mark.parametrize(
    ("lengths", "head"), [((2, 2**62), "{}"), ((2**62, 0), ""), ((3, 0), "[a]"), ((2, 2**40), "{}")]
)
def test_an_answer_that_no_job_gives_is_one_of_a_process_that_died(jobs, lengths, head):
    with pytest.raises(HelperEndedError, match="died"):
        run_apart("made_jobs:lie", {"lengths": lengths, "head": head}, b"", **BOUNDS)


@pytest.mark.skipif(sys.platform != "linux", reason="finds its pipe in /proc")
@pytest.mark.parametrize(
    "head",
    [
        "[]", "{}", "null", "7", "\x00", '{"facts": {}}', '{"number": "0", "facts": {}}',
        '{"number": NUMBER}', '{"number": NUMBER, "facts": []}', '{"number": NUMBER, "failed": 1}',
        '{"number": NUMBER, "ended": "time"}', '{"number": NUMBER, "finding": "large-file"}',
        '{"number": NUMBER, "finding": ["large-file", {}]}',
        '{"number": NUMBER, "finding": ["no-such", {}]}',
        '{"number": NUMBER, "facts": {}, "failed": ""}', "[" * 50_000,
    ],
)  # fmt: skip
def test_a_well_formed_answer_that_answers_nothing_is_that_of_one_that_died(jobs, head):
    with pytest.raises(HelperEndedError, match="died"):
        done("answer", facts={"heads": [head]})
    assert done("upper")[1] == b"ABC"


@pytest.mark.skipif(sys.platform != "linux", reason="finds its pipe in /proc")
def test_what_was_answered_twice_is_not_the_next_jobs_answer(jobs):
    twice = ['{"number": NUMBER, "facts": {"of": "another"}}'] * 2
    assert done("answer", facts={"heads": twice, "seconds": 0}) == ({"of": "another"}, b"")
    assert done("upper")[1] == b"ABC"


def test_a_process_does_one_job_after_the_other(jobs):
    pids = set()
    for number in range(3):
        facts, data = done("upper", b"eye", {"number": number})
        pids.add(facts.pop("pid"))
        assert (facts, data) == ({"number": number}, b"EYE")
    assert len(pids) == 1
    assert os.getpid() not in pids


def test_what_is_larger_than_any_pipe_goes_there_and_comes_back(jobs):
    assert done("upper", b"a" * 20_000_000)[1] == b"A" * 20_000_000


@pytest.mark.parametrize("job", ["crash", "leave"])
def test_one_that_dies_is_an_error_and_the_next_job_gets_another(jobs, job):
    before = done("upper")[0]["pid"]
    with pytest.raises(HelperEndedError) as caught:
        done(job)
    assert caught.value.how == "died"
    assert done("upper")[0]["pid"] != before


def test_one_that_dies_of_what_an_earlier_job_left_there_costs_the_later_one_nothing(jobs):
    wounded = done("wound")[0]["pid"]
    assert done("stagger")[0]["pid"] != wounded


@pytest.mark.skipif(sys.platform != "linux", reason="memory is bounded on Linux alone")
def test_memory_is_bounded_for_each_job_by_itself(jobs):
    done("fill", facts={"bytes": 200_000_000})
    with pytest.raises(HelperEndedError) as caught:
        done("fill", facts={"bytes": 200_000_000}, memory=100_000_000)
    assert caught.value.how == "memory"
    done("fill", facts={"bytes": 200_000_000})


def test_what_a_job_finds_wrong_comes_back_as_its_finding(jobs):
    with pytest.raises(PhotographError) as caught:
        done("refuse")
    assert (caught.value.code, caught.value.finding.values) == ("large-file", {"most": 7})
    before = done("upper")[0]["pid"]
    with pytest.raises(JobFailedError, match="KeyError: 'no such thing'"):
        done("stumble")
    assert done("upper")[0]["pid"] == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not bound files")
def test_a_helper_writes_no_file(jobs):
    with pytest.raises(JobFailedError, match="too large"):
        done("write", b"picture", {"path": str(jobs / "left.bin")})
    assert (jobs / "left.bin").read_bytes() == b""


def test_what_a_library_prints_goes_nowhere(jobs, capfd):
    assert done("babble")[1] == b"abc"
    assert capfd.readouterr() == ("", "")


def test_callers_at_once_have_processes_of_their_own_and_no_answer_goes_to_another(jobs):
    found = []

    def ask(number):
        for round in range(5):
            data = bytes([97 + number]) * (1000 * round + 1)
            found.append(done("upper", data)[1] == data.upper())

    at_once(ask, 4)
    assert found == [True] * 20
    assert len(helper_pool._idle) <= 4


def test_a_process_that_somebody_ended_while_it_waited_is_replaced(jobs):
    os.kill(done("upper")[0]["pid"], 9)
    time.sleep(0.1)
    assert done("upper")[1] == b"ABC"


def test_after_many_jobs_a_process_makes_room_for_a_fresh_one(jobs, monkeypatch):
    monkeypatch.setattr(helper_pool, "_MOST_JOBS", 2)
    pids = [done("upper")[0]["pid"] for _ in range(4)]
    assert len(set(pids)) > 1


def test_a_script_needs_no_guard_and_leaves_no_process(jobs):
    """`multiprocessing` would need one. The processes end with the script, killed or not."""
    script = jobs / "script.py"
    script.write_text(
        "import os, sys\n"
        "from gantei.system.helper_pool import run_apart\n"
        "facts, data = run_apart('made_jobs:upper', {}, b'eye', seconds=30, memory=2**28)\n"
        "print(facts['pid'], data.decode(), flush=True)\n"
        "if len(sys.argv) > 1: os.kill(os.getpid(), 9)\n"
    )
    for arguments in ([], ["killed"]):
        ran = subprocess.run(
            [sys.executable, str(script), *arguments], capture_output=True, text=True, check=False
        )
        pid, word = ran.stdout.split()
        assert word == "EYE"
        until = time.monotonic() + 10
        while is_running(int(pid)) and time.monotonic() < until:
            time.sleep(0.02)
        assert not is_running(int(pid))


@pytest.mark.parametrize(
    ("job", "code"),
    [("crash", "decoder-died"), ("stumble", "damaged-picture"), ("refuse", "large-file")],
)
def test_a_decoder_that_ends_badly_is_that_photographs_error(jobs, job, code):
    with pytest.raises(PhotographError) as caught:
        decode_apart(f"made_jobs:{job}", {}, b"", size=(8, 8), format="HEIC")
    assert caught.value.code == code


def test_a_decoder_gets_time_and_memory_for_the_pictures_size(jobs, monkeypatch):
    monkeypatch.setattr("gantei.photographs.decoder_process._SECONDS", 0.2)
    with pytest.raises(PhotographError) as caught:
        decode_apart("made_jobs:compute", {}, b"", size=(8, 8), format="HEIC")
    assert caught.value.code == "decoder-out-of-time"
    fill = {"bytes": 300_000_000}
    with pytest.raises(PhotographError) as caught:
        decode_apart("made_jobs:fill", fill, b"", size=(8, 8), format="HEIC")
    assert caught.value.code == "decoder-out-of-memory"
    decode_apart("made_jobs:fill", fill, b"", size=(2000, 2000), format="HEIC")
