"""The log: JSON lines of counts, durations and kinds, and whose token it was.

Never a photograph, its name, or a message of a library, which may hold what was sent.
"""

import json
import logging
import sys
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

LOGGER = logging.getLogger("gantei.service")


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
    open_inference: bool = False
    """Whether its client looks for errors where the Open Inference Protocol has them."""


class JsonLines(logging.Formatter):
    """Writes each record as one line; of a library's, where it arose and not what it says."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one line."""
        line: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
        }
        if record.name == LOGGER.name:
            line |= {"event": record.msg} | getattr(record, "facts", {})
        else:
            line |= {"event": "library", "logger": record.name, "line": record.lineno}
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
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(True)  # Pillow warns of damaged files, in its own words
    for name in (LOGGER.name, "uvicorn.error"):
        logging.getLogger(name).setLevel(logging.INFO)
