"""`gantei verify-table`: files beside a table, and what cannot be verified."""

import json

import pytest

from ..explained import explained_network
from .studies import run
from .verified import table_with_all_beside, told, verify


@pytest.fixture
def age(make_estimator):
    return make_estimator("made-age", network=explained_network())


@pytest.fixture
def table(photographs, age, tmp_path):
    return table_with_all_beside(photographs, age, tmp_path)


@pytest.mark.parametrize("name", ["t.csv", "t.csv.persons.csv", "t.csv.photographs.csv", "v.npy"])
def test_a_file_that_was_changed_is_told(name, table, photographs, capsys):
    path = table.with_name(name)
    path.write_bytes(path.read_bytes() + b"\n")
    code, report = told(capsys, table, photographs)
    assert code == 1
    assert {key for key, state in report["files"].items() if state != "right"} == {name}
    assert report["right"] == 6


def test_embeddings_elsewhere_are_named(table, photographs, tmp_path, capsys):
    moved = tmp_path / "elsewhere.npy"
    table.with_name("v.npy").rename(moved)
    assert told(capsys, table, photographs)[1]["files"]["v.npy"] == "missing"
    code, report = told(capsys, table, photographs, "--embeddings", moved)
    assert (code, report["files"]["elsewhere.npy"]) == (0, "right")


def test_what_cannot_be_verified_is_refused_with_what_to_do(
    table, photographs, age, tmp_path, capsys
):
    key, secret = tmp_path / "key.csv", tmp_path / "secret.csv"
    run(photographs, "--with", age, "--anonymous", key, "--out", secret)

    def refused(*arguments):
        capsys.readouterr()
        assert verify(*arguments) == 2
        return capsys.readouterr().err

    assert "no such file" in refused(tmp_path / "none.csv", photographs)
    assert "name the table first" in refused(photographs, table)
    assert "name its key by --anonymous" in refused(secret, photographs)
    assert "leave out --anonymous" in refused(table, photographs, "--anonymous", key)
    assert "name the key that" in refused(secret, photographs, "--anonymous", tmp_path / "no.csv")
    assert "no photographs: name some" in refused(table)
    table.write_text("photograph,age\n1.png,5\n", "utf-8")
    assert "needs one column called sha256" in refused(table, photographs)
    table.write_bytes("photograph,sha256\n右眼.png,\n".encode("cp932"))
    assert "not UTF-8" in refused(table, photographs)
    table.with_name("t.csv.run.json").write_text("[]")
    assert "is no run manifest" in refused(table, photographs)
    table.with_name("t.csv.run.json").unlink()
    assert "needs t.csv.run.json beside it" in refused(table, photographs)


def test_nothing_is_written(table, photographs, capsys):
    def state():
        return {path: path.stat().st_mtime_ns for path in table.parent.rglob("*")}

    before = state()
    assert verify(table, photographs) == 0
    assert state() == before


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("shard", {"number": 1}),
        ("shard", {"number": 1, "of": 0}),
        ("photographs", {"file": "../x", "sha256": "0"}),
        ("photographs", {"file": 3, "sha256": "0"}),
        ("persons", []),
    ],
)
def test_a_run_manifest_that_says_what_none_says_is_refused(table, photographs, capsys, key, value):
    path = table.with_name(f"{table.name}.run.json")
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {key: value}), "utf-8")
    assert verify(table, photographs) == 2
    assert f".run.json: what it says of {key} cannot be understood" in capsys.readouterr().err
