"""`gantei merge` takes shards of other sites for data: what none wrote is refused in words."""

import json
import os
import shutil

import numpy as np
import pytest

from gantei.system.files import sha256_of

from ..explained import explained_network
from .sharded import ShardedStudy, drawn_study

HUGE = 10**30


@pytest.fixture
def study(tmp_path, make_estimator):
    age = make_estimator("made-age", network=explained_network())
    folder = drawn_study(tmp_path / "photographs")
    study = ShardedStudy(tmp_path, folder, ("--persons", "folders", "--with", age), "jsonl", of=2)
    study.run_shards()
    return study


@pytest.fixture
def refused(study, capsys):
    """`refused(words)`: merging says them, and has written nothing."""

    def merge(*words):
        capsys.readouterr()
        assert study.merge() == 2
        said = capsys.readouterr().err
        assert all(word in said for word in words), said
        assert not [*study.merged.parent.iterdir()]

    return merge


def write_manifest(table, manifest):
    table.with_name(f"{table.name}.run.json").write_text(json.dumps(manifest), "utf-8")


@pytest.fixture
def manifest(study):
    path = study.table(2).with_name(f"{study.table(2).name}.run.json")
    return json.loads(path.read_text("utf-8"))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("shard.of", HUGE),
        ("shard.of", 0),
        ("shard.number", 3.5),
        ("shard.number", 65_536),
        ("shard.photographs", -1),
        ("shard.names_sha256", ["a"]),
        ("summary.photographs", HUGE),
        ("summary.photographs", "5"),
        ("summary.resumed", None),
        ("files_skipped.pdf-file", "many"),
        ("estimators.0.name", "../../made-age"),
        ("photographs.file", 3),
        ("photographs", None),
        ("embeddings", {"file": "../v.npy", "sha256": "0" * 64}),
        ("columns", 3),
        ("run", None),
        ("versions", {"numpy": [1]}),
    ],
)
def test_a_run_manifest_that_says_what_none_says(study, refused, manifest, place, value):
    part = manifest
    *steps, last = place.split(".")
    for step in steps:
        part = part[int(step) if step.isdigit() else step]
    part[last] = value
    write_manifest(study.table(2), manifest)
    refused(f"shard-2.jsonl.run.json: what it says of {place}", "cannot be understood")


@pytest.mark.parametrize("number", [float("inf"), float("nan"), "\ud800"])
def test_a_run_manifest_with_what_json_has_not(study, refused, manifest, number):
    manifest["notices"] = [number]
    write_manifest(study.table(2), manifest)
    refused("shard-2.jsonl.run.json: no JSON")


def change_row(study, manifest, change):
    table = study.table(2)
    first, *others = table.read_bytes().splitlines(keepends=True)
    row = json.loads(first)
    assert row["error"] is None
    change(row)
    table.write_bytes(json.dumps(row).encode() + b"\n" + b"".join(others))
    write_manifest(table, manifest | {"table_sha256": sha256_of(table)})


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("photograph", 5),
        ("photograph", None),
        ("photograph", "\ud800.png"),
        ("sha256", "zz"),
        ("sha256", None),
        ("person", ["p1"]),
        ("made-age.age", "old"),
        ("made-age.age", None),
        ("made-age.age", float("nan")),
        ("made-age.age", float("inf")),
        ("made-age.age", HUGE),
        ("error", "cut off"),
        ("warning_codes", 3),
    ],
)
def test_a_row_that_no_run_writes(study, refused, manifest, column, value):
    change_row(study, manifest, lambda row: row.update({column: value}))
    refused("shard-2.jsonl: ")


def test_a_line_that_is_nested_too_deep(study, refused, manifest):
    table = study.table(2)
    table.write_bytes(b"[" * 200_000 + b"\n")
    write_manifest(table, manifest | {"table_sha256": sha256_of(table)})
    refused("shard-2.jsonl: cannot be read")


def test_a_dictionary_of_another_table(study, refused):
    for number in (1, 2):
        path = study.table(number).with_name(f"shard-{number}.jsonl.dictionary.csv")
        path.write_bytes(path.read_bytes().replace(b"results,photograph,", b"results,picture,"))
    refused("dictionary.csv: has other columns than")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such pipes")
@pytest.mark.parametrize("ending", ["", ".run.json", ".dictionary.csv", ".photographs.csv"])
def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(study, refused, ending):
    path = study.table(2).with_name(f"shard-2.jsonl{ending}")
    path.unlink()
    os.mkfifo(path)
    refused("shard-2.jsonl")


def test_a_list_of_skipped_files_that_is_no_csv(study, refused):
    path = study.table(2).with_name("shard-2.jsonl.skipped.csv")
    path.write_bytes(path.read_bytes().partition(b"\n")[0] + b'\n"p0')
    refused("shard-2.jsonl.skipped.csv: cannot be read")


def test_a_workbook_that_is_none(study, capsys, manifest, tmp_path):
    pytest.importorskip("openpyxl")
    table = tmp_path / "one/shard.xlsx"
    shutil.copytree(study.table(1).parent, table.parent)
    for path in [*table.parent.glob("shard-2.jsonl*")]:
        path.rename(path.with_name(path.name.replace("shard-2.jsonl", "shard.xlsx")))
    manifest["shard"] |= {"number": 1, "of": 1}
    for content in (b"PK\3\4 not at all", b""):
        table.write_bytes(content)
        write_manifest(table, manifest | {"table_sha256": sha256_of(table)})
        assert study.merge(tables=[table]) == 2
        assert "shard.xlsx: cannot be read" in capsys.readouterr().err


def write_head(path, count, width):
    with path.open("r+b") as file:
        head = {"descr": "<f4", "fortran_order": False, "shape": (count, width)}
        np.lib.format.write_array_header_1_0(file, head)


EMBEDDINGS = {
    "pickled": lambda path, _: np.save(path, np.array([{}]), allow_pickle=True),
    "by columns": lambda path, vectors: np.save(path, np.asfortranarray(vectors)),
    "more rows": lambda path, vectors: np.save(path, np.concatenate([vectors, vectors])),
    "cut off": lambda path, _: path.write_bytes(path.read_bytes()[:-3]),
    "huge": lambda path, vectors: write_head(path, len(vectors), HUGE),
    "less than none": lambda path, vectors: write_head(path, len(vectors), -1),
    "no head": lambda path, _: path.write_bytes(b"\x93NUMPY\x01\x00\x04\x00((((" + b"\0" * 60),
}


def test_embeddings_that_no_run_writes(study, capsys):
    folder = study.table(1).parent
    for number in (1, 2):
        options = ("--embeddings", folder / f"v{number}.npy", "--overwrite")
        study.run_shard(number, *options)
    path, manifest_path = folder / "v2.npy", folder / "shard-2.jsonl.run.json"
    whole, vectors = path.read_bytes(), np.load(path)
    manifest = json.loads(manifest_path.read_text("utf-8"))
    for what, change in EMBEDDINGS.items():
        path.write_bytes(whole)
        change(path, vectors)
        manifest["embeddings"]["sha256"] = sha256_of(path)
        write_manifest(study.table(2), manifest)
        capsys.readouterr()
        assert study.merge("--embeddings", study.merged.with_name("v.npy")) == 2, what
        assert "v2.npy: " in capsys.readouterr().err, what
        assert not [*study.merged.parent.iterdir()], what


def test_a_last_line_without_its_end_does_not_run_into_the_row_of_another(study):
    for table in study.tables:
        manifest_path = table.with_name(f"{table.name}.run.json")
        manifest = json.loads(manifest_path.read_text("utf-8"))
        table.write_bytes(table.read_bytes().removesuffix(b"\n"))
        write_manifest(table, manifest | {"table_sha256": sha256_of(table)})
    assert study.merge() == 1
    assert len([*map(json.loads, study.merged.read_bytes().splitlines())]) == 16
