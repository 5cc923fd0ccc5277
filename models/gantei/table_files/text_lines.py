"""Text files, line by line: any number of lines in the memory of a few thousand."""

import codecs
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, cast

from ..errors import OutputError
from ..system.stored_texts import told_of_room
from .text_encoding import decoded, encoding_of, refuse_null_bytes

STANDARD_INPUT = "-"
LARGEST_TEXT = 500_000_000
"""Bytes of a file that is read whole into memory."""
LARGEST_LIST = 8_000_000_000
"""Bytes of a list, of which a part is in memory: a hundred million names of 80 letters."""
LONGEST_LINE = 1_000_000
"""Letters; no name has as many."""
_CHUNK = 1 << 18
_IN_MEMORY = 4_000_000


def opened(name: str) -> BinaryIO:
    """Open a file to be read, from its start again too: a pipe is copied to one without a name.

    Args:
        name: of the file; `-` for standard input.

    Raises:
        OutputError: it cannot be read, or is larger than `LARGEST_LIST`.
    """
    if name == STANDARD_INPUT:
        return _copied(sys.stdin.buffer, "standard input")
    try:
        file = Path(name).open("rb")  # noqa: SIM115
        if file.seekable():
            return file
        with file:
            return _copied(file, name)
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(f"{Path(name)}: cannot be read: {error.strerror or error}") from error


def called(name: str) -> str:
    """What messages call a file."""
    return "standard input" if name == STANDARD_INPUT else name


def _copied(pipe: BinaryIO, name: str) -> BinaryIO:
    # Without a name, so that names of patients stay behind in no folder, whatever happens.
    copy = cast(BinaryIO, tempfile.SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115
    with ExitStack() as closing:
        closing.enter_context(copy)
        while chunk := pipe.read(_CHUNK):
            with told_of_room():
                copy.write(chunk)
            _check_size(copy.tell(), name)
        copy.seek(0)
        closing.pop_all()
    return copy


def _check_size(size: int, name: str) -> None:
    if size > LARGEST_LIST:
        raise OutputError(f"{name}: larger than {LARGEST_LIST} bytes; split the list")


def whole_text(file: BinaryIO, name: str, encoding: str | None) -> tuple[str, bool]:
    """Read and close a file; give its text, and whether it has the byte order mark of UTF-8.

    Raises:
        OutputError: it is larger than `LARGEST_TEXT`, or cannot be decoded.
    """
    with file:
        file.seek(0)
        data = file.read(LARGEST_TEXT + 1)
    if len(data) > LARGEST_TEXT:
        raise OutputError(
            f"{called(name)}: a table larger than {LARGEST_TEXT} bytes, which is not read; split "
            "it, or give the names alone as a .txt"
        )
    return decoded(data, called(name), encoding), data.startswith(codecs.BOM_UTF8)


def lines_of(file: BinaryIO, name: str, encoding: str | None) -> Iterator[str]:
    r"""Give the lines of a file without their `\n`, and close it at its end.

    Raises:
        OutputError: while they are read, as `decoded`; a line is longer than `LONGEST_LINE`, or
            the file larger than `LARGEST_LIST`.
    """
    with file:
        file.seek(0)
        head = file.read(_CHUNK)
        used, is_said = encoding_of(head, encoding)
        decoder = codecs.getincrementaldecoder(used)()
        rest, nulls, chunk = "", 0, head
        while chunk:
            nulls += chunk.count(0)
            try:
                *lines, rest = f"{rest}{decoder.decode(chunk)}".split("\n")
            except UnicodeError:
                _refuse(file, name, encoding, used)
            yield from lines
            if len(rest) > LONGEST_LINE:
                raise OutputError(f"{called(name)}: a line has more than {LONGEST_LINE} letters")
            _check_size(file.tell(), called(name))
            chunk = file.read(_CHUNK)
        try:
            *lines, rest = f"{rest}{decoder.decode(b'', True)}".split("\n")
        except UnicodeError:
            _refuse(file, name, encoding, used)
        if not is_said:
            refuse_null_bytes(nulls, file.tell(), called(name))
        yield from (*lines, rest)


def _refuse(file: BinaryIO, name: str, encoding: str | None, used: str) -> None:
    """Say where it cannot be decoded, and what to try, which all of it tells."""
    file.seek(0)
    decoded(file.read(LARGEST_TEXT), called(name), encoding)
    raise OutputError(f"{called(name)}: behind {LARGEST_TEXT} bytes, not {used.upper()}")
