"""gantei on an NVIDIA GPU: whether it is right, how fast it is, and what the card's own limit is.

    python benchmarks/gpu.py --cache DIR --out DIR

takes at most six minutes. It writes `gpu.json` and `gpu.md`, and prints the latter. Each measure
runs in a process of its own with a limit of time, so that one that hangs does not take the rest;
what was measured before it hung is kept, and what there was no time for is said.

It needs gantei with the extras `gpu` and `convert`; for `gantei serve` also `service`; PyTorch is
the peer where it is installed (pip install torch torchvision). The networks have random weights and
are made here without any framework, in half a minute of one core; DIR can be carried to a machine
without a registry (600 MB; `--only-prepare` makes it).

    python benchmarks/gpu.py --dry-run-on-cpu --cache DIR --out DIR

runs every measure on small networks on the CPU: that the script works, and nothing more.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

from gpu_ceilings import ceilings
from gpu_measures import Settings, agreement, network_alone, options, predict, preparation
from gpu_networks import NETWORKS
from gpu_peers import peers
from gpu_serve import serve
from gpu_table import markdown

ALL = ""
"""In the place of a network, for what is measured once."""
MEASURES = {
    "preparation": (preparation, False, 120),
    "ceilings": (ceilings, False, 40),
    "agreement": (agreement, True, 60),
    "network alone": (network_alone, True, 40),
    "predict": (predict, True, 60),
    "serve": (serve, True, 90),
    "PyTorch": (peers, True, 60),
    "options": (options, True, 60),
}
"""By name: what measures, whether it does for each network, and the most seconds for it."""
LIMIT = 350


def main() -> int:
    """Run every measure; 1 where one failed or disagrees."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cache", type=Path, required=True, help="for networks and photographs")
    parser.add_argument("--out", type=Path, required=True, help="for gpu.json and gpu.md")
    parser.add_argument("--dry-run-on-cpu", action="store_true")
    parser.add_argument("--only-prepare", action="store_true", help="fill the cache alone")
    parser.add_argument("--limit", type=float, default=LIMIT, help="seconds for all of it")
    parser.add_argument(
        "--measure", nargs=2, metavar=("MEASURE", "NETWORK"), help=argparse.SUPPRESS
    )
    chosen = parser.parse_args()
    dry = chosen.dry_run_on_cpu
    settings = Settings(
        cache=chosen.cache,
        device="cpu" if dry else "cuda",
        small=dry,
        batches=(1, 2) if dry else (1, 8, 16, 32, 64),
        seconds=0.01 if dry else 1.0,
    )
    if chosen.measure:
        name, network = chosen.measure
        for row in MEASURES[name][0](settings, network):
            print(json.dumps(row), flush=True)
        return 0
    if chosen.only_prepare:
        for row in preparation(settings, ALL):
            print(json.dumps(row))
        for network in NETWORKS:
            print(settings.folder(network))
        return 0
    rows = all_rows(time.monotonic() + chosen.limit, dry=dry)
    chosen.out.mkdir(parents=True, exist_ok=True)
    (chosen.out / "gpu.json").write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
    text = markdown(rows, dry=dry)
    (chosen.out / "gpu.md").write_text(text, "utf-8")
    print(text)
    return int(any("error" in row or row.get("ok") is False for row in rows))


def all_rows(until: float, *, dry: bool) -> list[dict[str, object]]:
    """Run each measure as a process, and collect what it prints.

    Dry, a network stands for all where they differ in nothing but time.
    """
    rows = [{"measure": "machine", **machine()}]
    for name, (_, of_networks, most) in MEASURES.items():
        networks = [*NETWORKS] if of_networks else [ALL]
        for network in networks[:1] if dry and name != "agreement" else networks:
            began = time.monotonic()
            found = measured(name, network, min(most, until - began))
            print(f"{name} {network}: {time.monotonic() - began:.1f} s", file=sys.stderr)
            rows += found
    return rows


def measured(name: str, network: str, seconds: float) -> list[dict[str, object]]:
    """Give the rows of one measure; where it fails or hangs, what it had, and why."""
    failed = {"measure": name, "network": network}
    if seconds < 5:
        return [{**failed, "error": "there was no time left"}]
    command = [sys.executable, *sys.argv, "--measure", name, network]
    error = None
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
        out = done.stdout
        if done.returncode:
            error = (done.stderr.strip() or f"ended with {done.returncode}").splitlines()[-1]
    except subprocess.TimeoutExpired as late:
        out, error = (late.stdout or b"").decode(errors="replace"), f"took over {seconds:.0f} s"
    rows = [
        json.loads(line) for line in out.splitlines() if line.startswith("{") and line.endswith("}")
    ]
    return rows + ([{**failed, "error": error}] if error else [])


def machine() -> dict[str, object]:
    """Name the card, its driver, and the versions that computed."""
    from gantei.inference.cuda_driver import driver_cuda
    from gantei.system.environment import environment

    try:
        asked = [
            "nvidia-smi",
            "--query-gpu=name,driver_version,memory.total",
            "--format=csv,noheader",
        ]
        card = subprocess.run(asked, capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        card = "no nvidia-smi"
    return {
        "card": card.strip(),
        "cuda_of_driver": driver_cuda(),
        "versions": environment()["versions"],
    }


if __name__ == "__main__":
    sys.exit(main())
