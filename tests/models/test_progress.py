"""What long work says on a terminal, and that it says nothing in a pipe."""

import io
import sys
import time

import pytest

from gantei.terminal import progress


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


def test_in_a_pipe_long_work_says_nothing(monkeypatch, capsys):
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


def test_in_a_pipe_a_bar_is_resumed_silently(capsys):
    with progress.progress(10, "photograph") as bar:
        update = progress.resuming(bar)
        update(6)
        update(1)
    assert capsys.readouterr().err == ""
