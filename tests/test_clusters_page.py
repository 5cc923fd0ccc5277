"""The page on clusters: its scripts on a Slurm of one node, a task killed in the middle."""

import json
import os
import re
import shlex
import shutil
import sys
import time
from pathlib import Path

import pytest

from gantei.command_line import main
from gantei.demo import draw_people

from .slurm_node import missing, slurm_node

TOP = Path(__file__).parent.parent
PAGE = (TOP / "docs/clusters.md").read_text("utf-8")
PREDICT, MERGE, SUBMIT, REPEAT, *_ = re.findall(r"```bash\n(.*?)```", PAGE, re.DOTALL)
MISSING = missing()
KILLED = 3
SHARDS = 7
WAITING = f"""
import os, signal, sys
from pathlib import Path
from gantei.command_line import main
from gantei.study import journal

append = journal.Journal.append
rows = 0

def append_and_wait(self, *line):
    global rows
    append(self, *line)
    rows += not self.path.name.endswith(".photographs.partial")
    if rows == 2:
        signal.pause()

if os.environ.get("SLURM_ARRAY_TASK_ID") == "{KILLED}" and not Path("shards/killed").exists():
    journal.Journal.append = append_and_wait
sys.exit(main())
"""
"""gantei, which in the task that will be killed waits for that after its second row."""
PATIENCE = 300.0  # seconds for all tasks


@pytest.fixture
def study(tmp_path, monkeypatch):
    """The folder of a study of some 40 photographs, one of them broken and one there twice."""
    monkeypatch.chdir(tmp_path)
    draw_people(tmp_path / "photographs", 23, 5, scale=0.1, cameras=["A1400"])
    first, second, *others = sorted(Path("photographs").glob("*.jpg"))
    assert len(others) > 30
    shutil.copy(first, "photographs/again.jpg")
    second.write_bytes(second.read_bytes()[:2000])
    return tmp_path


@pytest.fixture
def environment(tmp_path):
    """Of a shell in which there is `gantei`, as on a cluster where it is installed."""
    program = tmp_path / "bin/gantei"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\n{WAITING}", "utf-8")
    program.chmod(0o755)
    paths = {"PATH": f"{program.parent}:{os.environ['PATH']}", "PYTHONPATH": ":".join(sys.path)}
    return {**os.environ, **paths}


def finished_rows(study):
    journal = study / f"shards/shard-{KILLED}.csv.partial"
    return max(0, journal.read_bytes().count(b"\n") - 1) if journal.exists() else 0


def until(true, what):
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def files(folder, table):
    """The content of each file of a table by its name; of the run manifest, what all share."""
    found = {path.name: path.read_bytes() for path in folder.glob(f"{table}.*")}
    told = json.loads(found.pop(f"{table}.csv.run.json"))
    for key in ("resumed", "seconds_of_last_process"):
        told["summary"].pop(key)
    for key in ("shards", "shard_stamps_sha256", "stamps_sha256"):  # merging opens no photograph
        told.pop(key, None)
    return found | told


@pytest.mark.skipif(bool(MISSING), reason=MISSING or "nothing is missing")
def test_a_study_on_slurm_with_a_task_killed_in_the_middle_is_that_of_one_machine(
    study, environment, tmp_path_factory
):
    (study / "predict.sh").write_text(PREDICT, "utf-8")
    (study / "merge.sh").write_text(MERGE, "utf-8")
    with slurm_node(tmp_path_factory.mktemp("slurm"), environment) as node:

        def run(command):
            return node.run(command, study, environment)

        def queue():
            return run("squeue --noheader --array --format='%i %T'")

        array = run(f"{SUBMIT.rpartition('sbatch')[0]} echo $array").strip()
        until(lambda: finished_rows(study) == 2, "no rows are finished")
        run(f"scancel --signal=KILL --full {array}_{KILLED}")
        until(lambda: not queue().strip(), "tasks do not end")
        assert finished_rows(study) == 2
        tables = {path.name for path in (study / "shards").glob("shard-?.csv")}
        assert tables == {f"shard-{n}.csv" for n in range(1, SHARDS + 1) if n != KILLED}
        (study / "shards/killed").touch()
        run(REPEAT)
        until(lambda: not queue().strip(), "the repeated task and the merge do not end")
    logs = "".join(path.read_text("utf-8") for path in sorted((study / "logs").glob("merge_*")))
    assert f"{SHARDS} shards" in logs
    (study / "one").mkdir()
    command = PREDICT.replace("\\\n", " ").partition("gantei ")[2].partition(" --shard")[0]
    whole = ["--out", "one/results.csv", "--embeddings", "one/results.npy"]
    assert main([*shlex.split(command), *whole]) == 1
    merged = files(study, "results")
    assert merged == files(study / "one", "results")
    assert {"results.csv", "results.npy", "results.csv.persons.csv"} <= merged.keys()
