"""How many actors there are on Ray, and what each of them may use."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import SettingError
from ..inference.session import Device
from .cluster import import_ray
from .estimator_actor import ActorOptions


class Placement(NamedTuple):
    """What each actor opens and may use, and how many actors there are."""

    options: ActorOptions
    actors: int


def place_actors(
    names: Sequence[str],
    device: Device,
    calibrations: Sequence[str],
    actors: int | None,
    memory: int | None,
    *,
    allow_grey: bool,
    cpus_left: int = 0,
) -> Placement:
    """Divide the CPUs or GPUs of the Ray that is connected among actors.

    On CPUs each actor has one, and decodes one photograph at a time, so that each core is used
    once. On GPUs each actor has one, and its part of the CPUs of its machine to decode.

    Args:
        names: of the estimators; folders are named as this process does.
        device: `cpu` or `cuda`.
        calibrations: as `--calibration` has them.
        actors: how many; None: as many as there is room for now.
        memory: bytes that they may plan for, all on a machine together; None: see `memory_limit`.
        allow_grey: let pictures without colour pass.
        cpus_left: CPUs of Ray for others, where nobody chose a number of actors.

    Raises:
        SettingError: there is not so much room.
    """
    nodes = [each["Resources"] for each in import_ray().nodes() if each["Alive"]]
    kind = "GPU" if device == "cuda" else "CPU"
    on_each = [int(node.get(kind, 0)) for node in nodes]
    threads = _threads(nodes) if kind == "GPU" else 1
    wanted = actors or (sum(on_each) if kind == "GPU" else max(1, sum(on_each) - cpus_left))
    if not wanted or wanted > sum(on_each):
        raise SettingError(
            f"Ray has {sum(on_each)} {kind}s, and {wanted or 'the'} actors need one each: take "
            "fewer --workers, or another --device"
        )
    options = ActorOptions(
        [_absolute(name) for name in names], device, calibrations, allow_grey, threads, memory,
        per_machine=min(wanted, max(on_each)),
    )  # fmt: skip
    return Placement(options, wanted)


def _threads(nodes: Sequence[dict[str, Any]]) -> int:
    """CPUs for each GPU, on the machine that has the fewest for it."""
    shares = [int(node["CPU"] / node["GPU"]) for node in nodes if node.get("GPU", 0) >= 1]
    return max(1, min(shares, default=1))


def _absolute(name: str) -> str:
    """The whole path of a folder, which an actor would seek in a folder of its own."""
    return os.path.abspath(name) if Path(name, "estimator.toml").is_file() else name  # noqa: PTH100
