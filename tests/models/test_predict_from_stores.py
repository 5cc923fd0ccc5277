"""`gantei predict` on photographs of a store and of a web server, from address to table."""

import json

import pytest

from ..explained import explained_network
from . import faulty_store as faults
from .faulty_store import store  # noqa: F401 - a fixture
from .object_stores import S3, moto, without_clouds  # noqa: F401
from .studies import NAMES, interrupted_after, rows, run

pytest.importorskip("obstore")
SECRET = "c2VjcmV0"
ADDRESS = "s3://eyes/study/"


@pytest.fixture
def age(make_estimator):
    return make_estimator("made-age", network=explained_network())


@pytest.fixture
def of_folder(photographs, age, tmp_path):
    """The table of the photographs in their folder."""
    run(photographs, "--with", age, "--out", tmp_path / "folder.csv")
    return (tmp_path / "folder.csv").read_bytes()


def put_all(photographs, put):
    for path in photographs.rglob("*"):
        if path.is_file():
            put(f"study/{path.relative_to(photographs).as_posix()}", path.read_bytes())


@pytest.fixture
def bucket(photographs, moto, monkeypatch, own_store):  # noqa: F811
    """A bucket that has the photographs."""
    without_clouds(monkeypatch, own_store)
    bucket = S3(moto)
    bucket.empty()
    put_all(photographs, bucket.put)
    for name, value in bucket.environment().items():
        monkeypatch.setenv(name, value)
    yield bucket
    bucket.client.close()


def test_the_table_of_a_bucket_is_that_of_the_folder(bucket, of_folder, age, tmp_path):
    out = tmp_path / "t.csv"
    assert run(ADDRESS, "--with", age, "--out", out) == 1
    assert out.read_bytes() == of_folder


def test_an_interrupted_run_on_a_bucket_resumes(bucket, of_folder, age, tmp_path, monkeypatch):
    out = tmp_path / "t.csv"
    interrupted_after(4, ADDRESS, age, out, monkeypatch)
    assert run(ADDRESS, "--with", age, "--out", out) == 1
    assert out.read_bytes() == of_folder
    manifest = json.loads((tmp_path / "t.csv.run.json").read_text("utf-8"))
    assert manifest["summary"]["resumed"] == 4
    assert manifest["place"] == ADDRESS


def test_a_signature_reaches_the_server_alone(
    store, photographs, age, tmp_path, monkeypatch, capsys, own_store  # noqa: F811
):  # fmt: skip
    without_clouds(monkeypatch, own_store)
    put_all(photographs, store.files.__setitem__)
    listed, out = tmp_path / "list.csv", tmp_path / "out" / "t.csv"
    out.parent.mkdir()
    base = f"{store.url}/study/"
    lines = [f"{base}{name}?sig={SECRET}" for name in NAMES]
    listed.write_text("\n".join(["photograph", *lines, f"{base}none.png?sig={SECRET}"]), "utf-8")
    given = ("--root", base, "--from", listed, "--with", age, "--out", out)
    store.faults[f"study/{NAMES[0]}"] = [faults.status(503), None]
    assert run(*given) == 1
    assert run(*given) == 1  # nothing is left to do
    asked = {path for _, path, _ in store.asked}
    assert {f"/study/{name}?sig={SECRET}" for name in NAMES} <= asked
    found = {each["photograph"]: each["error_code"] for each in rows(out)}
    assert found == dict.fromkeys(NAMES, "") | {NAMES[1]: "cut-off-file"} | {
        "none.png": "stored-missing"
    }
    written = capsys.readouterr()
    assert SECRET not in written.out + written.err
    assert not [path for path in out.parent.rglob("*") if SECRET.encode() in path.read_bytes()]
