"""Photographs below a prefix of an object store: of S3, Google Cloud Storage or Azure."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..errors import OutputError, PhotographError
from ..findings.finding import Finding
from ..photographs.stored_photograph import Place, ReadFile, StoredFile
from .reading_bounds import LONGEST_ETAG, READS_AT_ONCE
from .store_clients import client_of
from .store_failures import store_failures

if TYPE_CHECKING:
    from obstore import GetResult, ObjectMeta

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
                empty part, `.`, `..` or a control character.
        """
        import obstore

        listed = obstore.list(self._client, self._prefix or None, chunk_size=_AT_ONCE)
        try:
            with store_failures():
                for files in listed:
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
