"""`gantei predict --maps` and `--embeddings`: beside the table, whole, whatever happens."""

import csv
import hashlib
import json
import os

import numpy as np
import pytest
from PIL import Image

import gantei

from ..conftest import SEX
from ..explained import explained_network
from .studies import NAMES, interrupted_after, run

GOOD = [name for name in NAMES if name != "left/3.png"]


@pytest.fixture
def age(make_estimator):
    return make_estimator("made-age", network=explained_network())


@pytest.fixture
def sex(make_estimator):
    network = explained_network("sex", activation="sigmoid")
    return make_estimator("made-sex", output="sex", spec=SEX, network=network)


def everything(folder):
    """The bytes of every file below a folder but the run manifests, which tell of durations."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith(".run.json")
    }


def extras(folder, ending="npy"):
    return ["--maps", folder / "maps", "--embeddings", folder / f"vectors.{ending}"]


@pytest.fixture
def out(tmp_path):
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def test_every_good_photograph_gets_an_overlay_an_estimator(photographs, age, sex, out):
    arguments = ["--with", age, "--with", sex, "--out", out / "t.csv", "--maps", out / "maps"]
    assert run(photographs, *arguments) == 1
    drawn = [path.relative_to(out / "maps").as_posix() for path in (out / "maps").rglob("*.png")]
    assert sorted(drawn) == sorted(
        f"{name}.{estimator}.png" for name in GOOD for estimator in ("made-age", "made-sex")
    )
    for path in (out / "maps").rglob("*.png"):
        with Image.open(path) as image:
            image.load()
            assert image.mode == "RGB"


def test_an_overlay_says_in_words_what_the_row_warns_of(
    photographs, make_estimator, out, monkeypatch
):
    from gantei.explanations import overlay

    notice = {"notice": "Demo: knows nothing.", "notice_ja": "デモ"}
    network = explained_network()
    noticed = make_estimator("made-age", change=lambda each: each.update(notice), network=network)
    draw = overlay.draw_overlay
    told = []

    def drawn(photograph, explanation, value, manifest, warnings):
        told.append(warnings)
        return draw(photograph, explanation, value, manifest, warnings)

    monkeypatch.setattr(overlay, "draw_overlay", drawn)
    run(photographs, "--with", noticed, "--out", out / "t.csv", "--maps", out / "maps")
    with (out / "t.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if not row["error"]]
    for drawn_below, row in zip(told, rows, strict=True):
        assert drawn_below[0] == "Demo: knows nothing."
        assert row["warning_codes"].startswith("made-age:notice")
        said = " ".join(f"{each}." for each in drawn_below[1:])
        assert said == row["warnings"]
    assert rows


def test_the_vectors_stand_in_the_rows_of_the_table(photographs, age, out):
    run(photographs, "--with", age, "--out", out / "t.csv", "--embeddings", out / "vectors.npy")
    vectors = np.load(out / "vectors.npy")
    assert vectors.dtype == np.float32
    estimator = gantei.load(age)
    for name, vector in zip(NAMES, vectors, strict=True):
        if name == "left/3.png":
            assert np.isnan(vector).all()
        else:
            (prediction,) = estimator.predict(photographs / name, explain=True)
            np.testing.assert_array_equal(vector, prediction.explanation.embedding)


def test_parquet_names_the_photograph_of_each_vector(photographs, age, out, monkeypatch):
    parquet = pytest.importorskip("pyarrow.parquet")
    from gantei.study import embeddings_file

    monkeypatch.setattr(embeddings_file, "ROWS_AT_ONCE", 4)
    for ending in ("npy", "parquet"):
        table = out / f"{ending}.csv"
        vectors = ("--persons", "names", "--embeddings", out / f"vectors.{ending}")
        run(photographs, "--with", age, "--out", table, *vectors)
    read = parquet.read_table(out / "vectors.parquet").to_pylist()
    with (out / "npy.csv").open(newline="", encoding="utf-8-sig") as file:
        table = list(csv.DictReader(file))
    for row, vector, line in zip(read, np.load(out / "vectors.npy"), table, strict=True):
        for key in ("photograph", "sha256", "person", "eye"):
            assert (row[key] or "") == line[key]
        if line["error"]:
            assert row["embedding"] is None
        else:
            np.testing.assert_array_equal(np.float32(row["embedding"]), vector)


def test_the_table_is_the_same_with_and_without(photographs, age, out):
    run(photographs, "--with", age, "--out", out / "plain.csv")
    run(photographs, "--with", age, "--out", out / "t.csv", *extras(out))
    assert (out / "t.csv").read_bytes() == (out / "plain.csv").read_bytes()


def test_the_run_manifest_tells_of_both(photographs, age, out):
    run(photographs, "--with", age, "--out", out / "t.csv", *extras(out))
    manifest = json.loads((out / "t.csv.run.json").read_text("utf-8"))
    assert manifest["maps"] == {"pictures": len(GOOD)}
    digest = hashlib.sha256((out / "vectors.npy").read_bytes()).hexdigest()
    assert manifest["embeddings"] == {"file": "vectors.npy", "sha256": digest}


@pytest.mark.parametrize("count", [0, 1, 2, 5])
@pytest.mark.parametrize("ending", ["npy", "parquet"])
def test_killed_the_same_command_ends_with_the_same_files(
    count, ending, photographs, age, tmp_path, monkeypatch
):
    if ending == "parquet":
        pytest.importorskip("pyarrow")
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    for folder in (whole, broken):
        folder.mkdir()
    run(photographs, "--with", age, "--out", whole / "t.csv", *extras(whole, ending))
    kill(count, photographs, age, broken, monkeypatch, ending)
    assert not (broken / f"vectors.{ending}").exists()
    assert run(photographs, "--with", age, "--out", broken / "t.csv", *extras(broken, ending)) == 1
    assert everything(broken) == everything(whole)
    manifest = json.loads((broken / "t.csv.run.json").read_text("utf-8"))
    assert manifest["summary"]["resumed"] == count


def kill(count, photographs, estimator, folder, monkeypatch, ending="npy"):
    """Die after so many rows; the next one's overlay and vector are written already."""
    options = extras(folder, ending)
    interrupted_after(count, photographs, estimator, folder / "t.csv", monkeypatch, *options)


def overlay_lost(folder):
    (folder / "maps/left/5.png.made-age.png").unlink()


def vectors_lost(folder):
    (folder / "t.csv.embeddings.partial").unlink()


def half_a_vector_lost(folder):
    vectors = folder / "t.csv.embeddings.partial"
    vectors.write_bytes(vectors.read_bytes()[:17])


def zeros_of_a_power_cut(folder):
    vectors = folder / "t.csv.embeddings.partial"
    content = vectors.read_bytes()
    vectors.write_bytes(content[:24] + bytes(len(content) - 24))


@pytest.mark.parametrize(
    "damage", [overlay_lost, vectors_lost, half_a_vector_lost, zeros_of_a_power_cut]
)
def test_what_was_lost_meanwhile_is_made_again(damage, photographs, age, tmp_path, monkeypatch):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    for folder in (whole, broken):
        folder.mkdir()
    run(photographs, "--with", age, "--out", whole / "t.csv", *extras(whole))
    kill(4, photographs, age, broken, monkeypatch)
    damage(broken)
    run(photographs, "--with", age, "--out", broken / "t.csv", *extras(broken))
    assert everything(broken) == everything(whole)


def test_the_same_command_again_finds_everything_finished(photographs, age, out):
    for path in photographs.rglob("*.png"):  # of a time ago, so that size and time tell each
        os.utime(path, (1_000_000_000, 1_000_000_000))
    arguments = [photographs, "--with", age, "--out", out / "t.csv", *extras(out)]
    run(*arguments)
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.*")}
    assert run(*arguments) == 1
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*.*")} == before


@pytest.mark.parametrize("lost", ["maps/right/0.png.made-age.png", "vectors.npy"])
def test_a_run_whose_files_are_gone_is_not_called_finished(lost, photographs, age, out, capsys):
    arguments = [photographs, "--with", age, "--out", out / "t.csv", *extras(out)]
    run(*arguments)
    (out / lost).unlink()
    assert run(*arguments) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert run(*arguments, "--overwrite") == 1
    assert (out / lost).is_file()


@pytest.mark.parametrize("other", ["photograph", "run"])
def test_an_overlay_of_another_photograph_or_run_is_not_taken_for_this_runs(
    other, photographs, age, tmp_path, monkeypatch, capsys
):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    for folder in (whole, broken):
        folder.mkdir()
    run(photographs, "--with", age, "--out", whole / "t.csv", *extras(whole))
    foreign = (whole / "maps/right/2.png.made-age.png").read_bytes()
    if other == "run":
        arguments = ["--with", age, "--out", tmp_path / "g.csv", "--maps", tmp_path / "g"]
        run(photographs, *arguments, "--allow-grey")
        foreign = (tmp_path / "g/left/1.png.made-age.png").read_bytes()
    kill(4, photographs, age, broken, monkeypatch)
    (broken / "maps/left/1.png.made-age.png").write_bytes(foreign)
    run(photographs, "--with", age, "--out", broken / "t.csv", *extras(broken))
    assert everything(broken) == everything(whole)
    (broken / "maps/left/1.png.made-age.png").write_bytes(foreign)
    assert run(photographs, "--with", age, "--out", broken / "t.csv", *extras(broken)) == 2
    assert "--overwrite" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--maps", "--embeddings"])
@pytest.mark.parametrize("taken", [True, False])
def test_a_killed_run_does_not_go_on_into_other_files(
    option, taken, photographs, age, out, monkeypatch, capsys
):
    kill(4, photographs, age, out, monkeypatch)
    other = {"--maps": out / "mine", "--embeddings": out / "mine.npy"}
    path = out / "mine/right/4.png.made-age.png" if option == "--maps" else out / "mine.npy"
    if taken:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("a year of work")
    places = {"--maps": out / "maps", "--embeddings": out / "vectors.npy"}
    places[option] = other[option]
    arguments = [word for pair in places.items() for word in pair]
    before = everything(out)
    assert run(photographs, "--with", age, "--out", out / "t.csv", *arguments) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert everything(out) == before
    assert run(photographs, "--with", age, "--out", out / "t.csv", *extras(out)) == 1


@pytest.mark.parametrize("taken", ["maps/right/0.png.made-age.png", "vectors.npy"])
def test_another_file_is_not_overwritten_unasked(taken, photographs, age, out, capsys):
    path = out / taken
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("a year of work")
    arguments = [photographs, "--with", age, "--out", out / "t.csv", *extras(out)]
    for _ in range(2):
        assert run(*arguments) == 2
        assert path.read_text() == "a year of work"
        assert [each for each in out.rglob("*.*") if each.is_file()] == [path]
    assert "--overwrite" in capsys.readouterr().err
    assert run(*arguments, "--overwrite") == 1
    assert path.read_bytes() != b"a year of work"


def test_an_overlay_of_a_photograph_that_is_damaged_by_now_goes(photographs, age, out):
    arguments = [photographs, "--with", age, "--out", out / "t.csv", *extras(out), "--overwrite"]
    run(*arguments)
    (photographs / "right/0.png").write_bytes(b"junk")
    run(*arguments)
    assert not (out / "maps/right/0.png.made-age.png").exists()


def test_an_estimator_without_a_map_ends_with_2_before_any_work(
    photographs, make_estimator, out, capsys
):
    old = make_estimator("old")
    none = make_estimator("none", network=explained_network(facts={"none": "it ends otherwise"}))
    for estimator, said in ((old, "import its file again"), (none, "it ends otherwise")):
        for option in (["--maps", out / "maps"], ["--embeddings", out / "v.npy"]):
            code = run(photographs, "--with", estimator, "--out", out / "t.csv", *option)
            if estimator == none and "--embeddings" in option:
                assert code == 1, "an embedding it has"
                continue
            assert code == 2
            assert said in capsys.readouterr().err
            assert not list(out.iterdir())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--with", "AGE", "--embeddings", "v.txt", "--out", "t.csv"], "known: .npy, .parquet"),
        (["--with", "AGE", "--embeddings", "no/v.npy", "--out", "t.csv"], "a folder that exists"),
        (["--with", "AGE", "--embeddings", "t.npy", "--out", "t.npy"], "is the table"),
        (
            ["--with", "AGE", "--embeddings", "photographs/../t.npy", "--out", "t.npy"],
            "is the table",
        ),
        (
            ["--with", "AGE", "--embeddings", "t.csv.partial", "--out", "photographs/../t.csv"],
            "is written beside the table",
        ),
        (
            ["--with", "AGE", "--with", "SEX", "--embeddings", "v.npy", "--out", "t.csv"],
            "takes one",
        ),
        (
            ["--with", "AGE", "--from", "l.csv", "--out", "photographs/../l.csv", "--overwrite"],
            "l.csv: is read by --from, and would be replaced",
        ),
        (["--with", "AGE", "--eyes", "l.csv", "--out", "l.csv"], "is read by --eyes"),
        (["--with", "AGE", "--maps", "photographs/maps", "--out", "t.csv"], "a folder outside"),
        (["--with", "AGE", "--maps", "maps", "--out", "-"], "name it by --out"),
        (["--with", "AGE", "--maps", "no/maps", "--out", "t.csv"], "in one that exists"),
        (["--with", "AGE", "--maps", "photographs/left/1.png", "--out", "t.csv"], "folder"),
        (["--with", "AGE", "--maps", "m" * 300, "--out", "t.csv"], "choose another name"),
        (["--with", "AGE", "--embeddings", "v" * 247 + ".npy", "--out", "t.csv"], "another name"),
    ],
)
def test_what_cannot_be_is_refused_before_any_work(
    options, said, photographs, age, sex, monkeypatch, capsys
):
    monkeypatch.chdir(photographs.parent)
    (photographs.parent / "l.csv").write_text("photograph,eye\nphotographs/left/1.png,R\n", "utf-8")
    before = sorted(photographs.parent.rglob("*"))
    named = {"AGE": age, "SEX": sex}
    assert run("photographs", *(named.get(word, word) for word in options)) == 2
    assert said in capsys.readouterr().err
    assert sorted(photographs.parent.rglob("*")) == before


def test_a_map_of_a_photograph_that_changes_meanwhile_is_not_drawn(
    photographs, age, out, monkeypatch, capsys
):
    from gantei.study.overlays import Overlays

    add = Overlays.add

    def change_first(self, listed, answer):
        if listed.name == "right/0.png":
            listed.source.write_bytes((photographs / "right/2.png").read_bytes())
        add(self, listed, answer)

    arguments = [photographs, "--with", age, "--out", out / "t.csv", *extras(out)]
    with monkeypatch.context() as patch:
        patch.setattr(Overlays, "add", change_first)
        assert run(*arguments) == 2
    assert "was changed" in capsys.readouterr().err
    assert run(*arguments) == 1


def test_what_a_killed_run_left_of_tables_and_overlays_is_deleted(photographs, age, tmp_path):
    arguments = ["--with", age, "--out", tmp_path / "t.csv", "--maps", tmp_path / "maps"]
    run(photographs, *arguments)
    before = set(tmp_path.rglob("*"))
    picture = next((tmp_path / "maps").rglob("*.png"))
    ended = 2**31 - 1  # more than any system gives
    left = [picture.with_name(f".{picture.name}.{ended}"), tmp_path / f".t.csv.run.json.{ended}"]
    for path in left:
        path.write_bytes(b"")
    run(photographs, *arguments)
    assert set(tmp_path.rglob("*")) == before
