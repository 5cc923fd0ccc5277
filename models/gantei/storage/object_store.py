"""Photographs below a prefix of an object store: of S3, Google Cloud Storage or Azure."""

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from ..errors import OutputError, PhotographError
from ..findings.finding import Finding
from ..photographs.stored_photograph import Place, ReadFile, StoredFile
from .reading_bounds import LONGEST_ETAG, LONGEST_WITHOUT_NAMES, READS_AT_ONCE
from .store_clients import client_of
from .store_failures import store_failures

if TYPE_CHECKING:
    from obstore import GetResult, ListStream, ObjectMeta

    from .store_clients import Client

_AT_ONCE = 1000
"""Files of a list that are taken together: a store answers as many to a request."""


def object_store(address: str) -> Place:
    """Open the place below an address such as `s3://bucket/prefix/`; nothing is asked of it yet.

    Raises:
        MissingExtraError: obstore is not installed.
        SettingError: what the environment says of credentials or of the address contradicts itself,
            or cannot be used.
    """
    scheme, _, rest = address.partition("://")
    bucket, _, prefix = rest.partition("/")
    return ObjectStore(address, client_of(scheme, bucket), prefix)


class ObjectStore(Place):
    """A prefix of a bucket or container."""

    reads_at_once = READS_AT_ONCE

    def __init__(self, address: str, client: "Client", prefix: str) -> None:
        """Take a client of the bucket, and the prefix: empty, or ended by `/`."""
        self.address, self._client, self._prefix = address, client, prefix

    def files(self) -> Iterator[StoredFile]:
        """Give every file below the prefix, a thousand to a request.

        Raises:
            OutputError: as `Place.files`; also where a key holds what obstore reads in none: an
                empty part, `.`, `..` or a control character; where the store gives the same names
                again, or pages without any, and comes to no end.
        """
        import obstore

        listed = obstore.list(self._client, self._prefix or None, chunk_size=_AT_ONCE)
        try:
            for files in self._each_once(_in_time(listed)):
                for file in files:
                    # What stores show as an empty folder comes without the `/` at its end.
                    if file["size"] or "." in file["path"].rpartition("/")[2]:
                        name = self._name_of(file["path"])
                        yield StoredFile(name, file["size"], _version(file))
        except PhotographError as error:
            if error.code == "stored-name":
                raise OutputError(
                    f"{self.address} cannot be listed: a key below it has an empty part (//), . or "
                    ".. or a control character; name the photographs by --from LIST"
                ) from None
            raise OutputError(f"{self.address} cannot be listed: {error}") from None

    def _each_once(
        self, listed: Iterator[Sequence["ObjectMeta"]]
    ) -> Iterator[Sequence["ObjectMeta"]]:
        """Pass a list on as long as no name comes again, in whatever order a store has them.

        One name is remembered, at parts 1, 2, 4, 8 …: sooner or later it is one of those that
        repeat, and they are fewer than the parts until the next is remembered (Brent 1980).
        """
        remembered, renewed = "", 1
        for number, files in enumerate(listed, 1):
            if any(file["path"] == remembered for file in files):
                raise OutputError(
                    f"{self.address} cannot be listed: its server gives the same names again and "
                    "again; name the photographs by --from LIST"
                )
            if files and number == renewed:
                remembered, renewed = files[0]["path"], 2 * renewed
            yield files

    def _name_of(self, key: str) -> str:
        if not key.startswith(self._prefix):  # which was all that the store should list
            raise PhotographError(Finding("stored-elsewhere"))
        return key[len(self._prefix) :]

    def read(self, name: str, most: int) -> ReadFile:
        """Read a file with one request; one that breaks off goes on where the version is the same.

        Raises:
            PhotographError: as `Place.read`.
        """
        import obstore

        with store_failures():
            answer = obstore.get(self._client, self._prefix + name)
            meta = answer.meta
            if meta["size"] > most:  # and its body, of just this length, is not read
                raise PhotographError(Finding("large-file", most=most // 10**6))
            data = _body(answer, meta["size"])
        if len(data) != meta["size"]:
            raise PhotographError(Finding("stored-cut-off"))
        return ReadFile(data, _version(meta))

    def version(self, name: str) -> str | None:
        """Ask for the version of a file.

        Raises:
            PhotographError: as `Place.version`.
        """
        import obstore

        try:
            with store_failures():
                return _version(obstore.head(self._client, self._prefix + name))
        except PhotographError as error:
            if error.code == "stored-missing":
                return None
            raise


def _in_time(listed: "ListStream[Sequence[ObjectMeta]]") -> Iterator[Sequence["ObjectMeta"]]:
    """Give a list in parts; obstore itself would ask for pages without names for ever.

    Raises:
        PhotographError: the store fails, or gave no part within `LONGEST_WITHOUT_NAMES`.
    """

    async def following() -> Sequence["ObjectMeta"] | None:
        return await asyncio.wait_for(anext(listed, None), LONGEST_WITHOUT_NAMES)

    # In a thread of its own, as that of a notebook has an event loop that runs.
    with ThreadPoolExecutor(1) as thread:
        while True:
            with store_failures():
                try:
                    files = thread.submit(asyncio.run, following()).result()
                except TimeoutError:
                    slow = Finding("stored-slow", seconds=LONGEST_WITHOUT_NAMES)
                    raise PhotographError(slow) from None
            if files is None:
                return
            yield files


def _body(answer: "GetResult", size: int) -> bytes:
    """Read a body up to one byte beyond its size, of which an answer in chunks may say nothing."""
    pieces, count = [], 0
    # As a rule it comes in one piece: one shorter than this is the last.
    for piece in answer.stream(min_chunk_size=size + 1):
        pieces.append(piece)
        count += len(piece)
        if count > size:
            raise PhotographError(Finding("stored-cut-off"))
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _version(meta: "ObjectMeta") -> str | None:
    """Give `size:ETag`; Azure quotes an ETag in answers and not in lists."""
    if not meta["e_tag"]:
        return None
    etag = meta["e_tag"].removeprefix("W/").strip('"')
    return f"{meta['size']}:{etag}" if len(etag) <= LONGEST_ETAG else None
