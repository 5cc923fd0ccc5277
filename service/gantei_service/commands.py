"""`gantei serve`."""

import argparse
from pathlib import Path

MEGABYTE = 1_000_000


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    serve = commands.add_parser(
        "serve",
        help="answer photographs over HTTP",
        description="Answer photographs over HTTP (docs/service.md). Pictures stay in memory; "
        "nothing is sent anywhere. Without a token file, only this machine is answered.",
    )
    serve.add_argument(
        "--with",
        dest="names",
        metavar="NAME",
        action="append",
        help="estimator, by name or folder; say it again for more; default: all that are ready",
    )
    serve.add_argument(
        "--device", choices=("auto", "cpu", "cuda"), default="auto", help="default: auto"
    )
    serve.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1")
    serve.add_argument("--port", type=int, default=3000, help="default: 3000")
    serve.add_argument(
        "--token-file",
        metavar="FILE",
        type=Path,
        help="sha256 of each bearer token that is let in, one a line; read again when it changes",
    )
    serve.add_argument(
        "--insecure", action="store_true", help="answer every machine, without a token"
    )
    serve.add_argument(
        "--body-limit", metavar="MB", type=_positive, default=64, help="of a request; default: 64"
    )
    serve.add_argument(
        "--workers",
        type=_positive,
        metavar="N",
        help="photographs estimated at once; default: cores",
    )
    serve.add_argument(
        "--batch",
        type=_positive,
        metavar="N",
        help="most photographs that go through a network together; default: 16 on a GPU, 1 on a "
        "CPU, where batches do not pay",
    )
    serve.set_defaults(run=_run)


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _run(chosen: argparse.Namespace) -> int:
    from gantei.errors import MissingExtraError
    from gantei.inference import cores

    try:
        from .server import serve
    except ImportError as error:
        raise MissingExtraError(
            f'the service needs {error.name}: pip install "gantei[cpu,service]"'
        ) from error
    from .settings import Settings

    settings = Settings(
        estimators=tuple(chosen.names or ()),
        device=chosen.device,
        workers=chosen.workers or cores(),
        batch=chosen.batch,
        token_file=chosen.token_file,
        insecure=chosen.insecure,
        body_limit=chosen.body_limit * MEGABYTE,
    )
    serve(settings, chosen.host, chosen.port)
    return 0
