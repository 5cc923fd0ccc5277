"""`gantei predict --shard`: the rows of a shard are those of the whole study, and no others."""

import hashlib
import json
import shutil
from itertools import chain

import pytest
from PIL import Image

from gantei.study.shard import Shard, names_sha256

from ..conftest import made_picture
from ..explained import explained_network
from .studies import interrupted_after, rows, run

SHARDS = (1, 2, 3)


@pytest.fixture
def age(make_estimator):
    return make_estimator("made-age", network=explained_network())


@pytest.fixture
def folder(tmp_path):
    """Photographs of six persons, one of them broken and one there twice; and a letter of each."""
    folder = tmp_path / "photographs"
    for number in range(6):
        place = folder / f"p{number}"
        place.mkdir(parents=True)
        for side in ("OD", "OS"):
            Image.fromarray(made_picture(2 * number + (side == "OS"))).save(place / f"{side}.png")
        (place / "letter.pdf").write_bytes(b"%PDF-1.7")
    (folder / "p2/OS.png").write_bytes(b"broken")
    shutil.copy(folder / "p1/OD.png", folder / "p5/again.png")
    return folder


def manifest(out):
    return json.loads(out.with_name(f"{out.name}.run.json").read_text("utf-8"))


def words(folder, age, out, *options):
    return (folder, "--with", age, "--persons", "folders", "--out", out, *options)


def in_shards(folder, age, tmp_path, *options):
    outs = [tmp_path / f"shard-{number}.csv" for number in SHARDS]
    for number, out in zip(SHARDS, outs, strict=True):
        assert run(*words(folder, age, out, "--shard", f"{number}/3", *options)) in (0, 1)
    return outs


def without_same_file(line):
    """A row as a shard has it, which does not know the same file in another shard."""
    codes = [code for code in line["warning_codes"].split() if code != "same-file"]
    told = line["warnings"].partition("the same file, byte for byte")[0].strip()
    return line | {"warning_codes": " ".join(codes), "warnings": told}


def test_every_photograph_is_in_one_shard_with_the_row_of_the_whole_study(folder, age, tmp_path):
    whole = tmp_path / "whole.csv"
    run(*words(folder, age, whole))
    outs = in_shards(folder, age, tmp_path)
    for ending in ("", ".photographs.csv", ".skipped.csv"):
        there = [rows(out.with_name(f"{out.name}{ending}")) for out in outs]
        first = "file" if ending == ".skipped.csv" else "photograph"
        found = sorted(chain(*there), key=lambda line: line[first])
        expected = rows(tmp_path / f"whole.csv{ending}")
        assert found == ([without_same_file(line) for line in expected] if not ending else expected)
        assert all(there)


def test_a_shard_has_the_hash_of_the_name_as_blake2b_gives_it(folder, age, tmp_path):
    for number, out in zip(SHARDS, in_shards(folder, age, tmp_path), strict=True):
        for line in rows(out):
            digest = hashlib.blake2b(line["photograph"].encode(), digest_size=8).hexdigest()
            assert int(digest, 16) % 3 == number - 1


def test_no_photograph_moves_to_another_shard_when_some_are_added(folder, age, tmp_path):
    before = [
        {line["photograph"] for line in rows(out)} for out in in_shards(folder, age, tmp_path)
    ]
    Image.fromarray(made_picture(50)).save(folder / "p0/later.png")
    after = in_shards(folder, age, tmp_path, "--overwrite")
    for old, out in zip(before, after, strict=True):
        assert {line["photograph"] for line in rows(out)} - {"p0/later.png"} == old


def test_shards_have_the_run_of_the_whole_study_and_say_which_they_are(folder, age, tmp_path):
    whole = tmp_path / "whole.csv"
    run(*words(folder, age, whole))
    names = [line["photograph"] for line in rows(whole)]
    for number, out in zip(SHARDS, in_shards(folder, age, tmp_path), strict=True):
        told = manifest(out)
        assert told["run"] == manifest(whole)["run"]
        assert told["shard"] == {
            "number": number,
            "of": 3,
            "photographs": len(names),
            "names_sha256": names_sha256(names),
            "eyes_sha256": told["shard"]["eyes_sha256"],
            "persons_by": "folders",
            "list_sha256": None,
            "dicom_key_sha256": None,
        }
    assert "shard" not in manifest(whole)


def test_overlays_and_embeddings_of_shards_are_those_of_the_whole_study(folder, age, tmp_path):
    maps, shared = tmp_path / "maps", tmp_path / "shared"
    vectors = ("--embeddings", tmp_path / "whole.npy")
    run(*words(folder, age, tmp_path / "whole.csv", "--maps", maps, *vectors))
    for number in SHARDS:
        vectors = ("--embeddings", tmp_path / f"{number}.npy")
        out = tmp_path / f"shard-{number}.csv"
        run(*words(folder, age, out, "--maps", shared, *vectors, "--shard", f"{number}/3"))
    pictures = [path.relative_to(maps) for path in maps.rglob("*.png")]
    assert {path.relative_to(shared) for path in shared.rglob("*.png")} == {*pictures}
    for path in pictures:
        assert (shared / path).read_bytes() == (maps / path).read_bytes()
    np = pytest.importorskip("numpy")
    named = {
        line["photograph"]: vector.tobytes()
        for number in SHARDS
        for line, vector in zip(
            rows(tmp_path / f"shard-{number}.csv"), np.load(tmp_path / f"{number}.npy"), strict=True
        )
    }
    for line, vector in zip(
        rows(tmp_path / "whole.csv"), np.load(tmp_path / "whole.npy"), strict=True
    ):
        assert named[line["photograph"]] == vector.tobytes()


def test_a_shard_writes_no_persons_and_its_dictionary_explains_those_of_the_whole(
    folder, age, tmp_path
):
    run(*words(folder, age, tmp_path / "whole.csv"))
    assert (tmp_path / "whole.csv.persons.csv").exists()
    expected = (tmp_path / "whole.csv.dictionary.csv").read_bytes()
    for out in in_shards(folder, age, tmp_path):
        assert out.with_name(f"{out.name}.dictionary.csv").read_bytes() == expected
        assert not out.with_name(f"{out.name}.persons.csv").exists()


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet", "xlsx"])
def test_a_shard_without_photographs_is_a_table_without_rows(ending, photographs, age, tmp_path):
    pytest.importorskip({"parquet": "pyarrow", "xlsx": "openpyxl"}.get(ending, "csv"))
    vectors = "parquet" if ending == "parquet" else "npy"
    counts = []
    for number in range(1, 21):
        out = tmp_path / f"{number}.{ending}"
        beside = ("--embeddings", tmp_path / f"{number}.v.{vectors}", "--shard", f"{number}/20")
        assert run(photographs, "--with", age, "--out", out, *beside) in (0, 1)
        assert run(photographs, "--with", age, "--out", out, *beside) in (0, 1)
        counts.append(manifest(out)["summary"]["photographs"])
    assert (sum(counts), min(counts)) == (6, 0)


def test_the_same_shard_again_is_finished_and_another_is_refused(folder, age, tmp_path, capsys):
    out = tmp_path / "t.csv"
    run(*words(folder, age, out, "--shard", "2/3"))
    before = out.read_bytes(), out.stat().st_mtime_ns
    assert run(*words(folder, age, out, "--shard", "2/3")) in (0, 1)
    capsys.readouterr()
    for options, said in (
        (("--shard", "1/3"), "it is of shard 2 of 3, this run of shard 1 of 3"),
        (("--shard", "2/4"), "it is of shard 2 of 3, this run of shard 2 of 4"),
        ((), "it is of shard 2 of 3, this run of the whole study"),
    ):
        assert run(*words(folder, age, out, *options)) == 2
        assert said in capsys.readouterr().err
    assert (out.read_bytes(), out.stat().st_mtime_ns) == before


def test_photographs_that_come_to_one_shard_leave_the_tables_of_others_finished(
    folder, age, tmp_path, capsys
):
    outs = in_shards(folder, age, tmp_path)
    before = [(out.read_bytes(), out.stat().st_mtime_ns) for out in outs]
    Image.fromarray(made_picture(50)).save(folder / "p0/later.png")
    capsys.readouterr()
    for number, out in zip(SHARDS, outs, strict=True):
        code = run(*words(folder, age, out, "--shard", f"{number}/3"))
        said = capsys.readouterr().err
        if Shard(number, 3).has("p0/later.png"):
            assert code == 2
            assert "its photographs, or their eyes, are others" in said
            run(*words(folder, age, out, "--shard", f"{number}/3", "--overwrite"))
        else:
            assert code in (0, 1)
            assert (out.read_bytes(), out.stat().st_mtime_ns) == before[number - 1]
    whole = {(manifest(out)["shard"]["photographs"], manifest(out)["shard"]["names_sha256"])
             for out in outs}  # fmt: skip
    assert len(whole) == 1
    assert sum(manifest(out)["summary"]["photographs"] for out in outs) == 14


def test_a_shard_whose_eyes_are_told_otherwise_by_the_photographs_of_others_is_refused(
    age, tmp_path, capsys
):
    folder, out = tmp_path / "photographs", tmp_path / "t.csv"
    folder.mkdir()
    Image.fromarray(made_picture(1)).save(folder / "a_r.png")
    number = next(number for number in SHARDS if Shard(number, 3).has("a_r.png"))
    assert not Shard(number, 3).has("a_l.png")
    words = (folder, "--with", age, "--out", out, "--shard", f"{number}/3")
    run(*words)
    assert [line["eye"] for line in rows(out)] == [""]
    Image.fromarray(made_picture(2)).save(folder / "a_l.png")  # now r tells the eye
    assert run(*words) == 2
    assert "its photographs, or their eyes, are others" in capsys.readouterr().err
    run(*words, "--overwrite")
    assert [line["eye"] for line in rows(out)] == ["right"]


def test_a_killed_shard_goes_on_and_another_one_does_not_take_its_rows(
    folder, age, tmp_path, monkeypatch, capsys
):
    (whole, *_) = in_shards(folder, age, tmp_path)
    out = tmp_path / "t.csv"
    persons = ("--persons", "folders")
    interrupted_after(2, folder, age, out, monkeypatch, *persons, "--shard", "1/3")
    for other, said in (("2/3", "shard 2 of 3"), ("1/4", "shard 1 of 4")):
        assert run(*words(folder, age, out, "--shard", other)) == 2
        assert f"rows of another run (it is of shard 1 of 3, this run of {said})" in (
            capsys.readouterr().err
        )
    assert run(*words(folder, age, out)) == 2
    assert "this run of the whole study" in capsys.readouterr().err
    run(*words(folder, age, out, "--shard", "1/3"))
    assert out.read_bytes() == whole.read_bytes()
    assert manifest(out)["summary"]["resumed"] == 2


def test_the_first_line_says_which_shard_it_is_and_of_how_many(folder, age, tmp_path, capsys):
    run(*words(folder, age, tmp_path / "t.csv", "--shard", "2/3"))
    count = len(rows(tmp_path / "t.csv"))
    assert capsys.readouterr().err.startswith(f"shard 2 of 3: {count} of 13 photographs\n")


def test_what_does_not_go_with_a_shard_is_refused(folder, age, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "list.txt").write_text("photographs/p0/OD.png\n")
    for arguments, said in (
        ((folder, "--out", "-"), "name it by --out"),
        ((folder / "p0", folder / "p1", "--out", "t.csv"), "name by --root the one"),
        ((folder / "p0/OD.png", "--out", "t.csv"), "name by --root the one"),
        ((folder, "--from", "list.txt", "--out", "t.csv"), "name by --root the one"),
        ((folder, "--out", "t.csv", "--refuse", "same-file"), "no shard knows"),
        ((folder, "--out", folder / "t.csv"), "choose a folder outside"),
        ((folder, "--out", "t.csv", "--anonymous", folder / "k.csv"), "choose a folder outside"),
    ):
        assert run(*arguments, "--with", age, "--shard", "1/3") == 2
        assert said in capsys.readouterr().err
    assert run("--from", "list.txt", "--root", folder, "--with", age, "--shard", "1/1",
               "--out", "t.csv") == 0  # fmt: skip


def test_of_a_table_of_another_shard_nothing_is_said_of_persons(folder, age, tmp_path, capsys):
    out = tmp_path / "shard.csv"
    assert run(*words(folder, age, out, "--shard", "2/3")) in (0, 1)
    for options, now in ((("--shard", "2/4"), "shard 2 of 4"), ((), "the whole study")):
        capsys.readouterr()
        assert run(*words(folder, age, out, *options)) == 2
        said = capsys.readouterr().err
        assert f"this run: it is of shard 2 of 3, this run of {now}; choose another" in said
