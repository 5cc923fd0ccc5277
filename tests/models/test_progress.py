"""What long work says on a terminal, and in the log of a batch system."""

import io
import re
import sys
import time

import pytest

from gantei.command_line import main
from gantei.terminal import progress, progress_log
from gantei.terminal.progress_log import FIRST, THEN, ProgressLog, duration, log_step

from .studies import run


class Terminal(io.StringIO):
    def isatty(self):
        return True


def terminal(monkeypatch):
    """A terminal as standard error, from within a test: pytest sets its own after the fixtures."""
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    return stream


def until_told(stream):
    until = time.monotonic() + 10
    while not stream.getvalue():
        assert time.monotonic() < until, "waited for in vain"
        time.sleep(0.01)


def test_long_work_is_named_with_its_seconds_and_its_line_is_gone_at_the_end(monkeypatch):
    stream = terminal(monkeypatch)
    monkeypatch.setattr(progress, "PATIENCE", 0.01)
    with progress.step("converting model\x1b.h5"):
        until_told(stream)
    line = "converting model�.h5: 0 s"
    assert stream.getvalue() == f"\r{line}\r{' ' * len(line)}\r"


def test_short_work_says_nothing(monkeypatch):
    stream = terminal(monkeypatch)
    with progress.step("converting"):
        pass
    assert stream.getvalue() == ""


def test_in_a_log_a_step_is_named_after_a_minute_and_then_every_ten(capsys):
    waited = []

    class Done:
        def wait(self, seconds):
            waited.append(seconds)
            return len(waited) == 4

    log_step("converting model.h5", Done())
    assert waited == [60.0, 600.0, 600.0, 600.0]
    assert capsys.readouterr().err.splitlines() == [
        "converting model.h5: 1 min so far",
        "converting model.h5: 11 min so far",
        "converting model.h5: 21 min so far",
    ]


def test_in_a_log_a_short_step_says_nothing(monkeypatch, capsys):
    monkeypatch.setattr(progress, "PATIENCE", 0.01)
    with progress.step("converting"):
        time.sleep(0.05)
    assert capsys.readouterr().err == ""


def test_the_line_is_gone_before_an_error_is_said(monkeypatch):
    stream = terminal(monkeypatch)
    monkeypatch.setattr(progress, "PATIENCE", 0.01)
    with pytest.raises(ValueError, match="damaged"), progress.step("converting"):
        until_told(stream)
        raise ValueError("damaged")
    assert stream.getvalue().endswith("\r")


def test_what_was_done_before_stands_in_the_count_of_a_bar_and_not_in_its_rate(monkeypatch):
    stream = terminal(monkeypatch)
    with progress.progress(10, "photograph") as bar:
        update = progress.resuming(bar)
        update(6)
        assert (bar.n, bar.initial) == (6, 6)
        update(1)
        assert (bar.n, bar.initial, bar.total) == (7, 6, 10)
        bar.refresh()
    assert "7/10" in stream.getvalue()


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def logged(total, unit="photograph", what=None):
    clock = Clock()
    return clock, ProgressLog(total, unit, what, clock)


def test_off_a_terminal_progress_goes_to_a_log_and_short_work_says_nothing(capsys):
    with progress.progress(10, "photograph") as log:
        assert isinstance(log, ProgressLog)
        update = progress.resuming(log)
        update(6)
        update(4)
    assert capsys.readouterr().err == ""


def test_a_log_has_its_first_line_after_a_minute_and_a_line_every_ten(capsys):
    clock, log = logged(86_400)
    for _ in range(86_400):  # a photograph per second, for a day
        clock.now += 1
        log.update(1)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1 + (86_400 - FIRST) // THEN == 144
    assert lines[:2] == [
        "60 of 86,400 photographs, 1 photographs/s, 23 h 59 min left",
        "660 of 86,400 photographs, 1 photographs/s, 23 h 49 min left",
    ]


def test_a_line_of_a_log_counts_what_was_done_before_and_not_in_its_rate(capsys):
    clock, log = logged(2000)
    update = progress.resuming(log)
    clock.now += 500  # finished rows are looked at
    update(1000)
    clock.now += 100
    update(50)
    assert capsys.readouterr().err == (
        "1,050 of 2,000 photographs, 0.5 photographs/s, 32 min left\n"
    )


def test_a_log_gives_bytes_in_megabytes_and_says_what_they_are(capsys):
    clock, log = logged(0, "B", "fetching\x1b")
    log.total += 3_000_000_000
    clock.now += 60
    log.update(600_000_000)
    assert capsys.readouterr().err == "fetching�: 600 of 3,000 MB, 10 MB/s, 4 min left\n"


def test_a_log_that_takes_no_more_ends_no_work(monkeypatch):
    class Full(io.StringIO):
        def write(self, text):
            raise OSError(28, "No space left on device")

    clock, log = logged(10)
    monkeypatch.setattr(sys, "stderr", Full())
    clock.now += 60
    log.update(1)


def test_shards_merging_and_verifying_say_in_a_log_how_far_they_are(
    photographs, make_estimator, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(progress_log, "FIRST", 1e-9)
    age, shards, out = (
        make_estimator(),
        [tmp_path / f"{number}.csv" for number in (1, 2)],
        tmp_path / "all.csv",
    )
    for number, table in enumerate(shards, 1):
        run(photographs, "--with", age, "--out", table, "--shard", f"{number}/2")
        first, second, *_ = capsys.readouterr().err.splitlines()
        count = first.removeprefix(f"shard {number} of 2: ").partition(" ")[0]
        assert second.startswith(f"1 of {count} photographs, ")
    for words, unit in ((["merge", *shards, "--out", out], "rows"),
                        (["verify-table", out, photographs], "photographs")):  # fmt: skip
        main([*map(str, words)])
        said = capsys.readouterr().err
        assert re.match(rf"\d+ of \d+ {unit}, [\d.,]+ {unit}/s", said)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (3599, "1 h 0 min"),
        (7500, "2 h 5 min"),
        (86_399, "1 d 0 h"),
    ],
)
def test_a_duration_has_its_two_largest_units(seconds, text):
    assert duration(seconds) == text
