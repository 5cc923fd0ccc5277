"""`python -m` this to run a Flower SuperNode that answers gantei's app and runs no other.

By itself a SuperNode runs whatever program the SuperLink sends. This one compares what it is sent
with the app of its own gantei, and ends at any other.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .flower_bundle import app_bundle
from .flower_install import allow_slow_starts

REFUSED = (
    "gantei: the SuperLink sent another program than this gantei's own app, and it was not run. "
    "The same versions of gantei and Flower must be installed on both sides"
)


def main() -> None:
    """Run `flower-supernode` with the arguments given, within that bound."""
    from flwr.supercore.exit import ExitCode, flwr_exit
    from flwr.supernode import start_client_internal
    from flwr.supernode.cli import flower_supernode

    connect = start_client_internal.http_request_response
    own = app_bundle()

    @contextmanager
    def checked(*arguments: Any) -> Iterator[Any]:
        with connect(*arguments) as (node, receive, send, get_run, get_fab, *others):

            def get_own_app(*which: Any) -> Any:
                found = get_fab(*which)
                if found.content != own:
                    flwr_exit(ExitCode.SUPERNODE_INVALID_TRUSTED_ENTITIES, REFUSED)
                return found

            yield (node, receive, send, get_run, get_own_app, *others)

    start_client_internal.http_request_response = checked
    allow_slow_starts()
    flower_supernode()


if __name__ == "__main__":
    main()
