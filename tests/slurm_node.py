"""Slurm on one node, for a test: with a network, a host name and processes of its own."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAMS = (
    "slurmctld",
    "slurmd",
    "sbatch",
    "squeue",
    "scancel",
    "munged",
    "unshare",
    "nsenter",
    "ip",
)
OWN = ("unshare", "--net", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc")
PATIENCE = 60.0  # seconds until it answers
# Slurm looks its own addresses up, and finds none where there is only a loopback.
START = """
set -e
hostname node
ip link set lo up
ip link add out type veth peer name in
ip addr add 10.0.0.1/30 dev out
ip link set out up
ip link set in up
munged --force --foreground --key-file munge.key --socket "$PWD/munge.socket" \
    --pid-file "$PWD/munged.pid" --log-file "$PWD/munged.log" --seed-file "$PWD/munged.seed" &
slurmctld -D -f "$PWD/slurm.conf" &
slurmd -D -N node -f "$PWD/slurm.conf" &
wait
"""
CONFIGURATION = """
ClusterName=test
SlurmctldHost=node(10.0.0.1)
NodeName=node NodeAddr=10.0.0.1 CPUs=8 RealMemory=8000
PartitionName=all Nodes=node Default=YES
AuthInfo=socket={folder}/munge.socket
SlurmUser=root
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0,sched_interval=1
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
ReturnToService=2
"""
"""CPUs that the machine need not have; memory is not counted."""


def missing() -> str:
    """What keeps it from running here; empty where nothing does."""
    absent = [name for name in PROGRAMS if shutil.which(name) is None]
    if absent:
        return f"no {', '.join(absent)} here"
    tried = subprocess.run([*OWN, "true"], capture_output=True, check=False)
    return "" if tried.returncode == 0 else "namespaces are not permitted here"


class SlurmNode:
    """A node that is running; its commands are those of Slurm."""

    def __init__(self, folder: Path, process: int) -> None:
        self._folder = folder
        self._inside = ("nsenter", "--target", str(process), "--net", "--uts", "--pid", "--mount")

    def run(self, command: str, here: Path, environment: dict[str, str]) -> str:
        """What a shell says that runs the command in a folder."""
        done = subprocess.run(
            [*self._inside, f"--wd={here}", "bash", "-euo", "pipefail", "-c", command],
            capture_output=True,
            text=True,
            check=False,
            env=environment | {"SLURM_CONF": str(self._folder / "slurm.conf")},
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def logs(self) -> str:
        """The last lines of its daemons, for who looks for what went wrong."""
        return "\n".join(path.read_text("utf-8")[-2000:] for path in self._folder.glob("*.log"))


@contextmanager
def slurm_node(folder: Path, environment: dict[str, str]) -> Iterator[SlurmNode]:
    """Start one that keeps everything in `folder`, and stop it with all that runs on it."""
    for name in ("state", "spool"):
        (folder / name).mkdir(parents=True)
    (folder / "slurm.conf").write_text(CONFIGURATION.format(folder=folder), "utf-8")
    key = folder / "munge.key"
    key.write_bytes(b"a key of this test alone, not a secret")
    key.chmod(0o600)
    with (folder / "start.log").open("wb") as log:
        outer = subprocess.Popen([*OWN, "bash", "-c", START], cwd=folder, stdout=log, stderr=log)
    try:
        node = SlurmNode(folder, _first_inside(outer.pid))
        end = time.monotonic() + PATIENCE
        while "idle" not in node.run("sinfo --noheader --format=%T || :", folder, environment):
            assert time.monotonic() < end and outer.poll() is None, node.logs()
            time.sleep(0.2)
        yield node
    finally:
        outer.kill()  # and with it, by --kill-child, everything inside
        outer.wait()


def _first_inside(outer: int) -> int:
    """The process that is the first of the namespace which that one has made."""
    children = Path(f"/proc/{outer}/task/{outer}/children")
    end = time.monotonic() + PATIENCE
    while not (found := children.read_text("ascii").split()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return int(found[0])
