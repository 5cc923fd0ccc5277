"""What a study passed by is listed beside its table, and counted in manifest and summary."""

import csv
import json

import pytest
from PIL import Image

from gantei.command_line import main

from ..conftest import made_picture
from ..explained import explained_network
from .studies import interrupted_after


@pytest.fixture
def study(tmp_path, make_estimator):
    """A folder with a photograph and what lies around photographs; `study(*more)` runs it."""
    folder = tmp_path / "photographs"
    (folder / "@eaDir/a.png").mkdir(parents=True)
    Image.fromarray(made_picture(1)).save(folder / "a.png")
    for name in ("@eaDir/a.png/SYNOPHOTO_THUMB_M.jpg", "@eaDir/a.png/SYNOPHOTO_THUMB_XL.jpg"):
        (folder / name).write_bytes(b"\xff\xd8\xff")
    (folder / "=cmd.txt").touch()
    (folder / "login").write_bytes(b"<html>")
    estimator = make_estimator(network=explained_network())

    def run(*more, out=folder / "results.csv"):
        return main(["predict", str(folder), "--with", str(estimator), "--out", str(out), *more])

    run.folder = folder
    return run


def rows(study):
    path = study.folder / "results.csv.skipped.csv"
    return list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))


def skipped(study):
    return json.loads((study.folder / "results.csv.run.json").read_text("utf-8"))["files_skipped"]


COUNTS = {"html-page": 1, "text-file": 1, "thumbnail": 2}


def test_a_list_beside_the_table_says_of_every_other_file_what_it_is(study, capsys):
    assert study() == 0
    assert [(row["file"], row["kind"]) for row in rows(study)] == [
        ("'=cmd.txt", "text-file"),
        ("'@eaDir/a.png/SYNOPHOTO_THUMB_M.jpg", "thumbnail"),
        ("'@eaDir/a.png/SYNOPHOTO_THUMB_XL.jpg", "thumbnail"),
        ("login", "html-page"),
    ]
    assert rows(study)[0]["meaning"] == "text, not a picture"
    assert rows(study)[0]["meaning_ja"] == "テキストファイルで、画像ではありません"
    assert skipped(study) == COUNTS
    said = capsys.readouterr().err
    assert "skipped: 2 thumbnails, 1 HTML page, 1 text file\n" in said
    assert "results.csv.run.json, results.csv.skipped.csv\n" in said


def test_a_studys_own_files_are_not_passed_by(study):
    assert study() == 0
    before = sorted((path, path.stat().st_mtime_ns) for path in study.folder.rglob("*"))
    assert study() == 0
    assert sorted((path, path.stat().st_mtime_ns) for path in study.folder.rglob("*")) == before


def test_tables_of_other_runs_are_not_passed_by(study):
    pytest.importorskip("pyarrow")
    assert study("--persons", "names", out=study.folder / "t.csv") == 0
    assert study("--rows-per-file", "1", out=study.folder / "u.parquet") == 0
    assert study("--embeddings", str(study.folder / "v.npy"), out=study.folder / "v.csv") == 0
    assert study() == 0
    assert skipped(study) == COUNTS
    assert study() == 0


def test_an_unfinished_table_of_another_run_is_not_passed_by(study, tmp_path, monkeypatch):
    (study.folder / "b.png").write_bytes((study.folder / "a.png").read_bytes())
    estimator = next(tmp_path.rglob("estimator.toml")).parent
    out = study.folder / "t.csv"
    interrupted_after(1, study.folder, estimator, out, monkeypatch)
    assert (study.folder / "t.csv.partial").exists()
    assert study() == 0
    assert skipped(study) == COUNTS


@pytest.mark.parametrize(
    "content", [b"{}", b"[1]", b'{"table": "other.csv", "table_sha256": ""}', b"\xff"]
)
def test_what_only_has_the_name_of_a_tables_file_is_passed_by(study, content):
    for name in ("t.csv.run.json", "t.csv.partial", "t.csv"):
        (study.folder / name).write_bytes(content)
    assert study() == 0
    assert sum(skipped(study).values()) == sum(COUNTS.values()) + 3


def test_the_list_of_a_finished_study_follows_the_folder(study):
    assert study() == 0
    table = (study.folder / "results.csv").stat().st_mtime_ns
    (study.folder / "more.pdf").touch()
    assert study() == 0
    assert skipped(study) == COUNTS | {"pdf-file": 1}
    assert [row["kind"] for row in rows(study)].count("pdf-file") == 1
    for path in list(study.folder.rglob("*")):
        if path.is_file() and path.name != "a.png" and not path.name.startswith("results.csv"):
            path.unlink()
    assert study() == 0
    assert skipped(study) == {}
    assert not (study.folder / "results.csv.skipped.csv").exists()
    assert (study.folder / "results.csv").stat().st_mtime_ns == table


def test_a_list_of_an_earlier_run_goes_where_nothing_is_passed_by(study, tmp_path):
    out = tmp_path / "t.csv"
    assert study(out=out) == 0
    assert (tmp_path / "t.csv.skipped.csv").exists()
    photograph = str(study.folder / "a.png")
    assert (
        main(["predict", photograph, "--with", "demo-age", "--out", str(out), "--overwrite"]) == 0
    )
    assert not (tmp_path / "t.csv.skipped.csv").exists()


def test_on_standard_output_too_the_kinds_are_counted(study, capsys):
    assert study(out="-") == 0
    assert "skipped: 2 thumbnails, 1 HTML page, 1 text file\n" in capsys.readouterr().err


def test_dicom_files_without_their_decoders_are_rows_so_that_the_command_says_1(study):
    (study.folder / "IM000001").write_bytes(bytes(128) + b"DICM" + bytes(300))
    assert study() == 1
    table = (study.folder / "results.csv").read_text("utf-8-sig")
    codes = [(row["photograph"], row["error_code"]) for row in csv.DictReader(table.splitlines())]
    assert codes[1] == ("a.png", "")
    assert codes[0][0] == "IM000001" and codes[0][1]
