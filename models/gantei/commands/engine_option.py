"""`--on`: Ray, whose actors estimate in place of this process."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .given_photographs import is_on_web

if TYPE_CHECKING:
    from ..inference.session import Device
    from ..ray.ray_backend import RayBackend

LOCAL = "ray"


def add_engine(parser: argparse.ArgumentParser) -> None:
    """Add the option; `check_engine` and `ray_backend` read it."""
    parser.add_argument(
        "--on",
        metavar="ENGINE",
        help="estimate by actors of Ray, with the same rows: ray starts Ray on this machine for "
        "the time of the run, ray://HOST:PORT connects to a cluster; only to one that you trust: "
        "Ray runs what it is sent, and what a cluster sends back runs here",
    )


def check_engine(chosen: argparse.Namespace) -> None:
    """Refuse what `--on` does not go with, before any photograph is looked for.

    Raises:
        SettingError: another estimates, it is no engine, or photographs are on a web server.
    """
    from ..errors import SettingError
    from ..ray.cluster import is_on_this_machine

    if chosen.on is None:
        return
    if chosen.server is not None:
        raise SettingError("--on and --server: one of them estimates, leave the other out")
    if chosen.on != LOCAL:
        is_on_this_machine(chosen.on)
    if is_on_web([*chosen.paths, chosen.root]):
        raise SettingError(
            "--on takes no photographs of a web server, whose addresses may be signed and would go "
            "to every machine of the cluster: leave --on out, or name a store (s3://, gs://, az://)"
        )


@contextmanager
def ray_backend(chosen: argparse.Namespace, names: Sequence[str]) -> "Iterator[RayBackend]":
    """Have the estimators in actors, one CPU or GPU each.

    Raises:
        SettingError: there are fewer CPUs or GPUs than the actors need.
        MissingExtraError, OfflineError, TransferError: as `local_ray` and `connected_ray`.
        GanteiError: as `RayBackend.of`.
    """
    from ..ray.cluster import connected_ray, is_on_this_machine, local_ray
    from ..ray.placement import place_actors
    from ..ray.ray_backend import RayBackend
    from ..system.cores import cores

    is_local = chosen.on == LOCAL
    is_elsewhere = not (is_local or is_on_this_machine(chosen.on))
    device: Device = "cuda" if chosen.device == "cuda" else "cpu"
    memory = chosen.memory and chosen.memory * 10**6
    connection = local_ray(chosen.workers or cores()) if is_local else connected_ray(chosen.on)
    if sys.stderr.isatty():
        sys.stderr.write("starting Ray\n" if is_local else f"connecting to {chosen.on}\n")
    with connection:
        options, actors = place_actors(
            names, device, chosen.calibrations, chosen.workers, memory,
            allow_grey=chosen.allow_grey,
        )  # fmt: skip
        with RayBackend.of(
            options, actors, cluster="Ray" if is_local else chosen.on, is_elsewhere=is_elsewhere
        ) as backend:
            yield backend
