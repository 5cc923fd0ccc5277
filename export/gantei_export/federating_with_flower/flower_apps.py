"""The two apps that Flower starts in processes of its own: a site's, and the coordinator's.

`flower_bundle` names `client` and `server` here. They read what they are to do from the
environment of their own machine, and from nothing that arrived.
"""

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gantei.command_line import main as gantei
from gantei.system.files import atomic_write

from .carried_rounds import (
    LAST_ROUND,
    FlowerError,
    MessageFiles,
    RoundExchange,
    answered,
    led,
    write_files,
)

__all__ = ["client", "server"]  # noqa: F822 - below, once Flower asks for them

ORDERS = "GANTEI_FLOWER_ORDERS"
"""The environment variable that holds a file: what this machine's app is to do."""
FINISHED = "finished.json"
"""Written beside the orders at the end; what it says is for this machine alone."""
_FILES, _FAILED = "files", "failed"
_KIND = "query"
"""Of Flower's messages the one that promises no training."""
_FAREWELL = 60.0
"""Seconds in which sites say that the last round has come."""
_WAIT = 1.0
"""Seconds between two looks for sites that have not come yet."""


def __getattr__(name: str) -> Any:
    """Give an app once it is asked for: importing this does not need Flower."""
    makers = {"client": _client, "server": _server}
    if name not in makers:
        raise AttributeError(name)
    return makers[name]()


def _orders() -> tuple[dict[str, Any], Path]:
    path = Path(os.environ[ORDERS])
    return json.loads(path.read_text("utf-8")), path.with_name(FINISHED)


def _finish(path: Path, said: Mapping[str, str]) -> None:
    with atomic_write(path) as file:
        file.write(json.dumps(said).encode())


def _client() -> Any:
    from flwr.app import ConfigRecord, Message, RecordDict
    from flwr.clientapp import ClientApp

    app = ClientApp()

    @app.query()  # type: ignore[untyped-decorator]
    def answer(message: Any, context: Any) -> Any:
        orders, finished = _orders()
        reply: dict[str, Any] = {}
        if LAST_ROUND in message.content:
            write_files(message.content[LAST_ROUND], Path(orders["last"]))
            _finish(finished, {})
        else:
            # Nothing is raised: Flower would send the text of an exception, names and all.
            try:
                files = answered(message.content[_FILES], orders["site"], gantei)
            except Exception as error:  # noqa: BLE001
                print(f"gantei: {error!r}", flush=True)  # noqa: T201
                files = 2
            reply = {_FAILED: files} if isinstance(files, int) else dict(files)
        return Message(RecordDict({_FILES: ConfigRecord(reply)}), reply_to=message)

    return app


def _server() -> Any:
    from flwr.serverapp import ServerApp

    app = ServerApp()

    @app.main()  # type: ignore[untyped-decorator]
    def lead(grid: Any, context: Any) -> None:
        orders, finished = _orders()
        said: dict[str, str] = {}
        try:
            nodes = _nodes(grid, orders["sites"])
            exchange = RoundExchange(
                lambda files: _asked(grid, nodes, files),
                lambda files: _told(grid, nodes, files),
            )
            out, combine = Path(orders["out"]), orders["combine"]
            said["last"] = str(led(Path(orders["round"]), out, combine, exchange, gantei))
        except Exception as error:
            said["error"] = str(error) if isinstance(error, FlowerError) else repr(error)
            raise
        finally:
            _finish(finished, said)

    return app


def _nodes(grid: Any, sites: int) -> list[int]:
    while len(nodes := sorted(grid.get_node_ids())) < sites:
        time.sleep(_WAIT)
    return nodes


def _asked(
    grid: Any, nodes: list[int], files: MessageFiles
) -> dict[str, Mapping[str, object] | int]:
    found: dict[str, Mapping[str, object] | int] = {}
    for reply in _sent(grid, nodes, _FILES, files):
        name = f"site-{nodes.index(reply.metadata.src_node_id) + 1}"
        if reply.has_error():
            found[name] = int(reply.error.code)
            continue
        record = dict(reply.content[_FILES])
        found[name] = int(record[_FAILED]) if _FAILED in record else record
    if len(found) < len(nodes):
        raise FlowerError(f"{len(found)} of {len(nodes)} sites answered")
    return dict(sorted(found.items()))


def _told(grid: Any, nodes: list[int], files: MessageFiles) -> None:
    for _ in _sent(grid, nodes, LAST_ROUND, files, _FAREWELL):
        pass


def _sent(
    grid: Any, nodes: list[int], what: str, files: MessageFiles, timeout: float | None = None
) -> Any:
    from flwr.app import ConfigRecord, Message, RecordDict

    content = RecordDict({what: ConfigRecord(dict(files))})
    messages = [Message(content, node, _KIND) for node in nodes]
    return grid.send_and_receive(messages, timeout=timeout)
