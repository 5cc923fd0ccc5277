"""What tells that a photograph's file is the one that was read, without reading it again."""

import hashlib
import os
import stat
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from ..errors import PhotographError
from ..inference.parallel import ordered
from ..photographs.listing import StudyPhotograph
from ..photographs.stored_photograph import StoredPhotograph
from ..system.files import SETTLED, file_state
from ..system.keyed_digest import keyed_digest
from .outages import check_asked
from .shard import number_of


class FileStamps:
    """The stamps of photographs while they are estimated, in their order.

    A stamp is `size:mtime_ns` of the file from which a photograph was read. It is taken before the
    photograph is read and again after; of a file that changed in between, or within `SETTLED`
    before, there is none. Where photographs are stored below an address, it is the version that
    came with the bytes.
    """

    def __init__(self) -> None:
        self._before: deque[tuple[os.stat_result | None, int]] = deque()

    def noted(self, photographs: Iterable[StudyPhotograph]) -> Iterator[StudyPhotograph]:
        """Give the photographs on, looking up the file of each before whoever takes it reads it."""
        for listed in photographs:
            self._before.append((_looked_up(listed), time.time_ns()))
            yield listed

    def taken(self, listed: StudyPhotograph, version: str | None = None) -> str | None:
        """Give the stamp of the next photograph, which has been read by now, as this version."""
        before, when = self._before.popleft()
        if isinstance(listed.source, StoredPhotograph):
            return version
        if before is None or when - before.st_mtime_ns < SETTLED:
            return None
        after = _looked_up(listed)
        return _stamp(before) if after and file_state(before) == file_state(after) else None


class StampsDigest:
    """Digest of photographs' names and stamps, in the table's order."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._is_complete = True

    def add(self, name: str, sha256: str | None, stamp: str | None) -> None:
        """Take a photograph, with the digest of its bytes, None where they could not be read."""
        if sha256 is None:  # it is the same as long as there is no file
            stamp = None
        elif stamp is None:
            self._is_complete = False
        self._digest.update(f"{name}\0{stamp}\n".encode())

    def hexdigest(self) -> str | None:
        """The digest; None where the stamp of a photograph is not known."""
        return self._digest.hexdigest() if self._is_complete else None


def stamps_sha256(photographs: Sequence[StudyPhotograph]) -> str | None:
    """Digest of the stamps that the photographs' files have now; a missing file has none."""
    digest = StampsDigest()
    for listed, stamp in zip(photographs, stamps_of(photographs), strict=True):
        digest.add(listed.name, stamp, stamp)
    return digest.hexdigest()


def shard_stamps_sha256(photographs: Sequence[StudyPhotograph], of: int) -> list[str | None]:
    """Do as `stamps_sha256`, for the photographs of each of so many shards."""
    digests = [StampsDigest() for _ in range(of)]
    for listed, stamp in zip(photographs, stamps_of(photographs), strict=True):
        digests[number_of(listed.name, of) - 1].add(listed.name, stamp, stamp)
    return [digest.hexdigest() for digest in digests]


def stamps_of(photographs: Sequence[StudyPhotograph]) -> Iterator[str | None]:
    """Give the stamp of each, as `stamp_of`; many are asked for at once over a network."""
    first = photographs[0].source if photographs else None
    if not isinstance(first, StoredPhotograph) or first.listed_version is not None:
        return map(stamp_of, photographs)
    return ordered(stamp_of, photographs, first.place.reads_at_once)


def stamp_of(listed: StudyPhotograph) -> str | None:
    """Give the stamp that the photograph's file has now; None where there is no such file.

    Below an address it is the version that came with the list, or else is asked for.

    Raises:
        TransferError: nothing can be asked for now, so that it is not known what has changed.
    """
    if isinstance(source := listed.source, StoredPhotograph):
        return _stored_version(source)
    found = _looked_up(listed)
    return None if found is None else _stamp(found)


def kept_stamp(listed: StudyPhotograph, stamp: str | None, key: bytes | None = None) -> str | None:
    """Give a stamp as the journal keeps it, where it can be compared and no more.

    In an anonymous study it is keyed, since the time of a photograph may tell whose it is. `key`:
    by which the pseudonym in its row was made; the stamp then holds as long as that key does.
    """
    secret = listed.secret or key
    return stamp if stamp is None or secret is None else keyed_digest(secret, stamp)


def _stored_version(source: StoredPhotograph) -> str | None:
    if source.listed_version is not None:
        return source.listed_version
    try:
        return source.place.version(source.name)
    except PhotographError as error:
        check_asked(source.place, error)
        return None


def _looked_up(listed: StudyPhotograph) -> os.stat_result | None:
    if isinstance(listed.source, StoredPhotograph):
        return None
    try:
        found = os.stat(listed.source)  # noqa: PTH116 - Path.stat does the same, more slowly
    except (OSError, ValueError):
        return None
    return found if stat.S_ISREG(found.st_mode) else None


def _stamp(found: os.stat_result) -> str:
    return f"{found.st_size}:{found.st_mtime_ns}"
