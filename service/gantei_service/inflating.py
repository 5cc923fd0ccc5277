"""Bodies that come packed, inflated piece by piece: a small one cannot fill the memory."""

import zlib

from gantei.findings.finding import Finding

from .asgi import AsgiMessage
from .problems import Problem

GZIP = 31
ENCODINGS = {b"gzip": GZIP, b"x-gzip": GZIP, b"deflate": 15}
"""What zlib calls each; HTTP's deflate is zlib's format."""
MOST_MEMBERS = 1000
"""Of a gzip body: one may stand behind the other (RFC 1952), and an empty one is 20 bytes."""
PIECE = 65536
"""Bytes that are inflated at a time."""
MOST_SWELLING = 20
SPARED = 1_000_000
"""A body may become so many times larger, beyond so many bytes. Deflate can do 1,000 times;
photographs, which are compressed as they are, grow by 1 to 1.3 (in base64 by 1.4), uncompressed
ones by 1.3 to 3.9.
"""


def inflater_for(scope: AsgiMessage) -> "Inflater | None":
    """Make what inflates a request's body; None where that comes as it is.

    Raises:
        Problem: `unsupported-media-type`: an encoding that is not taken, or several.
    """
    stated = [value.lower() for key, value in scope["headers"] if key == b"content-encoding"]
    used = [value for value in stated if value not in (b"identity", b"")]
    if not used:
        return None
    if len(used) > 1 or used[0] not in ENCODINGS:
        raise Problem(
            "unsupported-media-type", Finding("body-encoding-unknown"),
            headers={"accept-encoding": "gzip, deflate"},
        )  # fmt: skip
    return Inflater(ENCODINGS[used[0]])


class Inflater:
    """Inflates one body.

    Attributes:
        taken: bytes that have come.
    """

    def __init__(self, window: int) -> None:
        self._window = window
        self._zlib = zlib.decompressobj(window)
        self._members = 1
        self._packed = b""
        self.taken = self._given = 0

    def feed(self, packed: bytes) -> None:
        """Take the next piece as it came; before that, `inflated` has to have given all it can."""
        self.taken += len(packed)
        self._packed = packed

    def inflated(self) -> bytes:
        """Give the next bytes, `PIECE` at most; none: it needs more, or has ended.

        Raises:
            Problem: `malformed-body` or `body-too-large`.
        """
        piece = self._next_piece()
        while not piece and self._zlib.eof and self._packed:  # behind an empty member
            piece = self._next_piece()
        self._given += len(piece)
        if self._given > SPARED + MOST_SWELLING * self.taken:
            raise Problem("body-too-large", Finding("body-swells", most=MOST_SWELLING))
        return piece

    def _next_piece(self) -> bytes:
        if self._zlib.eof and self._packed:
            self._members += 1
            if self._window != GZIP or self._members > MOST_MEMBERS:
                raise _damaged()
            self._zlib = zlib.decompressobj(self._window)
        try:
            piece = self._zlib.decompress(self._packed, PIECE)
        except zlib.error as error:
            raise _damaged() from error
        self._packed = self._zlib.unused_data or self._zlib.unconsumed_tail
        return piece

    def refuse_cut_off(self) -> None:
        """See that what came was all.

        Raises:
            Problem: `malformed-body`.
        """
        if not self._zlib.eof:
            raise _damaged()


def _damaged() -> Problem:
    return Problem("malformed-body", Finding("body-encoding-damaged"))
