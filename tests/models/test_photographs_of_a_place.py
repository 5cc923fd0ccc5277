"""`gantei predict` and the other commands on photographs below an address."""

import csv

import pytest

from gantei.command_line import main

from ..explained import explained_network
from .below_address import ADDRESS, SECRET, written_below
from .studies import NAMES, manifest_of, refused, rows, run
from .verified import told


@pytest.fixture
def age(make_estimator):
    return make_estimator("made-age", network=explained_network())


def test_the_table_of_an_address_is_that_of_the_folder(place, photographs, age, tmp_path):
    of_folder, of_place = tmp_path / "folder.csv", tmp_path / "place.csv"
    assert run(photographs, "--with", age, "--out", of_folder) == 1
    assert run(ADDRESS, "--with", age, "--out", of_place) == 1
    assert of_place.read_bytes() == of_folder.read_bytes()
    skipped = [path.with_name(f"{path.name}.skipped.csv") for path in (of_folder, of_place)]
    assert skipped[0].read_bytes() == skipped[1].read_bytes()


def test_the_run_manifest_says_where_the_photographs_lie(place, age, tmp_path):
    run(ADDRESS, "--with", age, "--out", tmp_path / "t.csv")
    assert manifest_of(tmp_path / "t.csv")["place"] == ADDRESS


def test_maps_embeddings_and_columns_are_those_of_the_folder(
    place, photographs, age, tmp_path, monkeypatch
):
    for name, source in (("folder", photographs), ("place", ADDRESS)):
        folder = tmp_path / name
        folder.mkdir()
        run(source, "--with", age, "--out", folder / "t.csv", "--maps", folder / "maps",
            "--embeddings", folder / "v.npy")  # fmt: skip
    here, there = (
        {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.suffix in (".png", ".npy")
        }
        for folder in (tmp_path / "folder", tmp_path / "place")
    )
    assert len(here) == 6
    assert {*here} == {*there}
    assert here["v.npy"] == there["v.npy"]


def test_a_run_of_another_place_is_another_run(place, photographs, age, tmp_path, capsys):
    out = tmp_path / "t.csv"
    run(ADDRESS, "--with", age, "--out", out)
    said = refused(capsys, "predict", "s3://other/", "--with", age, "--out", out)
    assert "photographs lie in s3://eyes/study/, now in s3://other/" in said
    said = refused(capsys, "predict", photographs, "--with", age, "--out", out)
    assert "now in a folder" in said


def test_a_photograph_is_named_by_its_own_address(place, age, tmp_path):
    out = tmp_path / "t.csv"
    assert run(f"{ADDRESS}left/1.png", f"{ADDRESS}left/5.png", "--with", age, "--out", out) == 0
    assert place.address == f"{ADDRESS}left/"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("s3://a/", "s3://b/"), "one place"),
        (("s3://a/x/", "gs://a/x/"), "one place"),
        (("s3://a/", "folder"), "one place"),
        (("s3://a/", "zip://b.zip"), "zip://b.zip and s3://a/: "),
        (("zip://b.zip", "--root", "s3://a/"), "zip://b.zip and s3://a/: "),
        (("zip://a.zip", "--root", "zip://b.zip"), "leave --root out"),
        (("s3://a/", "--root", "folder"), "--root"),
        (("s3://a/x/", "--root", "s3://a/y/"), "does not lie below --root"),
        (("s3://a/data.tar",), "archives"),
        (("simplecache::s3://a/",), "chained"),
        (("memory://a/",), "is not read"),
        ((f"https://user:{SECRET}@h/",), "user"),
    ],
)
def test_what_is_no_single_place_is_refused(given, said, place, age, tmp_path, capsys):
    (tmp_path / "folder").mkdir()
    given = [tmp_path / each if each == "folder" else each for each in given]
    err = refused(capsys, "predict", *given, "--with", age, "--out", tmp_path / "t.csv")
    assert said in err
    assert SECRET not in err


def test_shards_of_an_address_merge_into_the_table_of_one_run(place, photographs, age, tmp_path):
    whole, merged = tmp_path / "whole.csv", tmp_path / "merged.csv"
    run(photographs, "--with", age, "--out", whole)
    shards = [tmp_path / f"s{number}.csv" for number in (1, 2)]
    for number, out in enumerate(shards, 1):
        run(ADDRESS, "--shard", f"{number}/2", "--with", age, "--out", out)
    assert main(["merge", *map(str, shards), "--out", str(merged)]) in (0, 1)
    assert merged.read_bytes() == whole.read_bytes()
    assert manifest_of(merged)["place"] == ADDRESS


def test_a_table_is_verified_against_the_address(place, age, tmp_path, capsys):
    out = tmp_path / "t.csv"
    run(ADDRESS, "--with", age, "--out", out)
    assert told(capsys, out, ADDRESS)[0] == 0
    place.contents[NAMES[0]] += b"\0"
    del place.contents[NAMES[4]]
    code, report = told(capsys, out, ADDRESS)
    assert code == 1
    assert (report["changed"], report["missing"]) == ([NAMES[0]], [NAMES[4]])


def test_crops_draw_the_photographs_of_an_address(place, age, tmp_path, capsys):
    out = tmp_path / "sheet.html"
    assert main(["crops", ADDRESS, "--with", str(age), "--out", str(out)]) in (0, 1)
    assert out.stat().st_size > 1000


def test_an_anonymous_study_shows_neither_names_nor_their_digests(place, age, tmp_path):
    out, key = tmp_path / "out" / "t.csv", tmp_path / "key.csv"
    out.parent.mkdir()
    run(ADDRESS, "--with", age, "--out", out, "--anonymous", key)
    content = written_below(out.parent)
    assert b"left/1" not in content
    with key.open(newline="", encoding="utf-8-sig") as file:
        assert NAMES[0] in {cell for line in csv.reader(file) for cell in line}


def test_the_suggested_command_names_the_address(place, age, tmp_path, capsys):
    run(ADDRESS, "--with", age, "--out", tmp_path / "t.csv")
    assert f"--root {ADDRESS}" in capsys.readouterr().err


def test_estimates_of_photographs_below_an_address_are_evaluated(place, age, tmp_path, capsys):
    pytest.importorskip("matplotlib")
    labels = tmp_path / "labels.csv"
    named = "".join(
        f"{ADDRESS}{name},{40 + number},p{number}\n" for number, name in enumerate(NAMES)
    )
    labels.write_text(f"photograph,age,person\n{named}", "utf-8")
    report = tmp_path / "report"
    given = (ADDRESS, "--with", age, "--labels", labels, "--out", report)
    assert main(["evaluate", *map(str, given)]) in (0, 1)
    assert len(rows(report / "results.csv")) == len(NAMES)
