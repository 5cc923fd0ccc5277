"""`gantei serve` and `gantei bento`."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from gantei.commands.options import (
    add_calibrations,
    add_device,
    add_estimators,
    add_memory,
    port,
    whole_number,
)

if TYPE_CHECKING:
    from .hangups import Hangups

MEGABYTE = 1_000_000


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add both subcommands."""
    serve = commands.add_parser(
        "serve",
        help="answer photographs over HTTP",
        description="Answer photographs over HTTP (docs/service.md). Pictures stay in memory; "
        "nothing is sent anywhere except by --traces. Without a token file, only this "
        "machine is answered.",
    )
    _add_serve_options(serve)
    _add_tls_options(serve)
    serve.set_defaults(run=_run)
    bento = commands.add_parser(
        "bento",
        help="build a Bento that carries estimators",
        description="Build the service with the named estimators into a Bento, in BentoML's "
        "store, and print its tag: bentoml serve TAG answers with them on a machine that has "
        "neither gantei nor its estimators. Nothing is sent anywhere.",
    )
    add_estimators(bento, "all that are ready")
    add_calibrations(bento, "also carry and apply the calibration")
    bento.add_argument(
        "--gpu",
        action="store_true",
        help="with the packages for NVIDIA GPUs; the Bento asks for one GPU and does not start "
        "without it",
    )
    bento.set_defaults(run=_run_bento)


def _add_serve_options(serve: argparse.ArgumentParser) -> None:
    add_estimators(serve, "all that are ready")
    add_calibrations(serve, "also give calibrated values and intervals, by the calibration")
    add_device(serve)
    serve.add_argument(
        "--host", default="127.0.0.1", help="address to listen on; default: 127.0.0.1"
    )
    serve.add_argument("--port", type=port, default=3000, help="port to listen on; default: 3000")
    serve.add_argument(
        "--grpc-port",
        type=port,
        metavar="PORT",
        help="also answer the Open Inference Protocol over gRPC, on this port of the same host; "
        "default: no gRPC",
    )
    serve.add_argument(
        "--token-file",
        metavar="FILE",
        type=Path,
        help="sha256 of each accepted bearer token, one per line; read again when it changes",
    )
    serve.add_argument(
        "--insecure", action="store_true", help="answer every machine, without a token"
    )
    serve.add_argument(
        "--public-origin",
        metavar="ORIGIN",
        dest="public_origins",
        action="append",
        default=[],
        help="origin of the page behind a proxy that does not pass on Host, such as "
        "https://fundus.example.org; repeat for more",
    )
    serve.add_argument(
        "--body-limit",
        metavar="MB",
        type=whole_number,
        default=64,
        help="largest body of a request; default: 64",
    )
    add_memory(serve)
    serve.add_argument(
        "--traces",
        metavar="URL",
        help="send spans to this OpenTelemetry collector (OTLP over HTTP), such as "
        "http://127.0.0.1:4318; default: nothing is sent",
    )
    serve.add_argument(
        "--workers",
        type=whole_number,
        metavar="N",
        help="photographs estimated at once; default: one per core, and one more",
    )
    serve.add_argument(
        "--batch",
        type=whole_number,
        metavar="N",
        help="most photographs that a network takes at once; default: 16 on a GPU, 1 on a "
        "CPU, where batches do not pay",
    )


def _add_tls_options(serve: argparse.ArgumentParser) -> None:
    tls = serve.add_argument_group("TLS 1.2 and later, by files in PEM")
    for option, what in (
        ("--ssl-certfile", "certificate, followed by any intermediate ones"),
        ("--ssl-keyfile", "its private key"),
        ("--ssl-keyfile-password-file", "holds the key's password, where it has one"),
        ("--ssl-ca-certs", "let in only clients with a certificate of these authorities"),
    ):
        tls.add_argument(option, metavar="FILE", type=Path, help=what)


def _run(chosen: argparse.Namespace) -> int:
    from .hangups import Hangups

    hangups = Hangups()
    with hangups.noted():  # from the beginning: what is slow comes now
        return _serve(chosen, hangups)


def _serve(chosen: argparse.Namespace, hangups: "Hangups") -> int:
    from gantei.errors import SettingError

    with _extra():
        from .server import serve
    if chosen.grpc_port is not None:
        with _extra("gRPC", "service,grpc"):
            from .grpc_port import grpc_service  # noqa: F401 - what it needs is there
    from .origins import stated_origin
    from .settings import Settings, default_workers
    from .tls import Certificate

    files = (chosen.ssl_keyfile_password_file, chosen.ssl_ca_certs)
    certificate = None
    if chosen.ssl_certfile and chosen.ssl_keyfile:
        certificate = Certificate(chosen.ssl_certfile, chosen.ssl_keyfile, *files)
    elif chosen.ssl_certfile or chosen.ssl_keyfile or any(files):
        raise SettingError("TLS needs both --ssl-certfile and --ssl-keyfile")
    settings = Settings(
        estimators=tuple(chosen.names or ()),
        calibrations=tuple(chosen.calibrations),
        device=chosen.device,
        workers=chosen.workers or default_workers(),
        batch=chosen.batch,
        token_file=chosen.token_file,
        insecure=chosen.insecure,
        public_origins=tuple(map(stated_origin, chosen.public_origins)),
        body_limit=chosen.body_limit * MEGABYTE,
        memory=chosen.memory and chosen.memory * MEGABYTE,
        traces=chosen.traces,
    )
    serve(settings, chosen.host, chosen.port, certificate, hangups, chosen.grpc_port)
    return 0


def _run_bento(chosen: argparse.Namespace) -> int:
    with _extra():
        from .bento import build
    sys.stdout.write(build(chosen.names or (), chosen.calibrations, gpu=chosen.gpu) + "\n")
    return 0


@contextmanager
def _extra(what: str = "the service", extras: str = "service") -> Iterator[None]:
    """Say of a package that is missing which command installs it."""
    from gantei.errors import MissingExtraError

    try:
        yield
    except ImportError as error:
        from gantei.system.install_command import how_to_add

        raise MissingExtraError(f"{what} needs {error.name}: {how_to_add(extras)}") from error
