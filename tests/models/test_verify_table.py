"""`gantei verify-table`: photographs against their rows."""

import shutil
from dataclasses import replace

import pytest

from gantei.photographs.listing import list_photographs
from gantei.study.table_verification import verify_table

from ..conftest import made_picture
from ..explained import explained_network
from .studies import NAMES, rows, run
from .verified import differing, table_with_all_beside, told, verify

ENDINGS = ("csv", "jsonl", "parquet", "xlsx")
NEEDED = {"parquet": "pyarrow", "xlsx": "openpyxl"}


@pytest.fixture
def age(make_estimator):
    return make_estimator("made-age", network=explained_network())


@pytest.fixture
def table(photographs, age, tmp_path):
    return table_with_all_beside(photographs, age, tmp_path)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_table_just_written_is_right(ending, photographs, age, tmp_path, capsys):
    if ending in NEEDED:
        pytest.importorskip(NEEDED[ending])
    out = tmp_path / f"t.{ending}"
    run(photographs, "--with", age, "--out", out)
    code, report = told(capsys, out, photographs)
    assert code == 0
    assert (report["rows"], report["right"], differing(report)) == (6, 6, {})
    assert report["files"] == {out.name: "right", f"{out.name}.photographs.csv": "right"}


@pytest.mark.parametrize("ending", ENDINGS)
def test_each_photograph_that_differs_is_named_with_what_differs(
    ending, photographs, age, tmp_path, capsys
):
    if ending in NEEDED:
        pytest.importorskip(NEEDED[ending])
    out = tmp_path / f"t.{ending}"
    run(photographs, "--with", age, "--out", out)
    picture = (photographs / NAMES[0]).read_bytes()
    (photographs / NAMES[1]).write_bytes(picture)
    (photographs / NAMES[2]).unlink()
    (photographs / NAMES[3]).unlink()
    (photographs / NAMES[3]).mkdir()  # neither is it listed
    (photographs / "left/new.png").write_bytes(picture)
    code, report = told(capsys, out, photographs)
    assert code == 1
    assert (report["rows"], report["right"]) == (6, 3)
    assert differing(report) == {
        "changed": [NAMES[1]], "missing": NAMES[2:4], "not_in_table": ["left/new.png"],
    }  # fmt: skip


def test_in_words_it_counts_and_names_what_differs(table, photographs, capsys):
    (photographs / NAMES[1]).write_bytes(b"other")
    table.with_name("t.csv.persons.csv").unlink()
    capsys.readouterr()
    assert verify(table, photographs) == 1
    assert capsys.readouterr().out == (
        f"{table}: 6 rows, 5 with unchanged photographs\n"
        "1 photograph changed since the run:\n"
        f"  {NAMES[1]}\n"
        "t.csv: as the run wrote it\n"
        "t.csv.persons.csv: missing\n"
        "t.csv.photographs.csv: as the run wrote it\n"
        "v.npy: as the run wrote it\n"
    )


def test_a_photograph_with_another_name_is_paired_with_its_row_by_its_bytes(
    table, photographs, capsys
):
    old, new = photographs / NAMES[0], photographs / "right/6.png"
    old.rename(new)
    (photographs / "right/7.png").write_bytes(new.read_bytes())  # the first of two is it
    (photographs / NAMES[4]).unlink()
    code, report = told(capsys, table, photographs)
    assert code == 1
    assert differing(report) == {
        "renamed": [[NAMES[0], "right/6.png"]],
        "missing": [NAMES[4]],
        "not_in_table": ["right/7.png"],
    }
    verify(table, photographs)
    said = capsys.readouterr().out
    assert "1 photograph renamed since the run:\n  left/1.png is now right/6.png\n" in said


def test_two_photographs_that_changed_names_are_not_called_renamed(table, photographs, capsys):
    one, other = photographs / NAMES[0], photographs / NAMES[2]
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)
    assert differing(told(capsys, table, photographs)[1]) == {"changed": [NAMES[0], NAMES[2]]}


def test_where_no_row_lacks_its_photograph_new_ones_are_not_read(table, photographs, monkeypatch):
    (photographs / "new.png").write_bytes((photographs / NAMES[0]).read_bytes())
    monkeypatch.setattr("gantei.study.renamed_photographs.with_digests", None)
    assert verify(table, photographs) == 1


def test_where_no_name_is_in_the_table_it_says_which_folder_to_give(table, photographs, capsys):
    capsys.readouterr()
    assert verify(table, photographs.parent) == 1
    said = capsys.readouterr().out
    assert "6 photographs renamed since the run:" in said
    assert "give the folder that gantei predict was given, or name by --root" in said
    assert verify(table, photographs.parent, "--root", photographs) == 0


def test_a_photograph_that_could_not_be_read_is_right_as_long_as_that_is_so(
    photographs, age, tmp_path, capsys
):
    names, late, out = tmp_path / "names.txt", photographs / "late.png", tmp_path / "t.csv"
    names.write_text(f"{photographs / NAMES[0]}\n{late}\n")
    run("--from", names, "--root", photographs, "--with", age, "--out", out)
    arguments = (out, "--from", names, "--root", photographs)
    assert told(capsys, *arguments)[1]["right"] == 2
    late.write_bytes((photographs / NAMES[0]).read_bytes())
    assert differing(told(capsys, *arguments)[1]) == {"changed": ["late.png"]}
    (photographs / NAMES[0]).unlink()
    assert differing(told(capsys, *arguments)[1])["missing"] == [NAMES[0]]


def test_what_has_the_place_of_a_photograph_and_cannot_be_read_is_told(table, photographs):
    listing = list_photographs([photographs])
    first, *others = listing.photographs
    folder = replace(first, source=photographs)
    report = verify_table(table, replace(listing, photographs=(folder, *others)))
    assert (report.unreadable, report.right, report.is_right) == ((NAMES[0],), 5, False)


def test_a_table_that_was_sorted_otherwise_and_has_a_row_twice_is_read_all_the_same(
    table, photographs, capsys
):
    head, *lines = table.read_bytes().splitlines(keepends=True)
    table.write_bytes(head + b"".join([*reversed(lines), lines[2]]))
    code, report = told(capsys, table, photographs)
    assert (code, report["rows"], report["right"]) == (1, 7, 6)
    assert differing(report) == {"twice": [NAMES[2]]}
    assert report["files"]["t.csv"] == "changed"


def test_names_that_begin_as_a_formula_are_found(photographs, age, tmp_path, capsys):
    shutil.copy(photographs / NAMES[0], photographs / "=1+1.png")
    for options in ((), ("--plain-csv",)):
        out = tmp_path / f"t{len(options)}.csv"
        run(photographs, "--with", age, "--out", out, *options)
        assert told(capsys, out, photographs)[0] == 0


def test_an_anonymous_table_is_verified_by_its_key_which_stays_as_it_is(
    photographs, age, tmp_path, capsys
):
    out, key = tmp_path / "t.csv", tmp_path / "key.csv"
    run(photographs, "--with", age, "--anonymous", key, "--out", out)
    before = key.read_bytes()
    picture = (photographs / NAMES[0]).read_bytes()
    assert told(capsys, out, photographs, "--anonymous", key)[0] == 0
    (photographs / NAMES[1]).write_bytes(picture)
    (photographs / "new.png").write_bytes(picture)
    code, report = told(capsys, out, photographs, "--anonymous", key)
    assert code == 1
    assert report["not_in_table"] == ["new.png"]
    assert len(report["changed"]) == 1
    assert report["changed"][0] in {row["photograph"] for row in rows(out)}
    (photographs / NAMES[2]).rename(photographs / "other.png")
    _, report = told(capsys, out, photographs, "--anonymous", key)
    ((old, new),) = report["renamed"]
    assert (old[:11], new) == ("photograph-", "other.png")
    assert key.read_bytes() == before


def test_a_table_of_one_shard_is_verified_among_the_photographs_of_the_whole(
    photographs, age, tmp_path, capsys
):
    for number in (1, 2):
        out = tmp_path / f"t{number}.csv"
        run(photographs, "--root", photographs, "--shard", f"{number}/2", "--with", age,
            "--out", out)  # fmt: skip
        code, report = told(capsys, out, photographs)
        assert (code, differing(report)) == (0, {})
        assert 0 < report["rows"] < 6


def test_no_file_of_a_photograph_is_taken_into_memory_whole(table, photographs, monkeypatch):
    from gantei.photographs import photograph_source

    def read_whole(*_):
        raise AssertionError("read at once")

    monkeypatch.setattr(photograph_source, "read_encoded", read_whole)
    monkeypatch.setattr(photograph_source, "_read_bounded", read_whole)
    assert verify_table(table, list_photographs([photographs])).is_right


def test_dicom_files_and_their_persons_are_verified(age, tmp_path, capsys):
    pytest.importorskip("gdcm")
    import numpy as np

    from .dicoms import of_pixels, written

    folder = tmp_path / "archive"
    folder.mkdir()
    for number in range(2):
        pixels = np.ascontiguousarray(made_picture(number))
        path = folder / f"{number}.dcm"
        path.write_bytes(written(of_pixels(pixels, PatientID=str(number))))
    out = tmp_path / "t.csv"
    run(folder, "--with", age, "--out", out)
    code, report = told(capsys, out, folder)
    assert (code, report["files"]["t.csv.persons.csv"]) == (0, "right")
