"""Photographs on a web server, each by a request for its address."""

import random
import time
import weakref
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import quote

from ..errors import OutputError, PhotographError, SettingError
from ..findings.finding import Finding
from ..photographs.stored_photograph import Place, ReadFile, StoredFile
from .address import Address
from .link_local import refuse_link_local
from .reading_bounds import (
    FIRST_WAIT,
    LONGEST_ETAG,
    LONGEST_RETRIES,
    LONGEST_WAIT,
    MOST_RETRIES,
    READS_AT_ONCE,
    SILENCE,
)
from .store_failures import status_error
from .web_connections import WebConnections, looked_up_host

if TYPE_CHECKING:
    import httpx

_OF_ADDRESSES = "!$&'()*+,;=:@/%-._~"
"""What stands in an address as it is; a name is written as in one, with %20 for a space."""


def web_place(address: Address, queries: Mapping[str, str]) -> Place:
    """Open the place below `https://…/` or `http://…/`; nothing is asked of it yet.

    Args:
        address: ended by `/`; its query string goes with every request.
        queries: of names that have one of their own, instead; more may be added later.

    Raises:
        SettingError: the host cannot be looked up by any name server, or has a link-local address;
            the proxy or the certificates of the environment cannot be used.
    """
    return WebPlace(address, queries)


class WebPlace(Place):
    """A folder of a web server."""

    reads_at_once = READS_AT_ONCE

    def __init__(self, address: Address, queries: Mapping[str, str]) -> None:
        """Take an address and query strings, as `web_place` does."""
        self._address, self._queries = address, queries
        self.address = address.shown
        try:
            host = looked_up_host(address.shown)
        except ValueError:
            raise SettingError(f"{address}: has no host that can be looked up") from None
        refuse_link_local(host)
        self._connections = WebConnections(address.shown)
        weakref.finalize(self, self._connections.close)

    def files(self) -> Iterator[StoredFile]:
        """Refuse: servers have no common way to say which files they have.

        Raises:
            OutputError: always.
        """
        raise OutputError(
            f"{self.address}: a web server does not list its files; name the photographs below it "
            "by --from LIST"
        )

    def read(self, name: str, most: int) -> ReadFile:
        """Read a file with one request, repeated where it fails for a while or is cut off.

        Raises:
            PhotographError: as `Place.read`.
        """
        began, wait = time.monotonic(), FIRST_WAIT
        for attempt in range(MOST_RETRIES + 1):
            try:
                return self._read_once(name, most)
            except PhotographError as error:
                late = time.monotonic() + wait - began > LONGEST_RETRIES
                if late or attempt == MOST_RETRIES or not _may_pass(error.finding):
                    raise
            time.sleep(wait * random.uniform(0.5, 1))  # noqa: S311 - so that not all ask at once
            wait = min(2 * wait, LONGEST_WAIT)
        raise AssertionError  # the last attempt returns or raises

    def version(self, name: str) -> str | None:
        """Ask for the version of a file, by HEAD.

        Raises:
            PhotographError: as `Place.version`.
        """
        import httpx

        try:
            with self._connections.request("HEAD", self._url(name)) as response:
                pass
        except httpx.HTTPError as error:
            _fail(error)
        if response.status_code in (404, 405, 410, 501):  # not there, or servers without HEAD
            return None
        if response.status_code != 200:
            raise status_error(response.status_code)
        return _version(response)

    def _url(self, name: str) -> "httpx.URL":
        import httpx

        query = self._queries.get(name) or self._address.query
        try:
            url = self.address + quote(name, safe=_OF_ADDRESSES, errors="surrogateescape")
            return httpx.URL(f"{url}?{query}" if query else url)
        except (httpx.InvalidURL, UnicodeEncodeError):
            raise PhotographError(Finding("stored-name")) from None

    def _read_once(self, name: str, most: int) -> ReadFile:
        import httpx

        try:
            with self._connections.request("GET", self._url(name)) as response:
                _check(response, most)
                return ReadFile(_body(response, most), _version(response))
        except httpx.HTTPError as error:
            _fail(error)


def _check(response: "httpx.Response", most: int) -> None:
    """Raise unless the answer is a whole file."""
    if response.status_code != 200:
        raise status_error(response.status_code)
    if response.headers.get("content-encoding", "identity") != "identity":
        raise PhotographError(Finding("stored-compressed"))
    if (_length(response) or 0) > most:
        raise PhotographError(Finding("large-file", most=most // 10**6))


def _body(response: "httpx.Response", most: int) -> bytes:
    held = bytearray()  # a list of pieces takes 35 bytes for each, which may be of one
    for piece in response.iter_raw():
        held += piece
        if len(held) > most:
            raise PhotographError(Finding("large-file", most=most // 10**6))
    return bytes(held)


def _length(response: "httpx.Response") -> int | None:
    text = response.headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else None


def _version(response: "httpx.Response") -> str | None:
    """Give `size:ETag`; None where there is no ETag that changes whenever a byte does."""
    etag, size = response.headers.get("etag", ""), _length(response)
    is_strong = etag.startswith('"') and etag.isprintable() and len(etag) <= LONGEST_ETAG
    if size is None or not is_strong:
        return None
    return f"{size}:{etag.strip(chr(34))}"


def _may_pass(finding: Finding) -> bool:
    """Whether the same request may well be answered a moment later."""
    match finding.code:
        case "stored-status":
            status = finding.values["status"]
            return status in (408, 429) or (isinstance(status, int) and status >= 500)
    return finding.code in ("stored-cut-off", "stored-unreachable", "stored-silent")


def _fail(error: "httpx.HTTPError") -> NoReturn:
    """Raise what a failure of httpx means; its own text may have the address."""
    import httpx

    match error:
        case httpx.ConnectError() | httpx.ConnectTimeout() | httpx.ProxyError():
            failure = PhotographError(Finding("stored-unreachable", seconds=LONGEST_RETRIES))
        case httpx.TimeoutException():
            failure = PhotographError(Finding("stored-silent", seconds=SILENCE))
        case _:
            failure = PhotographError(Finding("stored-cut-off"))
    raise failure from None
