"""Runs of `gantei predict`, whole and interrupted, and the tables that they write."""

import csv
import json

import pytest

from gantei.command_line import main

NAMES = ["left/1.png", "left/3.png", "left/5.png", "right/0.png", "right/2.png", "right/4.png"]
"""The photographs of the fixture of that name, in the table's order; left/3.png is none."""


def run(*arguments):
    return main(["predict", *map(str, arguments)])


def refused(capsys, *arguments):
    """What a command says that does nothing, with exit code 2."""
    try:
        code = main([*map(str, arguments)])
    except SystemExit as ended:
        code = ended.code
    assert code == 2
    return capsys.readouterr().err


def manifest_of(table):
    return json.loads(table.with_name(f"{table.name}.run.json").read_text("utf-8"))


def rows(path):
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def interrupted_after(count, photographs, estimator, out, monkeypatch, *options):
    """Run until so many rows are in the journal, then die as a killed process does."""
    from gantei.study import journal

    class KilledError(BaseException):
        pass

    append = journal.Journal.append
    written = 0

    def append_or_die(self, row, *stamp):
        nonlocal written
        if self.path.name.endswith(".photographs.partial"):  # what stands beside the rows
            return append(self, row, *stamp)
        if written == count:
            raise KilledError
        append(self, row, *stamp)
        written += 1

    with monkeypatch.context() as patch:
        patch.setattr(journal.Journal, "append", append_or_die)
        with pytest.raises(KilledError):
            run(photographs, "--with", estimator, "--out", out, *options)
