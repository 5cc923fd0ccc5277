"""Trust on first use: a record of what each source gave when it was first pulled from.

A source that lists no digests of its files, such as a plain address or the Hub, is trusted once:
the first pull records the digests in `known.json` of gantei's own folder, and a later pull of the
same source must bring the same bytes. The record also says where an installed estimator came from.
"""

import datetime
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..catalogue import store
from ..errors import OutputError, TransferError
from ..manifests.file import FILE_NAME
from ..system.files import atomic_write, exclusive_lock, read_bounded, sha256_of

LARGEST = 50_000_000
LONGEST_WAIT = 60.0


def path() -> Path:
    """Where the record stands."""
    return store.home() / "known.json"


def refuse_changed(key: str, digests: Mapping[str, str]) -> None:
    """See that a source gives what it gave before.

    Raises:
        TransferError: a file is another one; the message names them.
        OutputError: the record cannot be read.
    """
    if not (first := _read().get(key)):
        return
    before = first["files"]
    names = sorted({*before, *digests})
    if changed := [name for name in names if before.get(name) != digests.get(name)]:
        raise TransferError(
            f"{key} does not give what it gave on {first['first_seen']}: {', '.join(changed)} "
            "differ. Ask its publisher whether that is meant; if so, add --accept-changes"
        )


def record(key: str, requested_as: str, name: str, digests: Mapping[str, str]) -> None:
    """Record what a source gave; the day of first use stays while the files do.

    Raises:
        OutputError: the record cannot be read or written.
    """
    with exclusive_lock(
        path().with_name(".known.lock"), LONGEST_WAIT, f"{path()} is in use; try again"
    ):
        known = _read()
        today = datetime.datetime.now(datetime.UTC).date().isoformat()
        same = known.get(key, {}).get("files") == dict(digests)
        known[key] = {
            "estimator": name,
            "asked": requested_as or key,
            "first_seen": known[key]["first_seen"] if same else today,
            "files": dict(digests),
        }
        with atomic_write(path()) as file:
            file.write(json.dumps(known, indent=1, ensure_ascii=False).encode())


def origin(folder: Path) -> str | None:
    """Return from which source an installed estimator's manifest came, where one is recorded."""
    digest = sha256_of(folder / FILE_NAME)
    for key, first in _read().items():
        if first["files"].get(FILE_NAME) == digest:
            return key if first["asked"] == key else f"{key} (requested as {first['asked']})"
    return None


def _read() -> dict[str, Any]:
    if not os.path.lexists(path()):
        return {}
    try:
        known = json.loads(read_bounded(path(), LARGEST, OutputError))
        right = all(
            isinstance(each["files"], dict) and isinstance(each["first_seen"], str)
            and isinstance(each["asked"], str)
            for each in known.values()
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        right = False
    if not right:
        raise OutputError(
            f"{path()}: not the record that gantei keeps of its sources; move it away, and the "
            "next pull of each source is its first use again"
        )
    return dict(known)
