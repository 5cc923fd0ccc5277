"""`gantei merge`: what shards come to is what one machine writes, byte for byte."""

import csv
import json
from pathlib import Path

import pytest

from gantei.calibrations.calibration_store import save_calibration
from gantei.estimator.estimator import load

from .. import calibrated
from ..conftest import SEX, made_picture
from ..explained import explained_network
from .sharded import ShardedStudy, drawn_study
from .studies import rows

NEEDED = {"parquet": "pyarrow", "xlsx": "openpyxl"}


@pytest.fixture
def photographs(tmp_path):
    return drawn_study(tmp_path / "photographs")


@pytest.fixture
def age(make_estimator):
    return make_estimator("made-age", network=explained_network())


@pytest.fixture
def sex(make_estimator):
    return make_estimator("made-sex", 0.004, output="sex", spec=SEX)


@pytest.fixture
def sharded(tmp_path, photographs, age, sex):
    """Give a study with both estimators, in three shards."""

    def make(*options, ending="csv", of=3, estimators=(age, sex)):
        with_them = [word for each in estimators for word in ("--with", each)]
        return ShardedStudy(tmp_path, photographs, (*with_them, *options), ending, of)

    return make


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet", "xlsx"])
def test_the_merged_table_is_that_of_one_machine_in_every_format(sharded, ending, capsys):
    pytest.importorskip(NEEDED.get(ending, "csv"))
    study = sharded("--persons", "folders", ending=ending)
    study.run_whole()
    study.run_shards()
    capsys.readouterr()
    assert study.merge() == 1
    said = capsys.readouterr().err
    assert "16 photographs of 3 shards: 14 estimated, 2 failed" in said
    assert "skipped: 6 PDFs\n" in said
    assert "4 photographs: the same file as another photograph (same-file)" in said
    study.check_same()


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--plain-csv", "--persons", "names"),
        ("--persons", "(?P<person>p[0-9])"),
        ("--refuse", "few-pixels"),
        ("--eyes", "detect"),
    ],
    ids=" ".join,
)
def test_the_merged_table_is_that_of_one_machine_with_other_options(sharded, options):
    study = sharded(*options)
    study.run_whole()
    study.run_shards()
    study.merge()
    study.check_same()


def test_what_every_row_says_is_said_of_the_merged_table(sharded, make_estimator, capsys):
    notice = {"notice": "Demo: knows nothing.", "notice_ja": "デモ:何も知らない。"}
    noticed = make_estimator("noticed", change=lambda each: each.update(notice))
    study = sharded(estimators=(noticed,), of=2)
    study.run_shards()
    capsys.readouterr()
    study.merge()
    assert "every row (noticed:notice): Demo: knows nothing.\n" in capsys.readouterr().err


def test_cells_of_a_list_survive_line_breaks_quotes_and_what_looks_like_a_formula(
    sharded, photographs, tmp_path
):
    names = sorted(path.relative_to(photographs).as_posix() for path in photographs.rglob("*.png"))
    notes = ["=1+1", "'=1", 'a "quoted"\nnote', "右眼,\r\n", "1,5", "-3", "", "@"]
    with (tmp_path / "list.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["photograph", "person", "note", "camera"])
        for number, name in enumerate(names):
            person = ["=a", "x\ny", "", "z"][number % 4]
            writer.writerow([name, person, notes[number % len(notes)], f"C{number}"])
    for ending in ("csv", "jsonl"):
        study = sharded("--from", tmp_path / "list.csv", "--root", photographs, ending=ending)
        study.run_whole()
        study.run_shards()
        study.merge()
        study.check_same()


def test_identifiers_of_an_anonymous_study_are_merged_in_their_order(sharded, tmp_path):
    key = tmp_path / "key.csv"
    study = sharded("--persons", "folders", "--anonymous", key)
    study.run_whole()
    study.run_shards()
    study.merge()
    study.check_same()


def test_persons_whom_dicom_files_name_come_together_over_shards(sharded, photographs, tmp_path):
    pytest.importorskip("gdcm")
    from .dicoms import of_pixels

    for number in range(6):
        made = of_pixels(made_picture(20 + number), PatientID=f"ID-{number // 2}", PatientSex="F")
        made.save_as(photographs / f"{number}.dcm", enforce_file_format=True)
    study = sharded("--dicom-key", tmp_path / "key", "--dicom-columns", "PatientSex")
    study.run_whole()
    study.run_shards()
    study.merge()
    study.check_same()
    persons = rows(study.merged.with_name("all.csv.persons.csv"))
    assert [person["photographs"] for person in persons] == ["2", "2", "2"]


def test_calibrated_columns_are_kept_and_take_no_part_in_persons(sharded, age):
    save_calibration(calibrated.calibration_of(load(age).manifest, site="clinic"), replace=True)
    study = sharded("--persons", "folders", "--calibration", "made-age=clinic", estimators=(age,))
    study.run_whole()
    study.run_shards()
    study.merge()
    study.check_same()


@pytest.mark.parametrize("ending", ["npy", "parquet"])
def test_embeddings_and_maps_are_those_of_one_machine(sharded, age, ending, tmp_path):
    pytest.importorskip(NEEDED.get(ending, "csv"))
    study = sharded("--persons", "folders", estimators=(age,))
    study.run_whole(
        "--embeddings", study.whole.with_name(f"v.{ending}"), "--maps", study.whole.parent / "maps"
    )
    maps = tmp_path / "maps"
    for number in (1, 2, 3):
        study.run_shard(
            number, "--embeddings", tmp_path / f"shards/v{number}.{ending}", "--maps", maps
        )
    vectors = study.merged.with_name(f"v.{ending}")
    assert study.merge("--embeddings", vectors, "--maps", maps) == 1
    maps.rename(study.merged.parent / "maps")
    study.check_same()


def test_shards_without_photographs_are_merged_with_the_others(sharded):
    study = sharded("--persons", "folders", of=40)
    study.run_whole()
    study.run_shards()
    assert any(not rows(table) for table in study.tables)
    study.merge()
    study.check_same()


@pytest.mark.parametrize(("of_shards", "of_all"), [("csv", "parquet"), ("parquet", "jsonl")])
def test_the_merged_table_may_have_another_format_than_the_shards(
    sharded, photographs, of_shards, of_all
):
    pytest.importorskip("pyarrow")
    study = sharded("--persons", "folders", ending=of_shards)
    study.run_shards()
    out = study.folder / "merged" / f"all.{of_all}"
    study.merge(out=out)
    other = sharded("--persons", "folders", ending=of_all)
    other.run_whole()
    other.check_same()


@pytest.mark.parametrize("waiting", [1, 2, 5])
def test_the_merged_files_are_the_same_however_many_rows_wait_on_disk(
    sharded, monkeypatch, waiting
):
    for name, value in (("RUN_TEXTS", waiting), ("_BLOCK", 2), ("_READ", 300), ("IN_MEMORY", 10)):
        monkeypatch.setattr(f"gantei.system.stored_texts.{name}", value)
    monkeypatch.setattr("gantei.study.person_photographs.AT_ONCE", waiting)
    monkeypatch.setattr("gantei.merging.shard_rows.ROWS_IN_MEMORY", waiting)
    monkeypatch.setattr("gantei.merging.shard_rows.LEAST_ROWS", waiting)
    study = sharded("--persons", "folders")
    study.run_whole()
    study.run_shards()
    study.merge()
    study.check_same()


def test_a_table_that_shards_and_their_files_are_named_for_by_a_pattern(sharded):
    study = sharded("--persons", "folders")
    study.run_whole()
    study.run_shards()
    assert study.merge(tables=sorted((study.folder / "shards").glob("shard-*.csv"))) == 1
    study.check_same()


def test_shards_of_several_kinds_of_processors_are_said_to_differ_in_last_digits(
    sharded, monkeypatch, capsys
):
    study = sharded()
    study.run_shard(1)
    study.run_shard(2)
    monkeypatch.setattr(
        "gantei.study.backends.processor", lambda: {"model": "Other", "instructions": "avx2 fma"}
    )
    study.run_shard(3)
    study.merge()
    assert "Other with avx2 fma" in (said := capsys.readouterr().err)
    assert "the last digits of values may differ from those of one machine" in said
    told = json.loads(study.merged.with_name("all.csv.run.json").read_text("utf-8"))
    assert "processor" not in told
    assert [each["processor"]["model"] == "Other" for each in told["shards"]] == [0, 0, 1]


def test_nothing_is_left_beside_the_merged_files(sharded):
    study = sharded()
    study.run_shards()
    study.merge()
    assert {path.name for path in study.merged.parent.iterdir()} == {
        "all.csv",
        *(f"all.csv.{each}" for each in ("dictionary.csv", "photographs.csv", "run.json")),
        "all.csv.skipped.csv",
    }


def test_more_shards_than_a_process_may_have_files_open(sharded, age, monkeypatch, tmp_path):
    resource = pytest.importorskip("resource")
    study = sharded("--persons", "folders", of=40, estimators=(age,))
    study.run_whole("--embeddings", study.whole.with_name("v.npy"))
    for number in range(1, 41):
        study.run_shard(number, "--embeddings", tmp_path / f"shards/v{number}.npy")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    few = len([*Path("/dev/fd").iterdir()]) + 12
    resource.setrlimit(resource.RLIMIT_NOFILE, (few, before[1]))
    try:
        assert study.merge("--embeddings", study.merged.with_name("v.npy")) == 1
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    study.check_same()
