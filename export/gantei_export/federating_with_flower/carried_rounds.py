"""A federation's rounds over a network: at both ends the same commands as with files.

What arrives is written as the folder that would have been passed, and `gantei federate site` or
`combine` is given it; what they write is sent. Signatures, masks and checks are theirs, so this
carries bytes and decides nothing.
"""

import re
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gantei.errors import GanteiError, OutputError
from gantei.system.files import ensure_folder

from ..federating.message_arrays import LARGEST_ARRAYS

FLOWER_ROUND = "round"
FLOWER_ANSWER = "answer"
LAST_ROUND = "last"
_FILE = r"(federation\.json|sums\.bin|model\.sig)"
_NAMES = re.compile(rf"((joins|answers)/\d{{1,3}}/)?{_FILE}")
_MOST_FILES = 600
"""Those of a hundred sites: how each joined, and what it answered."""
_LARGEST = LARGEST_ARRAYS + 64_000_000
"""Bytes of all files of a message: its numbers, and the JSON of a hundred sites."""
NEXT_ROUND, CONVERGED = 1, 0
"""Exit codes of `gantei federate combine`."""

MessageFiles = Mapping[str, bytes]
"""A folder of a message: its files' contents by their paths in it."""
FederateCommand = Callable[[Sequence[str]], int]
"""Runs `gantei` with arguments and gives its exit code."""


class FlowerError(GanteiError, RuntimeError):
    """What ended a federation that Flower carried.

    >>> from gantei_export.federating_with_flower.carried_rounds import FlowerError
    >>> FlowerError("a site did not answer").code
    'flower'
    """

    kind = "flower"


def files_of(folder: Path) -> dict[str, bytes]:
    """Read a message's folder as it is sent."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def write_files(files: Mapping[str, object], folder: Path) -> None:
    """Write what arrived as a folder, for `gantei federate`, which checks what is in it.

    Args:
        files: contents by their paths.
        folder: is not there yet.

    Raises:
        FlowerError: a path or a content is none that a message has; nothing was written.
        OutputError: it cannot be written.
    """
    contents: dict[str, bytes] = {}
    for name, content in files.items():
        if not (isinstance(content, bytes) and _NAMES.fullmatch(name)):
            raise FlowerError("what arrived is no message of a federation: it was not written")
        contents[name] = content
    if len(contents) > _MOST_FILES or sum(map(len, contents.values())) > _LARGEST:
        raise FlowerError("what arrived is larger than any message of a federation")
    try:
        for name, content in contents.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written: {error.strerror or error}") from error


def answered(
    files: Mapping[str, object], arguments: Sequence[str], command: FederateCommand
) -> dict[str, bytes] | int:
    """Answer a round at a site.

    Args:
        files: the round.
        arguments: of `gantei federate site`, but for the round and `--out`.
        command: runs gantei.

    Returns:
        The files of the answer, or the exit code where there is none. Nothing else: what went wrong
        at a site may name photographs, and stays there.
    """
    with tempfile.TemporaryDirectory(prefix="gantei-round-") as work:
        asked, out = Path(work, FLOWER_ROUND), Path(work, FLOWER_ANSWER)
        try:
            write_files(files, asked)
        except GanteiError as error:
            sys.stderr.write(f"gantei: {error}\n")
            return 2
        # The options first: a name that begins with - is a photograph's only after all of them.
        code = command(["federate", "site", "--out", str(out), str(asked), *arguments])
        return files_of(out) if out.is_dir() else code or 2


@dataclass(frozen=True)
class RoundExchange:
    """How the coordinator reaches the sites.

    Attributes:
        ask: sends a round to all sites and gives the answer of each, or its exit code, by a name.
        tell: sends the last round to all sites.
    """

    ask: Callable[[MessageFiles], Mapping[str, Mapping[str, object] | int]]
    tell: Callable[[MessageFiles], None]


def led(
    first: Path,
    out: Path,
    arguments: Sequence[str],
    exchange: RoundExchange,
    command: FederateCommand,
) -> Path:
    """Lead a federation from its round 0 to the last one.

    Args:
        first: round 0, as `gantei federate start` wrote it.
        out: folder for the answers and rounds, which are kept as if they had been passed by hand.
        arguments: of `gantei federate combine`, but for the answers and `--out`.
        exchange: how sites are reached.
        command: runs gantei.

    Returns:
        The folder of the last round, from which `gantei federate install` makes the estimator.

    Raises:
        FlowerError: a site did not answer, or `combine` refused what they answered.
    """
    current, code, number = first, NEXT_ROUND, 0
    while code == NEXT_ROUND:
        folders = []
        for name, files in exchange.ask(_carried(current, number)).items():
            if isinstance(files, int):
                raise FlowerError(
                    f"round {number}: site {name} could not answer (exit code {files}), and what "
                    "was wrong is written there. Once it is mended, start this command anew with "
                    "the last round that was written"
                )
            folders.append(out / f"answers-{number}" / name)
            write_files(files, folders[-1])
        number += 1
        current = out / f"round-{number}"
        told = [*arguments, "--out", str(current), "--", *map(str, folders)]
        code = command(["federate", "combine", *told])
    if code != CONVERGED:
        raise FlowerError(f"round {number} could not be made of what the sites answered; see above")
    exchange.tell(_carried(current, number))
    return current


def _carried(folder: Path, number: int) -> dict[str, bytes]:
    """Read a round as it is sent.

    Raises:
        FlowerError: it is larger than what is carried, as rounds of large networks are.
    """
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    if size > _LARGEST:
        raise FlowerError(
            f"round {number}: {folder} has {size:,} bytes, since it holds what all sites sent; at "
            f"most {_LARGEST:,} are carried. Pass its rounds on as files"
        )
    return files_of(folder)


def prepared_folder(folder: Path) -> Path:
    """Make the folder that a command works in, which nobody else can read.

    Raises:
        OutputError: it is there already, or cannot be made.
    """
    ensure_folder(folder.parent)
    try:
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise OutputError(f"{folder}: {error.strerror or error}; name another --out") from error
    return folder
