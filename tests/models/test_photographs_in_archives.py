"""`gantei predict` and the other commands on photographs in archives and tables."""

import csv
import json
import pickle
import tarfile
import tempfile
import zipfile

import numpy as np
import pytest
from PIL import Image

from gantei.command_line import main
from gantei.storage.parquet_column import ParquetPlace
from gantei.storage.tar_archive import TarPlace
from gantei.storage.zip_archive import ZipPlace

from ..explained import explained_network
from .archives import settled, tar_of, zip_of
from .studies import NAMES, interrupted_after, rows, run

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")


@pytest.fixture
def age(make_estimator):
    return make_estimator("made-age", network=explained_network())


def contents_of(folder):
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def images(contents):
    kind = pyarrow.struct([("bytes", pyarrow.binary()), ("path", pyarrow.string())])
    return pyarrow.array([{"bytes": data, "path": name} for name, data in contents.items()], kind)


def parquet_of(path, contents, **columns):
    parquet.write_table(pyarrow.table({"image": images(contents), **columns}), path)
    return settled(path)


@pytest.fixture
def packed(photographs, tmp_path):
    """The photographs of the fixture in each kind of archive, by its ending."""
    contents = contents_of(photographs)
    pictures = {name: contents[name] for name in NAMES}
    return {
        "zip": zip_of(tmp_path / "all.zip", contents),
        "tar": tar_of(tmp_path / "all.tar", contents),
        "parquet": parquet_of(tmp_path / "all.parquet", pictures),
    }


@pytest.fixture
def whole(photographs, age, tmp_path):
    """The table of the folder."""
    out = tmp_path / "whole.csv"
    assert run(photographs, "--with", age, "--out", out) == 1
    return out.read_bytes()


@pytest.mark.parametrize("kind", ["zip", "tar", "parquet"])
@pytest.mark.parametrize("form", ["{path}", "{kind}://{path}", "{kind}://{path}/"])
def test_the_table_of_an_archive_is_that_of_the_folder(
    kind, form, packed, whole, age, tmp_path, monkeypatch
):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    out = tmp_path / "t.csv"
    given = form.format(kind=kind, path=packed[kind])
    assert run(given, "--with", age, "--out", out) == 1
    assert out.read_bytes() == whole
    assert not [*scratch.iterdir()]
    manifest = json.loads(out.with_name("t.csv.run.json").read_text("utf-8"))
    assert manifest["place"] == f"{kind}://{packed[kind]}/"


def test_skipped_files_of_an_archive_are_those_of_the_folder(packed, whole, age, tmp_path):
    out = tmp_path / "t.csv"
    run(packed["zip"], "--with", age, "--out", out)
    assert (
        out.with_name("t.csv.skipped.csv").read_bytes()
        == (tmp_path / "whole.csv.skipped.csv").read_bytes()
    )


def test_several_archives_are_folders_of_their_names(packed, age, tmp_path):
    out = tmp_path / "t.csv"
    run(*packed.values(), "--with", age, "--out", out)
    assert [row["photograph"] for row in rows(out)] == sorted(
        f"all.{kind}/{name}" for kind in packed for name in NAMES
    )


def test_shards_of_several_archives_merge_into_the_table_of_one_run(packed, age, tmp_path):
    given = (*packed.values(), "--root", tmp_path, "--with", age)
    shards = [tmp_path / f"s{number}.csv" for number in (1, 2)]
    for number, out in enumerate(shards, 1):
        run(*given, "--shard", f"{number}/2", "--out", out)
    assert main(["merge", *map(str, shards), "--out", str(tmp_path / "merged.csv")]) in (0, 1)
    run(*given, "--out", tmp_path / "one.csv")
    assert (tmp_path / "merged.csv").read_bytes() == (tmp_path / "one.csv").read_bytes()


def test_an_archive_outside_of_the_root_is_refused(packed, photographs, age, tmp_path, capsys):
    assert run(packed["zip"], "--root", photographs, "--with", age, "--out", tmp_path / "t") == 2
    assert f"{packed['zip']}: lies outside --root {photographs}" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["zip", "tar", "parquet"])
def test_a_resumed_run_reads_no_finished_photograph(
    kind, packed, whole, age, tmp_path, monkeypatch
):
    out = tmp_path / "t.csv"
    interrupted_after(4, packed[kind], age, out, monkeypatch)
    place = {"zip": ZipPlace, "tar": TarPlace, "parquet": ParquetPlace}[kind]
    read, names = place.read, []
    monkeypatch.setattr(
        place, "read", lambda self, name, most: names.append(name) or read(self, name, most)
    )
    run(packed[kind], "--with", age, "--out", out)
    assert sorted(names) == NAMES[4:]
    assert out.read_bytes() == whole


def test_what_another_archive_of_the_name_holds_is_estimated(
    packed, photographs, age, tmp_path, monkeypatch
):
    out, contents = tmp_path / "t.csv", contents_of(photographs)
    interrupted_after(4, packed["zip"], age, out, monkeypatch)
    contents["left/1.png"] = contents["right/2.png"]
    zip_of(packed["zip"], contents)
    run(packed["zip"], "--with", age, "--out", out)
    first, *_, fifth, _ = rows(out)
    assert (first["photograph"], fifth["photograph"]) == ("left/1.png", "right/2.png")
    assert first["sha256"] == fifth["sha256"]


def test_a_list_names_entries_by_addresses_or_relative_to_the_archive(packed, age, tmp_path):
    listed = tmp_path / "list.csv"
    address = f"zip://{packed['zip']}"
    listed.write_text(f"photograph,site\n{address}/right/0.png,Kyoto\nleft/5.png,Nara\n")
    out = tmp_path / "t.csv"
    run("--root", address, "--from", listed, "--with", age, "--out", out)
    assert [(row["photograph"], row["site"]) for row in rows(out)] == [
        ("left/5.png", "Nara"), ("right/0.png", "Kyoto"),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["zip", "tar", "parquet"])
def test_a_table_is_verified_against_the_archive(kind, packed, age, tmp_path, capsys):
    out = tmp_path / "t.csv"
    run(packed[kind], "--with", age, "--out", out)
    assert main(["verify-table", str(out), str(packed[kind])]) == 0
    assert "6 with unchanged photographs" in capsys.readouterr().out


def test_results_from_an_archive_are_joined_with_labels(packed, age, tmp_path):
    pytest.importorskip("scipy")
    out = tmp_path / "t.csv"
    run(packed["zip"], "--with", age, "--out", out)
    labels = tmp_path / "labels.csv"
    labels.write_text(
        "photograph,person,age\n"
        + "".join(f"{name},{number},{50 + number}\n" for number, name in enumerate(NAMES))
    )
    made = ["evaluate", out, "--labels", labels, "--out", tmp_path / "report"]
    assert main([*map(str, made)]) in (0, 1)
    with (tmp_path / "report/metrics.csv").open(encoding="utf-8-sig", newline="") as file:
        assert {row["units"] for row in csv.DictReader(file)} == {"5"}


def test_other_columns_of_a_parquet_file_are_taken_over(packed, photographs, age, tmp_path):
    contents = contents_of(photographs)
    path = parquet_of(
        tmp_path / "told.parquet",
        {name: contents[name] for name in NAMES},
        person=pyarrow.array(["A", "A", "B", "B", "C", "C"]),
        eye=pyarrow.array(["OD", "OS"] * 3),
        site=pyarrow.array(["Kyoto"] * 5 + [None]),
    )
    out = tmp_path / "t.csv"
    run(path, "--with", age, "--out", out)
    told = [(row["person"], row["eye"], row["eye_from"], row["site"]) for row in rows(out)]
    assert told[0] == ("A", "right", "list", "Kyoto")
    assert told[5] == ("C", "left", "list", "")
    listed = tmp_path / "list.csv"
    listed.write_text("photograph,person\nleft/1.png,Z\n")
    other = tmp_path / "other.csv"
    run("--root", f"parquet://{path}", "--from", listed, "--with", age, "--out", other)
    (row,) = rows(other)
    assert (row["person"], "site" in row) == ("Z", False)


def test_plain_bytes_of_another_column_are_estimated_by_the_numbers_of_their_rows(
    photographs, whole, age, tmp_path, capsys
):
    contents, path = contents_of(photographs), tmp_path / "plain.parquet"
    parquet.write_table(pyarrow.table({"photo": [contents[name] for name in NAMES]}), path)
    out = tmp_path / "t.csv"
    assert run(path, "--with", age, "--out", out) == 2
    assert "--image-column: photo" in capsys.readouterr().err
    run(path, "--image-column", "photo", "--with", age, "--out", out)
    assert [row["sha256"] for row in rows(out)] == [
        row["sha256"] for row in rows(tmp_path / "whole.csv")
    ]


def test_litter_of_macs_is_passed_by_and_dicom_without_an_ending_is_read(
    photographs, age, tmp_path
):
    pytest.importorskip("pydicom")
    from .dicoms import of_pixels, ophthalmic, written

    with Image.open(photographs / "left/1.png") as image:
        pixels = np.asarray(image)
    contents = {
        "study/IM000001": written(ophthalmic(of_pixels(pixels))),
        "__MACOSX/study/._IM000001": b"litter",
        "study/._1.png": b"litter",
        ".DS_Store": b"litter",
        "study/README": b"text without an ending",
    }
    out = tmp_path / "t.csv"
    run(zip_of(tmp_path / "a.zip", contents), "--with", age, "--out", out)
    assert [row["photograph"] for row in rows(out)] == ["study/IM000001"]
    assert {row["file"] for row in rows(out.with_name("t.csv.skipped.csv"))} == (
        contents.keys() - {"study/IM000001"}
    )


def test_entries_of_one_name_have_one_row_that_says_so(photographs, age, tmp_path):
    contents = contents_of(photographs)
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        for name in ("left/1.png", "left/5.png", "left/1.png"):
            archive.writestr(name, contents[name])
    out = tmp_path / "t.csv"
    assert run(path, "--with", age, "--out", out) == 1
    assert [(row["photograph"], row["error_code"]) for row in rows(out)] == [
        ("left/1.png", "repeated-entry"), ("left/5.png", ""),
    ]  # fmt: skip


def test_an_entry_that_cannot_be_read_has_a_row_that_says_so(photographs, age, tmp_path):
    contents = contents_of(photographs)
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as archive:
        for name in ("left/1.png", "left/5.png"):
            archive.add(photographs / name, name)
        link = tarfile.TarInfo("linked.png")
        link.type, link.linkname = tarfile.SYMTYPE, "left/1.png"
        archive.addfile(link)
    out = tmp_path / "t.csv"
    assert run(path, "--with", age, "--out", out) == 1
    assert [(row["photograph"], row["error_code"]) for row in rows(out)] == [
        ("left/1.png", ""), ("left/5.png", ""), ("linked.png", "linked-entry"),
    ]  # fmt: skip
    assert contents["left/1.png"] == TarPlace(path, "tar://a.tar/").read("left/1.png", 10**9).data


def test_a_place_is_opened_again_in_another_process(packed):
    place = ZipPlace(packed["zip"], "zip://all.zip/")
    again = pickle.loads(pickle.dumps(place))
    assert [*again.files()] == [*place.files()]
    assert again.address == place.address
