"""The settings of the service: options of `gantei serve`, or variables that BentoML passes on."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gantei.errors import SettingError
from gantei.inference.session import DEVICES, Device
from gantei.system.cores import cores

from .origins import PageOrigin, stated_origin

PREFIX = "GANTEI_SERVE_"
MEGABYTE = 1_000_000


def default_workers() -> int:
    """One per core and one more: one of them often waits for Python, which the event loop holds."""
    return cores() + 1


@dataclass(frozen=True)
class Settings:
    """All that can be chosen.

    Attributes:
        estimators: names or folders; none means every estimator that is ready on this machine.
        calibrations: sites or paths, as `chosen_sites` takes them; none means uncalibrated values.
        device: as `gantei.load` takes it.
        workers: photographs that are decoded and estimated at the same time.
        batch: most photographs that go through a network together; None: 16 on a GPU, 1 on a CPU.
        token_file: sha256 digests of the bearer tokens; None answers clients of this machine only.
        insecure: answer every client, without a token.
        public_origins: of the service's own page behind a proxy that passes on another `Host`.
        body_limit: bytes of one request's body.
        memory: bytes that this process and those it starts may use; None: by the limit of the
            control group (the container), or three quarters of the machine's.
        traces: address of the collector of OpenTelemetry's spans; None: there are none.
        host: what the application runs under, and its version, for the metrics.
        photographs: most photographs of one request.
        queue: most photographs that wait, of all requests together.
        deadline: seconds that a request's photographs may take, waiting included.
        piece_timeout: seconds that a client may let pass between two pieces of its body.
        body_timeout: seconds for a whole body.
        drain_refused_bodies: read and discard the rest of a body that was refused early; where it
            does not end, the host has to cut it.
        reload_address: whether tokens that may do so reload it by `POST /v1/reload`.
    """

    estimators: tuple[str, ...] = ()
    calibrations: tuple[str, ...] = ()
    device: Device = "auto"
    workers: int = field(default_factory=default_workers)
    batch: int | None = None
    token_file: Path | None = None
    insecure: bool = False
    public_origins: tuple[PageOrigin, ...] = ()
    body_limit: int = 64 * MEGABYTE
    memory: int | None = None
    traces: str | None = None
    host: str = ""
    photographs: int = 100
    queue: int = 400
    deadline: float = 60.0
    piece_timeout: float = 15.0
    body_timeout: float = 120.0
    drain_refused_bodies: bool = False
    reload_address: bool = False


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read `GANTEI_SERVE_WITH` and `_CALIBRATION` (names, with commas), `_DEVICE`, `_WORKERS`,
    `_BATCH`, `_TOKEN_FILE`, `_INSECURE` (1), `_PUBLIC_ORIGIN` (origins, with commas),
    `_BODY_LIMIT`, `_MEMORY` (MB) and `_TRACES`.

    Raises:
        SettingError: one of them makes no sense, or has a name that is not known.
    """  # noqa: D205 - the names are one list
    known = {
        "WITH", "CALIBRATION", "DEVICE", "WORKERS", "BATCH", "TOKEN_FILE", "INSECURE",
        "PUBLIC_ORIGIN", "BODY_LIMIT", "MEMORY", "TRACES",
    }  # fmt: skip
    given = {
        key.removeprefix(PREFIX): value
        for key, value in environment.items()
        if key.startswith(PREFIX)
    }
    if "GRPC_PORT" in given:
        raise SettingError(f"{PREFIX}GRPC_PORT: only gantei serve has gRPC, by --grpc-port")
    if stray := sorted(given.keys() - known):
        raise SettingError(f"unknown {PREFIX}{stray[0]}; known: {', '.join(sorted(known))}")
    device = given.get("DEVICE", "auto")
    if device not in DEVICES:
        raise SettingError(f"{PREFIX}DEVICE is one of {', '.join(DEVICES)}, not {device!r}")
    if given.get("INSECURE", "1") != "1":
        raise SettingError(f"{PREFIX}INSECURE is 1 or absent, not {given['INSECURE']!r}")
    return Settings(
        estimators=_listed(given.get("WITH", "")),
        calibrations=_listed(given.get("CALIBRATION", "")),
        device=device,  # type: ignore[arg-type]
        workers=_positive(given, "WORKERS") if "WORKERS" in given else default_workers(),
        batch=_positive(given, "BATCH") if "BATCH" in given else None,
        token_file=Path(given["TOKEN_FILE"]) if "TOKEN_FILE" in given else None,
        insecure="INSECURE" in given,
        public_origins=tuple(map(stated_origin, _listed(given.get("PUBLIC_ORIGIN", "")))),
        body_limit=_positive({"BODY_LIMIT": "64"} | given, "BODY_LIMIT") * MEGABYTE,
        memory=_positive(given, "MEMORY") * MEGABYTE if "MEMORY" in given else None,
        traces=given.get("TRACES"),
    )


def _listed(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (name.strip() for name in text.split(","))))


def _positive(given: Mapping[str, str], name: str) -> int:
    text = given[name]
    if not (text.isascii() and text.isdecimal() and int(text)):
        raise SettingError(f"{PREFIX}{name} is a whole number above 0, not {text!r}")
    return int(text)
