"""`gantei merge` refuses what is not all of one study, says what it is, and writes nothing."""

import shutil
from functools import partial

import numpy as np
import pytest
from PIL import Image

from ..conftest import made_picture
from ..explained import explained_network
from .sharded import ShardedStudy, change_manifest, three_shards


@pytest.fixture
def age(make_estimator):
    return make_estimator("made-age", network=explained_network())


@pytest.fixture
def study(tmp_path, age):
    return three_shards(tmp_path, age)


@pytest.fixture
def refused(study, capsys):
    return partial(study.refused, capsys)


def seal(table):
    """Let the run manifest say that the table, as it is now, was never changed."""
    from gantei.system.files import sha256_of

    change_manifest(table, lambda told: told.update(table_sha256=sha256_of(table)))


def test_another_estimator(study, refused, make_estimator):
    other = make_estimator("other-age", network=explained_network())
    study.table(2).unlink()
    whole = ShardedStudy(study.folder, study.photographs, ("--persons", "folders", "--with", other))
    whole.run_shard(2, "--overwrite")
    said = refused()
    assert "shard-3.csv: is of another run than" not in said
    assert "is of another run than" in said
    assert "made-age" in said
    assert "other-age" in said


def test_another_version(study, refused):
    def older(told):
        told["run"] = "0" * 64
        told["versions"]["numpy"] = "1.0"

    change_manifest(study.table(2), older)
    assert "the versions of numpy were others" in refused()


def test_other_settings(study, refused):
    study.run_shard(2, "--plain-csv", "--overwrite")
    assert "--plain-csv" in refused()


def test_another_number_of_shards(study, refused):
    study.run_shard(2, "--overwrite", of=4)
    said = refused(tables=[study.table(1), study.table(2)])
    assert "shard-2.csv: is shard 2 of 4, and" in said
    assert "shard-1.csv one of 3; merge shards of one division" in said


def test_a_shard_twice(study, refused):
    for path in [*study.table(1).parent.glob("shard-1.csv*")]:
        shutil.copy(path, path.with_name(path.name.replace("shard-1", "copy")))
    copy = study.table(1).with_name("copy.csv")
    assert "are both shard 1 of 3; leave one out" in refused(tables=[*study.tables, copy])


def test_a_missing_shard(study, refused):
    said = refused(tables=[study.table(2)])
    assert "shards 1, 3 of 3 are missing: run them, or name their tables too" in said
    assert "shard 3 of 3 is missing: run it" in refused(tables=study.tables[:2])


def test_a_shard_that_ran_before_photographs_came(study, refused):
    Image.fromarray(made_picture(50)).save(study.photographs / "p0/later.png")
    study.run_shard(2, "--overwrite")
    said = refused()
    assert "shard-2.csv: the study had 17 photographs when it ran" in said
    assert "16 when" in said


def test_a_table_that_was_changed(study, refused):
    study.table(3).write_bytes(study.table(3).read_bytes() + b"\n")
    assert "shard-3.csv: was changed since gantei predict wrote it" in refused()


@pytest.mark.parametrize("ending", ["photographs.csv", "skipped.csv"])
def test_measures_or_skipped_files_that_were_changed(study, refused, ending):
    path = study.table(3).with_name(f"shard-3.csv.{ending}")
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    assert f"shard-3.csv.{ending}: was changed since gantei predict wrote it" in refused()


@pytest.mark.parametrize("ending", ["photographs.csv", "skipped.csv", "dictionary.csv", "run.json"])
def test_a_file_that_is_missing(study, refused, ending):
    study.table(3).with_name(f"shard-3.csv.{ending}").unlink()
    assert f"shard-3.csv.{ending}" in refused()


def test_a_dictionary_that_explains_otherwise(study, refused):
    path = study.table(3).with_name("shard-3.csv.dictionary.csv")
    path.write_bytes(path.read_bytes().replace(b"years", b"months"))
    assert "shard-3.csv.dictionary.csv: explains columns otherwise than" in refused()


def test_a_photograph_twice_in_a_table(study, refused):
    lines = study.table(3).read_bytes().splitlines(keepends=True)
    study.table(3).write_bytes(b"".join([*lines, lines[-1]]))
    seal(study.table(3))
    assert "shard-3.csv: has a photograph twice" in refused()


def test_a_photograph_of_another_shard(study, refused):
    lines = study.table(3).read_bytes().splitlines(keepends=True)
    other = study.table(2).read_bytes().splitlines(keepends=True)
    study.table(3).write_bytes(b"".join([lines[0], *sorted([*lines[1:], other[1]])]))
    seal(study.table(3))
    said = refused()
    assert "belongs to another shard" in said or "have a photograph in common" in said


def test_rows_out_of_order(study, refused):
    lines = study.table(3).read_bytes().splitlines(keepends=True)
    study.table(3).write_bytes(b"".join([lines[0], *lines[:0:-1]]))
    seal(study.table(3))
    assert "shard-3.csv: its rows are not in the order of names" in refused()


def test_a_photograph_that_is_missing(study, refused):
    lines = study.table(3).read_bytes().splitlines(keepends=True)
    study.table(3).write_bytes(b"".join(lines[:-1]))
    seal(study.table(3))
    assert "the shards have 15 photographs, and the study has 16" in refused()


def test_a_photograph_in_the_place_of_another(study, refused):
    from gantei.study.shard import Shard

    lines = study.table(3).read_bytes().splitlines(keepends=True)
    name = next(name for number in range(99) if Shard(3, 3).has(name := f"zz{number}.png"))
    cells = lines[-1].partition(b",")
    study.table(3).write_bytes(b"".join([*lines[:-1], name.encode(), *cells[1:]]))
    seal(study.table(3))
    assert "other photographs than those of the study" in refused()


def test_another_key_of_pseudonyms(study, refused):
    for number, key in ((1, "1"), (2, None), (3, "2")):
        change_manifest(
            study.table(number), lambda told, key=key: told["shard"].update(dicom_key_sha256=key)
        )
    assert "run the shards with one --dicom-key" in refused()


def test_a_whole_run(study, refused):
    study.run_whole()
    said = refused(tables=[study.whole])
    assert "all.csv: is no shard: its run manifest tells of no --shard" in said


def test_a_file_that_is_not_there(study, refused):
    assert "is a folder; name the tables in it" in refused(tables=[study.table(1).parent])
    assert "none.csv: no such file" in refused(tables=[study.table(1).with_name("none.csv")])


def test_embeddings_and_maps_that_the_shards_do_not_have(study, refused, tmp_path):
    assert "no shard has embeddings: leave out --embeddings" in refused(
        "--embeddings", tmp_path / "v.npy"
    )
    assert "no shard has maps: leave out --maps" in refused("--maps", tmp_path)


@pytest.fixture
def drawn(study, tmp_path):
    for number in (1, 2, 3):
        vectors = study.table(number).with_name(f"v{number}.npy")
        study.run_shard(number, "--maps", tmp_path / "maps", "--embeddings", vectors, "--overwrite")
    return "--maps", tmp_path / "maps", "--embeddings", tmp_path / "merged/v.npy"


def test_embeddings_and_maps_that_nobody_names_a_place_for(refused, drawn):
    assert (
        "the shards have embeddings: name the file into which they go by --embeddings"
        in refused(*drawn[:2])
    )
    assert "the shards have maps: name the folder that has them all by --maps" in refused(
        *drawn[2:]
    )


def test_embeddings_that_were_changed_or_are_elsewhere(study, refused, drawn):
    path = study.table(2).with_name("v2.npy")
    vectors = np.load(path)
    np.save(path, vectors + 1)
    assert "v2.npy: was changed since gantei predict wrote it" in refused(*drawn)
    path.rename(path.with_name("elsewhere.npy"))
    assert "v2.npy: cannot be read: No such file or directory" in refused(*drawn)


def test_a_map_that_is_missing_or_of_another_photograph(study, refused, drawn, tmp_path):
    one, other = (tmp_path / f"maps/p0/{side}.png.made-age.png" for side in ("OD", "OS"))
    shutil.copy(one, other)
    assert "lacks the maps of 1 photographs" in refused(*drawn)
    other.unlink()
    assert "lacks the maps of 1 photographs" in refused(*drawn)


def test_a_shard_that_is_written_anew_meanwhile(study, refused, monkeypatch):
    from gantei.merging import merge_shards

    table = study.table(2)
    content, write = table.read_bytes(), merge_shards.merge_skipped

    def written_anew(*given, **options):
        table.write_bytes(content)
        return write(*given, **options)

    monkeypatch.setattr(merge_shards, "merge_skipped", written_anew)
    assert "shard-2.csv: was changed while it was read" in refused()


def test_a_table_that_is_gone_from_among_its_files(study, refused):
    table = study.table(3)
    table.unlink()
    files = sorted(table.parent.glob("shard-*.csv*"))
    assert f"{table}: is gone, and shard-3.csv" in refused(tables=files)


@pytest.mark.parametrize("ending", ["partial", "embeddings.partial", "photographs.partial"])
def test_a_shard_that_was_killed_is_not_finished(study, refused, ending):
    for path in study.table(3).parent.glob("shard-3.csv*"):
        path.unlink()
    study.table(3).with_name(f"shard-3.csv.{ending}").write_bytes(b"begun")
    said = f"{study.table(3)}: is not finished; wait for its gantei predict, or give that again"
    assert said in refused(tables=sorted(study.table(3).parent.glob("shard-*.csv*")))
    assert said in refused(tables=study.tables)


def test_a_pattern_that_the_shell_found_no_file_for(study, refused):
    pattern = study.table(1).with_name("s*.parquet")
    assert f"{pattern}: no file has such a name, so no shard has ended yet" in refused(
        tables=[pattern]
    )


def test_columns_maps_and_embeddings_that_a_shard_lacks_are_named(study, refused, tmp_path):
    study.run_shard(2, "--maps", tmp_path / "maps", "--overwrite")
    assert "it has no maps" in refused(tables=[study.table(2), study.table(1), study.table(3)])
    pytest.importorskip("pydicom")
    study.run_shard(2, "--dicom-columns", "PatientSex", "--overwrite")
    assert "its columns are others (with dicom.PatientSex)" in refused(tables=study.tables)


def test_a_table_that_is_named_twice_counts_once(study):
    assert study.merge(tables=[*study.tables, study.table(1)]) == 1
