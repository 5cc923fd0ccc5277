"""`gantei predict` on archives and Parquet files, one by itself and several as folders."""

import json
import tarfile
import zipfile

import pytest

from gantei.command_line import main

from ..explained import explained_network
from .studies import NAMES, rows, run


@pytest.fixture
def age(make_estimator):
    return make_estimator("made-age", network=explained_network())


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture
def zipped(photographs, data):
    path = data / "eyes.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for each in sorted(photographs.rglob("*")):
            archive.write(each, each.relative_to(photographs))
    return path


@pytest.fixture
def tarred(photographs, data):
    path = data / "eyes-000.tar"
    with tarfile.open(path, "w") as archive:
        archive.add(photographs, ".")
    return path


@pytest.fixture
def of_folder(photographs, age, tmp_path):
    run(photographs, "--with", age, "--out", tmp_path / "folder.csv")
    return (tmp_path / "folder.csv").read_bytes()


def test_the_table_of_an_archive_is_that_of_the_folder(zipped, tarred, of_folder, age, tmp_path):
    out = tmp_path / "t.csv"
    for given in (zipped, f"zip://{zipped}", tarred, f"tar://{tarred}"):
        assert run(given, "--with", age, "--out", out, "--overwrite") == 1
        assert out.read_bytes() == of_folder


def test_the_run_manifest_names_the_archive(zipped, age, tmp_path):
    run(zipped, "--with", age, "--out", tmp_path / "t.csv")
    manifest = json.loads((tmp_path / "t.csv.run.json").read_text("utf-8"))
    assert manifest["place"] == f"zip://{zipped}/"


def test_several_archives_are_folders_of_their_names(zipped, tarred, age, tmp_path):
    out = tmp_path / "t.csv"
    assert run(zipped, tarred, "--with", age, "--out", out) == 1
    names = [f"{archive}/{name}" for archive in ("eyes-000.tar", "eyes.zip") for name in NAMES]
    assert [each["photograph"] for each in rows(out)] == names


def test_inside_a_folder_an_archive_is_passed_by(zipped, age, tmp_path, photographs):
    zipped.rename(photographs / "eyes.zip")
    out = tmp_path / "t.csv"
    run(photographs, "--with", age, "--out", out)
    assert len(rows(out)) == len(NAMES)


def test_a_column_of_a_parquet_file_is_read(photographs, age, tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    content = (photographs / "right/0.png").read_bytes()
    images = [{"bytes": content, "path": "eye_OD.png"}, {"bytes": content, "path": "eye_OS.png"}]
    path = tmp_path / "train.parquet"
    parquet.write_table(pyarrow.table({"picture": images}), path)
    out = tmp_path / "t.csv"
    assert run(path, "--image-column", "picture", "--with", age, "--out", out) == 0
    assert [each["eye"] for each in rows(out)] == ["right", "left"]


def test_a_finished_table_of_an_archive_is_known_again(zipped, age, tmp_path):
    out = tmp_path / "t.csv"
    run(zipped, "--with", age, "--out", out)
    before = out.stat().st_mtime_ns
    assert run(zipped, "--with", age, "--out", out) == 1
    assert out.stat().st_mtime_ns == before


def test_a_table_is_verified_against_its_archive(zipped, age, tmp_path):
    out = tmp_path / "t.csv"
    run(zipped, "--with", age, "--out", out)
    assert main(["verify-table", str(out), str(zipped)]) == 0


def test_an_archive_is_read_where_no_network_is_allowed(zipped, age, tmp_path, monkeypatch):
    from gantei.system import offline

    monkeypatch.setattr(offline, "OFFLINE", True)
    assert run(zipped, "--with", age, "--out", tmp_path / "t.csv") == 1


def test_no_address_is_asked_where_no_network_is_allowed(age, tmp_path, capsys, monkeypatch):
    from gantei.system import offline

    monkeypatch.setattr(offline, "OFFLINE", True)
    for address in ("s3://eyes/", "gs://eyes/", "az://eyes/", "https://eyes.example/a.png"):
        assert run(address, "--with", age, "--out", tmp_path / "t.csv") == 2
        said = capsys.readouterr().err
        assert "GANTEI_OFFLINE is set" in said
        assert "copy the photographs" in said


def test_no_copy_of_a_photograph_is_left_anywhere(zipped, age, tmp_path, monkeypatch):
    spool = tmp_path / "spool"
    spool.mkdir()
    monkeypatch.setenv("TMPDIR", str(spool))
    run(zipped, "--with", age, "--out", tmp_path / "t.csv")
    assert [*spool.rglob("*")] == []
