"""The log: JSON lines of counts, durations and kinds, and whose token it was.

Never a photograph, its name, or a message of a library, which may hold what was sent.
"""

import json
import logging
import os
import sys
import time
import traceback
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from .log_writer import LogWriter
from .request_trace import UNTRACED, RequestTrace

LOGGER = logging.getLogger("gantei.service")
_STANDARD_ERROR = 2
"""The descriptor itself: a lock of `sys.stderr` would keep the end of the process waiting."""


@dataclass
class RequestRecord:
    """What is remembered of one request, for its line in the log."""

    id: str = field(default_factory=lambda: uuid4().hex)
    began: float = field(default_factory=time.perf_counter)
    bytes: int = 0
    photographs: int = 0
    refused: int = 0
    problem: str | None = None
    token: str | None = None
    """Whose token it came with, as the token file says."""
    may_reload: bool = False
    """Whether the token file lets that token reload the server."""
    open_inference: bool = False
    """Whether its client looks for errors where the Open Inference Protocol has them."""
    trace: RequestTrace = UNTRACED


class JsonLines(logging.Formatter):
    """Writes each record as one line; of a library's, where it arose and not what it says."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one line; of a record that makes none, where it was logged and what went wrong."""
        line: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
        }
        try:
            return self._whole(line, record)
        except Exception as error:  # noqa: BLE001 - whoever logs must not fail by it
            line |= {"event": "log line cannot be written", "logger": record.name}
            return json.dumps(line | {"line": record.lineno} | failure(error), ensure_ascii=False)

    def _whole(self, line: dict[str, Any], record: logging.LogRecord) -> str:
        if record.name == LOGGER.name:
            line = line | {"event": record.msg} | getattr(record, "facts", {})
        else:
            line = line | {"event": "library", "logger": record.name, "line": record.lineno}
            if record.name == "uvicorn.error" and record.levelno < logging.WARNING:
                line |= {"event": record.getMessage()}
        if record.exc_info and record.exc_info[1] is not None:
            line |= failure(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def log(event: str, level: int = logging.INFO, **facts: object) -> None:
    """Write a line of our own."""
    LOGGER.log(level, event, extra={"facts": facts})


def failure(error: BaseException) -> dict[str, Any]:
    """Tell an error's type and the places it passed; its message may hold what was sent."""
    frames = traceback.extract_tb(error.__traceback__)[-5:]
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames]
    return {"error": type(error).__name__, "places": places}


def configure() -> None:
    """Send the log of the service and of the libraries to standard error as JSON lines."""
    root = logging.getLogger()
    root.handlers[:] = [_writer()]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(True)  # Pillow warns of damaged files, in its own words
    for name in (LOGGER.name, "uvicorn.error"):
        logging.getLogger(name).setLevel(logging.INFO)


def dropped_lines() -> int:
    """Count the lines that could not be written, since the start."""
    return _writer().dropped if _writer.cache_info().currsize else 0


def flush() -> None:
    """Wait until all is written, for a while at most; a signal ends the process without that."""
    if _writer.cache_info().currsize:
        _writer().flush()


@cache
def _writer() -> LogWriter:
    """Start to write, once in a process; without a standard error nothing is written."""
    descriptor = os.open(os.devnull, os.O_WRONLY) if sys.__stderr__ is None else _STANDARD_ERROR
    writer = LogWriter(descriptor, _gap)
    writer.setFormatter(JsonLines())
    return writer


def _gap(lines: int) -> logging.LogRecord:
    facts = {"facts": {"lines": lines}}
    return LOGGER.makeRecord(
        LOGGER.name, logging.WARNING, "", 0, "log lines dropped", (), None, extra=facts
    )
