"""Another machine's `gantei serve`: its list tells the size and sha256 of every file."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from ..errors import SettingError, UnknownEstimatorError
from .sources import Folder, HttpFolder, Source
from .wire import Advice, Wire

VARIABLE = "GANTEI_TOKEN"
LARGEST_LIST = 10_000_000
LONGEST_TOKEN = 10_000
ROUTE = "/v1/estimators"
_SHA256 = re.compile(r"[0-9a-f]{64}")


@contextmanager
def served_folder(source: Source, work: Path) -> Iterator[Folder]:
    """Open an estimator that a machine serves.

    Raises:
        UnknownEstimatorError: it serves others; the message names them.
    """
    top = source.text.partition("?")[0].rstrip("/").removesuffix(ROUTE) + ROUTE
    advice = Advice(
        f"By hand: copy the folder that gantei where {source.name} names on that machine, and "
        f"bring it here: gantei pull {source.name} --from FOLDER",
        f"its keeper gives tokens; put yours into {VARIABLE}, or into a file, --token-file FILE",
    )
    token = given_token(source.reach.token_file) or os.environ.get(VARIABLE) or None
    with Wire(f"pull {source.name} from {source.text}", advice, source.reach, token) as wire:
        listed = _listed(wire, top)
        if source.name not in listed:
            raise UnknownEstimatorError(
                f"{source.text} does not serve {source.name!r}; it serves: {', '.join(listed)}"
            )
        base = f"{top}/{quote(source.name)}/files/"
        yield HttpFolder(wire, base, f"{top}/{source.name}", source.text, listed[source.name])


def given_token(path: Path | None) -> str | None:
    """Read a bearer token from a file; None where no file is named.

    Raises:
        SettingError: it cannot be read, or is no token.
    """
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            token = file.read(LONGEST_TOKEN).decode("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"--token-file {path}: cannot be read: {error}") from error
    if not token or not token.isprintable() or " " in token:
        raise SettingError(f"--token-file {path}: expects one token and nothing else")
    return token


def _listed(wire: Wire, url: str) -> dict[str, dict[str, tuple[int, str]]]:
    """Map the name of each estimator to size and sha256 of its files."""
    content = wire.read(url, LARGEST_LIST)
    try:
        listing = json.loads(content or b"")["estimators"]
        return {
            str(each["name"]): {
                str(name): (_size(file["bytes"]), _digest(file["sha256"]))
                for name, file in each["files"].items()
            }
            for each in listing
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise wire.failure(url, "does not answer as gantei serve does") from error


def _size(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("not a size")
    return value


def _digest(value: object) -> str:
    if not isinstance(value, str) or not _SHA256.fullmatch(value):
        raise ValueError("not a sha256")
    return value
