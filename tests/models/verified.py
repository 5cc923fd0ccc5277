"""Tables that `gantei verify-table` verifies, and what it says of them."""

import json

from gantei.command_line import main

from .studies import run


def table_with_all_beside(photographs, estimator, folder):
    """A table with persons and embeddings beside it, `t.csv` in a new folder."""
    out = folder / "out/t.csv"
    out.parent.mkdir()
    run(photographs, "--with", estimator, "--persons", "names", "--out", out,
        "--embeddings", out.with_name("v.npy"))  # fmt: skip
    return out


def verify(*arguments):
    return main(["verify-table", *map(str, arguments)])


def told(capsys, *arguments):
    """What it says as JSON: the exit code, and the report."""
    capsys.readouterr()
    code = verify(*arguments, "--json")
    return code, json.loads(capsys.readouterr().out)


def differing(report):
    """The photographs that differ, by the way in which they do."""
    kinds = ("changed", "renamed", "missing", "unreadable", "twice", "not_in_table")
    return {kind: report[kind] for kind in kinds if report[kind]}
