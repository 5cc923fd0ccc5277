"""Ray: the rows of one machine, byte for byte, whatever happens to the actors; and data sets."""

import json
import os
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("ray")
import pyarrow
from pyarrow import parquet

from gantei.demo import draw_people
from gantei.ray import cluster, ray_backend

from .models.studies import interrupted_after, run

BOTH = ("--with", "demo-age", "--with", "demo-sex")
ACTORS = ("--on", "ray", "--workers", "2")
ACTOR = ("--on", "ray", "--workers", "1")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:ray")
PAGE = (Path(__file__).parents[1] / "docs/clusters.md").read_text("utf-8")
OF_ROWS = (
    *("sha256", "eye", "eye_from", "demo-age.age"),
    *("warnings", "warning_codes", "error_code"),
)
OF_A_RUN = ("seconds_of_last_process", "resumed")


@pytest.fixture(scope="module")
def photographs(tmp_path_factory):
    """Some twenty photographs: one is cut off, one has another name too, one is missing."""
    folder = tmp_path_factory.mktemp("drawn") / "photographs"
    draw_people(folder, 12, 7, scale=0.1)
    first, second, *_ = sorted(folder.glob("*.jpg"))
    shutil.copy(first, folder / "again.jpg")
    second.write_bytes(second.read_bytes()[:2000])
    for path in folder.glob("*.jpg"):
        os.utime(path, (1e9, 1e9))
    names = sorted(path.name for path in folder.glob("*.jpg"))
    (folder / "list.txt").write_text("\n".join(str(folder / name) for name in names), "utf-8")
    with (folder / "list.txt").open("a", encoding="utf-8") as file:
        file.write(f"\n{folder / 'missing.jpg'}\n")
    return folder


@pytest.fixture(scope="module", autouse=True)
def _ray():
    """One Ray for the module; `--on ray` takes the one that runs in its process."""
    with cluster.local_ray(2):
        yield


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch):
    monkeypatch.setattr(ray_backend, "_CHUNK", 3)


def study(folder, photographs, *options):
    """Run, and give the files: of the run manifest what does not tell of the process."""
    folder.mkdir()
    arguments = ("--from", photographs / "list.txt", "--out", folder / "results.csv")
    assert run(*arguments, *options) in (0, 1)
    found = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    told = json.loads(found.pop("results.csv.run.json"))
    for key in OF_A_RUN:
        del told["summary"][key]
    return found | told


def killing(after):
    """Lets the first actor end by `os._exit` once so many chunks are done."""
    inner = ray_backend.ordered_over

    def ordered_over(actors, call, chunks):
        for number, answer in enumerate(inner(actors, call, chunks), 1):
            if number == after:
                end = actors[0].__ray_call__.options(max_task_retries=0)
                end.remote(lambda _: os._exit(1))
            yield answer

    return ordered_over


def test_an_actor_that_is_killed_in_the_middle_changes_no_byte(tmp_path, photographs, monkeypatch):
    folders = tmp_path / "one", tmp_path / "ray"
    vectors = [("--embeddings", folder / "results.npy") for folder in folders]
    local = study(folders[0], photographs, *BOTH[:2], *vectors[0])
    monkeypatch.setattr(ray_backend, "ordered_over", killing(after=2))
    assert " ".join(ACTORS) in PAGE
    assert study(folders[1], photographs, *BOTH[:2], *vectors[1], *ACTORS) == local
    assert {"results.csv", "results.npy", "results.csv.photographs.csv"} <= local.keys()
    assert local["processor"]


def test_maps_are_those_of_one_machine(tmp_path, photographs):
    folders = tmp_path / "one", tmp_path / "ray"
    maps = [("--maps", folder / "maps") for folder in folders]
    local = study(folders[0], photographs, *BOTH, *maps[0])
    assert study(folders[1], photographs, *BOTH, *maps[1], *ACTOR) == local
    assert sum(name.endswith(".demo-sex.png") for name in local) > 10


def test_a_study_goes_on_from_ray_on_this_machine_and_from_this_machine_on_ray(
    tmp_path, photographs, monkeypatch
):
    listed = f"--from={photographs / 'list.txt'}"
    whole = study(tmp_path / "one", photographs, *BOTH[:2])
    for before, after in ((ACTOR, ()), ((), ACTOR)):
        out = tmp_path / f"{len(before)}.csv"
        interrupted_after(7, listed, "demo-age", out, monkeypatch, *before)
        assert run(listed, *BOTH[:2], "--out", out, *after) == 1
        assert out.read_bytes() == whole["results.csv"]
        told = json.loads(out.with_name(f"{out.name}.run.json").read_text("utf-8"))
        assert told["summary"]["resumed"] == 7


def test_a_shard_of_ray_is_that_of_one_machine(tmp_path, photographs):
    shard = ("--root", photographs, "--shard", "2/3")
    local = study(tmp_path / "one", photographs, *BOTH, *shard)
    assert study(tmp_path / "ray", photographs, *BOTH, *shard, *ACTOR) == local


def test_a_table_on_standard_output_is_that_of_one_machine(photographs, capfdbinary):
    said = []
    for options in ((), ACTOR):
        assert run("--from", photographs / "list.txt", *BOTH, "--out", "-", *options) == 1
        said.append(capfdbinary.readouterr().out)
    assert said[0] == said[1]
    assert said[0].count(b"\n") > 20


def test_photographs_that_end_every_actor_stop_the_run_and_lose_no_row(
    tmp_path, photographs, monkeypatch, capsys
):
    out = tmp_path / "results.csv"
    arguments = ("--from", photographs / "list.txt", *BOTH, "--out", out)
    with monkeypatch.context() as patch:
        patch.setattr(ray_backend, "_TRIES", 0)
        patch.setattr(ray_backend, "ordered_over", killing(after=2))
        assert run(*arguments, *ACTORS) == 2
    assert (
        "What is finished is kept: the same command goes on from there" in capsys.readouterr().err
    )
    assert run(*arguments) == 1
    assert re.match(r"24 photographs, \d+ of them in an earlier run: ", capsys.readouterr().err)


class LosingActor(ray_backend.EstimatorActor):
    """One that gives a result less of what it is asked about."""

    def estimate(self, photographs, explain=None):
        answer = super().estimate(photographs, explain)
        return replace(answer, results=answer.results[1:])


def test_an_actor_that_loses_a_result_stops_the_run_before_any_wrong_row(
    tmp_path, photographs, monkeypatch, capsys
):
    monkeypatch.setattr(ray_backend, "EstimatorActor", LosingActor)
    out = tmp_path / "results.csv"
    assert run(photographs, *BOTH, "--out", out, *ACTOR) == 2
    assert "result 1 of this run is missing, or is that of another" in capsys.readouterr().err
    assert out.with_name("results.csv.partial").read_bytes().count(b"\n") == 1


def test_more_actors_than_cpus_are_refused(tmp_path, photographs, capsys):
    assert run(photographs, *BOTH, "--out", tmp_path / "t.csv", "--on", "ray", "--workers", 3) == 2
    assert "Ray has 2 CPUs, and 3 actors need one each" in capsys.readouterr().err


def test_an_actor_says_by_its_own_words_why_an_estimator_cannot_be_opened(
    tmp_path, photographs, capsys
):
    out = tmp_path / "t.csv"
    assert run(photographs, "--with", "demo-ages", "--out", out, *ACTOR) == 2
    assert "gantei: unknown estimator 'demo-ages'" in capsys.readouterr().err


def test_actors_with_other_versions_are_refused(tmp_path, photographs, capsys, monkeypatch):
    here = ray_backend.environment() | {"python": "3.99.0"}
    monkeypatch.setattr(ray_backend, "environment", lambda: here)
    assert run(photographs, *BOTH, "--out", tmp_path / "t.csv", *ACTOR) == 2
    assert "and 3.99.0 here: have the same on each machine" in capsys.readouterr().err


def test_nothing_of_a_photograph_stands_in_what_ray_writes(photographs):
    import ray

    folder = Path(ray._private.worker._global_node.get_session_dir_path())
    written = [path for path in folder.rglob("*") if path.is_file()]
    assert len(written) > 10
    assert [path for path in written if b"person-0" in path.read_bytes()] == []
    private = folder.parents[1]  # beside Ray's own folder, which anybody may read
    assert private.stat().st_mode & 0o77 == 0


@pytest.fixture
def labelled(photographs, tmp_path, monkeypatch):
    """A folder with `labels.csv` of some photographs, in no order, with what is known of each."""
    monkeypatch.chdir(tmp_path)
    _, *others = sorted(photographs.glob("person-*.jpg"))  # without the one that is there twice
    draw = sorted(others, key=lambda path: path.stat().st_size)
    lines = [f"{path},{number}" for number, path in enumerate([*draw, Path("missing.jpg")])]
    Path("labels.csv").write_text("\n".join(["photograph,number", *lines]) + "\n", "utf-8")
    return [str(path) for path in draw]


def test_the_page_adds_estimates_to_a_data_set_in_its_order_with_its_columns(
    labelled, photographs, tmp_path
):
    (snippet,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    for name in ("labels.csv", "estimated"):  # this Ray was started in another folder
        snippet = snippet.replace(f'"{name}"', repr(str(tmp_path / name)))
    exec(compile(snippet, "docs/clusters.md", "exec"), {})
    table = parquet.read_table("estimated").to_pylist()
    assert [row["photograph"] for row in table] == [*labelled, "missing.jpg"]
    assert [row["number"] for row in table] == [*range(len(table))]
    assert run(photographs, *BOTH[:2], "--out", "results.parquet") == 1
    local = {row["photograph"]: row for row in parquet.read_table("results.parquet").to_pylist()}
    for row in table[:-1]:
        known = local[Path(row["photograph"]).name]
        assert {key: row[key] for key in OF_ROWS} == {key: known[key] for key in OF_ROWS}
    assert table[-1]["error_code"] == "unreadable-file"
    assert table[-1]["error"].startswith("cannot be read")


def test_paths_become_a_data_set_in_their_order(labelled):
    import gantei.ray

    rows = gantei.ray.predict(
        [labelled[3], "missing.jpg", labelled[1]], "demo-age", actors=1
    ).take_all()
    assert [Path(row["photograph"]).name for row in rows] == [
        Path(labelled[3]).name, "missing.jpg", Path(labelled[1]).name,
    ]  # fmt: skip
    assert [row["error_code"] for row in rows] == [None, "unreadable-file", None]


def end_once(table):
    """End the process that has the second block, once."""
    if (
        len(table)
        and table["number"][0].as_py() == 4
        and not Path(table["mark"][0].as_py()).exists()
    ):
        Path(table["mark"][0].as_py()).touch()
        os._exit(1)
    return table


def test_bytes_and_records_are_photographs_too_and_an_actor_that_ends_loses_no_row(
    labelled, tmp_path
):
    import ray

    import gantei.ray

    cells = [Path(name).read_bytes() for name in labelled[:10]] + [b"no picture", None]
    records = [{"bytes": each, "path": None} for each in cells]
    records[0] = {"bytes": None, "path": labelled[0]}
    mark = str(tmp_path / "ended")
    blocks = [
        pyarrow.table({
            "number": [*range(start, start + 4)], "mark": [mark] * 4,
            "image": records[start : start + 4],
        })
        for start in range(0, 12, 4)
    ]  # fmt: skip
    given = ray.data.from_arrow(blocks).map_batches(end_once, batch_format="pyarrow")
    found = gantei.ray.predict(given, "demo-age", column="image", embeddings=True, actors=1)
    rows = found.take_all()
    assert Path(mark).exists()
    assert [row["number"] for row in rows] == [*range(12)]
    results = gantei.load("demo-age", "cpu").predict(labelled[:10], on_error="record")
    for row, result in zip(rows, results, strict=False):
        assert row["demo-age.age"] == pytest.approx(result.values.get("age"), nan_ok=True)
    assert [row["error_code"] for row in rows[10:]] == ["text-file", "not-a-file"]
    assert len(rows[5]["demo-age.embedding"]) == 256
    assert rows[10]["demo-age.embedding"] is None


def test_a_column_that_would_be_there_twice_is_refused(labelled):
    import ray

    import gantei.ray

    given = ray.data.from_arrow(pyarrow.table({"photograph": labelled[:1], "eye": ["left"]}))
    estimated = gantei.ray.predict(given, ["demo-age"], actors=1)
    with pytest.raises(ray.exceptions.RayTaskError, match="has a column 'eye' already"):
        estimated.take_all()
