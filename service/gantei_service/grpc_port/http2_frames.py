"""What a client may send in frames of HTTP/2, looked at before anything takes them apart.

Some frames cost the server more than their sender: pings and settings that want an answer, calls
that are withdrawn at once, heads of calls that are over, a byte of data at a time, a head in pieces
without end.
"""

import time

PREFACE = 24
"""Bytes that a client begins a connection with; they are no frame."""
LARGEST_DATA = 65536
LONGEST_HEAD = 16384
"""Bytes of a call's headers, as they arrive and unpacked; a head is one frame."""
LONGEST_OTHER = 1024
SMALL_DATA = 256
"""Bytes below which a piece of a message is counted like a frame without data."""
BURST = 2000
A_SECOND = 1000
"""Frames without data that a connection may send at once, and per second after that."""

_FRAME_HEAD = 9
_DATA, _HEADERS, _CONTINUATION = 0x0, 0x1, 0x9
_END_HEADERS = 0x4
_STREAM = 0x7FFF_FFFF


class FrameMeter:
    """Follows the frames of one connection."""

    def __init__(self) -> None:
        self._rest = PREFACE
        self._head = b""
        self._newest = 0
        self._allowed = float(BURST)
        self._since = time.monotonic()

    def refuses(self, data: bytes) -> bool:
        """Follow what has come next; tell whether it is more than a connection may send."""
        place = min(self._rest, len(data))
        self._rest -= place
        while place < len(data):
            begun = len(self._head)
            self._head += data[place : place + _FRAME_HEAD - begun]
            place += len(self._head) - begun
            if len(self._head) < _FRAME_HEAD:
                break
            length, kind, flags = int.from_bytes(self._head[:3], "big"), *self._head[3:5]
            stream = int.from_bytes(self._head[5:], "big") & _STREAM
            self._head = b""
            if not self._takes(kind, flags, length, stream):
                return True
            self._rest = length - min(length, len(data) - place)
            place += length - self._rest
        return False

    def _takes(self, kind: int, flags: int, length: int, stream: int) -> bool:
        if kind == _HEADERS:
            if not flags & _END_HEADERS or length > LONGEST_HEAD:
                return False
            # What calls cost is bounded by how many are open; not what comes of one that is over.
            is_new, self._newest = stream > self._newest, max(stream, self._newest)
            return is_new or self._counts_one()
        if kind == _DATA and length >= SMALL_DATA:
            return length <= LARGEST_DATA
        return kind != _CONTINUATION and length <= LONGEST_OTHER and self._counts_one()

    def _counts_one(self) -> bool:
        now = time.monotonic()
        self._allowed = min(BURST, self._allowed + A_SECOND * (now - self._since)) - 1
        self._since = now
        return self._allowed >= 0
